// What a verdict means for its case.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tunstack/firewall/observation_json.hpp"
#include "tunstack/firewall/packet_kind.hpp"
#include "tunstack/firewall/verdict.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::firewall {

namespace {

bool is_through(Fate fate) { return fate == Fate::passed || fate == Fate::answered || fate == Fate::forwarded; }
bool is_kernels(Fate fate) { return fate == Fate::kernel_early || fate == Fate::kernel_route || fate == Fate::held; }

std::string reactions_text(const Verdict& verdict) {
  return verdict.reactions.empty() ? "nothing to be seen" : fmt::format("{}", fmt::join(verdict.reactions, ", "));
}

std::string comparison(const Verdict& verdict, const Verdict& none) {
  return fmt::format("{}, {}; without rules {}, {}", verdict_text(verdict), reactions_text(verdict), verdict_text(none),
                     reactions_text(none));
}

constexpr const char* kernel_decides = "the kernel decides, whatever the rules say";

Judgement judge_passing(const Verdict& verdict, const Verdict& none, Result otherwise) {
  const bool is_alike = verdict.reactions == none.reactions;
  if (!is_through(none.fate) && is_alike && none.fate != Fate::precondition_failed)
    return {Result::ok_by_kernel, kernel_decides};
  if (is_through(verdict.fate) && is_alike) return {Result::ok, "as without rules"};
  return {otherwise, comparison(verdict, none)};
}

Judgement judge_dropping(const Verdict& verdict, Result otherwise) {
  if (verdict.is_positive) return {otherwise, fmt::format("{}: {}", verdict_text(verdict), reactions_text(verdict))};
  if (is_kernels(verdict.fate)) return {Result::ok_by_kernel, kernel_decides};
  if (verdict.fate == Fate::dropped || verdict.fate == Fate::rejected) return {Result::ok, "kept out"};
  if (verdict.fate == Fate::answer_dropped) return {Result::tolerated, "let in, but the answer was not let out"};
  return {Result::tolerated,
          fmt::format("{}, but nothing came of it: {}", verdict_text(verdict), reactions_text(verdict))};
}

// ---- of users ----

/// "passed" is wanted of the rules, whatever comes of it; and what is to be dropped may be so by the kernel.
Judgement judge_wanted(Fate fate, const Case& a_case, const Verdict& verdict) {
  const std::string wanted =
      fmt::format("{}{}{}", fate_name(fate), a_case.wanted_detail.empty() ? "" : " ", a_case.wanted_detail);
  const bool is_detail_met = a_case.wanted_detail.empty() || a_case.wanted_detail == verdict.detail;
  if (fate == Fate::dropped && is_kernels(verdict.fate)) return {Result::ok_by_kernel, kernel_decides};
  const bool is_met = fate == verdict.fate || (fate == Fate::passed && is_through(verdict.fate));
  if (!is_met || !is_detail_met) return {Result::fail, fmt::format("wanted: {}; {}", wanted, verdict_text(verdict))};
  if (a_case.wanted_packet.empty()) return {Result::ok, "as wanted"};
  const auto wanted_octets = notation::parse_packet(a_case.wanted_packet);
  if (!wanted_octets) return {Result::fail, "the packet that is wanted cannot be read: " + a_case.wanted_packet};
  const std::string wanted_head = head_text(*wanted_octets), head = head_text(verdict.left_as);
  if (wanted_head == head) return {Result::ok, "as wanted, " + head};
  return {Result::fail, fmt::format("wanted to leave as {}; left as {}", wanted_head, head)};
}

Judgement judge_level(const Case& a_case, const Verdict& verdict, const Verdict& none) {
  switch (a_case.level) {
    case Level::must_pass:
      return judge_passing(verdict, none, Result::fail);
    case Level::should_pass:
      return judge_passing(verdict, none, Result::warn);
    case Level::must_drop:
      return judge_dropping(verdict, Result::fail);
    case Level::should_drop:
      return judge_dropping(verdict, Result::warn);
    case Level::informational:
      break;
  }
  return {Result::info, fmt::format("{}: {}", verdict_text(verdict), reactions_text(verdict))};
}

}  // namespace

Verdict attributed(Verdict verdict, const Baselines& baselines) {
  if (verdict.decider == Decider::kernel && is_kernels(verdict.fate) && is_through(baselines.none.fate) &&
      is_kernels(baselines.conntrack.fate))
    verdict.decider = Decider::conntrack;
  return verdict;
}

Case with_wanted_octets(Case a_case, const Observation& observation) {
  if (!observation.wanted.empty()) a_case.wanted_packet = hexadecimal(observation.wanted);
  return a_case;
}

Judgement judge(const Case& a_case, const Verdict& verdict, const Baselines& baselines) {
  if (a_case.needs_tap) return {Result::not_testable, "cannot be told behind a TUN, which has no link-layer addresses"};
  if (baselines.none.fate == Fate::precondition_failed)
    return {Result::precondition, "also without rules: " + baselines.none.detail};
  if (verdict.fate == Fate::precondition_failed) return {Result::precondition, verdict.detail};
  if (verdict.fate == Fate::not_observable) return {Result::not_testable, "nobody can tell here who decided"};
  if (a_case.wanted) return judge_wanted(*a_case.wanted, a_case, verdict);
  return judge_level(a_case, verdict, baselines.none);
}

}  // namespace tunstack::firewall
