// The tables of `tunstack state`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "tunstack/explain/explain.hpp"
#include "tunstack/report/bounded_json.hpp"
#include "tunstack/report/state_report.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

// A report comes from whoever listens at a socket: nothing in it is trusted to be what it should.
constexpr std::size_t longest_cell = 200;  // characters: each row of a table is as wide as its longest cell

/// Null where there is none.
Json member(const Json& object, const char* name) { return object.is_object() ? object.value(name, Json()) : Json(); }

bool is_not_0(const Json& row, const char* name) {
  const Json value = member(row, name);
  return value.is_number() && value != 0;
}

/// A member of each row, and its name for people. A flag shows its name where it is set.
struct Column {
  const char* member;
  std::string_view title;
  /// What a row shows instead of the value, if anything.
  std::optional<std::string_view> (*instead)(const Json& row) = [](const Json&) -> std::optional<std::string_view> {
    return std::nullopt;
  };
};

struct Section {
  const char* member;
  std::string_view title;
  std::span<const Column> columns;
  bool (*is_of_interest)(const Json& row) = [](const Json&) { return true; };
};

/// What an IPv6 router said of itself (RFC 4191 2.1). Others have numbers.
std::optional<std::string_view> preference_word(const Json& row) {
  constexpr std::array<std::string_view, 3> words{"low", "medium", "high"};
  const Json address = member(row, "address");
  const Json preference = member(row, "preference");
  const bool is_said = address.is_string() && address.get<std::string>().contains(':') &&
                       member(row, "lifetime").is_number() && preference.is_number_integer();
  if (!is_said || preference < -1 || preference > 1) return std::nullopt;
  const int place = preference.get<int>() + 1;
  return words[static_cast<std::size_t>(place)];
}

/// A link without link-layer addresses has no neighbors, and no times for them.
std::optional<std::string_view> nothing_without_neighbors(const Json& row) {
  if (member(row, "link_layer_address").is_null()) return "";
  return std::nullopt;
}

constexpr std::array interfaces_columns = {Column{"name", "name"},
                                           Column{"link", "link"},
                                           Column{"role", "role"},
                                           Column{"link_layer_address", "link-layer address"},
                                           Column{"mtu", "MTU"},
                                           Column{"ipv6_mtu", "IPv6 MTU"},
                                           Column{"hop_limit", "hop limit"},
                                           Column{"managed", "managed"},
                                           Column{"other", "other"},
                                           Column{"reachable_time", "reachable time (s)", nothing_without_neighbors},
                                           Column{"retrans_timer", "retrans timer (s)", nothing_without_neighbors}};
constexpr std::array addresses_columns = {Column{"interface", "interface"},
                                          Column{"address", "address"},
                                          Column{"prefix_length", "prefix length"},
                                          Column{"state", "state"},
                                          Column{"preferred_lifetime", "preferred (s)"},
                                          Column{"valid_lifetime", "valid (s)"},
                                          Column{"checked_again", "checked again in (s)"}};
constexpr std::array neighbors_columns = {Column{"interface", "interface"},
                                          Column{"address", "address"},
                                          Column{"link_layer_address", "link-layer address"},
                                          Column{"state", "state"},
                                          Column{"is_router", "router"},
                                          Column{"packets_waiting", "waiting"},
                                          Column{"deadline", "seconds left"}};
constexpr std::array routers_columns = {Column{"interface", "interface"},
                                        Column{"address", "address"},
                                        Column{"preference", "preference", preference_word},
                                        Column{"reachability", "reachability"},
                                        Column{"in_use", "in use"},
                                        Column{"lifetime", "seconds left"}};
constexpr std::array prefixes_columns = {Column{"interface", "interface"}, Column{"prefix", "prefix"},
                                         Column{"on_link", "on-link"}, Column{"configured", "configured"},
                                         Column{"valid_lifetime", "seconds left"}};
constexpr std::array routes_columns = {Column{"prefix", "prefix"}, Column{"next_hop", "next hop"},
                                       Column{"interface", "interface"}, Column{"action", "otherwise"},
                                       Column{"tos", "type of service"}};
constexpr std::array redirects_columns = {Column{"interface", "interface"}, Column{"destination", "destination"},
                                          Column{"next_hop", "next hop"}, Column{"lifetime", "seconds left"}};
constexpr std::array groups_columns = {Column{"interface", "interface"}, Column{"group", "group"}};
constexpr std::array queriers_columns = {Column{"interface", "interface"}, Column{"address", "address"},
                                         Column{"is_this_node", "this node"}};
constexpr std::array listeners_columns = {Column{"interface", "interface"}, Column{"group", "group"},
                                          Column{"reporter", "reported by"}, Column{"lifetime", "seconds left"}};
constexpr std::array path_mtus_columns = {Column{"destination", "destination"}, Column{"mtu", "MTU"},
                                          Column{"lifetime", "link MTU tried again in (s)"}};
constexpr std::array reassembly_columns = {Column{"family", "family"}, Column{"datagrams", "datagrams"},
                                           Column{"memory", "octets"}};
constexpr std::array limiters_columns = {Column{"family", "family"}, Column{"destination", "destination"},
                                         Column{"rate", "per second"}, Column{"burst", "burst"},
                                         Column{"tokens", "tokens"}};
constexpr std::array outlets_columns = {Column{"name", "name"},         Column{"written", "written"},
                                        Column{"left_out", "left out"}, Column{"unit", "of"},
                                        Column{"state", "state"},       Column{"error", "last error"}};
constexpr std::array counters_columns = {Column{"count", "count"}, Column{"reason", "reason"},
                                         Column{"source", "source"}};
