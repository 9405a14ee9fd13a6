// What the tests of options share: all rows, and values read back as a row would write them.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tunstack/options/option_value.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::test {

inline std::vector<OptionRow> every_option() {
  std::vector<OptionRow> all;
  for (const OptionArea& area : option_areas()) all.insert(all.end(), area.rows.begin(), area.rows.end());
  return all;
}

/// The rows of one kind, each with that kind.
template <class Kind>
std::vector<std::pair<OptionRow, Kind>> options_of_kind() {
  std::vector<std::pair<OptionRow, Kind>> found;
  for (const OptionRow& row : every_option())
    if (const auto* kind = std::get_if<Kind>(&row.kind)) found.emplace_back(row, *kind);
  return found;
}

inline std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : ",") + part;
  return all;
}

inline std::vector<std::string> words_of(std::span<const option::Choice> choices) {
  std::vector<std::string> words;
  for (const option::Choice& choice : choices) words.emplace_back(choice.word);
  return words;
}

/// Writes a value as its kind does.
struct ValueWriter {
  NodeOptions& options;

  std::string operator()(const option::Flag& kind) const { return *kind.slot(options) ? "on" : "off"; }
  std::string operator()(const option::Number& kind) const {
    const auto special = std::ranges::find(kind.special, *kind.slot(options), &option::SpecialNumber::value);
    return special == kind.special.end() ? std::to_string(*kind.slot(options)) : std::string(special->word);
  }
  std::string operator()(const option::OneOf& kind) const {
    const auto found = std::ranges::find(kind.choices, *kind.slot(options), &option::Choice::value);
    return found == kind.choices.end() ? "not a choice" : std::string(found->word);
  }
  std::string operator()(const option::SetOf& kind) const {
    std::vector<std::string> chosen;
    for (const option::Choice& choice : kind.choices)
      if (*kind.slot(options) & choice.value) chosen.emplace_back(choice.word);
    return joined(chosen);
  }
  std::string operator()(const option::Names& kind) const {
    return kind.slot(options)->empty() ? std::string(kind.empty.word) : joined(*kind.slot(options));
  }
  std::string operator()(const auto& prefixes_or_addresses) const {
    std::vector<std::string> parts;
    for (const IpPrefix& prefix : *prefixes_or_addresses.slot(options)) parts.push_back(to_text(prefix));
    return parts.empty() ? std::string(prefixes_or_addresses.empty.word) : joined(parts);
  }
};

inline std::string value_of(const OptionRow& row, NodeOptions options) {
  return std::visit(ValueWriter{options}, row.kind);
}

inline std::map<std::string_view, std::string> values_of(const NodeOptions& options) {
  std::map<std::string_view, std::string> values;
  for (const OptionRow& row : every_option()) values[row.key] = value_of(row, options);
  return values;
}

inline std::optional<OptionFault> set(NodeOptions& options, std::string_view key, std::string_view value) {
  return set_option(options, std::string(key) + "=" + std::string(value));
}

}  // namespace tunstack::test
