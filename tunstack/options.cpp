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
    {"v4.source_route", "process|drop", "process", "drop", "RFC 1122 3.2.1.8(c), D-11",
     "datagrams with a source route: taken if it ends here, or all dropped",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.ipv4_options.source_route}; }},
    {"v4.require_option", "0..255 type of an option, 0 is none", "0", "0", "RFC 1122 3.2.2.5",
     "every datagram must carry this option, or parameter problem code 1 goes back",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_options.required; }},
    {"v4.frag.overlap", "drop|first|last", "drop", "drop", "RFC 791 3.2, D-06",
     "fragments that overlap and differ: the datagram is given up, or the octets that came first or last count",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.fragments4.overlap}; }},
    {"v4.frag.timeout", "1..120 seconds", "60", "30", "RFC 1122 3.3.2, D-07",
     "how long fragments wait for the others, from the first that arrived",
     [](NodeOptions& o) -> OptionSlot { return &o.fragments4.timeout; }},
    {"v4.frag.largest", "576..65535 octets", "65535", "65535", "RFC 1122 3.3.2",
     "the largest datagram that fragments are put together to",
     [](NodeOptions& o) -> OptionSlot { return &o.fragments4.largest; }},
    {"v4.frag.memory", "256..65536 KiB", "4096", "4096", "RFC 1122 3.3.2", "memory for fragments that wait",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly4.kibioctets; }},
    {"v4.frag.datagrams", "1..65000 datagrams", "1024", "1024", "RFC 1122 3.3.2", "incomplete datagrams at once",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly4.datagrams; }},
    {"v4.frag.datagrams_of_source", "1..65000 datagrams", "64", "64", "RFC 1122 3.3.2",
     "incomplete datagrams of one source at once",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly4.datagrams_of_source; }},
    {"pmtu4.age", "300..86400 seconds", "600", "600", "RFC 1191 6.3",
     "after this time without a report a path is tried again with the MTU of its link",
     [](NodeOptions& o) -> OptionSlot { return &o.path_mtu_age; }},
    {"v6.hop_limit", "1..255 hops", "64", "64", "RFC 8200 3", "hop limit of what this node sends",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_hop_limit; }},
    {"v6.ext.max_headers", "1..32 headers", "8", "8", "RFC 8504 5.3, D-20",
     "extension headers in a packet; more are reported",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.headers; }},
    {"v6.ext.max_options", "1..255 options", "8", "8", "RFC 8504 5.3, D-20",
     "options in an extension header, without padding; more are reported",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.options.options; }},
    {"v6.ext.max_chain", "48..1920 octets", "1280", "1280", "RFC 8504 5.3, D-20",
     "the fixed header and all extension headers; more are reported",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.octets; }},
    {"v6.ext.max_padding", "0..255 octets, 0 is no limit", "0", "7", "RFC 8504 5.3, D-20",
     "padding between two options; more is reported, and so are 17 paddings in one header",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.options.padding; }},
    {"v6.jumbo", on_off, "off", "off", "RFC 2675 3, D-21",
     "report how a jumbo payload option is misused, instead of not knowing it",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.options.jumbo; }},
    {"v6.frag.timeout", "1..120 seconds", "60", "30", "RFC 8200 4.5, D-07",
     "how long fragments wait for the others, from the first that arrived",
     [](NodeOptions& o) -> OptionSlot { return &o.fragments6.timeout; }},
    {"v6.frag.memory", "256..65536 KiB", "4096", "4096", "RFC 8900 6.4", "memory for fragments that wait",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly6.kibioctets; }},
    {"v6.frag.datagrams", "1..65000 packets", "1024", "1024", "RFC 8900 6.4", "incomplete packets at once",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly6.datagrams; }},
    {"v6.frag.datagrams_of_source", "1..65000 packets", "64", "64", "RFC 8900 6.4",
     "incomplete packets of one source at once",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly6.datagrams_of_source; }},
    {"pmtu6.age", "300..86400 seconds", "600", "600", "RFC 8201 4",
     "after this time without a report a path is tried again with the MTU of its link",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_path_mtu_age; }},
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
    {"icmp4.error_tos", "zero|rfc1812", "zero", "zero", "RFC 1812 4.3.2.5, D-09",
     "TOS of errors: 0, or precedence 6 and the TOS bits of the packet",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.ipv4_error_tos}; }},
    {"icmp4.timestamp", on_off, "on", "off", "RFC 1122 3.2.2.8, D-05", "answer timestamp requests",
     [](NodeOptions& o) -> OptionSlot { return &o.queries.timestamp; }},
    {"icmp4.timestamp_nonstd", on_off, "off", "off", "RFC 792", "mark the times in timestamp replies as not standard",
     [](NodeOptions& o) -> OptionSlot { return &o.queries.timestamp_nonstandard; }},
    {"icmp4.mask_agent", on_off, "on", "off", "RFC 1122 3.2.2.9, D-04", "answer address mask requests",
     [](NodeOptions& o) -> OptionSlot { return &o.queries.mask_agent; }},
    {"icmp4.mask_learn", on_off, "off", "off", "RFC 1122 3.2.2.9",
     "ask for the mask of each link at the start, and take the first acceptable answer",
     [](NodeOptions& o) -> OptionSlot { return &o.learn_mask; }},
    {"icmp4.info_reply", on_off, "off", "off", "RFC 1122 3.2.2.7, D-04", "answer information requests",
     [](NodeOptions& o) -> OptionSlot { return &o.queries.information; }},
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
    {"icmp.ext", on_off, "off", "off", "RFC 4884, RFC 5837, D-22",
     "errors tell the interface that the packet came in by",
     [](NodeOptions& o) -> OptionSlot { return &o.extensions; }},
    {"probe", on_off, "off", "off", "RFC 8335 4, D-30", "answer extended echo requests",
     [](NodeOptions& o) -> OptionSlot { return &o.probe.enabled; }},
    {"probe.reply_body", "copy|none", "copy", "none", "RFC 8335 4, D-12",
     "extended echo replies send back what follows the header of the request, or nothing",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.probe.reply_body}; }},
    {"probe.zero_checksum", "accept|reject", "accept", "accept", "RFC 4884 7, D-12",
     "extended echo requests whose extension structure has the checksum 0",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.probe.zero_checksum}; }},
    {"probe.allow_sources", "any, or PREFIX,PREFIX...", "any", "any", "RFC 8335 8, D-30",
     "who may send extended echo requests", [](NodeOptions& o) -> OptionSlot { return &o.probe.sources; }},
    {"probe.allow_local", "both|local|remote", "both", "local", "RFC 8335 8, D-30",
     "whether interfaces of this node, of its neighbors or both may be asked about",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.probe.locality}; }},
    {"probe.allow_kinds", "name|index|address, one or more", "name,index,address", "address", "RFC 8335 8, D-30",
     "the ways to name the interface that may be used",
     [](NodeOptions& o) -> OptionSlot { return SetSlot{&o.probe.kinds}; }},
    {"l4.udp_echo", on_off, "off", "off", "RFC 862", "a service on UDP port 7 that sends back what it gets",
     [](NodeOptions& o) -> OptionSlot { return &o.udp_services.echo; }},
    {"l4.udp_discard", on_off, "off", "off", "RFC 863", "a service on UDP port 9 that throws away what it gets",
     [](NodeOptions& o) -> OptionSlot { return &o.udp_services.discard; }},
    {"l4.tcp_closed", "rst|port|drop", "rst", "drop", "RFC 9293 3.10.7.1, D-15",
     "closed TCP ports: a reset, ICMP port unreachable, or nothing",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.closed_tcp}; }},
};

