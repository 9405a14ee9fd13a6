// Numbers with units, as lab files have them: the one place where each is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tunstack/network/impairment.hpp"

namespace tunstack::lab {

/// "10ms", "1.5s", "2m": with its unit.
std::optional<Duration> parse_time(std::string_view text, std::chrono::seconds longest = std::chrono::hours(1));
/// "34%", "0.1", "every 10th".
std::optional<Share> parse_share(std::string_view text);
/// "1Mbit/s", "64kbit/s": bits a second.
std::optional<std::uint64_t> parse_rate(std::string_view text);

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
