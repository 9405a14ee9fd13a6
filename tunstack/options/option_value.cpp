#include "tunstack/options/option_value.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <optional>

#include "protocols/base/address_kind.hpp"
#include "tunstack/options/quantity.hpp"

namespace tunstack::option {

namespace {

// ---- reading a value ----

/// Calls `each` with every part of a list with commas until one is refused.
template <class Each>
bool for_each_part(std::string_view list, const Each& each) {
  for (;;) {
    const auto comma = list.find(',');
    if (!each(list.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

const Choice* find_choice(std::span<const Choice> choices, std::string_view word) {
  const auto found = std::ranges::find(choices, word, &Choice::word);
  return found == choices.end() ? nullptr : &*found;
}

bool is_of(Families families, const IpAddress& address) {
  return families == Families::both || address.is_ipv4() == (families == Families::ipv4);
}

/// As far as the address alone tells.
bool is_unicast(const IpAddress& address) {
  return (address.is_ipv4() ? kind_of(address.ipv4()) : kind_of(address.ipv6())) == AddressKind::unicast;
}

bool takes(const Prefixes& kind, const IpPrefix& prefix) { return is_of(kind.families, prefix.address); }

bool takes(const Addresses& kind, const IpPrefix& prefix) {
  return is_of(kind.families, prefix.address) && prefix.length == prefix.width() &&
         (kind.scope == AddressScope::any || is_unicast(prefix.address));
}

bool assign_to(const Flag& kind, NodeOptions& options, std::string_view value) {
  static constexpr std::string_view on[] = {"on", "yes", "true", "1"};
  static constexpr std::string_view off[] = {"off", "no", "false", "0"};
  const bool is_on = std::ranges::find(on, value) != std::end(on);
  if (!is_on && std::ranges::find(off, value) == std::end(off)) return false;
  *kind.slot(options) = is_on;
  return true;
}

bool takes(const Number& kind, double number) {
  return (number >= kind.minimum && number <= kind.maximum && number == std::floor(number)) ||
         std::ranges::find(kind.special, number, &SpecialNumber::value) != kind.special.end();
}

bool assign_to(const Number& kind, NodeOptions& options, std::string_view value) {
  const auto special = std::ranges::find(kind.special, value, &SpecialNumber::word);
  const auto number = special == kind.special.end() ? parse_quantity(value, kind.unit) : special->value;
  if (!number || !takes(kind, *number)) return false;
  *kind.slot(options) = static_cast<std::uint32_t>(*number);
  return true;
}

bool assign_to(const OneOf& kind, NodeOptions& options, std::string_view value) {
  const Choice* choice = find_choice(kind.choices, value);
  if (choice) *kind.slot(options) = choice->value;
  return choice != nullptr;
}

bool assign_to(const SetOf& kind, NodeOptions& options, std::string_view value) {
  std::uint8_t bits = 0;
  const bool all_known = for_each_part(value, [&](std::string_view part) {
    const Choice* choice = find_choice(kind.choices, part);
    if (choice) bits |= choice->value;
    return choice != nullptr;
  });
  if (all_known) *kind.slot(options) = bits;
  return all_known;
}

/// Prefixes or Addresses.
bool assign_to(const auto& kind, NodeOptions& options, std::string_view value) {
  std::vector<IpPrefix> list;
  const bool all_taken = value == kind.empty.word || for_each_part(value, [&](std::string_view part) {
                           const auto prefix = parse_prefix(part);
                           if (!prefix || !takes(kind, *prefix)) return false;
                           list.push_back(*prefix);
                           return true;
                         });
  if (all_taken) *kind.slot(options) = std::move(list);
  return all_taken;
}

/// Whether a name will do is asked where it is used.
bool assign_to(const Names& kind, NodeOptions& options, std::string_view value) {
  std::vector<std::string> names;
  const bool all_taken = value == kind.empty.word || for_each_part(value, [&](std::string_view part) {
                           names.emplace_back(part);
                           return !part.empty();
                         });
  if (all_taken) *kind.slot(options) = std::move(names);
  return all_taken;
}

// ---- in words ----

/// "a, b or c"
std::string words_of(std::span<const Choice> choices, std::string_view last_separator) {
  std::string words;
  for (const Choice& choice : choices) {
    if (&choice != choices.data()) words += &choice == &choices.back() ? last_separator : ", ";
    words += choice.word;
  }
  return words;
}

std::string list_of(Families families, std::string_view what, const SpecialWord& empty) {
  const std::string_view family = families == Families::both ? "" : families == Families::ipv4 ? "IPv4 " : "IPv6 ";
  return std::string(family).append(what).append(" separated by commas, or ").append(empty.word);
}

/// Not only digits of a number within the limits.
bool is_a_word(const SpecialNumber& special) { return special.word != std::to_string(special.value); }

std::string values_of(const Flag&) { return "on or off"; }

std::string values_of(const Number& kind) {
  std::string values = std::to_string(kind.minimum) + " to " + std::to_string(kind.maximum);
  if (!kind.unit.empty()) values.append(" ").append(kind.unit);
  for (const SpecialNumber& special : kind.special)
    if (is_a_word(special)) values.append(", or ").append(special.word);
  return values;
}

std::string values_of(const OneOf& kind) { return words_of(kind.choices, " or "); }

std::string values_of(const SetOf& kind) {
  return "one or more of " + words_of(kind.choices, " and ") + ", separated by commas";
}

std::string values_of(const Prefixes& kind) { return list_of(kind.families, "prefixes", kind.empty); }

std::string values_of(const Addresses& kind) {
  return list_of(kind.families, kind.scope == AddressScope::unicast ? "unicast addresses" : "addresses", kind.empty);
}

std::string values_of(const Names& kind) { return list_of(Families::both, kind.what, kind.empty); }

std::string_view name_of(const Flag&) { return "flag"; }
std::string_view name_of(const Number&) { return "number"; }
std::string_view name_of(const OneOf&) { return "choice"; }
std::string_view name_of(const SetOf&) { return "set"; }
std::string_view name_of(const Prefixes&) { return "prefixes"; }
std::string_view name_of(const Addresses&) { return "addresses"; }
std::string_view name_of(const Names&) { return "names"; }

std::vector<Meaning> choices_in(const auto& kind) {
  std::vector<Meaning> all;
  if constexpr (requires { kind.choices; })
    for (const Choice& choice : kind.choices) all.push_back({std::string(choice.word), choice.text});
  return all;
}

std::vector<Meaning> special_in(const Number& kind) {
  std::vector<Meaning> all;
  for (const SpecialNumber& special : kind.special) all.push_back({std::string(special.word), special.text});
  return all;
}

std::vector<Meaning> special_in(const auto& kind) {
  if constexpr (requires { kind.empty; })
    return {{std::string(kind.empty.word), kind.empty.text}};
  else
    return {};
}

}  // namespace

bool assign(const Kind& kind, NodeOptions& options, std::string_view value) {
  return std::visit([&](const auto& each) { return assign_to(each, options, value); }, kind);
}

std::string_view kind_name(const Kind& kind) {
  return std::visit([](const auto& each) { return name_of(each); }, kind);
}

std::string accepted_values(const Kind& kind) {
  return std::visit([](const auto& each) { return values_of(each); }, kind);
}

std::vector<Meaning> choices_of(const Kind& kind) {
  return std::visit([](const auto& each) { return choices_in(each); }, kind);
}

std::vector<Meaning> special_values_of(const Kind& kind) {
  return std::visit([](const auto& each) { return special_in(each); }, kind);
}

}  // namespace tunstack::option
