#include "tunstack/options/options.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "tunstack/options/former_keys.hpp"
#include "tunstack/options/option_value.hpp"
#include "tunstack/options/rows/rows.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

std::vector<std::string> keys() {
  std::vector<std::string> all;
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows) all.emplace_back(row.key);
  return all;
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}

OptionFault not_an_assignment(std::string_view text) {
  return {joined({"cannot set '", text, "'"}), "an option is set as KEY=VALUE",
          "'tunstack options' lists keys and values"};
}

/// As in " (0: no limit)"; empty if no value is special.
std::string special_values_in_words(const OptionRow& row) {
  std::string all;
  for (const auto& [value, text] : option::special_values_of(row.kind))
    all += joined({all.empty() ? " (" : "; ", value, ": ", text});
  return all.empty() ? all : all + ")";
}

OptionFault bad_value(const OptionRow& row, std::string_view value) {
  return {joined({"cannot set ", row.key, " to '", value, "'"}),
          joined({row.key, " takes ", option::accepted_values(row.kind), special_values_in_words(row)}),
          joined({"leave it out for the default, ", row.lab})};
}

}  // namespace

std::span<const OptionArea> option_areas() {
  static const OptionArea areas[] = {{"IPv4", option::ipv4_rows()},
                                     {"IPv6", option::ipv6_rows()},
                                     {"ICMPv4", option::icmpv4_rows()},
                                     {"ICMPv6", option::icmpv6_rows()},
                                     {"ICMP of both families", option::icmp_rows()},
                                     {"Extended echo", option::probe_rows()},
                                     {"Transport", option::transport_rows()},
                                     {"Neighbors", option::neighbor_rows()},
                                     {"Own addresses", option::address_rows()},
                                     {"Groups", option::group_rows()},
                                     {"Routers, as a host knows them", option::host_routing_rows()},
                                     {"Advertising as an IPv6 router", option::router_rows()},
                                     {"Advertising as an IPv4 router", option::ipv4_router_rows()},
                                     {"Forwarding", option::forwarding_rows()}};
  return areas;
}

const OptionRow* find_option(std::string_view written) {
  const std::string key = option::present_key(written);
  for (const OptionArea& area : option_areas())
    if (const auto row = std::ranges::find(area.rows, key, &OptionRow::key); row != area.rows.end()) return &*row;
  return nullptr;
}

NodeOptions options_of(Profile profile) {
  NodeOptions options;
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      option::assign(row.kind, options, profile == Profile::lab ? row.lab : row.hardened);
  return options;
}

OptionFault unknown_option(std::string_view key) {
  return {joined({"unknown option '", key, "'"}), "no option has this key",
          did_you_mean(key, keys()) + "'tunstack options' lists all"};
}

std::optional<OptionFault> set_option(NodeOptions& options, std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos) return not_an_assignment(assignment);
  const auto key = assignment.substr(0, equals);
  const auto value = assignment.substr(equals + 1);
  const OptionRow* row = find_option(key);
  if (!row) return unknown_option(key);
  if (!option::assign(row->kind, options, value)) return bad_value(*row, value);
  return std::nullopt;
}

}  // namespace tunstack
