// THE table of options by area, the profiles, and setting one option by its key.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tunstack/options/node_options.hpp"
#include "tunstack/options/option_row.hpp"

namespace tunstack {

/// Rows about one subject (tunstack/options/rows).
struct OptionArea {
  std::string_view name;
  std::span<const OptionRow> rows;
};

/// Every option, in the order in which the areas are read best.
std::span<const OptionArea> option_areas();

/// The row with this key, or with the key that replaced it, or null.
const OptionRow* find_option(std::string_view key);

enum class Profile : std::uint8_t { lab, hardened };
NodeOptions options_of(Profile profile);

/// Why an assignment was refused, in the three parts of an error: what, why, what to do.
struct OptionFault {
  std::string what, why, remedy;
};

OptionFault unknown_option(std::string_view key);

/// Applies "KEY=VALUE". Nothing changes on a fault.
std::optional<OptionFault> set_option(NodeOptions& options, std::string_view assignment);

}  // namespace tunstack
