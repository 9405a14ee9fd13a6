// The tables of `tunstack state`.
#include <fmt/format.h>

#include <algorithm>

#include "tunstack/explain.hpp"
#include "tunstack/state_report.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

/// A member of each row, and its name for people. A flag shows its name where it is set.
struct Column {
  const char* member;
  std::string_view title;
};

struct Section {
  const char* member;
  std::string_view title;
  std::vector<Column> columns;
  bool (*is_of_interest)(const Json& row) = [](const Json&) { return true; };
};

const std::vector<Section>& sections() {
  static const std::vector<Section> all = {
      {"interfaces",
       "interfaces",
       {{"name", "name"},
        {"role", "role"},
        {"link_layer_address", "link-layer address"},
        {"mtu", "MTU"},
        {"ipv6_mtu", "IPv6 MTU"},
        {"hop_limit", "hop limit"},
        {"managed", "managed"},
        {"other", "other"},
        {"reachable_time", "reachable time"},
        {"retrans_timer", "retrans timer"}}},
      {"addresses",
       "addresses",
       {{"interface", "interface"},
        {"address", "address"},
        {"prefix_length", "prefix length"},
        {"state", "state"},
        {"preferred_lifetime", "preferred"},
        {"valid_lifetime", "valid"}}},
      {"neighbors",
       "neighbors",
       {{"interface", "interface"},
        {"address", "address"},
        {"link_layer_address", "link-layer address"},
        {"state", "state"},
        {"is_router", "router"},
        {"packets_waiting", "waiting"},
        {"deadline", "seconds left"}}},
      {"routers",
       "default routers",
       {{"interface", "interface"},
        {"address", "address"},
        {"preference", "preference"},
        {"reachability", "reachability"},
        {"in_use", "in use"},
        {"lifetime", "seconds left"}}},
      {"prefixes",
       "prefixes",
       {{"interface", "interface"},
        {"prefix", "prefix"},
        {"on_link", "on-link"},
        {"configured", "configured"},
        {"valid_lifetime", "seconds left"}}},
      {"redirects",
       "redirects",
       {{"interface", "interface"},
        {"destination", "destination"},
        {"next_hop", "next hop"},
        {"lifetime", "seconds left"}}},
      {"groups", "groups", {{"interface", "interface"}, {"group", "group"}}},
      {"path_mtus", "path MTUs", {{"destination", "destination"}, {"mtu", "MTU"}, {"lifetime", "seconds left"}}},
      {"reassembly",
       "reassembly",
       {{"family", "family"}, {"datagrams", "datagrams"}, {"memory", "octets"}},
       [](const Json& row) { return row.value("datagrams", 0) != 0; }},
      {"limiters",
       "limits of errors",
       {{"family", "family"},
        {"destination", "destination"},
        {"rate", "a second"},
        {"burst", "burst"},
        {"tokens", "tokens"}},
       [](const Json& row) { return row.value("rate", 0) != 0 && row.value("tokens", 0) != row.value("burst", 0); }},
  };
  return all;
}

std::string text_of(const Json& value, std::string_view title) {
  if (value.is_string()) return value.get<std::string>();
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
    const Json value = row.contains(column.member) ? row.at(column.member) : Json();
    cells.are_numbers |= value.is_number();
    cells.texts.push_back(text_of(value, column.title));
  }
  return cells;
}

std::string line_of(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

/// Without the columns that say nothing about any row.
std::string table(const std::vector<Column>& columns, const std::vector<Json>& rows) {
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
  for (const Json& row : report.value(section.member, Json::array()))
    if (section.is_of_interest(row)) rows.push_back(row);
  return rows.empty() ? "" : fmt::format("\n{}\n{}", section.title, table(section.columns, rows));
}

std::string citation_of(const std::string& name) {
  const auto found = std::ranges::find(all_reasons(), name, &ReasonInfo::name);
  return found == all_reasons().end() ? "" : citation(*found);
}

std::string counters_text(const Json& counters) {
  std::vector<Json> reasons;
  const Json by_name = counters.value("reasons", Json::object());
  for (const auto& [name, count] : by_name.items())
    reasons.push_back({{"count", count}, {"reason", name}, {"source", citation_of(name)}});
  const std::vector<Json> icmp = counters.value("icmp", std::vector<Json>{});
  std::string text;
  if (!reasons.empty())
    text += "\ncounters\n" + table({{"count", "count"}, {"reason", "reason"}, {"source", "source"}}, reasons);
  if (!icmp.empty())
    text += "\nICMP messages\n" +
            table({{"family", "family"}, {"in", "in"}, {"out", "out"}, {"name", "type and code"}}, icmp);
  return text;
}

}  // namespace

std::string state_text(const Json& report) {
  const Json counters = report.value("counters", Json::object());
  std::string text = fmt::format("running for {:.1f} s, {} packets in, {} out\n", report.value("time", 0.0),
                                 counters.value("packets_in", 0ULL), counters.value("packets_out", 0ULL));
  for (const Section& section : sections()) text += section_text(section, report);
  return text + counters_text(counters);
}

std::string transitions_text(const Json& transitions) {
  return table({{"state", "state"}, {"event", "event"}, {"actions", "actions"}, {"new_state", "new state"}},
               transitions.get<std::vector<Json>>());
}

}  // namespace tunstack
