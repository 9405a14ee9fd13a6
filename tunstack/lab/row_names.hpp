// Nodes of a row by their names: [node.hop] with count = 5 makes hop1, ..., hop5, and [node.hop3] says more of one.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>

namespace tunstack::lab {

/// The row among the tables of nodes that makes a node of this name: "hop" for "hop3".
std::optional<std::string> row_of(std::string_view name, const toml::table& nodes);

}  // namespace tunstack::lab
