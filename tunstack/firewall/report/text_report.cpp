#include "tunstack/firewall/report/text_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tunstack/firewall/report/plain_text.hpp"
#include "tunstack/firewall/report/wording.hpp"

namespace tunstack::firewall {

namespace {

/// So many failures are told in full; the others, of a ruleset that needs more than a mend, in a line each.
constexpr std::size_t most_in_full = 10;
constexpr std::size_t label_width = 14;

std::string labelled(std::string_view label, std::string_view text, const TextStyle& style) {
  if (text.empty()) return {};
  return wrapped("      " + padded(label, label_width), harmless(text), style.width);
}

std::string headline(const CaseRun& one) {
  return harmless(fmt::format("{}  {}  ({}{}{})", one.a_case.id, one.a_case.title, level_name(one.a_case.level),
                              one.a_case.reference.empty() ? "" : ", ", one.a_case.reference));
}

std::string in_full(const Run& run, const CaseRun& one, const TextStyle& style) {
  // The word alone is coloured, so that lines are broken by what is seen.
  const std::string head = wrapped("FAIL  ", headline(one), style.width);
  std::string block = painted(Result::fail, "FAIL", style) + head.substr(4);
  const char* label = "arrives";
  for (const std::string& line : packet_lines(one)) {
    block += labelled(label, line, style);
    label = "";
  }
  block += labelled("verdict", verdict_and_decider(run, one), style);
  block += labelled("because", one.judgement.why, style);
  block += labelled("what it costs", one.a_case.consequence, style);
  return block + labelled("mended by", one.mend, style) + "\n";
}

std::string in_a_line(const CaseRun& one, const TextStyle& style) {
  const Result result = one.judgement.result;
  const std::string told = result == Result::precondition ? one.judgement.why : verdict_text(one.verdict);
  const std::string line =
      fmt::format("{}  {}  {}: {}", padded(result_name(result), 4), one.a_case.id, one.a_case.title, told);
  const std::string seen = cut(harmless(line), style.width);
  const std::size_t word = std::min(seen.size(), std::string_view(result_name(result)).size());
  return painted(result, seen.substr(0, word), style) + seen.substr(word) + "\n";
}

std::string failures(const Run& run, const TextStyle& style) {
  std::string text;
  std::size_t told = 0;
  for (const CaseRun& one : run.cases) {
    if (one.judgement.result != Result::fail) continue;
    text += told < most_in_full ? in_full(run, one, style) : in_a_line(one, style);
    ++told;
  }
  return told > most_in_full ? text + "\n" : text;
}

/// Rules that mend several failures, each once; where each mends one, it stands beside it.
std::string mends(const Run& run, const TextStyle& style) {
  std::vector<std::pair<std::string, std::vector<std::string>>> rules;
  for (const CaseRun& one : run.cases) {
    if (one.mend.empty()) continue;
    auto rule = std::ranges::find(rules, one.mend, [](const auto& r) { return r.first; });
    if (rule == rules.end()) rule = rules.insert(rules.end(), {one.mend, {}});
    rule->second.push_back(harmless(one.a_case.id));
  }
  if (std::ranges::none_of(rules, [](const auto& rule) { return rule.second.size() > 1; })) return {};
  std::string text = "rules that would mend failures, each tried with all cases\n";
  for (const auto& [rule, ids] : rules)
    text +=
        wrapped("  ", harmless(rule), style.width) + wrapped(fmt::format("    {:>3}  ", ids.size()), ids, style.width);
  return text + "\n";
}

std::string with_result(const Run& run, Result result, const TextStyle& style) {
  std::string text;
  for (const CaseRun& one : run.cases)
    if (one.judgement.result == result) text += in_a_line(one, style);
  return text.empty() ? text : text + "\n";
}

constexpr std::size_t bar_width = 10;

std::string bar(const Tally& tally) {
  const std::size_t full = tally.good() * bar_width / std::max<std::size_t>(1, tally.all());
  return std::string(full, '#') + std::string(bar_width - full, '.');
}

std::string group_line(const std::string& name, std::size_t name_width, const Tally& tally, const TextStyle& style) {
  const Result worst = tally.of(Result::fail) > 0   ? Result::fail
                       : tally.of(Result::warn) > 0 ? Result::warn
                                                    : Result::ok;
  std::string tail = fmt::format("  {:>7}", fmt::format("{}/{}", tally.good(), tally.all()));
  for (const Result result : {Result::fail, Result::warn, Result::precondition})
    if (tally.of(result) > 0) tail += fmt::format("  {} {}", tally.of(result), result_name(result));
  const std::string head = "  " + padded(name, name_width) + "  ";
  const std::size_t taken = std::min(columns(head) + bar_width, style.width);
  return head + painted(worst, bar(tally), style) + cut(tail, style.width - taken) + "\n";
}

std::string groups(const Run& run, const TextStyle& style) {
  const auto tallies = tallies_by_group(run);
  std::size_t name_width = 0;
  const std::size_t most_name = style.width / 3;
  for (const auto& [name, tally] : tallies) name_width = std::max(name_width, std::min(most_name, columns(name)));
  std::string text;
  for (const auto& [name, tally] : tallies)
    text += group_line(cut(harmless(name), name_width), name_width, tally, style);
  return text;
}

std::string in_charge(const Run& run, const TextStyle& style) {
  std::string paragraph;
  for (const std::string& sentence : who_is_in_charge(run)) paragraph += (paragraph.empty() ? "" : " ") + sentence;
  return paragraph.empty() ? paragraph : wrapped("", paragraph, style.width);
}

}  // namespace

std::string painted(Result result, std::string_view text, const TextStyle& style) {
  if (!style.has_colour) return std::string(text);
  const int colour = result == Result::fail ? 31 : result == Result::warn || result == Result::precondition ? 33 : 32;
  return fmt::format("\x1b[{}m{}\x1b[0m", colour, text);
}

std::string text_report(const Run& run, const TextStyle& style) {
  std::string text = wrapped("", harmless(run.ruleset) + ": " + run_line(run), style.width);
  text += failures(run, style) + mends(run, style);
  text += with_result(run, Result::precondition, style) + with_result(run, Result::warn, style);
  text += groups(run, style) + in_charge(run, style);
  return text + wrapped("summary  ", tally_texts(tally_of(run)), style.width);
}

}  // namespace tunstack::firewall
