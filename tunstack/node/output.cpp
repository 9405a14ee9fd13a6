#include "tunstack/node/output.hpp"

#include "protocols/wire/quoted_packet.hpp"

namespace tunstack {

namespace {

IpAddress source_of(Bytes packet) {
  return packet[0] >> 4 == 4 ? IpAddress(Ipv4View::of(packet).source()) : IpAddress(Ipv6View::of(packet).source());
}

IpAddress destination_in(Bytes packet) {
  return packet[0] >> 4 == 4 ? IpAddress(Ipv4View::of(packet).destination())
                             : IpAddress(Ipv6View::of(packet).destination());
}

/// Addresses that were given up meanwhile are no sources any more (RFC 5227 2.4, RFC 4862 5.5.4).
bool is_from_us(Bytes packet, InterfaceId interface, const NodeState& state) {
  return is_own(packet[0] >> 4 == 4 ? state.addresses.kind_on(interface, Ipv4View::of(packet).source())
                                    : state.addresses.kind_on(interface, Ipv6View::of(packet).source()));
}

}  // namespace

// ---- telling ----

void Output::tell(const Subject& subject, const Verdict& verdict, MaybeReason withheld,
                  std::span<const OutgoingPacket> sent, const Turn& turn) {
  if (subject.is_looped_back) keep_own(turn.outbox.packets().size() - sent.size(), turn);
  listener_.observer->decided({.time = turn.now,
                               .packet = subject.packet,
                               .arrived = subject.arrived,
                               .verdict = verdict,
                               .withheld = withheld,
                               .sent = sent,
                               .frame = subject.arrived ? turn.frame : Bytes{},
                               .ids = subject.ids,
                               .interface = subject.interface,
                               .node = node_});
}

void Output::tell_origination(Reason reason, std::span<const OutgoingPacket> sent, const Turn& turn) {
  count(reason);
  if (listener_.observer) listener_.observer->originated({turn.now, reason, sent, node_});
}

void Output::note(Reason reason, InterfaceId interface, const Turn& turn, const std::optional<IpAddress>& address) {
  note({turn.now, reason, interface, address, turn.cause});
}

void Output::note(const Note& note) {
  count(note.reason);
  if (!listener_.observer) return;
  Note told = note;
  told.node = node_;
  listener_.observer->noted(told);
}

// ---- ARP ----

bool Output::send_arp(const ArpPacket& packet, const MacAddress& to, InterfaceId interface, Turn& turn) {
  const std::size_t before = turn.outbox.packets().size();
  const MutableBytes room = turn.outbox.add(interface, arp_size, {next_number(), turn.cause});
  if (room.empty()) return false;
  packet.write(room);
  turn.outbox.from(before)[0].address(to, turn.state.interface(interface).mac(), LinkPayload::arp);
  ++counters_.packets_out;
  return true;
}

void Output::originate_arp(Reason reason, const ArpPacket& packet, const MacAddress& to, InterfaceId interface,
                           Turn& turn) {
  const std::size_t before = turn.outbox.packets().size();
  if (send_arp(packet, to, interface, turn))
    return tell_origination(reason, turn.outbox.packets().subspan(before), turn);
  note(reason, interface, turn);
  note(Reason::outbox_full, interface, turn, IpAddress(packet.target));
}

// ---- neighbors ----

namespace {

/// A redirect may come of it. Whoever is on the link himself is not redirected.
void note_destination(Bytes packet, const discovery::NeighborKey& next_hop, Turn& turn) {
  if (next_hop.address.is_ipv4() || !turn.state.options.accept_redirects6) return;
  const Ipv6Address destination = Ipv6View::of(packet).destination();
  if (IpAddress(destination) != next_hop.address)
    turn.state.interface(next_hop.interface).routers.sent6.note(destination, turn.now);
}

}  // namespace

/// Packets lost with neighbors that made room for others.
void Output::note_evicted_packets(Turn& turn) {
  for (std::size_t lost = turn.state.neighbors.take_lost(); lost > 0; --lost)
    note(Reason::neighbor_evicted, InterfaceId{}, turn);
}

MaybeReason Output::resolve(std::size_t first, Egress egress, Turn& turn, discovery::WaitingFor whose) {
  auto& [state, output, random, limits, outbox, now, cause, frame, changes_deadlines] = turn;
  const std::span<OutgoingPacket> packets = outbox.from(first);
  std::expected<MacAddress, discovery::Unresolved> mac = egress.group_mac.value_or(MacAddress{});
  const discovery::NeighborKey key{egress.link.interface, egress.next_hop.value_or(IpAddress{})};
  if (!egress.group_mac) {
    mac = state.neighbors.use(key, source_of(packets[0].bytes), state.neighbor_times(key), now,
                              state.may_solicit(key.interface, now));
    changes_deadlines = true;
    note_evicted_packets(turn);
    note_destination(packets[0].bytes, key, turn);
  }
  if (mac) {
    for (OutgoingPacket& packet : packets) packet.address(*mac, state.interface(key.interface).mac());
    return {};
  }
  const bool is_asked_for = mac.error() == discovery::Unresolved::asked_for;
  const bool had_room = is_asked_for && state.neighbors.keep(key, packets, whose);
  outbox.keep_only(first);
  if (!is_asked_for) return Reason::neighbor_solicitations_limited;
  return had_room ? Reason::neighbor_resolution_pending : Reason::neighbor_queue_full;
}

void Output::flush(Turn& turn) {
  note_evicted_packets(turn);
  const auto key = turn.state.neighbors.take_released();
  if (!key) return;
  const discovery::Neighbor* const neighbor = turn.state.neighbors.find(*key);
  if (neighbor == nullptr || neighbor->waiting.size == 0) return;
  const std::size_t before = turn.outbox.packets().size();
  send_waiting(*key, neighbor->mac, turn);
  const auto sent = turn.outbox.packets().subspan(before);
  if (sent.empty()) return;
  // If stale, it is asked soon.
  [[maybe_unused]] const auto mac =
      turn.state.neighbors.use(*key, source_of(sent[0].bytes), turn.state.neighbor_times(*key), turn.now);
  turn.changes_deadlines = true;
  tell_origination(Reason::neighbor_resolved, sent, turn);
}

void Output::send_waiting(const discovery::NeighborKey& key, const MacAddress& to, Turn& turn) {
  for (; const auto waiting = turn.state.neighbors.first_waiting(key); turn.state.neighbors.remove_waiting(key)) {
    if (waiting->whose == discovery::WaitingFor::node && !is_from_us(waiting->bytes, key.interface, turn.state)) {
      record({waiting->bytes, key.interface, waiting->ids, false}, Drop{Reason::address_removed_while_waiting}, {}, {},
             turn);
      continue;
    }
    const std::size_t place = turn.outbox.packets().size();
    const MutableBytes room = turn.outbox.add(key.interface, waiting->bytes.size(), waiting->ids);
    if (room.empty()) {
      note({turn.now, Reason::outbox_full, key.interface, key.address, waiting->ids.cause});
      continue;
    }
    copy_bytes(room, waiting->bytes);
    turn.outbox.from(place)[0].address(to, turn.state.interface(key.interface).mac());
    waiting->whose == discovery::WaitingFor::sender ? void(++counters_.packets_out) : count_out(room);
  }
}

// ---- as it was given ----

MaybeReason Output::send_given(Bytes packet, LinkPayload payload, const Egress& egress, Turn& turn) {
  const std::size_t before = turn.outbox.packets().size();
  const MutableBytes room = turn.outbox.add(egress.link.interface, packet.size(), {next_number(), turn.cause});
  if (room.empty()) return Reason::outbox_full;
  copy_bytes(room, packet);
  turn.outbox.from(before)[0].payload = payload;
  turn.outbox.from(before)[0].loops_back = egress.loops_back;
  if (egress.next_hop || egress.group_mac)
    if (const auto waits = resolve(before, egress, turn, discovery::WaitingFor::giver)) return waits;
  if (payload == LinkPayload::ip)
    count_out(room);
  else
    ++counters_.packets_out;
  tell_origination(Reason::sent_on_request, turn.outbox.packets().subspan(before), turn);
  return {};
}

// ---- to itself ----

void Output::keep_own(std::size_t first, const Turn& turn) {
  for (OutgoingPacket& packet : turn.outbox.from(first)) {
    if (packet.payload != LinkPayload::ip || packet.is_framed()) continue;
    const auto own = own_egress(destination_in(packet.bytes), packet.interface, turn.now, turn.state);
    packet.loops_back = own.has_value();
    if (own) packet.interface = own->link.interface;
  }
}

// ---- counting ----

namespace {

/// The ICMP message in a datagram, of which nothing else need be right; empty if it is none, or has no type and code.
Bytes icmp_message_in(Bytes datagram) {
  const auto if_whole = [](Bytes message) { return message.size() < 2 ? Bytes{} : message; };
  if (const auto ipv4 = QuotedIpv4::parse(datagram)) {
    const bool is_first = ipv4->protocol() == protocol_number::icmpv4 && ipv4->fragment_offset() == 0;
    return is_first ? if_whole(ipv4->payload()) : Bytes{};
  }
  const auto ipv6 = QuotedIpv6::parse(datagram);
  const auto upper = ipv6 ? ipv6->upper_layer() : std::unexpected(NoUpperLayer::cut_short);
  if (!upper || upper->protocol != protocol_number::icmpv6 || upper->offset > datagram.size()) return {};
  return if_whole(datagram.subspan(upper->offset));
}

}  // namespace

void Output::count_out(Bytes datagram) {
  ++counters_.packets_out;
  const Bytes message = icmp_message_in(datagram);
  if (message.empty()) return;
  counters_.icmp(ip_version(datagram) == 4 ? Family::ipv4 : Family::ipv6).add_out(message[0], message[1]);
}

}  // namespace tunstack
