// One question: what becomes of a packet in a world, and which tables were asked on the way. Asked offline: each
// question makes a node of its own, so that nothing is changed by asking.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tunstack/node/node.hpp"

namespace tunstack::why {

using Octets = std::vector<std::uint8_t>;

/// What came before.
struct Earlier {
  Octets bytes;
  Duration after_start;
  bool link_layer_group = false;
};

/// Where and when a packet arrives: at a node that has heard all of `earlier`, on its first interface.
struct World {
  NodeConfig node;
  std::span<const Earlier> earlier = {};  // of whoever asks: worlds are copied for each change that is tried
  Duration after_start{};
  bool link_layer_group = false;
};

struct Outcome {
  std::string_view verdict;                  // "drop", "reply", ... as explanations have it
  Reason reason;                             // that decided in the end
  std::vector<Octets> sent = {};             // at once
  std::vector<RuleTrace::Asked> asked = {};  // tables, in their order
};

/// Of a node whose start is over: addresses have been checked.
Outcome ask(const World& world, Bytes packet);

}  // namespace tunstack::why
