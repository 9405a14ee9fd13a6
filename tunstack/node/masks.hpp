// Address masks: a node that asks for the masks of its links, and that answers as an agent (RFC 950 I,
// RFC 1122 3.2.2.9).
#pragma once

#include "tunstack/node/output.hpp"

namespace tunstack::masks {

Verdict judge_request(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state);
Verdict judge_reply(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state);

/// Takes the mask of a reply that was judged acceptable.
void on_reply(const Ipv4Arrival& arrival, Turn& turn);

/// Sends the requests that are due.
void step(Turn& turn);

}  // namespace tunstack::masks
