// ICMP errors that arrive: whether they are about a packet of ours, and what they change.
#pragma once

#include "protocols/icmp/error_report.hpp"
#include "tunstack/node/output.hpp"

namespace tunstack::error_reports {

/// An error is believed if it quotes a packet that this node can have sent (RFC 5927 4.1, RFC 4443 2.4(d)). It is a
/// hint: nothing but the estimate of a path MTU changes (RFC 1122 3.2.2.1, RFC 8201 4).
Verdict judge4(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state);
Verdict judge6(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);

/// Lowers the path MTU if the error asks for that, and tells whoever sent the quoted packet.
void on_error(const Ipv4Arrival& arrival, Turn& turn);
void on_error(const Ipv6Arrival& arrival, Turn& turn);

}  // namespace tunstack::error_reports
