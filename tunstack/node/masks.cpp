#include "tunstack/node/masks.hpp"

#include "tunstack/node/neighbors.hpp"

namespace tunstack::masks {

Verdict judge_request(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  const auto mask = state.addresses.mask_for(arrival.interface, arrival.ip.source());
  const icmp::AddressMaskRequest request{message, arrival.destination, mask, state.options.queries};
  return icmp::as_query_reply(icmp::answer_address_mask(request, arrival.trace), arrival);
}

Verdict judge_reply(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  const Bytes reply = message.bytes();
  if (reply.size() < icmp::address_mask_size) return Drop{Reason::icmp4_mask_message_too_short};
  if (const auto refused = state.masks.refuses(arrival.interface, load_be32(reply, 4), load_be32(reply, 8)))
    return Drop{*refused};
  return Deliver{Reason::icmp4_mask_learned, Recipient::address_mask};
}

void on_reply(const Ipv4Arrival& arrival, Turn& turn) {
  turn.state.addresses.set_mask(arrival.interface, load_be32(arrival.payload(), icmp_header_size));
  turn.state.masks.finish(arrival.interface);
  neighbors::on_progress({arrival.interface, arrival.ip.source()}, turn);
}

void step(Turn& turn) {
  while (const auto request = turn.state.masks.take_due(turn.now)) {
    const auto source = turn.state.addresses.source_for(request->interface, ipv4_limited_broadcast);
    if (!source) continue;
    const Ipv4Header header{.source = *source,
                            .destination = ipv4_limited_broadcast,
                            .protocol = protocol_number::icmpv4,
                            .ttl = static_cast<std::uint8_t>(turn.state.options.ipv4_ttl)};
    const Icmpv4Query message{Icmpv4Type::address_mask_request, request->identifier_and_sequence, 1, {0}};
    turn.output.originate(Reason::icmp4_mask_request_sent, header, message, request->interface, turn);
  }
}

}  // namespace tunstack::masks
