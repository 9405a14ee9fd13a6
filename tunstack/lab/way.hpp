// The way that a packet takes through a closed world, hop by hop, as the nodes themselves decide it; nothing is sent.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "tunstack/lab/lab_plan.hpp"
#include "tunstack/network/network.hpp"

namespace tunstack::lab {

struct Hop {
  std::string node;
  std::string link;                     // that it goes on by; empty: it ends here
  std::string reason;                   // what decided
  std::vector<std::string> equal_hops;  // next hops of equal length, if there is a choice
  std::string next_hop;
};

struct Way {
  std::string packet;  // its line
  std::vector<Hop> hops;
  bool arrives = false;
};

/// From a node or door to a node, a door or an address, in one family. `flow`: what follows the addresses in the line
/// of a packet; empty: an echo request. The error says why there is no such packet.
std::expected<Way, std::string> find_way(const LabPlan& lab, const std::string& from, const std::string& to,
                                         Family family, const std::string& flow);

std::string way_text(const Way& way);

}  // namespace tunstack::lab
