// A test of rulesets: baselines and rules, for hosts and routers, beside each other; then verdicts and judgements. Fed
// by commands, read by reports.
#pragma once

#include "tunstack/firewall/bench/workers.hpp"
#include "tunstack/firewall/report/run.hpp"
#include "tunstack/firewall/tester/rule_map.hpp"

namespace tunstack::firewall {

struct TestPlan {
  std::vector<RulesetSource> rulesets;
  std::vector<Case> cases;
  Places host, router;  // addresses and devices of either mode
  std::vector<std::string> further_interfaces;
  std::map<std::string, std::string> sysctls;
  std::vector<Service> services;
  IptablesKind iptables = IptablesKind::any;
  Profile profile = Profile::catalogue;
  bool is_live = false;  // the host's own rules, behind a device that is added to it; baselines stay private
};

/// The benches that a plan needs: for each mode that has cases one without rules, one that tracks connections and one
/// with the rulesets, in this order.
std::vector<Assignment> assignments_of(const TestPlan& plan);

/// The case as it is judged: with the level that the profile gives it, and on a device that can tell it.
Case as_judged(Case a_case, const TestPlan& plan);

/// What benches have shown: `reports` of the assignments of a plan. Observations are moved out of them.
Run judged(const TestPlan& plan, const std::vector<Assignment>& assignments, std::vector<BenchReport>& reports);

/// Throws what benches throw.
Run run_test(const TestPlan& plan, const OnProgress& on_progress);

/// The interface that the ruleset is about, most probably: the first that it names which is no bridge and no tunnel;
/// eth0 if there is none.
std::string likely_interface(const std::vector<RulesetSource>& rulesets);

}  // namespace tunstack::firewall