/// The place of `value` among choices written "a|b|c"; what follows a comma is an explanation.
std::optional<std::uint8_t> choice_index(std::string_view choices, std::string_view value) {
  choices = choices.substr(0, choices.find(','));
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

bool assign_set(std::string_view choices, std::string_view value, std::uint8_t& bits) {
  std::uint8_t chosen = 0;
  const bool all_known = for_each_part(value, [&](std::string_view part) {
    const auto choice = choice_index(choices, part);
    if (choice) chosen |= static_cast<std::uint8_t>(1U << *choice);
    return choice.has_value();
  });
  if (all_known) bits = chosen;
  return all_known;
}

bool assign_prefixes(std::string_view value, std::vector<IpPrefix>& prefixes) {
  std::vector<IpPrefix> parsed;
  const bool all_known = value == "any" || for_each_part(value, [&](std::string_view part) {
                           const auto prefix = parse_prefix(part);
                           if (prefix) parsed.push_back(*prefix);
                           return prefix.has_value();
                         });
  if (all_known) prefixes = std::move(parsed);
  return all_known;
}

bool assign(const OptionRow& row, NodeOptions& options, std::string_view value) {
  const OptionSlot slot = row.slot(options);
  if (const auto* set = std::get_if<SetSlot>(&slot)) return assign_set(row.type, value, *set->bits);
  if (auto* const* prefixes = std::get_if<std::vector<IpPrefix>*>(&slot)) return assign_prefixes(value, **prefixes);
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
