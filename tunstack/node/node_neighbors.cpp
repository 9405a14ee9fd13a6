// What a node does about its neighbors: asks for their link-layer addresses, notes what they say, answers them.
#include "protocols/discovery/nd_rules.hpp"
#include "tunstack/node/node_sending.hpp"

namespace tunstack {

namespace {

using discovery::NeighborKey;

/// The source of the packet that waits, which the neighbor will want to know (RFC 4861 7.2.2).
std::optional<Ipv6Address> source_of_waiting(Bytes packet) {
  if (packet.size() < ipv6_header_size || packet[0] >> 4 != 6) return std::nullopt;
  return Ipv6View::of(packet).source();
}

/// Whoever checks an address has none itself: all nodes are told (RFC 4861 7.2.4).
Ipv6Header header_to(const Ipv6Address& solicitor, const Ipv6Address& source) {
  return {.source = source,
          .destination = solicitor == Ipv6Address{} ? ipv6_all_nodes : solicitor,
          .next_header = protocol_number::icmpv6,
          .hop_limit = nd_hop_limit};
}

}  // namespace

// ---- asking ----

void Node::step_neighbors(Instant now, Outbox& out) {
  const auto times_of = [&](const NeighborKey& key) { return state_.neighbor_times(key); };
  while (const auto step = state_.neighbors.step(now, times_of)) {
    if (step->solicitation) solicit(*step->solicitation, now, out);
    if (step->failed) lose_neighbor(step->key, now);
  }
}

void Node::solicit(const discovery::NeighborCache::Solicitation& solicitation, Instant now, Outbox& out) {
  const auto [interface, address] = solicitation.target;
  const MacAddress own = state_.own_mac(interface);
  const Reason reason = solicitation.to ? Reason::neighbor_probed : Reason::neighbor_solicited;
  if (address.is_ipv4()) {
    const auto source = state_.addresses.source_for(interface, address.ipv4()).value_or(Ipv4Address{});
    const ArpPacket request{ArpOperation::request, own, source, solicitation.to.value_or(MacAddress{}), address.ipv4()};
    return originate_arp(reason, request, solicitation.to.value_or(mac_broadcast), interface, now, out);
  }
  const auto waiting = source_of_waiting(solicitation.prompted_by);
  const bool is_ours = waiting && state_.addresses.kind_on(interface, *waiting) == AddressKind::own;
  const auto source = is_ours ? waiting : state_.addresses.source_for(interface, address.ipv6());
  if (!source) return;
  const Ipv6Header header{.source = *source,
                          .destination = solicitation.to ? address.ipv6() : solicited_node_group(address.ipv6()),
                          .next_header = protocol_number::icmpv6,
                          .hop_limit = nd_hop_limit};
  const bool is_told = !state_.is_optimistic(interface, *source);  // RFC 4429 3.2
  originate(reason, header, NeighborSolicitation{{}, address.ipv6(), is_told ? std::optional(own) : std::nullopt},
            link_to(header.destination, interface, now), now, out);
}

// ---- noting ----

/// Addresses that were given up meanwhile are no sources any more (RFC 5227 2.4, RFC 4862 5.5.4).
bool Node::is_from_us(Bytes packet, InterfaceId interface) const {
  return is_own(packet[0] >> 4 == 4 ? state_.addresses.kind_on(interface, Ipv4View::of(packet).source())
                                    : state_.addresses.kind_on(interface, Ipv6View::of(packet).source()));
}

void Node::send_waiting(const NeighborKey& key, Instant now, Outbox& out) {
  const discovery::Neighbor* const neighbor = state_.neighbors.find(key);
  if (neighbor == nullptr || neighbor->state == discovery::NeighborState::incomplete) return;
  const std::size_t sent_before = out.packets().size();
  while (const auto packet = state_.neighbors.first_waiting(key)) {
    if (!is_from_us(*packet, key.interface)) {
      conclude({now, *packet, false}, Drop{Reason::address_given_up_meanwhile}, {}, {});
      state_.neighbors.remove_waiting(key);
      continue;
    }
    const MutableBytes room = out.add(key.interface, packet->size());
    if (room.empty()) {
      count(Reason::outbox_full);
    } else {
      copy_bytes(room, *packet);
      out.address(out.packets().size() - 1, neighbor->mac);
      count_out(room);
    }
    state_.neighbors.remove_waiting(key);
  }
  const auto sent = out.packets().subspan(sent_before);
  if (sent.empty()) return;
  state_.neighbors.use(key, state_.neighbor_times(key), now);  // if stale, it is asked soon
  count(Reason::neighbor_resolved);
  if (observer_) observer_->originated({now, Reason::neighbor_resolved, sent});
}

void Node::count_out(Bytes datagram) {
  ++counters_.packets_out;
  const auto ipv6 = datagram[0] >> 4 == 6 ? find_upper_layer(datagram) : std::unexpected(NoUpperLayer::cut_short);
  if (ipv6 && ipv6->protocol == protocol_number::icmpv6)
    counters_.icmp(Family::ipv6).add_out(datagram[ipv6->offset], datagram[ipv6->offset + 1]);
  if (datagram[0] >> 4 != 4) return;
  const Ipv4View ipv4 = Ipv4View::of(datagram);
  if (ipv4.protocol() == protocol_number::icmpv4 && ipv4.fragment_offset() == 0)
    counters_.icmp(Family::ipv4).add_out(ipv4.payload()[0], ipv4.payload()[1]);
}

/// RFC 4861 7.2.2: a packet of our own has nobody to be told but whoever sent it here. Routes by way of the neighbor
/// give way to others.
void Node::lose_neighbor(const NeighborKey& key, Instant now) {
  LinkDiscovery& link = state_.link(key.interface);
  link.routing.routers.note_failure(key.address);
  link.redirects(key.address.family()).forget_via(key.address);
  while (const auto packet = state_.neighbors.first_waiting(key)) {
    conclude({now, *packet, false}, Drop{Reason::neighbor_unreachable}, {}, {});
    state_.neighbors.remove_waiting(key);
  }
}

void Node::count_lost() {
  for (std::size_t lost = state_.neighbors.take_lost(); lost > 0; --lost) count(Reason::neighbor_evicted);
}

/// Links without addresses have no neighbors to be noted.
void Node::mention(const NeighborKey& key, const MacAddress& mac, Instant now) {
  if (!state_.link_address(key.interface)) return;
  state_.neighbors.on_source_link_layer_address(key, mac, state_.neighbor_times(key), now);
  count_lost();
  heard_ = key;
}

void Node::note(const discovery::NeighborNews& news, Instant now) {
  state_.neighbors.on_advertisement(news, state_.neighbor_times(news.key), now);
  heard_ = news.key;
}

/// Something was asked for by way of it, and arrived (RFC 4861 7.3.1).
void Node::confirm_neighbor(const NeighborKey& key, Instant now) {
  state_.neighbors.confirm(key, state_.neighbor_times(key), now);
}

void Node::note_advertisement(const Ipv6Arrival& arrival) {
  const discovery::NdInput input{arrival.ip, arrival.payload(), neighbor_advertisement_size};
  const NeighborKey key{arrival.interface, input.target_address()};
  const bool is_router = (input.flags() & na_router) != 0;
  if (state_.neighbors.find(key)->is_router && !is_router) {  // RFC 4861 7.2.5
    state_.link(key.interface).routing.routers.withdraw(key.address);
    state_.link(key.interface).redirects6.forget_via(key.address);
  }
  note({.key = key,
        .mac = find_link_layer_address(input.options(), nd_option::target_link_layer_address),
        .solicited = (input.flags() & na_solicited) != 0,
        .overrides = (input.flags() & na_override) != 0,
        .is_router = is_router},
       arrival.now);
}

void Node::note_untracked(const Ipv6Arrival& arrival) {
  const discovery::NdInput input{arrival.ip, arrival.payload(), neighbor_advertisement_size};
  const NeighborKey key{arrival.interface, input.target_address()};
  if (const auto mac = find_link_layer_address(input.options(), nd_option::target_link_layer_address))
    mention(key, *mac, arrival.now);
  state_.neighbors.set_router(key, (input.flags() & na_router) != 0);
}

// ---- answering ----

/// `flags`: besides those of every answer (RFC 4861 7.2.4).
NeighborAdvertisement Node::advertisement_for(const Ipv6Address& target, const Ipv6Address& solicitor,
                                              InterfaceId interface, std::uint8_t flags) const {
  if (solicitor != Ipv6Address{}) flags |= na_solicited;
  if (!state_.is_host(interface)) flags |= na_router;
  return {{}, flags, target, state_.link_address(interface)};
}

/// Before it is answered, so that the answer finds its way (RFC 4861 7.2.3).
void Node::note_solicitor(const Ipv6Arrival& arrival) {
  const discovery::NdInput input{arrival.ip, arrival.payload(), neighbor_solicitation_size};
  const auto mac = find_link_layer_address(input.options(), nd_option::source_link_layer_address);
  if (mac && !discovery::is_from_unspecified(input))
    mention({arrival.interface, arrival.ip.source()}, *mac, arrival.now);
}

MaybeReason Node::answer_solicitation(const Ipv6Arrival& arrival, Outbox& out) {
  note_solicitor(arrival);
  const Ipv6Address target = Ipv6Address::load(arrival.payload(), nd_target_offset);
  const Ipv6Header header = header_to(arrival.ip.source(), target);
  const bool is_optimistic = state_.is_optimistic(arrival.interface, target);  // RFC 4429 3.2
  const std::uint8_t flags = state_.link_address(arrival.interface) && !is_optimistic ? na_override : 0;
  return send(header, advertisement_for(target, arrival.ip.source(), arrival.interface, flags),
              link_for(header, arrival), arrival.now, out);
}

/// RFC 4861 7.2.7, 7.2.8
MaybeReason Node::delay_answer(const Ipv6Arrival& arrival) {
  note_solicitor(arrival);
  const bool is_kept = state_.link(arrival.interface)
                           .delayed_answers.add({.target = Ipv6Address::load(arrival.payload(), nd_target_offset),
                                                 .solicitor = arrival.ip.source()},
                                                arrival.now, random_);
  update_deadline();
  return is_kept ? MaybeReason{} : Reason::nd_answer_queue_full;
}

/// From an address that is this node's alone (RFC 4291 2.6).
void Node::send_delayed_answers(InterfaceId interface, Instant now, Outbox& out) {
  while (const auto due = state_.link(interface).delayed_answers.take_due(now)) {
    const auto source = state_.addresses.source_for(interface, header_to(due->solicitor, {}).destination);
    if (!source) continue;
    const Ipv6Header header = header_to(due->solicitor, *source);
    originate(Reason::nd_delayed_answer_sent, header, advertisement_for(due->target, due->solicitor, interface, 0),
              link_to(header.destination, interface, now), now, out);
  }
}

}  // namespace tunstack
