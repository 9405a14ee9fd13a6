#include "tunstack/firewall/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ranges>
#include <utility>

#include "tunstack/firewall/packet_kind.hpp"
#include "tunstack/firewall/reactions.hpp"

namespace tunstack::firewall {

namespace {

// ---- what was seen, in the terms of the decision ----

/// How far the packets came. A host has the points of INPUT, a router those of FORWARD, or of INPUT for itself; what
/// the machine itself sends has those of OUTPUT.
struct Way {
  unsigned sent = 0;     // as whole datagrams
  unsigned arrived = 0;  // before the rules
  unsigned passed = 0;   // behind them

  Way(const Case& a_case, const Observation& seen)
      : sent(a_case.repeat *
             (a_case.fragments.empty() ? std::max(1U, static_cast<unsigned>(a_case.packets.size())) : 1)),
        arrived(a_case.from == Side::host ? seen.at(Point::output_first)
                                          : seen.at(Point::input_first) + seen.at(Point::forward_first)),
        passed(a_case.from == Side::host ? seen.at(Point::output_last)
                                         : seen.at(Point::input_last) + seen.at(Point::forward_last)) {}
};

bool is_dropping(const TraceStep& step) {
  constexpr std::array<std::string_view, 4> words{"drop", "reject", "queue", "stolen"};
  return std::ranges::any_of(words, [&](std::string_view word) { return step.verdict.starts_with(word); });
}

const TraceStep* last_step(const Observation& seen, bool of_answer, auto is_sought) {
  for (const TraceStep& step : seen.trace | std::views::reverse)
    if (step.of_answer == of_answer && is_sought(step)) return &step;
  return nullptr;
}

const TraceStep* dropping_step(const Observation& seen, bool of_answer = false) {
  return last_step(seen, of_answer, is_dropping);
}

/// A rule that accepts says more than the policies of later chains that do.
const TraceStep* accepting_step(const Observation& seen, bool of_answer = false) {
  const auto accepts = [](const TraceStep& step) { return step.verdict == "accept"; };
  const auto is_rule = [&](const TraceStep& step) { return step.handle != 0 && accepts(step); };
  const TraceStep* rule = last_step(seen, of_answer, is_rule);
  return rule != nullptr ? rule : last_step(seen, of_answer, accepts);
}

/// The counters that tell of a refusal; how much came and went is nobody's reason. Without figures: runs are compared.
std::string refusals(const Observation& seen) {
  constexpr std::array<std::string_view, 12> words{"Err",  "Discard", "Fail",  "Invalid", "Drop",    "Filter",
                                                   "Csum", "NoRoute", "Trunc", "Unknown", "NoPorts", "Overlap"};
  std::string text;
  for (const Counted& counted : seen.counters) {
    const auto is_in_name = [&](std::string_view word) { return counted.name.contains(word); };
    if (counted.by > 0 && std::ranges::any_of(words, is_in_name)) text += (text.empty() ? "" : ", ") + counted.name;
  }
  return text;
}

bool reassembly_failed(const Observation& seen) {
  return std::ranges::any_of(seen.counters, [](const Counted& counted) {
    return counted.by > 0 && (counted.name.contains("ReasmFails") || counted.name.contains("ReasmOverlap"));
  });
}

bool waits_for_fragments(const Observation& seen) {
  const auto is_part = [](const Injection& injection) {
    const auto kind = kind_of(injection.octets);
    return kind && kind->is_part;
  };
  return std::ranges::any_of(seen.injections, is_part) && !reassembly_failed(seen);
}

/// "route unchanged" and "no address" are told, and are none.
bool is_effective(const EffectSeen& effect) {
  return effect.kind != Effect::none && !effect.what.ends_with("unchanged") && !effect.what.starts_with("no ");
}

// ---- what came of it ----

struct Outcome {
  bool is_answered = false;
  bool is_forwarded = false;
  std::string rejection;  // of the first error or reset
};

/// Fills in the reactions of `verdict`.
Outcome outcome_of(const Observation& seen, Verdict& verdict) {
  Outcome outcome;
  for (const Reaction& reaction : seen.reactions) {
    ReactionRead read = read_reaction(reaction, seen.injections);
    if (read.is_chatter) continue;
    if (read.is_forwarded && !std::exchange(outcome.is_forwarded, true)) verdict.left_as = reaction.octets;
    outcome.is_answered |= read.is_answer();
    if (outcome.rejection.empty()) outcome.rejection = read.rejection;
    verdict.reactions.push_back(std::move(read.words));
  }
  for (const EffectSeen& effect : seen.effects) {
    verdict.is_positive |= is_effective(effect);
    verdict.reactions.push_back(effect.what);
  }
  verdict.is_positive |= outcome.is_answered || outcome.is_forwarded;
  std::ranges::sort(verdict.reactions);
  const auto again = std::ranges::unique(verdict.reactions);
  verdict.reactions.erase(again.begin(), again.end());
  return outcome;
}

// ---- fates ----

void set(Verdict& verdict, Fate fate, Decider decider, std::string detail = {}) {
  verdict.fate = fate;
  verdict.decider = decider;
  verdict.detail = std::move(detail);
}

/// By the rule or policy of a step; unknown where there is no trace, as with legacy iptables.
void set(Verdict& verdict, Fate fate, const TraceStep* step, std::string detail = {}) {
  set(verdict, fate, Decider::unknown, std::move(detail));
  if (step == nullptr) return;
  verdict.decider = step->handle == 0 ? Decider::policy : Decider::rule;
  verdict.rule = *step;
}

bool is_answer_stopped(const Observation& seen) { return seen.at(Point::output_first) > seen.at(Point::output_last); }

constexpr std::string_view stays_silent = "by a reject rule that stays silent";
constexpr std::string_view not_let_out = "its rejection was not let out";

/// Whether the text of a rule has the statement: as a word, not in a comment.
bool rejects(std::string_view text) {
  std::string word;
  bool is_quoted = false, found = false;
  const auto end_word = [&] { found |= std::exchange(word, {}) == "reject"; };
  for (const char c : text) {
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted || c == '"' || c == ';' || std::isspace(static_cast<unsigned char>(c)) != 0)
      end_word();
    else
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  end_word();
  return found;
}

void stopped_by_rules(const Observation& seen, const TraceStep* step, const Outcome& outcome, Verdict& verdict) {
  if (!outcome.rejection.empty()) return set(verdict, Fate::rejected, step, outcome.rejection);
  std::string detail;
  if (step != nullptr && step->handle != 0 && is_answer_stopped(seen))
    detail = not_let_out;
  else if (step != nullptr && step->verdict.starts_with("reject"))
    detail = stays_silent;
  set(verdict, Fate::dropped, step, std::move(detail));
}

void stopped_by_kernel(const Observation& seen, Verdict& verdict) {
  if (seen.at(Point::prerouting) == 0) return set(verdict, Fate::kernel_early, Decider::kernel, refusals(seen));
  set(verdict, waits_for_fragments(seen) ? Fate::held : Fate::kernel_route, Decider::kernel, refusals(seen));
}

void let_in(const Observation& seen, Verdict& verdict) {
  const TraceStep* accepting = accepting_step(seen);
  set(verdict, Fate::passed, accepting, refusals(seen));
  if (accepting == nullptr) verdict.decider = Decider::nobody;
}

/// Without probes only what comes back tells: an error is a rule's or the kernel's.
void guess(const Outcome& outcome, Verdict& verdict) {
  if (outcome.is_forwarded) return set(verdict, Fate::forwarded, Decider::unknown);
  if (outcome.is_answered) return set(verdict, Fate::answered, Decider::unknown);
  if (verdict.is_positive) return set(verdict, Fate::passed, Decider::unknown);
  set(verdict, Fate::not_observable, Decider::unknown, outcome.rejection);
}

/// What the machine itself sends: through OUTPUT and whatever is behind it, or not.
void decide_outbound(const Case& a_case, const Observation& seen, const Outcome& outcome, Verdict& verdict) {
  const Way way(a_case, seen);
  const TraceStep* const dropping = dropping_step(seen, true);
  if (a_case.repeat > 1 && way.passed > 0 && way.passed < way.sent)
    return set(verdict, Fate::limited, dropping, fmt::format("{} of {}", way.passed, way.sent));
  if (outcome.is_forwarded) {
    set(verdict, Fate::passed, accepting_step(seen, true));
    if (!verdict.rule) verdict.decider = Decider::nobody;
    return;
  }
  if (way.arrived == 0) return set(verdict, Fate::kernel_route, Decider::kernel, refusals(seen));
  set(verdict, Fate::dropped, dropping);
}

void decide(const Case& a_case, const Observation& seen, const Outcome& outcome, Verdict& verdict) {
  if (seen.at(Point::device) == 0) return set(verdict, Fate::kernel_early, Decider::device, "refused by the device");
  if (!seen.has_probes) return guess(outcome, verdict);
  if (a_case.from == Side::host) return decide_outbound(a_case, seen, outcome, verdict);

  const Way way(a_case, seen);
  const TraceStep* dropping = dropping_step(seen);
  if (a_case.repeat > 1 && way.passed > 0 && way.passed < way.sent)
    return set(verdict, Fate::limited, dropping, fmt::format("{} of {}", way.passed, way.sent));
  if (outcome.is_forwarded || outcome.is_answered) {
    let_in(seen, verdict);
    const Fate fate = outcome.is_forwarded ? Fate::forwarded : Fate::answered;
    if (way.passed == 0 && dropping != nullptr) return set(verdict, fate, dropping);  // it answers in the host's place
    verdict.fate = fate;
    return;
  }
  // A datagram that lost one of its fragments is lost; and rules behind FORWARD have the last word.
  const bool is_lost = way.passed < way.arrived || way.passed == 0;
  const bool is_positive_all_the_same = verdict.is_positive && way.passed > 0;
  if (dropping != nullptr && !is_positive_all_the_same) return stopped_by_rules(seen, dropping, outcome, verdict);
  if (way.arrived > 0 && is_lost && !is_positive_all_the_same) return stopped_by_rules(seen, nullptr, outcome, verdict);
  if (is_answer_stopped(seen) && outcome.rejection.empty() && !verdict.is_positive)
    return set(verdict, Fate::answer_dropped, dropping_step(seen, true));
  if (way.passed == 0) return stopped_by_kernel(seen, verdict);
  let_in(seen, verdict);
}

}  // namespace

Verdict verdict_of(const Case& a_case, const Observation& rules) {
  Verdict verdict;
  if (!rules.failed_precondition.empty()) {
    set(verdict, Fate::precondition_failed, Decider::unknown, rules.failed_precondition);
    return verdict;
  }
  const Outcome outcome = outcome_of(rules, verdict);
  decide(a_case, rules, outcome, verdict);
  return verdict;
}

Verdict with_rule_text(Verdict verdict, std::string_view text) {
  if (verdict.fate != Fate::dropped || verdict.decider != Decider::rule) return verdict;
  if (!rejects(text))
    verdict.detail.clear();  // what was not let out was something else
  else if (verdict.detail.empty())
    verdict.detail = stays_silent;
  return verdict;
}

std::string verdict_text(const Verdict& verdict) {
  std::string name = fate_name(verdict.fate);
  if (verdict.detail.empty()) return name;
  switch (verdict.fate) {
    case Fate::rejected:
    case Fate::limited:
      return name + " " + verdict.detail;
    case Fate::dropped:
      return name + " (" + verdict.detail + ")";
    default:
      return name;
  }
}

}  // namespace tunstack::firewall
