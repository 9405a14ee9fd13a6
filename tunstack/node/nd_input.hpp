// What the services of Neighbor Discovery share: how its messages are taken in, and the header of what they send.
#pragma once

#include "protocols/discovery/nd_rules.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "tunstack/node/state.hpp"

namespace tunstack {

inline discovery::NdInput nd_input(const Ipv6Arrival& arrival, const Icmpv6View& message, std::size_t fixed_size) {
  return {arrival.ip, message.bytes(), fixed_size};
}

/// Whoever could hide its options in fragments could pass what guards the link (RFC 6980 5).
inline MaybeReason refuses_discovery(const Ipv6Arrival& arrival, const discovery::NdInput& input) {
  if (arrival.was_held || arrival.upper.behind_fragment_header) return Reason::icmp6_discovery_in_fragments;
  return first_broken<discovery::nd_rules>(input, arrival.trace);
}

/// Optimistic addresses count as tentative where others may say that they have them (RFC 4429 3.3).
inline AddressKind kind_of_target(const Ipv6Arrival& arrival, const Ipv6Address& target, const NodeState& state) {
  const AddressKind kind = state.addresses.kind_on(arrival.interface, target);
  const bool is_optimistic = kind == AddressKind::own && state.interface(arrival.interface).is_optimistic(target);
  return is_optimistic ? AddressKind::tentative : kind;
}

inline Ipv6Header nd_header(const Ipv6Address& source, const Ipv6Address& destination) {
  return {
      .source = source, .destination = destination, .next_header = protocol_number::icmpv6, .hop_limit = nd_hop_limit};
}

}  // namespace tunstack
