#include "tunstack/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "tunstack/suggestion.hpp"

namespace tunstack {

namespace {

constexpr std::string_view on_off = "on|off";
constexpr std::string_view rate = "0..1000000 a second, 0 is no limit";
constexpr std::string_view burst = "1..1000000 messages";

constexpr OptionRow rows[] = {
    {"v4.ttl", "1..255 hops", "64", "64", "RFC 1122 3.2.1.7", "TTL of what this node sends",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_ttl; }},
    {"v4.strong_es", on_off, "off", "off", "RFC 1122 3.3.4.2(A)",
     "drop datagrams for the address of another interface than the one that they came in on",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4.strong_es; }},
    {"v4.zero_broadcast", on_off, "off", "off", "RFC 1122 3.3.6, D-14",
     "take 0.0.0.0 and the all-zeros address of a connected prefix as broadcast",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4.zero_broadcast; }},
    {"v6.hop_limit", "1..255 hops", "64", "64", "RFC 8200 3", "hop limit of what this node sends",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_hop_limit; }},
    {"icmp4.echo", on_off, "on", "on", "RFC 1122 3.2.2.6", "answer echo requests",
     [](NodeOptions& o) -> OptionSlot { return &o.echo4.enabled; }},
    {"icmp4.echo_broadcast", on_off, "off", "off", "RFC 1122 3.2.2.6, D-01",
     "answer echo requests to broadcast and multicast addresses",
     [](NodeOptions& o) -> OptionSlot { return &o.echo4.to_groups; }},
    {"icmp4.echo_code", "copy|drop", "copy", "drop", "RFC 792, D-08", "echo requests with a code other than 0",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.echo4.code}; }},
    {"icmp4.echo_df", on_off, "off", "off", "RFC 1191 3", "the DF flag of echo replies",
     [](NodeOptions& o) -> OptionSlot { return &o.echo4.dont_fragment; }},
    {"icmp4.quote", "576|8", "576", "576", "RFC 1812 4.3.2.3, D-02",
     "errors quote as much as fits in 576 octets, or the header and 8 octets",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.ipv4_quote}; }},
    {"icmp4.error_rate", rate, "10", "10", "RFC 1812 4.3.2.8",
     "errors to one destination; 0 turns icmp4.error_rate_node off too",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_error_limits.destination.rate; }},
    {"icmp4.error_burst", burst, "10", "10", "RFC 1812 4.3.2.8", "errors to one destination at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_error_limits.destination.burst; }},
    {"icmp4.error_rate_node", rate, "1000", "1000", "RFC 1812 4.3.2.8", "errors of the whole node",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_error_limits.node.rate; }},
    {"icmp4.error_burst_node", burst, "50", "50", "RFC 1812 4.3.2.8", "errors of the whole node at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_error_limits.node.burst; }},
    {"icmp4.reply_rate", rate, "0", "1000", "RFC 1812 4.3.2.8, D-28",
     "replies to ICMPv4 queries; a tenth of a second's worth may come at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_reply_rate; }},
    {"icmp6.echo", on_off, "on", "on", "RFC 4443 4.2", "answer echo requests",
     [](NodeOptions& o) -> OptionSlot { return &o.echo6.enabled; }},
    {"icmp6.echo_multicast", on_off, "on", "off", "RFC 4443 4.2, D-23", "answer echo requests to multicast groups",
     [](NodeOptions& o) -> OptionSlot { return &o.echo6.to_groups; }},
    {"icmp6.reflect_flowlabel", on_off, "off", "off", "RFC 6437 2", "echo replies carry the flow label of the request",
     [](NodeOptions& o) -> OptionSlot { return &o.echo6.reflect_flow_label; }},
    {"icmp6.unreach", on_off, "on", "on", "RFC 4443 3.1", "send destination unreachable",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_unreachable; }},
    {"icmp6.error_rate", rate, "10", "10", "RFC 4443 2.4(f)",
     "errors to one destination; 0 turns icmp6.error_rate_node off too",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_error_limits.destination.rate; }},
    {"icmp6.error_burst", burst, "10", "10", "RFC 4443 2.4(f)", "errors to one destination at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_error_limits.destination.burst; }},
    {"icmp6.error_rate_node", rate, "1000", "1000", "RFC 4443 2.4(f)", "errors of the whole node",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_error_limits.node.rate; }},
    {"icmp6.error_burst_node", burst, "50", "50", "RFC 4443 2.4(f)", "errors of the whole node at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_error_limits.node.burst; }},
    {"icmp6.reply_rate", rate, "0", "1000", "RFC 4443 5.2, D-28",
     "replies to ICMPv6 queries; a tenth of a second's worth may come at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_reply_rate; }},
    {"l4.tcp_closed", "rst|port|drop", "rst", "drop", "RFC 9293 3.10.7.1, D-15",
     "closed TCP ports: a reset, ICMP port unreachable, or nothing",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.closed_tcp}; }},
};

/// The place of `value` among choices written "a|b|c".
std::optional<std::uint8_t> choice_index(std::string_view choices, std::string_view value) {
  for (std::uint8_t index = 0;; ++index) {
    const auto bar = choices.find('|');
    if (choices.substr(0, bar) == value) return index;
    if (bar == std::string_view::npos) return std::nullopt;
    choices.remove_prefix(bar + 1);
  }
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool is_in_range(std::uint32_t number, std::string_view type) {
  const auto dots = type.find("..");
  const auto maximum = type.substr(dots + 2, type.find(' ') - dots - 2);
  return number >= parse_number(type.substr(0, dots)) && number <= parse_number(maximum);
}

bool assign(const OptionRow& row, NodeOptions& options, std::string_view value) {
  const OptionSlot slot = row.slot(options);
  if (auto* const* number = std::get_if<std::uint32_t*>(&slot)) {
    const auto parsed = parse_number(value);
    if (!parsed || !is_in_range(*parsed, row.type)) return false;
    **number = *parsed;
    return true;
  }
  const auto choice = choice_index(row.type, value);
  if (!choice) return false;
  if (auto* const* flag = std::get_if<bool*>(&slot))
    **flag = *choice == 0;  // "on|off"
  else
    std::memcpy(std::get<ChoiceSlot>(slot).value, &*choice, 1);
  return true;
}

std::vector<std::string> keys() {
  std::vector<std::string> all;
  for (const OptionRow& row : rows) all.emplace_back(row.key);
  return all;
}

}  // namespace

std::span<const OptionRow> option_table() { return rows; }

NodeOptions options_of(Profile profile) {
  NodeOptions options;
  for (const OptionRow& row : rows) assign(row, options, profile == Profile::lab ? row.lab : row.hardened);
  return options;
}

std::optional<OptionFault> set_option(NodeOptions& options, std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return OptionFault{fmt::format("cannot set '{}'", assignment), "an option is set as KEY=VALUE",
                       "'tunstack options' lists keys and values"};
  const auto key = assignment.substr(0, equals);
  const auto value = assignment.substr(equals + 1);
  const auto row = std::ranges::find(rows, key, &OptionRow::key);
  if (row == std::end(rows))
    return OptionFault{fmt::format("unknown option '{}'", key), "no option has this key",
                       fmt::format("did you mean {}? 'tunstack options' lists all", nearest(key, keys()))};
  if (!assign(*row, options, value))
    return OptionFault{fmt::format("cannot set {} to '{}'", key, value), fmt::format("{} takes {}", key, row->type),
                       fmt::format("leave it out for the default, {}", row->lab)};
  return std::nullopt;
}

}  // namespace tunstack
