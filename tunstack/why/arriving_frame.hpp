// Frames around datagrams that are asked about: as a neighbor would send them to the node.
#pragma once

#include <optional>

#include "tunstack/node/node.hpp"
#include "tunstack/notation/octets.hpp"

namespace tunstack::why {

/// Whether the first link of the node has addresses: what arrives there are frames.
bool has_frames(const NodeConfig& node);
/// Its address there.
MacAddress own_station(const NodeConfig& node);

/// From a neighbor, to the node or to the group that the datagram is for. Where links have no addresses, and of what is
/// no datagram, the octets as they are.
notation::Octets arriving(const NodeConfig& node, Bytes datagram);
/// Where a datagram is sent on the link.
MacAddress station_for(const NodeConfig& node, Bytes datagram);
/// Somebody else on the link.
MacAddress neighbor_of(const MacAddress& own);

/// What who sends a frame has sent before, if he is a neighbor: he has asked for an address of the node, so that the
/// node knows him.
std::optional<notation::Octets> introduction(const NodeConfig& node, Bytes frame);

/// The datagram in a frame, without padding; nothing where the frame holds something else.
Bytes datagram_in_frame(Bytes frame);
/// Another datagram in the same frame: its addresses stay as long as that goes where the other one went.
notation::Octets with_datagram(const NodeConfig& node, Bytes frame, Bytes datagram);

}  // namespace tunstack::why
