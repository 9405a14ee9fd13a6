// Extended echo: what others may ask about the interfaces of this node and of its neighbors (RFC 8335 3).
#pragma once

#include "protocols/icmp/extended_echo.hpp"
#include "tunstack/node/state.hpp"

namespace tunstack {

Verdict answer_probe(const icmp::ExtendedEchoRequest& request, Instant now, const NodeState& state);

}  // namespace tunstack
