// What a network is made of: nodes, the links between them, and doors, where something outside is at the end of a link
// (the kernel behind a device, or a test). Written by hand, by `chain_plan` or from a file; a Network is built from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tunstack/network/impairment.hpp"
#include "tunstack/network/in_flight.hpp"
#include "tunstack/network/misbehaviour.hpp"
#include "tunstack/node/node.hpp"

namespace tunstack {

struct PlannedNode {
  std::string name;
  NodeConfig config;            // without link, seed and start, which the network gives
  bool computes_routes = true;  // beside those of `config`: by the shortest path to each link
  /// There where the node may misbehave now or later; its ports cost more.
  std::optional<Misbehaviour> misbehaviour = {};
};

/// An interface of a node at a link; or a door, by its number.
struct LinkEnd {
  std::size_t node = 0;
  InterfaceId interface{};
  std::optional<std::size_t> door = {};
  friend bool operator==(const LinkEnd&, const LinkEnd&) = default;
};

/// Of two ends, who needs no link-layer addresses; or where each node's interface has one, of any number.
struct PlannedLink {
  std::string name;
  std::vector<IpPrefix> prefixes;  // one of each family at most is routed
  std::vector<LinkEnd> ends;
  Impairments impairments = {};
  std::uint32_t cost = 1;  // of paths over it
};

struct NetworkPlan {
  std::vector<PlannedNode> nodes;
  std::vector<PlannedLink> links;
  Seed seed = 0;
  Instant start{};
  InFlightLimits in_flight = {};
};

/// A single node, whose n-th interface is at the n-th door.
NetworkPlan plan_of(const NodeConfig& node, std::string name = "stack");

}  // namespace tunstack
