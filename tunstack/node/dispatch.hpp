// THE tables from a protocol number to its handler, and from an ICMP type to its handler, in both families. Nearly
// every packet is an echo request: ICMP of the own family, and echo in it, stand in no row but here, inlined into who
// judges.
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/icmp/echo.hpp"
#include "protocols/verdict.hpp"
#include "tunstack/node/state.hpp"

namespace tunstack {

// By the tables.
Verdict dispatch_protocol(const Ipv4Arrival& arrival, const NodeState& state);
Verdict dispatch_protocol(const Ipv6Arrival& arrival, const NodeState& state);
Verdict dispatch_type(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state);
Verdict dispatch_type(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);

[[gnu::always_inline]] inline Verdict icmp_input(const Ipv4Arrival& arrival, const NodeState& state, RuleTrace* trace) {
  const Bytes payload = arrival.payload();
  if (const auto broken = first_broken<icmpv4_rules>(payload, trace)) return Drop{*broken};
  const Icmpv4View message = Icmpv4View::of(payload);
  if (message.type() == static_cast<std::uint8_t>(Icmpv4Type::echo_request)) [[likely]]
    return icmp::answer_echo(arrival, message, state.options.echo4, trace);
  return dispatch_type(arrival, message, state);
}

[[gnu::always_inline]] inline Verdict icmp_input(const Ipv6Arrival& arrival, const NodeState& state, RuleTrace* trace) {
  const Bytes payload = arrival.payload();
  if (const auto broken = first_broken<icmpv6_rules>(Icmpv6Arrival{payload, icmpv6_pseudo_header(arrival)}, trace))
    return Drop{*broken};
  const Icmpv6View message = Icmpv6View::of(payload);
  if (message.type() == static_cast<std::uint8_t>(Icmpv6Type::echo_request)) [[likely]]
    return icmp::answer_echo(arrival, message, state.options.echo6, trace);
  return dispatch_type(arrival, message, state);
}

/// Decides a datagram that fulfils the rules of reception, by its protocol.
template <class View>
[[gnu::always_inline]] inline Verdict dispatch(const Arrival<View>& arrival, const NodeState& state, RuleTrace* trace) {
  if (is_icmp(arrival)) [[likely]]
    return icmp_input(arrival, state, trace);
  return dispatch_protocol(arrival, state);
}

}  // namespace tunstack
