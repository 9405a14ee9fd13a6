// What others may ask about the neighbors of this node (RFC 8335 3).
#pragma once

#include "protocols/icmp/extended_echo.hpp"
#include "tunstack/node/node_state.hpp"

namespace tunstack {

/// `family` is an address_family_number; a link-layer address names a neighbor too.
icmp::NeighborEntries neighbor_entries(const NodeState& state, std::uint16_t family, Bytes address, Instant now);

}  // namespace tunstack
