#include "tunstack/settings/quantities.hpp"

#include <charconv>
#include <chrono>
#include <string>

#include "tunstack/options/quantity.hpp"

namespace tunstack {

namespace {

struct RateUnit {
  std::string_view name;
  double bits;
};
constexpr RateUnit rate_units[] = {{"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {"kbit/s", 1e3}, {"bit/s", 1}};

std::optional<double> plain_number(std::string_view text) { return option::parse_quantity(text, {}); }

/// "every 10th"; what letters follow the number does not matter as long as they are an ordinal's.
std::optional<std::uint32_t> parse_every(std::string_view text) {
  constexpr std::string_view every = "every ";
  if (!text.starts_with(every) || text.size() < every.size() + 3) return std::nullopt;
  const std::string_view ending = text.substr(text.size() - 2);
  const std::string_view digits = text.substr(every.size(), text.size() - every.size() - 2);
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  const bool is_ordinal = ending == "th" || ending == "st" || ending == "nd" || ending == "rd";
  if (error != std::errc{} || end != digits.data() + digits.size() || count == 0 || !is_ordinal) return std::nullopt;
  return count;
}

}  // namespace

std::optional<Duration> parse_time(std::string_view text, std::chrono::seconds longest) {
  const bool has_unit = text.ends_with('s') || text.ends_with('m') || text.ends_with('h') || text.ends_with("min");
  const auto seconds = has_unit ? option::parse_quantity(text, "seconds") : std::nullopt;
  if (!seconds || *seconds > static_cast<double>(longest.count())) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds));
}

std::optional<Share> parse_share(std::string_view text) {
  if (const auto count = parse_every(text)) return Share::each_of(*count);
  const bool is_percentage = text.ends_with('%');
  const auto number = plain_number(text.substr(0, text.size() - (is_percentage ? 1 : 0)));
  if (!number || *number > (is_percentage ? 100 : 1)) return std::nullopt;
  return Share(is_percentage ? *number / 100 : *number);
}

std::optional<std::uint64_t> parse_rate(std::string_view text) {
  constexpr double highest = 1e12;
  for (const RateUnit& unit : rate_units) {
    if (!text.ends_with(unit.name)) continue;
    std::string_view digits = text.substr(0, text.size() - unit.name.size());
    while (digits.ends_with(' ')) digits.remove_suffix(1);
    const auto number = plain_number(digits);
    if (!number || *number * unit.bits < 1 || *number * unit.bits > highest) return std::nullopt;
    return static_cast<std::uint64_t>(*number * unit.bits);
  }
  return std::nullopt;
}

}  // namespace tunstack
