#include "tunstack/lab/comparison.hpp"

#include <string>

#include "tunstack/options/quantity.hpp"

namespace tunstack::lab {

namespace {

struct RelationText {
  std::string_view text;
  Comparison::Relation relation;
};
using enum Comparison::Relation;
constexpr RelationText relations[] = {{"<=", at_most}, {">=", at_least}, {"!=", not_equal},
                                      {"==", equal},   {"<", less},      {">", greater}};

std::string_view without_blanks_before(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

std::optional<double> plain_number(std::string_view text) { return option::parse_quantity(text, {}); }

}  // namespace

bool Comparison::holds(double measured) const {
  switch (relation) {
    case equal:
      return measured == value;
    case not_equal:
      return measured != value;
    case less:
      return measured < value;
    case at_most:
      return measured <= value;
    case greater:
      return measured > value;
    case at_least:
      return measured >= value;
  }
  return false;
}

std::optional<Comparison> parse_comparison(std::string_view text) {
  Comparison comparison;
  text = without_blanks_before(text);
  for (const RelationText& known : relations)
    if (text.starts_with(known.text)) {
      comparison.relation = known.relation;
      text = without_blanks_before(text.substr(known.text.size()));
      break;
    }
  if (text == "true" || text == "false") {
    comparison.value = text == "true" ? 1 : 0;
  } else if (const auto number = plain_number(text)) {
    comparison.value = *number;
  } else if (text.ends_with('%')) {
    const auto percentage = plain_number(text.substr(0, text.size() - 1));
    if (!percentage) return std::nullopt;
    comparison.value = *percentage / 100;
    comparison.unit = Comparison::Unit::share;
  } else if (const auto milliseconds = option::parse_quantity(text, "ms")) {
    comparison.value = *milliseconds;
    comparison.unit = Comparison::Unit::milliseconds;
  } else {
    return std::nullopt;
  }
  return comparison;
}

}  // namespace tunstack::lab
