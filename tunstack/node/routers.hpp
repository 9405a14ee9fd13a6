// Router discovery of both families and redirects: what a node asks and learns as a host, and what it tells as a
// router.
#pragma once

#include "tunstack/node/output.hpp"

namespace tunstack::routers {

// What is to become of a message; called by rows of dispatch.
Verdict judge_solicitation(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);
Verdict judge_advertisement(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);
Verdict judge_irdp_solicitation(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state);
Verdict judge_irdp_advertisement(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state);
Verdict judge_redirect4(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state);
Verdict judge_redirect6(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);

// Takes a message that was judged so.
void on_solicitation(const Ipv6Arrival& arrival, Turn& turn);
void on_advertisement(const Ipv6Arrival& arrival, Turn& turn);
void on_irdp_solicitation(const Ipv4Arrival& arrival, Turn& turn);
void on_irdp_advertisement(const Ipv4Arrival& arrival, Turn& turn);
void on_redirect(const Ipv4Arrival& arrival, Turn& turn);
void on_redirect(const Ipv6Arrival& arrival, Turn& turn);

/// Sends the solicitations and advertisements that are due.
void step(InterfaceId interface, Turn& turn);
}  // namespace tunstack::routers
