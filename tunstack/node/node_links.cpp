// Frames in and out, on links with addresses: what they carry, and where packets go there.
#include "protocols/discovery/neighbors/arp_rules.hpp"
#include "tunstack/node/node.hpp"

namespace tunstack {

namespace {

discovery::NeighborKey sender_of(const ArpPacket& packet, InterfaceId interface) { return {interface, packet.sender}; }

bool is_ipv4_multicast(Ipv4Address address) { return kind_of(address) == AddressKind::multicast; }

}  // namespace

// ---- in ----

std::expected<Received, Reason> Node::unwrap(const Received& frame) const {
  const auto ethernet = EthernetView::parse(frame.bytes);
  if (!ethernet) return std::unexpected(ethernet.error());
  const MacAddress destination = ethernet->destination();
  const bool is_ours =
      destination == mac_broadcast ||
      (destination.is_group() && (state_.addresses.listens_to(frame.interface, destination) ||
                                  state_.link(frame.interface).querier6));  // hears reports to any group (RFC 3810 4)
  if (const auto broken = first_broken<discovery::frame_rules>(
          discovery::FrameInput{*ethernet, state_.own_mac(frame.interface), is_ours}))
    return std::unexpected(*broken);
  return Received{frame.interface, ethernet->payload(), frame.now, destination.is_group()};
}

namespace {

/// Of a frame that was looked into.
bool carries_arp(const Received& frame) {
  const auto ethernet = EthernetView::parse(frame.bytes);
  return ethernet && ethernet->type() == ethertype::arp;
}

}  // namespace

Verdict Node::decide_frame(const Received& frame) const {
  const auto received = unwrap(frame);
  if (!received) return Drop{received.error()};
  return carries_arp(frame) ? judge_arp(*received) : decide_datagram(*received);
}

/// What this frame lets go, and what it makes this node ask for, is sent at once too.
void Node::receive_frame(const Received& frame, Outbox& out) {
  frame_ = frame.bytes;
  if (const auto received = unwrap(frame); !received)
    conclude({frame.now, frame.bytes}, Drop{received.error()}, {}, {});
  else if (carries_arp(frame))
    receive_arp(*received, out);
  else
    receive_datagram(*received, out);
  frame_ = {};
  if (const auto heard = std::exchange(heard_, std::nullopt)) send_waiting(*heard, frame.now, out);
  update_deadline();
  if (next_deadline() <= frame.now) tick(frame.now, out);
}

// ---- ARP ----

Verdict Node::judge_arp(const Received& received) const {
  const auto packet = ArpPacket::parse(received.bytes);
  if (!packet) return Drop{packet.error()};
  const discovery::ArpInput input{*packet, state_.addresses.kind_on(received.interface, packet->sender),
                                  state_.addresses.kind_on(received.interface, packet->target),
                                  state_.neighbors.find(sender_of(*packet, received.interface)) != nullptr,
                                  state_.is_proxied(received.interface, packet->target)};
  if (const auto broken = first_broken<discovery::arp_input_rules>(input)) return Drop{*broken};
  if (discovery::asks_for_proxied(input)) return Deliver{Reason::arp_request_proxied};
  if (input.target != AddressKind::own) return Deliver{Reason::arp_sender_updated};
  return Deliver{packet->operation == ArpOperation::request ? Reason::arp_request_for_us : Reason::arp_reply_for_us};
}

void Node::receive_arp(const Received& received, Outbox& out) {
  const Verdict verdict = judge_arp(received);
  const std::size_t sent_before = out.packets().size();
  if (const auto packet = ArpPacket::parse(received.bytes)) {
    auto& addresses = state_.link(received.interface).addresses4;
    if (const auto conflict = addresses ? addresses->on_arp(*packet, received.now) : MaybeReason{}) count(*conflict);
    if (std::holds_alternative<Deliver>(verdict)) take_arp(*packet, verdict, received, out);
  }
  conclude({received.now, received.bytes}, verdict, {}, out.packets().subspan(sent_before));
}

/// The table is brought up to date whatever the operation (RFC 826), but 0.0.0.0 never gets in (RFC 5227 2.3).
void Node::take_arp(const ArpPacket& packet, const Verdict& verdict, const Received& received, Outbox& out) {
  if (reason_of(verdict) == Reason::arp_request_for_us || reason_of(verdict) == Reason::arp_request_proxied)
    send_arp({ArpOperation::reply, state_.own_mac(received.interface), packet.target, packet.sender_mac, packet.sender},
             packet.sender_mac, received.interface, out);
  if (packet.sender == Ipv4Address{}) return;
  const auto key = sender_of(packet, received.interface);
  const auto state = state_.neighbors.state_of(key, received.now);
  const bool was_asked = state == discovery::NeighborState::incomplete || state == discovery::NeighborState::probe;
  if (was_asked && reason_of(verdict) == Reason::arp_reply_for_us)
    note({.key = key, .mac = packet.sender_mac, .solicited = true}, received.now);
  else
    mention(key, packet.sender_mac, received.now);
}

void Node::send_arp(const ArpPacket& packet, const MacAddress& to, InterfaceId interface, Outbox& out) {
  const MutableBytes room = out.add(interface, arp_size);
  if (room.empty()) return count(Reason::outbox_full);
  packet.write(room);
  out.address(out.packets().size() - 1, to, LinkPayload::arp);
  ++counters_.packets_out;
}

void Node::originate_arp(Reason reason, const ArpPacket& packet, const MacAddress& to, InterfaceId interface,
                         Instant now, Outbox& out) {
  const std::size_t sent_before = out.packets().size();
  count(reason);
  send_arp(packet, to, interface, out);
  if (observer_ && out.packets().size() > sent_before)
    observer_->originated({now, reason, out.packets().subspan(sent_before)});
}

// ---- out ----

/// Groups need no resolution (RFC 1112 6.4, RFC 4861 7.2).
std::optional<MacAddress> Node::group_mac(InterfaceId interface, const IpAddress& destination) const {
  if (!destination.is_ipv4())
    return destination.ipv6().is_multicast() ? std::optional(mac_of_group(destination.ipv6())) : std::nullopt;
  if (is_ipv4_multicast(destination.ipv4())) return mac_of_group(destination.ipv4());
  const bool is_everybody = is_broadcast(state_.addresses.kind_on(interface, destination.ipv4()));
  return is_everybody ? std::optional(mac_broadcast) : std::nullopt;
}

MaybeReason Node::hand_over(std::size_t first, const IpAddress& stop, InterfaceId interface, Instant now, Outbox& out) {
  if (!stop.is_ipv4() && state_.link(interface).has_no_ipv6()) {
    out.keep_only(first);
    return Reason::address_ipv6_disabled;
  }
  auto mac = group_mac(interface, stop);
  const auto hop = mac ? std::nullopt : state_.next_hop(interface, stop, now);
  if (!mac && !hop) {
    out.keep_only(first);
    return Reason::no_route;
  }
  if (!mac) mac = state_.neighbors.use({interface, *hop}, state_.neighbor_times({interface, *hop}), now);
  count_lost();
  if (mac) {
    for (std::size_t i = first; i < out.packets().size(); ++i) out.address(i, *mac);
    return {};
  }
  bool all_are_kept = true;
  for (const OutgoingPacket& packet : out.packets().subspan(first))
    all_are_kept &= state_.neighbors.keep({interface, *hop}, packet.bytes);
  out.keep_only(first);
  update_deadline();
  return all_are_kept ? Reason::neighbor_resolution_pending : Reason::neighbor_queue_full;
}

}  // namespace tunstack
