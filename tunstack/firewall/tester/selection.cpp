#include "tunstack/firewall/tester/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <set>

#include "tunstack/fault.hpp"

namespace tunstack::firewall {

namespace {

/// Does the machine learn how large its packets may be, and does it tell others (RFC 1191, RFC 8201)?
bool is_about_path_mtu(const Case& a_case) {
  return a_case.effect == Effect::path_mtu ||
         std::ranges::any_of(a_case.packets,
                             [](const std::string& packet) {
                               return packet.contains("too big") || packet.contains("fragmentation needed");
                             }) ||
         a_case.id.contains("-PTB");
}

bool is_chosen_by(const Case& a_case, const std::string& word) {
  if (word == "pmtud") return is_about_path_mtu(a_case);
  if (word == "rfc4890") return a_case.reference.contains("4890");
  return a_case.group == word || a_case.id == word || a_case.id.starts_with(word + "-");
}

bool runs_at_all(const Case& a_case, const Selection& selection) {
  if (a_case.mode == Mode::host ? !selection.host : !selection.router) return false;
  return (selection.floods || !a_case.is_flood) && (!selection.core_only || a_case.is_core);
}

[[noreturn]] void throw_unknown(const std::string& word, const std::vector<Case>& cases) {
  std::set<std::string> groups;
  for (const Case& a_case : cases) groups.insert(a_case.group);
  std::string all = "pmtud, rfc4890";
  for (const std::string& group : groups) all += ", " + group;
  throw UsageFault(fmt::format("no case of these is '{}'", word), fmt::format("there are {}, and ids of cases", all),
                   "'tunstack firewall list' shows all cases; those of routers run with --router");
}

}  // namespace

std::vector<Case> select_cases(const std::vector<Case>& cases, const Selection& selection) {
  const auto runs = [&](const Case& a_case) { return runs_at_all(a_case, selection); };
  for (const std::string& word : selection.only)
    if (std::ranges::none_of(cases | std::views::filter(runs),
                             [&](const Case& a_case) { return is_chosen_by(a_case, word); }))
      throw_unknown(word, cases);
  std::vector<Case> chosen;
  for (const Case& a_case : cases | std::views::filter(runs))
    if (selection.only.empty() ||
        std::ranges::any_of(selection.only, [&](const std::string& word) { return is_chosen_by(a_case, word); }))
      chosen.push_back(a_case);
  return chosen;
}

}  // namespace tunstack::firewall
