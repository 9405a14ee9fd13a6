// Small changes of a packet, one thing each: what somebody would try next.
#pragma once

#include <string>
#include <vector>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "tunstack/node/node.hpp"
#include "tunstack/notation/octets.hpp"

namespace tunstack::why {

struct PacketChange {
  std::string what;  // "destination 192.0.2.2", "checksums mended"
  notation::Octets packet;
};

/// Only those that change it: of a datagram, or of a frame where the first link of the node has addresses. All but
/// wrong lengths leave the checksums as right or wrong as they were.
std::vector<PacketChange> packet_changes(const NodeConfig& node, Bytes packet);
/// Its headers as they are, and an echo request instead of what they lead to: when what a packet carries is refused
/// whatever changes in it.
std::vector<PacketChange> last_resorts(const NodeConfig& node, Bytes packet);

/// The other way round: one thing each that is wrong with the packet then.
std::vector<PacketChange> packet_faults(const NodeConfig& node, Bytes packet);

/// An address of the first link of the family, if there is one.
std::optional<IpAddress> own_address(const NodeConfig& node, Family family);
/// That of somebody else with the same prefix.
IpAddress neighbor_of(const IpAddress& own);

}  // namespace tunstack::why
