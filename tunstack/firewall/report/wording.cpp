#include "tunstack/firewall/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tunstack/explain/describe.hpp"
#include "tunstack/firewall/report/plain_text.hpp"

namespace tunstack::firewall {

namespace {

/// What happens where no rule of a chain has ended it: a policy, or back to the chain that jumped there.
std::string end_of_chain(const TraceStep& step) {
  const bool is_base = step.verdict == "accept" || step.verdict == "drop";
  return is_base ? "policy " + step.verdict : "no further rule matches";
}

std::string kernel_text(const Verdict& verdict) {
  const char* where = verdict.fate == Fate::kernel_early ? "before all rules"
                      : verdict.fate == Fate::held       ? "which waits for other fragments"
                                                         : "between the hooks of rules";
  return fmt::format("the kernel, {}{}{}", where, verdict.detail.empty() ? "" : ": ", verdict.detail);
}

std::size_t count_of_fate(const Run& run, Fate fate) {
  return static_cast<std::size_t>(
      std::ranges::count_if(run.cases, [&](const CaseRun& one) { return one.verdict.fate == fate; }));
}

/// What a setting of the kernel leaves to rules.
struct SettingRow {
  std::string_view key, value, sentence;
};
constexpr std::array settings{
    SettingRow{"net.ipv4.conf.all.rp_filter", "0", "rp_filter=0: forged sources are up to the rules."},
    SettingRow{"net.ipv4.conf.all.accept_redirects", "1",
               "accept_redirects=1: redirects about live conversations are up to the rules."},
    SettingRow{"net.ipv4.conf.all.accept_source_route", "1",
               "accept_source_route=1: source routes are up to the rules."},
    SettingRow{"net.netfilter.nf_conntrack_tcp_loose", "1",
               "nf_conntrack_tcp_loose=1: an ACK without a connection counts as new."},
};

}  // namespace

std::string place_text(const LoadedRule& rule) {
  return rule.file.empty() ? std::string() : harmless(fmt::format("{}:{}", rule.file, rule.line));
}

std::string step_text(const Run& run, const TraceStep& step) {
  const LoadedRule* rule = run.rule_of(step);
  const std::string text = rule != nullptr    ? rule->text
                           : step.handle == 0 ? end_of_chain(step)
                                              : fmt::format("rule handle {}", step.handle);
  return harmless(fmt::format("{} {} {}: {}", step.family, step.table, step.chain, text));
}

std::string decider_text(const Run& run, const CaseRun& one) {
  const Verdict& verdict = one.verdict;
  switch (verdict.decider) {
    case Decider::rule:
    case Decider::policy: {
      if (!verdict.rule) return "a rule";
      const LoadedRule* rule = run.rule_of(*verdict.rule);
      const std::string place = rule == nullptr ? std::string() : place_text(*rule);
      return step_text(run, *verdict.rule) + (place.empty() ? "" : " (" + place + ")");
    }
    case Decider::conntrack:
      return "connection tracking, which puts fragments together before rules see them";
    case Decider::kernel:
      return kernel_text(verdict);
    case Decider::device:
      return "the device";
    case Decider::unknown:
      return verdict.fate == Fate::dropped || verdict.fate == Fate::rejected ? "a rule, of which there is no trace here"
                                                                             : std::string();
    case Decider::nobody:
      break;
  }
  return {};
}

std::string verdict_and_decider(const Run& run, const CaseRun& one) {
  const Fate fate = one.verdict.fate;
  const bool is_let_in = fate == Fate::passed || fate == Fate::answered || fate == Fate::forwarded;
  const std::string decider = decider_text(run, one);
  return verdict_text(one.verdict) + (decider.empty() ? "" : is_let_in ? ", let in by " : " by ") + decider;
}

std::vector<std::string> packet_lines(const CaseRun& one) {
  constexpr std::size_t most = 4;
  const auto& injections = one.observation.injections;
  std::vector<std::string> lines;
  for (const Injection& injection : injections) {
    if (lines.size() == most) break;
    lines.push_back(harmless(line_of(describe(injection.octets))));
  }
  if (injections.size() > most) lines.push_back(fmt::format("and {} more", injections.size() - most));
  return lines;
}

std::string run_line(const Run& run) {
  std::string line = fmt::format("{}, {} cases", run.mode, run.cases.size());
  if (run.profile != Profile::catalogue) line += fmt::format(", profile {}", profile_name(run.profile));
  if (!run.kernel.empty()) line += ", Linux " + run.kernel;
  return harmless(fmt::format("{}, {:.1f} s", line, run.seconds));
}

std::vector<std::string> tally_texts(const Tally& tally) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < result_count; ++i) {
    const auto result = static_cast<Result>(i);
    if (tally.of(result) > 0) texts.push_back(fmt::format("{} {}", tally.of(result), result_name(result)));
  }
  return texts.empty() ? std::vector<std::string>{"no cases"} : texts;
}

std::vector<std::string> who_is_in_charge(const Run& run) {
  std::vector<std::string> sentences;
  const std::size_t early = count_of_fate(run, Fate::kernel_early), route = count_of_fate(run, Fate::kernel_route),
                    held = count_of_fate(run, Fate::held);
  if (early + route + held > 0)
    sentences.push_back(
        fmt::format("The kernel decides {} of {} cases, whatever the rules say: {} before all rules, {} between their "
                    "hooks, {} as fragments that wait.",
                    early + route + held, run.cases.size(), early, route, held));
  for (const SettingRow& row : settings) {
    const auto setting = run.sysctls.find(std::string(row.key));
    if (setting != run.sysctls.end() && setting->second == row.value) sentences.emplace_back(row.sentence);
  }
  return sentences;
}

}  // namespace tunstack::firewall
