#include "tunstack/node/addresses.hpp"

#include "protocols/discovery/nd_rules.hpp"
#include "tunstack/node/advertising.hpp"
#include "tunstack/node/nd_input.hpp"

namespace tunstack::addresses {

namespace {

using discovery::AddressEventKind;
using discovery::Autoconfiguration;
using discovery::CheckedIpv4Addresses;
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

}  // namespace

// ---- what others say ----

MaybeReason on_tentative_target(const Ipv6Arrival& arrival, Turn& turn) {
  auto& addresses = turn.state.interface(arrival.interface).addresses.ipv6;
  if (!addresses) return {};
  const Bytes message = arrival.payload();
  if (Icmpv6Type{message[icmp_offset::type]} == Icmpv6Type::neighbor_advertisement)
    return addresses->on_advertisement(NeighborAdvertisementView::of(message).target(), turn.now, turn.random);
  const auto solicitation = NeighborSolicitationView::of(message);
  return addresses->on_solicitation(arrival.ip.source(), solicitation.target(), solicitation.nonce(), turn.now,
                                    turn.random);
}

void on_arp(const ArpPacket& packet, InterfaceId interface, Turn& turn) {
  auto& addresses = turn.state.interface(interface).addresses.ipv4;
  if (const auto conflict = addresses ? addresses->on_arp(packet, turn.now) : MaybeReason{})
    turn.output.note(*conflict, interface, turn, IpAddress(packet.sender));
}

void on_prefix(const PrefixInformation& prefix, const discovery::Teller& router, InterfaceId interface, Turn& turn) {
  auto& addresses = turn.state.interface(interface).addresses.ipv6;
  if (const auto refused = addresses ? addresses->on_prefix(prefix, turn.now, turn.random, router) : MaybeReason{})
    turn.output.note(*refused, interface, turn, IpAddress(prefix.prefix));
}

// ---- what somebody configures ----

namespace {

bool holds(const std::vector<IpPrefix>& prefixes, const IpPrefix& prefix) {
  return std::ranges::find(prefixes, prefix) != prefixes.end();
}

void take_away(const IpPrefix& own, InterfaceId id, Turn& turn) {
  turn.state.interface(id).addresses.remove(own.address);
  turn.state.addresses.remove(id, own.address);
  turn.state.pass_on_group_changes(turn.now, turn.now);
  turn.output.note(Reason::address_taken_away, id, turn, own.address);
}

/// One that is checked by way of events comes with them.
MaybeReason add(const IpPrefix& own, InterfaceId id, Turn& turn) {
  InterfaceAddresses& addresses = turn.state.interface(id).addresses;
  if (const auto refused = addresses.add(own, turn.now, turn.random)) return refused;
  turn.output.note(Reason::address_added, id, turn, own.address);
  turn.state.add_address(id, own);
  turn.state.pass_on_group_changes(turn.now, turn.now);
  return {};
}

}  // namespace

MaybeReason change(InterfaceId id, const std::vector<IpPrefix>& wanted, Turn& turn) {
  const std::vector<IpPrefix> before = turn.state.interface(id).config.addresses;
  routers::withdraw_addresses(id, wanted, turn);
  turn.state.interface(id).config.addresses = wanted;
  for (const IpPrefix& own : before)
    if (!holds(wanted, own)) take_away(own, id, turn);
  MaybeReason refused;
  for (const IpPrefix& own : wanted)
    if (!holds(before, own))
      if (const auto why_not = add(own, id, turn)) refused = why_not;
  Interface& interface = turn.state.interface(id);
  interface.addresses.form_link_local(interface.config, turn.now, turn.random);
  for (const Family family : {Family::ipv4, Family::ipv6})
    if (!interface.has_addresses_of(family)) turn.state.addresses.leave_all_hosts(id, family);
  turn.state.pass_on_group_changes(turn.now, turn.now);
  routers::on_addresses_changed(id, before, turn);
  return refused;
}

// ---- events ----

namespace {

void begin_check(const Autoconfiguration::Event& event, InterfaceId id, Turn& turn) {
  turn.state.addresses.add(id, {event.address.address, event.address.length}, ip::AddressUse::tentative);
  turn.state.pass_on_group_changes(turn.now, event.check_begins);
}

void end_use(const discovery::InterfaceAddress& own, InterfaceId id, Turn& turn) {
  turn.state.addresses.remove(id, own.address);
  turn.state.pass_on_group_changes(turn.now, turn.now);
}

void use(const Autoconfiguration::Event& event, InterfaceId id, Turn& turn) {
  const discovery::InterfaceAddress& own = event.address;
  auto& mld = turn.state.interface(id).groups.mld;
  // Routers believe reports with a source, not those before (RFC 3590 4).
  if (mld && event.kind == AddressEventKind::in_use && own.address.is_link_local()) mld->announce_all(turn.now);
  if (turn.state.addresses.kind_on(id, own.address) == AddressKind::unicast)
    turn.state.addresses.add(id, {own.address, own.length});
  turn.state.pass_on_group_changes(turn.now, turn.now);
  const bool is_deprecated = own.is_deprecated || event.kind == AddressEventKind::deprecated;
  turn.state.addresses.set_use(id, own.address, is_deprecated ? ip::AddressUse::deprecated : ip::AddressUse::usable,
                               own.origin == discovery::AddressOrigin::temporary);
}

void take(const Autoconfiguration::Event& event, InterfaceId id, Turn& turn) {
  switch (event.kind) {
    case AddressEventKind::tentative:
      begin_check(event, id, turn);
      break;
    case AddressEventKind::duplicate:
    case AddressEventKind::removed:
      end_use(event.address, id, turn);
      break;
    default:
      use(event, id, turn);
  }
  turn.output.note(reason_of(event.kind), id, turn, IpAddress(event.address.address));
  if (event.kind == AddressEventKind::in_use) routers::on_address_in_use(id, event.address.address, turn);
}

/// It is there, or was lost and is given back with the prefix that is configured.
void set_use(Ipv4Address address, ip::AddressUse use, InterfaceId id, Turn& turn) {
  ip::LocalAddresses& addresses = turn.state.addresses;
  const bool is_lost = addresses.kind_on(id, address) == AddressKind::unicast;
  for (const IpPrefix& prefix : turn.state.interface(id).config.addresses)
    if (is_lost && prefix.address == IpAddress(address)) addresses.add(id, prefix, use);
  if (!is_lost) addresses.set_use(id, address, use);
}

void take(const CheckedIpv4Addresses::Event& event, InterfaceId id, Turn& turn) {
  using Kind = CheckedIpv4Addresses::Event::Kind;
  switch (event.kind) {
    case Kind::checked_again:
      set_use(event.address, ip::AddressUse::tentative, id, turn);
      return turn.output.note(Reason::address_tentative, id, turn, IpAddress(event.address));
    case Kind::in_use:
      set_use(event.address, ip::AddressUse::usable, id, turn);
      turn.output.note(Reason::address_in_use, id, turn, IpAddress(event.address));
      return routers::on_address_in_use(id, event.address, turn);
    case Kind::lost:
      turn.state.addresses.remove(id, event.address);
      return turn.output.note(Reason::address4_lost, id, turn, IpAddress(event.address));
  }
}

}  // namespace

void step_events(InterfaceId id, Turn& turn) {
  InterfaceAddresses& addresses = turn.state.interface(id).addresses;
  while (const auto event = addresses.ipv6 ? addresses.ipv6->take_event(turn.now, turn.random) : std::nullopt)
    take(*event, id, turn);
  while (const auto event = addresses.ipv4 ? addresses.ipv4->take_event(turn.now, turn.random) : std::nullopt)
    take(*event, id, turn);
}

// ---- checks ----

namespace {

void send(const Autoconfiguration::Due& due, InterfaceId id, Turn& turn) {
  const Interface& interface = turn.state.interface(id);
  if (due.message.kind == DetectionMessage::Kind::probe)
    return turn.output.originate(Reason::address_probed, nd_header({}, solicited_node_group(due.target)),
                                 NeighborSolicitation{{}, due.target, {}, due.message.nonce}, id, turn);
  const auto flags = static_cast<std::uint8_t>(na_override | (interface.is_host() ? 0 : na_router));
  turn.output.originate(Reason::address_announced, nd_header(due.target, ipv6_all_nodes),
                        NeighborAdvertisement{{}, flags, due.target, interface.config.link_address}, id, turn);
}

void send(const CheckedIpv4Addresses::Due& due, InterfaceId id, Turn& turn) {
  const bool is_probe = due.kind == DetectionMessage::Kind::probe;
  const ArpPacket request{ArpOperation::request, turn.state.interface(id).mac(), is_probe ? Ipv4Address{} : due.address,
                          MacAddress{}, due.address};
  turn.output.originate_arp(is_probe ? Reason::address4_probed : Reason::address4_announced, request, mac_broadcast, id,
                            turn);
}

}  // namespace

void step_checks(InterfaceId id, Turn& turn) {
  InterfaceAddresses& addresses = turn.state.interface(id).addresses;
  while (const auto due = addresses.ipv6 ? addresses.ipv6->take_due(turn.now, turn.random) : std::nullopt)
    send(*due, id, turn);
  while (const auto due = addresses.ipv4 ? addresses.ipv4->take_due(turn.now, turn.random) : std::nullopt)
    send(*due, id, turn);
}

}  // namespace tunstack::addresses
