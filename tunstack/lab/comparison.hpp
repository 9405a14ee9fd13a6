// How something that is measured must compare, as expectations have it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tunstack::lab {

/// "<= 34%", ">=1", "12ms", "true": how something that is measured must compare. Times are in milliseconds, shares from
/// 0 to 1.
struct Comparison {
  enum class Relation : std::uint8_t { equal, not_equal, less, at_most, greater, at_least };
  enum class Unit : std::uint8_t { number, share, milliseconds };

  Relation relation = Relation::equal;
  double value = 0;
  Unit unit = Unit::number;

  bool holds(double measured) const;
};
std::optional<Comparison> parse_comparison(std::string_view text);

}  // namespace tunstack::lab