constexpr std::array icmp_columns = {Column{"family", "family"}, Column{"in", "in"}, Column{"out", "out"},
                                     Column{"name", "type and code"}};
constexpr std::array transitions_columns = {Column{"state", "state"}, Column{"event", "event"},
                                            Column{"actions", "actions"}, Column{"new_state", "new state"}};

constexpr std::array sections = {
    Section{"interfaces", "interfaces", interfaces_columns},
    Section{"addresses", "addresses", addresses_columns},
    Section{"neighbors", "neighbors", neighbors_columns},
    Section{"routers", "default routers", routers_columns},
    Section{"prefixes", "prefixes", prefixes_columns},
    Section{"routes", "routes", routes_columns},
    Section{"redirects", "redirects", redirects_columns},
    Section{"groups", "groups", groups_columns},
    Section{"queriers", "queriers", queriers_columns},
    Section{"listeners", "listeners", listeners_columns},
    Section{"path_mtus", "path MTUs", path_mtus_columns},
    Section{"reassembly", "reassembly", reassembly_columns, [](const Json& row) { return is_not_0(row, "datagrams"); }},
    Section{"limiters", "rate limits of ICMP errors", limiters_columns,
            [](const Json& row) { return is_not_0(row, "rate") && member(row, "tokens") != member(row, "burst"); }},
    Section{"outlets", "explanations and captures", outlets_columns,
            [](const Json& row) { return is_not_0(row, "left_out") || member(row, "state") != "writing"; }},
};

/// What a terminal may be given.
std::string printable(std::string text) {
  std::ranges::replace_if(text, [](unsigned char octet) { return octet < 0x20 || octet == 0x7f; }, '?');
  return text;
}

std::string text_of(const Json& value, std::string_view title) {
  if (value.is_string()) return printable(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? std::string(title) : "";
  if (value.is_number_float()) return fmt::format("{:.1f}", value.get<double>());
  if (value.is_array()) {
    std::string joined;
    for (const Json& part : value) joined += (joined.empty() ? "" : ", ") + text_of(part, title);
    return joined;
  }
  return value.is_null() ? "" : value.dump();
}

struct Cells {
  std::string_view title;
  std::vector<std::string> texts;
  bool are_numbers = false;

  std::size_t width() const {
    std::size_t width = title.size();
    for (const std::string& text : texts) width = std::max(width, text.size());
    return width;
  }
  std::string padded(std::string_view text) const {
    return are_numbers ? fmt::format("  {:>{}}", text, width()) : fmt::format("  {:<{}}", text, width());
  }
};

Cells cells_of(const Column& column, const std::vector<Json>& rows) {
  Cells cells{.title = column.title, .texts = {}};
  for (const Json& row : rows) {
    const Json value = member(row, column.member);
    cells.are_numbers |= value.is_number();
    const auto instead = column.instead(row);
    cells.texts.push_back(instead ? std::string(*instead) : text_of(value, column.title).substr(0, longest_cell));
  }
  return cells;
}

std::string line_of(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

/// Without the columns that say nothing about any row.
std::string table(std::span<const Column> columns, const std::vector<Json>& rows) {
  std::vector<Cells> shown;
  for (const Column& column : columns)
    if (Cells cells = cells_of(column, rows); !std::ranges::all_of(cells.texts, &std::string::empty))
      shown.push_back(std::move(cells));
  std::string titles;
  for (const Cells& cells : shown) titles += cells.padded(cells.title);
  std::string text = line_of(titles);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string line;
    for (const Cells& cells : shown) line += cells.padded(cells.texts[i]);
    text += line_of(line);
  }
  return text;
}

std::string section_text(const Section& section, const Json& report) {
  std::vector<Json> rows;
  for (const Json& row : member(report, section.member))
    if (section.is_of_interest(row)) rows.push_back(row);
  return rows.empty() ? "" : fmt::format("\n{}\n{}", section.title, table(section.columns, rows));
}

std::string citation_of(const std::string& name) {
  const auto found = std::ranges::find(all_reasons(), name, &ReasonInfo::name);
  return found == all_reasons().end() ? "" : citation(*found);
}

std::string counters_text(const Json& counters) {
  std::vector<Json> reasons;
  const Json by_name = member(counters, "reasons");
  for (const auto& [name, count] : by_name.items())
    reasons.push_back({{"count", count}, {"reason", name}, {"source", citation_of(name)}});
  const Json messages = member(counters, "icmp");
  const std::vector<Json> icmp(messages.begin(), messages.end());
  std::string text;
  if (!reasons.empty()) text += "\ncounters\n" + table(counters_columns, reasons);
  if (!icmp.empty()) text += "\nICMP messages\n" + table(icmp_columns, icmp);
  return text;
}

}  // namespace

std::optional<Json> parse_report(std::string_view text) {
  auto report = parse_object(text);
  if (!report || member(*report, "schema") != state_schema) return std::nullopt;
  return report;
}

std::string state_text(const Json& report) {
  const Json counters = member(report, "counters");
  const auto shown = [](const Json& object, const char* name, const char* otherwise) {
    const Json value = member(object, name);
    return value.is_null() ? otherwise : text_of(value, name);
  };
  std::string text = fmt::format("running for {} s, {} packets in, {} out\n", shown(report, "time", "0.0"),
                                 shown(counters, "packets_in", "0"), shown(counters, "packets_out", "0"));
  for (const Section& section : sections) text += section_text(section, report);
  return text + counters_text(counters);
}

std::string transitions_text(const Json& transitions) {
  return table(transitions_columns, transitions.get<std::vector<Json>>());
}

}  // namespace tunstack
