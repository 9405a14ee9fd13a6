// Inputs that were made to cost time, by what they aim at. Made here, measured by worst_inputs.
#pragma once

#include <string>

#include "tests/support/frames.hpp"

namespace tunstack::test {

/// What they come to.
enum class Place : std::uint8_t {
  tun,
  ethernet,  // a host that knows the peer, on so large networks that there is room for strangers
  learner,   // and believes routers
  routed,    // and has the peer for its router
  member,    // and tells routers of its groups
  querier    // a router that asks for listeners
};

struct Input {
  std::string name;
  std::vector<Packet> packets;
  std::vector<std::string_view> settings = {};
  Place place = Place::tun;
  /// If it is there, packets only open, and what this makes of the answer to each is measured. Nobody can send that
  /// without the opening, so both together are held against an echo for each.
  Packet (*reaction)(const Packet& answer) = nullptr;
  /// If a message stands for several: how many echoes it may be held against, and why.
  std::size_t stands_for = 1;
  std::string_view because = {};
};

std::vector<Input> chain_inputs();
std::vector<Input> fragment_inputs();
std::vector<Input> option_inputs();
std::vector<Input> family_inputs();
std::vector<Input> link_inputs();

}  // namespace tunstack::test
