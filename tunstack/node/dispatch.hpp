// THE tables from a protocol number to its handler, and from an ICMP type to its handler, in both families.
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/verdict.hpp"
#include "tunstack/node/state.hpp"

namespace tunstack {

/// Decides a datagram that fulfils the rules of reception, by its protocol.
Verdict dispatch(const Ipv4Arrival& arrival, const NodeState& state);
Verdict dispatch(const Ipv6Arrival& arrival, const NodeState& state);

}  // namespace tunstack
