// How a node comes to its own addresses: checks, announcements, and what others say about them.
#include "protocols/discovery/nd_rules.hpp"
#include "tunstack/node/node_sending.hpp"

namespace tunstack {

namespace {

using discovery::AddressEventKind;
using discovery::DetectionMessage;

Reason reason_of(AddressEventKind kind) {
  switch (kind) {
    case AddressEventKind::tentative:
      return Reason::address_tentative;
    case AddressEventKind::optimistic:
      return Reason::address_optimistic;
    case AddressEventKind::in_use:
      return Reason::address_in_use;
    case AddressEventKind::deprecated:
      return Reason::address_deprecated;
    case AddressEventKind::preferred_again:
      return Reason::address_preferred;
    case AddressEventKind::duplicate:
      return Reason::address_duplicate;
    case AddressEventKind::removed:
      break;
  }
  return Reason::address_removed;
}

std::optional<discovery::Nonce> nonce_in(Bytes options) {
  const auto option = find_nd_option(options, nd_option::nonce);
  if (!option || option->bytes.size() != nd_option_unit) return std::nullopt;
  discovery::Nonce nonce;
  copy_bytes(nonce, option->bytes.subspan(2));
  return nonce;
}

}  // namespace

// Events first: who is told of an address joins its group before anything is sent about it.
void Node::step_addresses(InterfaceId interface, Instant now, Outbox& out) {
  LinkDiscovery& link = state_.link(interface);
  while (const auto event = link.addresses6 ? link.addresses6->take_event(now, random_) : std::nullopt)
    take_address_event(interface, *event, now);
  while (const auto event = link.addresses4 ? link.addresses4->take_event(now) : std::nullopt)
    take_address_event(interface, *event, now);
  step_groups(interface, now, out);
  while (const auto due = link.addresses6 ? link.addresses6->take_due(now, random_) : std::nullopt)
    send_detection(interface, *due, now, out);
  while (const auto due = link.addresses4 ? link.addresses4->take_due(now, random_) : std::nullopt)
    send_detection(interface, *due, now, out);
}

void Node::tell_address(Reason reason, InterfaceId interface, const IpAddress& address, Instant now) {
  count(reason);
  if (observer_) observer_->address_changed({now, reason, interface, address});
}

void Node::take_address_event(InterfaceId interface, const discovery::Autoconfiguration::Event& event, Instant now) {
  const discovery::InterfaceAddress& own = event.address;
  const bool is_temporary = own.origin == discovery::AddressOrigin::temporary;
  const bool is_deprecated = own.is_deprecated || event.kind == AddressEventKind::deprecated;
  auto& groups = state_.link(interface).groups6;
  switch (event.kind) {
    case AddressEventKind::tentative:
      state_.addresses.add(interface, {own.address, own.length}, ip::AddressUse::tentative);
      state_.pass_on_group_changes(now, event.check_begins);
      break;
    case AddressEventKind::duplicate:
    case AddressEventKind::removed:
      state_.addresses.remove(interface, own.address);
      state_.pass_on_group_changes(now, now);
      break;
    default:
      // Routers believe reports with a source, not those before (RFC 3590 4).
      if (groups && event.kind == AddressEventKind::in_use && own.address.is_link_local()) groups->announce_all(now);
      if (state_.addresses.kind_on(interface, own.address) == AddressKind::unicast)
        state_.addresses.add(interface, {own.address, own.length});
      state_.pass_on_group_changes(now, now);
      state_.addresses.set_use(interface, own.address,
                               is_deprecated ? ip::AddressUse::deprecated : ip::AddressUse::usable, is_temporary);
  }
  tell_address(reason_of(event.kind), interface, own.address, now);
}

void Node::take_address_event(InterfaceId interface, const discovery::CheckedIpv4Addresses::Event& event, Instant now) {
  const bool is_lost = event.kind == discovery::CheckedIpv4Addresses::Event::Kind::lost;
  if (is_lost)
    state_.addresses.remove(interface, event.address);
  else
    state_.addresses.set_use(interface, event.address, ip::AddressUse::usable);
  tell_address(is_lost ? Reason::address4_lost : Reason::address_in_use, interface, event.address, now);
}

void Node::send_detection(InterfaceId interface, const discovery::Autoconfiguration::Due& due, Instant now,
                          Outbox& out) {
  const bool is_probe = due.message.kind == DetectionMessage::Kind::probe;
  const Ipv6Header header{.source = is_probe ? Ipv6Address{} : due.target,
                          .destination = is_probe ? solicited_node_group(due.target) : ipv6_all_nodes,
                          .next_header = protocol_number::icmpv6,
                          .hop_limit = nd_hop_limit};
  const Link link = link_to(header.destination, interface, now);
  if (is_probe)
    return originate(Reason::address_probed, header, NeighborSolicitation{{}, due.target, {}, due.message.nonce}, link,
                     now, out);
  const auto flags = static_cast<std::uint8_t>(na_override | (state_.is_host(interface) ? 0 : na_router));
  originate(Reason::address_announced, header,
            NeighborAdvertisement{{}, flags, due.target, state_.link_address(interface)}, link, now, out);
}

void Node::send_detection(InterfaceId interface, const discovery::CheckedIpv4Addresses::Due& due, Instant now,
                          Outbox& out) {
  const bool is_probe = due.kind == DetectionMessage::Kind::probe;
  const ArpPacket request{ArpOperation::request, state_.own_mac(interface), is_probe ? Ipv4Address{} : due.address,
                          MacAddress{}, due.address};
  originate_arp(is_probe ? Reason::address4_probed : Reason::address4_announced, request, mac_broadcast, interface, now,
                out);
}

/// What it says about the address takes the place of an answer.
MaybeReason Node::hear_about_tentative(const Ipv6Arrival& arrival) {
  const Bytes message = arrival.payload();
  const discovery::NdInput input{arrival.ip, message, neighbor_solicitation_size};
  auto& addresses = state_.link(arrival.interface).addresses6;
  if (!addresses) return {};
  const bool is_solicitation = message[0] == static_cast<std::uint8_t>(Icmpv6Type::neighbor_solicitation);
  const MaybeReason said = is_solicitation ? addresses->on_solicitation(arrival.ip.source(), input.target_address(),
                                                                        nonce_in(input.options()), arrival.now, random_)
                                           : addresses->on_advertisement(input.target_address(), arrival.now, random_);
  update_deadline();
  return said;
}

}  // namespace tunstack
