// The IP header of an answer: whom it comes from, where it goes, and what of the request comes back in it. For Answers
// alone; inline because every echo reply needs one.
#pragma once

#include "protocols/ip/ipv4_input.hpp"
#include "tunstack/node/output.hpp"

namespace tunstack {

constexpr bool is_unspecified(Ipv4Address address) { return address.value == 0; }
inline bool is_unspecified(const Ipv6Address& address) { return address == Ipv6Address{}; }

/// A reply or error comes from the address that was asked (RFC 1122 3.2.2.6, RFC 4443 2.2), or, where that was a group,
/// from an address of the arrival interface; the unspecified address if it has none.
template <class View>
[[gnu::always_inline]] inline auto reply_source(const Arrival<View>& arrival, const NodeState& state) {
  using Address = decltype(arrival.ip.destination());
  if (is_own(arrival.destination)) [[likely]]
    return arrival.ip.destination();
  return state.addresses.source_for(arrival.interface, arrival.ip.source()).value_or(Address{});
}

/// Whoever asked without an address of its own is reached by broadcast (RFC 950 I).
[[gnu::always_inline]] inline Ipv4Header answer_header(const Ipv4Arrival& arrival, std::uint8_t protocol,
                                                       Ipv4Address source, const NodeState& state) {
  return {.source = source,
          .destination = ip::is_this_network(arrival.source) ? ipv4_limited_broadcast : arrival.ip.source(),
          .protocol = protocol,
          .ttl = static_cast<std::uint8_t>(state.options.ipv4_ttl)};
}
/// Without the hop limit, which is that of the interface it leaves by.
[[gnu::always_inline]] inline Ipv6Header answer_header(const Ipv6Arrival& arrival, std::uint8_t next_header,
                                                       const Ipv6Address& source, const NodeState&) {
  return {.source = source, .destination = arrival.ip.source(), .next_header = next_header};
}

/// Of an error: 0, or internetwork control and the TOS bits of the invoking packet (RFC 1812 4.3.2.5).
inline std::uint8_t error_tos(const Ipv4Arrival& arrival, const NodeState& state) {
  const bool is_told_by_host = state.interface(arrival.interface).is_host();
  const ErrorTos policy = state.options.ipv4_error_tos;
  if (policy == ErrorTos::zero || (policy == ErrorTos::by_role && is_told_by_host)) return 0;
  return static_cast<std::uint8_t>(0xc0 | (arrival.ip.type_of_service() & 0x1c));
}

[[gnu::always_inline]] inline Ipv4Header reply_header(const Reply& reply, const Ipv4Arrival& arrival,
                                                      Ipv4Address source, const NodeState& state) {
  Ipv4Header header = answer_header(arrival, arrival.ip.protocol(), source, state);
  header.type_of_service = reply.header.traffic_class;
  if (reply.header.hop_limit != 0) header.ttl = reply.header.hop_limit;
  return header;
}
[[gnu::always_inline]] inline Ipv6Header reply_header(const Reply& reply, const Ipv6Arrival& arrival,
                                                      const Ipv6Address& source, const NodeState& state) {
  Ipv6Header header = answer_header(arrival, arrival.protocol(), source, state);
  header.traffic_class = reply.header.traffic_class;
  header.hop_limit = reply.header.hop_limit;
  header.flow_label = reply.header.flow_label;
  return header;
}

// What the way of an answer adds to its header, once it is known how large the packet is.
[[gnu::always_inline]] inline void finish_header(Ipv4Header& header, std::size_t size, const Link&, Turn& turn) {
  give_identification(header, size, turn);
}
[[gnu::always_inline]] inline void finish_header(Ipv6Header& header, std::size_t size, const Link& link, Turn& turn) {
  if (header.hop_limit == 0) header.hop_limit = turn.state.interface(link.interface).hop_limit();
  if (size > ipv6_minimum_mtu) [[unlikely]] {            // a router may report it as too big
    const Ipv6Address destination = header.destination;  // a copy, or the header would lie in memory
    turn.state.path_mtus.note_large_packet(destination);
  }
  if (size > link.mtu) [[unlikely]]
    header.identification =
        turn.state.identifications6.next(Ipv6Address(header.destination), {size, header.next_header}, turn.now);
}

}  // namespace tunstack
