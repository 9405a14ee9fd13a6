// Nodes that a template makes, by their names: [node.hop] with count = 5 makes hop1, ..., hop5, and [node.hop3] says
// more of one; [topology] makes n1, n2, ...
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>

namespace tunstack::lab {

/// What the topology's nodes have before their numbers.
constexpr std::string_view topology_row = "n";

/// The row in a lab file that makes a node of this name: "hop" for "hop3", or that of the topology.
std::optional<std::string> row_of(std::string_view name, const toml::table& file);

/// Whether it is the topology that makes this row, not a node with a count.
bool is_of_topology(std::string_view row, const toml::table& file);

}  // namespace tunstack::lab
