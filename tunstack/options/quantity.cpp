#include "tunstack/options/quantity.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace tunstack::option {

namespace {

enum class Dimension { time, size };

struct Unit {
  std::string_view name;
  Dimension dimension;
  double size;  // in ms or octets
};

constexpr Unit units[] = {{"us", Dimension::time, 0.001},
                          {"ms", Dimension::time, 1},
                          {"s", Dimension::time, 1'000},
                          {"seconds", Dimension::time, 1'000},
                          {"m", Dimension::time, 60'000},
                          {"min", Dimension::time, 60'000},
                          {"h", Dimension::time, 3'600'000},
                          {"d", Dimension::time, 86'400'000},
                          {"octets", Dimension::size, 1},
                          {"B", Dimension::size, 1},
                          {"KiB", Dimension::size, 1024},
                          {"MiB", Dimension::size, 1024.0 * 1024},
                          {"GiB", Dimension::size, 1024.0 * 1024 * 1024}};

const Unit* find_unit(std::string_view name) {
  const Unit* const found = std::ranges::find(units, name, &Unit::name);
  return found == std::end(units) ? nullptr : found;
}

/// 0.29 s are 290 ms, whatever binary fractions make of it.
double without_residue(double value) {
  const double whole = std::round(value);
  return std::abs(value - whole) < 1e-9 ? whole : value;
}

}  // namespace

std::optional<double> parse_quantity(std::string_view text, std::string_view unit) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  if (stop == end) return number;
  const Unit* const given = find_unit({stop, end});
  const Unit* const wanted = find_unit(unit);
  if (!given || !wanted || given->dimension != wanted->dimension) return std::nullopt;
  const double value = number * given->size / wanted->size;
  return without_residue(value);
}

}  // namespace tunstack::option
