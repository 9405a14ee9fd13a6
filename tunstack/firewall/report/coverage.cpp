#include "tunstack/firewall/report/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tunstack/firewall/report/plain_text.hpp"
#include "tunstack/firewall/report/wording.hpp"

namespace tunstack::firewall {

namespace {

/// The rules that packets of a case matched, and their answers.
std::set<const LoadedRule*> matched_in(const Run& run, const CaseRun& one) {
  std::set<const LoadedRule*> matched;
  for (const TraceStep& step : one.observation.trace) matched.insert(run.rule_of(step));
  return matched;
}

bool has_matched(const RuleUse& use) { return use.matched > 0; }

/// Whether a statement ends the way of every packet: "drop", "counter reject", "-A INPUT -j DROP".
bool takes_everything(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  if (words.size() > 3 && words[0] == "-A") words.erase(words.begin(), words.begin() + 2);
  if (words.size() > 5 && words[0] == "counter" && words[1] == "packets") words.erase(words.begin(), words.begin() + 5);
  constexpr std::array<std::string_view, 8> ends{"accept", "drop", "reject", "return",
                                                 "ACCEPT", "DROP", "REJECT", "RETURN"};
  const std::size_t at = !words.empty() && (words[0] == "counter" || words[0] == "-j") ? 1 : 0;
  return at < words.size() && std::ranges::find(ends, words[at]) != ends.end();
}

bool is_in_same_chain(const LoadedRule& a, const LoadedRule& b) {
  return a.family == b.family && a.table == b.table && a.chain == b.chain;
}

void find_shadows(std::vector<RuleUse>& uses) {
  for (std::size_t i = 0; i < uses.size(); ++i)
    for (std::size_t earlier = 0; earlier < i && uses[i].matched == 0 && uses[i].shadowed_by == nullptr; ++earlier) {
      const LoadedRule& before = *uses[earlier].rule;
      if (is_in_same_chain(before, *uses[i].rule) && !before.text.empty() &&
          (before.text == uses[i].rule->text || takes_everything(before.text)))
        uses[i].shadowed_by = &before;
    }
}

std::string use_line(const RuleUse& use, std::size_t width) {
  const LoadedRule& rule = *use.rule;
  const std::string place = place_text(rule);
  const std::string head = has_matched(use) ? fmt::format("  {:>4} {:>4}  ", use.matched, use.decided) : "  ";
  const std::string where = fmt::format("{} {} {}", rule.family, rule.table, rule.chain);
  const std::string shadow =
      use.shadowed_by == nullptr
          ? ""
          : fmt::format("  (shadowed by {}: {})", place_text(*use.shadowed_by), use.shadowed_by->text);
  return wrapped(head, harmless(fmt::format("{}  {}{}", place.empty() ? where : place, rule.text, shadow)), width);
}

}  // namespace

std::vector<RuleUse> coverage_of(const Run& run) {
  std::vector<RuleUse> uses;
  for (const LoadedRule& rule : run.rules)
    if (rule.handle != 0) uses.push_back({.rule = &rule});
  for (const CaseRun& one : run.cases) {
    const std::set<const LoadedRule*> matched = matched_in(run, one);
    const LoadedRule* deciding = run.deciding_rule(one);
    for (RuleUse& use : uses) {
      if (matched.contains(use.rule)) ++use.matched;
      if (use.rule == deciding) ++use.decided;
    }
  }
  find_shadows(uses);
  return uses;
}

std::string coverage_text(const Run& run, std::size_t width) {
  const std::vector<RuleUse> uses = coverage_of(run);
  const auto used = static_cast<std::size_t>(std::ranges::count_if(uses, has_matched));
  std::string text = fmt::format("{} of {} rules matched in {} cases\n", used, uses.size(), run.cases.size());
  if (used < uses.size()) text += "matched in no case:\n";
  for (const RuleUse& use : uses)
    if (!has_matched(use)) text += use_line(use, width);
  if (used > 0) text += "matched, decided:\n";
  for (const RuleUse& use : uses)
    if (has_matched(use)) text += use_line(use, width);
  return text;
}

std::string coverage_json(const Run& run) {
  using Json = nlohmann::ordered_json;
  Json rules = Json::array();
  for (const RuleUse& use : coverage_of(run))
    rules.push_back({{"family", use.rule->family},
                     {"table", use.rule->table},
                     {"chain", use.rule->chain},
                     {"handle", use.rule->handle},
                     {"text", use.rule->text},
                     {"file", use.rule->file},
                     {"line", use.rule->line},
                     {"matched", use.matched},
                     {"decided", use.decided},
                     {"shadowed_by", use.shadowed_by == nullptr ? Json() : Json(place_text(*use.shadowed_by))}});
  const Json json{{"schema", 1}, {"cases", run.cases.size()}, {"rules", rules}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tunstack::firewall
