#include "tunstack/lab/field_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "protocols/base/address.hpp"
#include "protocols/base/mac_address.hpp"
#include "tunstack/events/packet_fields.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack::lab {

namespace {

constexpr std::array beside_fields{"source", "destination", "length", "summary"};
constexpr std::array address_fields{"source", "destination", "target", "gateway", "group"};
constexpr std::array truth_fields{"df", "mf"};

struct NumberField {
  std::string_view name;
  std::uint64_t most;
};
constexpr std::uint64_t octet = 0xff, octets2 = 0xffff, octets4 = 0xffffffff;
constexpr NumberField number_fields[] = {{"version", 6},           {"ttl", octet},
                                         {"tos", octet},           {"protocol", octet},
                                         {"type", octet},          {"code", octet},
                                         {"ip_id", octets4},       {"offset", octets2},
                                         {"id", octets2},          {"seq", octets2},
                                         {"mtu", octets4},         {"pointer", octets4},
                                         {"source_port", octets2}, {"destination_port", octets2},
                                         {"tcp_flags", octet},     {"length", octets4}};

bool is_one_of(std::string_view word, const auto& words) { return std::ranges::find(words, word) != std::end(words); }

bool is_number(std::string_view text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number <= most;
}

std::vector<std::string> known_names() {
  std::vector<std::string> names = packet_field_names();
  names.insert(names.end(), beside_fields.begin(), beside_fields.end());
  return names;
}

}  // namespace

std::optional<LabFault> field_fault(const Setting& field) {
  static const std::vector<std::string> known = known_names();
  if (!is_one_of(field.key, known))
    return LabFault{field.place, fmt::format("'{}' is no field of a packet", field.key),
                    did_you_mean(field.key, known) + "docs/events.md lists them"};
  const auto refuse = [&](const char* what, std::string remedy) {
    return LabFault{field.value_place, fmt::format("{} is {}, not '{}'", field.key, what, field.value.substr(0, 60)),
                    std::move(remedy)};
  };
  if (is_one_of(field.key, address_fields) && !parse_address(field.value) && !parse_mac_address(field.value))
    return refuse("an address", "as 192.0.2.1 or 2001:db8::1");
  if (is_one_of(field.key, truth_fields) && !is_one_of(field.value, std::array{"on", "off", "true", "false"}))
    return refuse("true or false", "true or false");
  const auto* const number = std::ranges::find(number_fields, std::string_view(field.key), &NumberField::name);
  if (number != std::end(number_fields) && !is_number(field.value, number->most))
    return refuse("a number", fmt::format("from 0 to {}", number->most));
  return std::nullopt;
}

}  // namespace tunstack::lab
