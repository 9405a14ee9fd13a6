// How a node sends: for its own sources only.
#pragma once

#include "tunstack/node/node.hpp"

namespace tunstack {

inline bool is_icmp(const Ipv4Header& header) { return header.protocol == protocol_number::icmpv4; }
inline bool is_icmp(const Ipv6Header& header) { return header.next_header == protocol_number::icmpv6; }

constexpr Family family_of(const Ipv4Header&) { return Family::ipv4; }
constexpr Family family_of(const Ipv6Header&) { return Family::ipv6; }

template <class IpHeader, class Message>
MaybeReason Node::send(const IpHeader& header, const Message& message, const Link& link, Instant now, Outbox& out) {
  const std::size_t before = out.packets().size();
  if (const auto failed = emit(header, message, link, out)) return failed;
  if (has_frames(link.interface)) [[unlikely]]
    if (const auto waits = hand_over(before, next_stop(header), link.interface, now, out)) return waits;
  const std::size_t packets = out.packets().size() - before;
  counters_.packets_out += packets;
  const std::size_t headers = header_size(header) + (packets > 1 ? fragment_header_size(header) : 0);
  const Bytes written = out.packets()[before].bytes.subspan(headers);
  if (is_icmp(header)) counters_.icmp(family_of(header)).add_out(written[0], written[1]);
  return {};
}

/// Of its own accord.
template <class IpHeader, class Message>
void Node::originate(Reason reason, const IpHeader& header, const Message& message, const Link& link, Instant now,
                     Outbox& out) {
  const std::size_t sent_before = out.packets().size();
  count(reason);
  if (const auto failed = send(header, message, link, now, out)) return count(*failed);
  if (observer_) observer_->originated({now, reason, out.packets().subspan(sent_before)});
}

}  // namespace tunstack
