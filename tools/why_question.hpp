// What 'tunstack why' is asked, as somebody typed it: a packet or frame, or one of a capture with those before it.
#pragma once

#include <string>
#include <vector>

#include "tunstack/why/question.hpp"

namespace tunstack {

struct WhyQuestion {
  why::Octets packet;                 // a frame where the link of the node has addresses
  std::vector<why::Earlier> earlier;  // those before it in its capture
  Duration after_start{};
  bool link_layer_group = false;
  bool is_captured = false;  // so it is known what came before
};

/// What a line says of a datagram arrives in a frame of a neighbor where `node` needs one. Throws UsageFault.
WhyQuestion read_question(const std::string& text, const NodeConfig& node);

}  // namespace tunstack
