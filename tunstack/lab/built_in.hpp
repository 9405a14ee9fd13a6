// The labs that are compiled in (tunstack/lab/built_in/*.toml), and finding a lab by its name.
#pragma once

#include <span>
#include <string_view>

namespace tunstack::lab {

struct BuiltInLab {
  std::string_view name;  // "pmtud"
  std::string_view text;  // of its file
};

/// In the order in which they are read best.
std::span<const BuiltInLab> built_in_labs();
/// Null if there is none of the name.
const BuiltInLab* find_built_in(std::string_view name);
/// A file to begin with, with comments.
std::string_view lab_template();

}  // namespace tunstack::lab
