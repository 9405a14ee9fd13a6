#include "tunstack/lab/row_names.hpp"

#include <charconv>

namespace tunstack::lab {

namespace {

/// 0 of a row without `count`, and of what is none.
std::int64_t count_written(const toml::table& file, std::string_view row) {
  return file["node"][row]["count"].value_or(std::int64_t{0});
}

std::int64_t count_of(const toml::table& file, std::string_view row) {
  return is_of_topology(row, file) ? file["topology"]["size"].value_or(std::int64_t{0}) : count_written(file, row);
}

}  // namespace

bool is_of_topology(std::string_view row, const toml::table& file) {
  return row == topology_row && count_written(file, row) == 0 && file["topology"].is_table();
}

std::optional<std::string> row_of(std::string_view name, const toml::table& file) {
  if (count_written(file, name) != 0) return std::nullopt;  // a row itself
  for (std::size_t at = name.size(); at > 1 && name[at - 1] >= '0' && name[at - 1] <= '9'; --at) {
    const std::string_view row = name.substr(0, at - 1), digits = name.substr(at - 1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc{} && digits.front() != '0' && number <= count_of(file, row)) return std::string(row);
  }
  return std::nullopt;
}

}  // namespace tunstack::lab
