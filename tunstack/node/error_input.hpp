// ICMP errors that arrive: whether they are about a packet of ours, and what they change.
#pragma once

#include "protocols/icmp/error_report.hpp"
#include "protocols/verdict.hpp"
#include "tunstack/node/node_state.hpp"

namespace tunstack {

/// An error is believed if it quotes a packet that this node can have sent (RFC 5927 4.1). It is a hint: nothing but
/// the estimate of a path MTU changes (RFC 1122 3.2.2.1).
Verdict judge_error(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state);
/// Likewise (RFC 4443 2.4(d), RFC 8201 4).
Verdict judge_error(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);

/// Of an error that was delivered.
icmp::ErrorReport report_of(const Ipv4Arrival& arrival);
icmp::ErrorReport report_of(const Ipv6Arrival& arrival);
/// The MTU towards the destination of the quoted packet, in octets, if a delivered error lowers it.
std::optional<std::size_t> lowered_path_mtu(const icmp::ErrorReport& report, InterfaceId interface, Instant now,
                                            const NodeState& state);

}  // namespace tunstack
