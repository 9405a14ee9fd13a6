#include "tunstack/firewall/tester/exhaustive.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tunstack::firewall {

namespace {

constexpr std::size_t all_types = 256, all_codes = 256;

Fate fate_at(const IcmpMap& map, std::size_t type, std::size_t code) { return map.fates[type * all_codes + code]; }

bool is_same_type(const IcmpMap& map, std::size_t a, std::size_t b) {
  for (std::size_t code = 0; code < all_codes; ++code)
    if (fate_at(map, a, code) != fate_at(map, b, code)) return false;
  return true;
}

std::string range_text(const char* one, std::size_t first, std::size_t last) {
  return first == last ? fmt::format("{} {}", one, first) : fmt::format("{}s {}-{}", one, first, last);
}

std::string codes_text(const IcmpMap& map, std::size_t type) {
  std::string text;
  for (std::size_t first = 0, last; first < all_codes; first = last + 1) {
    for (last = first; last + 1 < all_codes && fate_at(map, type, last + 1) == fate_at(map, type, first);) ++last;
    const char* const fate = fate_name(fate_at(map, type, first));
    if (first == 0 && last + 1 == all_codes) return fate;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", range_text("code", first, last), fate);
  }
  return text;
}

template <class OnRange>
void for_ranges(const IcmpMap& map, const OnRange& on_range) {
  for (std::size_t first = 0, last; first < all_types; first = last + 1) {
    for (last = first; last + 1 < all_types && is_same_type(map, first, last + 1);) ++last;
    on_range(first, last, codes_text(map, first));
  }
}

}  // namespace

std::vector<Case> all_icmp_messages(Mode mode, Family family) {
  std::vector<Case> cases;
  cases.reserve(all_types * all_codes);
  const char* const protocol = family == Family::ipv4 ? "ICMP" : "ICMP6";
  const char* const ends = mode == Mode::host ? "peer > host" : "far > client";
  for (std::size_t type = 0; type < all_types; ++type)
    for (std::size_t code = 0; code < all_codes; ++code) {
      Case a_case;
      a_case.id = fmt::format("{}/{}", type, code);
      a_case.mode = mode;
      a_case.family = family;
      a_case.packets = {fmt::format("{} {} type {}, code {}, length 64", ends, protocol, type, code)};
      cases.push_back(std::move(a_case));
    }
  return cases;
}

std::vector<IcmpMap> map_icmp(const TestPlan& plan, const OnProgress& on_progress) {
  std::vector<Assignment> assignments;
  std::vector<IcmpMap> maps;
  for (const Mode mode : {Mode::host, Mode::router}) {
    TestPlan one = plan;
    std::erase_if(one.cases, [&](const Case& a_case) { return a_case.mode != mode; });
    if (one.cases.empty()) continue;
    one.cases.resize(1);
    Assignment with_rules = assignments_of(one)[2];
    with_rules.plan.reads_counters = false;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
      assignments.push_back(with_rules);
      assignments.back().cases = all_icmp_messages(mode, family);
      maps.push_back({.mode = mode, .family = family});
    }
  }
  const auto reports = run_assignments(assignments, on_progress);
  for (std::size_t i = 0; i < maps.size(); ++i)
    for (std::size_t n = 0; n < maps[i].fates.size(); ++n)
      maps[i].fates[n] = verdict_of(assignments[i].cases[n], reports[i].observations[0][n]).fate;
  return maps;
}

std::string icmp_map_text(const std::vector<IcmpMap>& maps) {
  std::string text;
  for (const IcmpMap& map : maps) {
    text += fmt::format("every {} message to {}\n", map.family == Family::ipv4 ? "ICMP" : "ICMPv6",
                        map.mode == Mode::host ? "the host" : "a client inside");
    for_ranges(map, [&](std::size_t first, std::size_t last, const std::string& fates) {
      text += fmt::format("  {:<16} {}\n", range_text("type", first, last), fates);
    });
  }
  return text;
}

std::string icmp_map_json(const std::vector<IcmpMap>& maps) {
  using nlohmann::json;
  json all = json::array();
  for (const IcmpMap& map : maps) {
    json ranges = json::array();
    for_ranges(map, [&](std::size_t first, std::size_t last, const std::string& fates) {
      ranges.push_back({{"first_type", first}, {"last_type", last}, {"fates", fates}});
    });
    all.push_back({{"mode", map.mode == Mode::host ? "host" : "router"},
                   {"family", map.family == Family::ipv4 ? 4 : 6},
                   {"ranges", std::move(ranges)}});
  }
  return json{{"schema", 1}, {"icmp", std::move(all)}}.dump(1);
}

}  // namespace tunstack::firewall
