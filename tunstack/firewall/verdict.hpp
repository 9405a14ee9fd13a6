// What befell a packet and who decided, from what was seen of it alone; and what that means for the case. Pure: fed by
// tunstack/firewall/bench or by recorded observations, read by reports.
#pragma once

#include "tunstack/firewall/observation.hpp"

namespace tunstack::firewall {

enum class Decider : std::uint8_t { nobody, rule, policy, conntrack, kernel, device, unknown };

struct Verdict {
  Fate fate = Fate::not_observable;
  Decider decider = Decider::nobody;
  std::optional<TraceStep> rule;  // that decided, where a rule or policy did
  std::string detail;             // "3/13", "RST", "3 of 40", the counter of the kernel that grew
  /// What came of it, in a form that two runs can be compared by: "ICMP echo reply", "forwarded", "path MTU 1280".
  std::vector<std::string> reactions;
  bool is_positive = false;           // an answer that is no error, an effect, or forwarded
  std::vector<std::uint8_t> left_as;  // as what the packet came out of the other side, if it did
};

/// `rules`: with the ruleset. The words of design: dropped by a rule is told from ignored by the kernel by points.
Verdict verdict_of(const Case& a_case, const Observation& rules);
/// The same with the text of the deciding rule known: one that rejects, and is not heard to, stays silent.
Verdict with_rule_text(Verdict verdict, std::string_view text);
/// "rejected 3/13", "limited 3 of 40", "dropped (by a reject rule that stays silent)"; runs are compared by it.
std::string verdict_text(const Verdict& verdict);
/// "rule", "connection tracking", "kernel".
const char* decider_name(Decider decider);

enum class Result : std::uint8_t { ok, ok_by_kernel, tolerated, info, warn, fail, not_testable, precondition };

/// What the kernel does at hand without rules, and with nothing but connection tracking.
struct Baselines {
  Verdict none, conntrack;
};

struct Judgement {
  Result result = Result::info;
  std::string why;  // one sentence
};

/// The same where both baselines are known: what passes without rules, and not with nothing but connection tracking, is
/// its doing.
Verdict attributed(Verdict verdict, const Baselines& baselines);

/// The case with the packet that it wants as octets, since names in it stand for what only the bench knew.
Case with_wanted_octets(Case a_case, const Observation& observation);

/// must-pass and should-pass: what happens without rules happens still. must-drop and should-drop: nothing positive
/// happens. Where the kernel refuses a packet whatever the rules say there is nothing to fail.
Judgement judge(const Case& a_case, const Verdict& verdict, const Baselines& baselines);

const char* fate_name(Fate fate);        // "answer-dropped"
const char* level_name(Level level);     // "must-pass"
const char* result_name(Result result);  // "FAIL"
std::optional<Fate> fate_of_name(std::string_view name);
std::optional<Level> level_of_name(std::string_view name);
std::optional<Result> result_of_name(std::string_view name);
std::optional<Decider> decider_of_name(std::string_view name);

}  // namespace tunstack::firewall
