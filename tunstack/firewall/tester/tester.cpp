#include "tunstack/firewall/tester/tester.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <ranges>

namespace tunstack::firewall {

namespace {

constexpr std::array all_rules{RulesChoice::none, RulesChoice::connection_tracking, RulesChoice::ruleset};

std::vector<Case> cases_of(const TestPlan& plan, Mode mode) {
  std::vector<Case> cases;
  for (const Case& a_case : plan.cases)
    if (a_case.mode == mode) cases.push_back(a_case);
  return cases;
}

BenchPlan bench_plan(const TestPlan& plan, Mode mode, RulesChoice rules) {
  return {.ground = {.places = mode == Mode::host ? plan.host : plan.router,
                     .further_interfaces = plan.further_interfaces,
                     .sysctls = plan.sysctls,
                     .is_live = plan.is_live && rules == RulesChoice::ruleset},
          .rules = rules,
          .rulesets = plan.rulesets,
          .iptables = plan.iptables,
          .services = plan.services};
}

/// The words of a rule stand in its author's file alone.
Verdict verdict_with_text(const Case& a_case, const Observation& observation, const RuleMap& map) {
  Verdict verdict = verdict_of(a_case, observation);
  const SourceRule* const rule = verdict.rule ? map.find(*verdict.rule) : nullptr;
  return rule != nullptr ? with_rule_text(std::move(verdict), rule->text) : verdict;
}

/// `seen`: in the order of all_rules.
CaseRun case_run(const Case& a_case, const TestPlan& plan, const std::array<Observation*, 3>& seen,
                 const RuleMap& map) {
  CaseRun one{.a_case = as_judged(a_case, plan), .observation = {}, .verdict = {}, .judgement = {}, .mend = {}};
  const Baselines baselines{verdict_of(a_case, *seen[0]), verdict_of(a_case, *seen[1])};
  one.verdict = attributed(verdict_with_text(a_case, *seen[2], map), baselines);
  one.judgement = judge(with_wanted_octets(one.a_case, *seen[2]), one.verdict, baselines);
  one.observation = std::move(*seen[2]);
  return one;
}

LoadedRule loaded_rule(const KernelRule& rule, const RuleMap& map) {
  LoadedRule loaded{rule.family, rule.table, rule.chain, rule.handle, {}, {}, 0};
  if (const SourceRule* const source = map.find(rule)) {
    loaded.text = source->text;
    loaded.file = source->place.file;
    loaded.line = source->place.line;
  }
  return loaded;
}

void add_rules(Run& run, const BenchReport& report, const RuleMap& map) {
  if (!run.rules.empty()) return;
  for (const KernelRule& rule : report.rules) run.rules.push_back(loaded_rule(rule, map));
}

std::string kernel_release() {
  utsname names{};
  ::uname(&names);
  return names.release;
}

std::string names_of(const std::vector<RulesetSource>& rulesets) {
  std::string text;
  for (const RulesetSource& ruleset : rulesets) text += (text.empty() ? "" : ", ") + ruleset.name;
  return text;
}

std::string modes_of(const std::vector<Case>& cases) {
  const bool host = std::ranges::find(cases, Mode::host, &Case::mode) != cases.end();
  const bool router = std::ranges::find(cases, Mode::router, &Case::mode) != cases.end();
  return host && router ? "host and router" : router ? "router" : "host";
}

}  // namespace

Case as_judged(Case a_case, const TestPlan& plan) {
  a_case.level = level_in(a_case, plan.profile);
  a_case.needs_tap &= plan.host.outside.kind != DeviceKind::tap;
  return a_case;
}

std::vector<Assignment> assignments_of(const TestPlan& plan) {
  std::vector<Assignment> assignments;
  for (const Mode mode : {Mode::host, Mode::router})
    if (auto cases = cases_of(plan, mode); !cases.empty())
      for (const RulesChoice rules : all_rules)
        assignments.push_back({.plan = bench_plan(plan, mode, rules), .cases = cases, .variants = {}});
  return assignments;
}

Run judged(const TestPlan& plan, const std::vector<Assignment>& assignments, std::vector<BenchReport>& reports) {
  Run run{.ruleset = names_of(plan.rulesets),
          .mode = modes_of(plan.cases) + (plan.is_live ? ", live" : ""),
          .kernel = kernel_release(),
          .sysctls = plan.sysctls,
          .seconds = 0,
          .profile = plan.profile,
          .rules = {},
          .cases = {}};
  for (std::size_t first = 0; first < reports.size(); first += all_rules.size()) {
    const RuleMap map(reports[first + 2].rules, plan.rulesets);
    for (std::size_t i = 0; i < assignments[first].cases.size(); ++i)
      run.cases.push_back(case_run(assignments[first].cases[i], plan,
                                   {&reports[first].observations[0][i], &reports[first + 1].observations[0][i],
                                    &reports[first + 2].observations[0][i]},
                                   map));
    add_rules(run, reports[first + 2], map);
  }
  return run;
}

Run run_test(const TestPlan& plan, const OnProgress& on_progress) {
  const auto began = std::chrono::steady_clock::now();
  const auto assignments = assignments_of(plan);
  auto reports = run_assignments(assignments, on_progress);
  Run run = judged(plan, assignments, reports);
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return run;
}

std::string likely_interface(const std::vector<RulesetSource>& rulesets) {
  constexpr std::array<std::string_view, 10> others{"docker", "br-", "virbr", "veth", "lxc",
                                                    "wg",     "tun", "tap",   "vnet", "cni"};
  const auto is_other = [&](const std::string& name) {
    return std::ranges::any_of(others, [&](std::string_view other) { return name.starts_with(other); });
  };
  for (const RulesetSource& ruleset : rulesets)
    for (const NamedInterface& interface : ruleset.interfaces)
      if (!is_other(interface.name)) return interface.name;
  return "eth0";
}

}  // namespace tunstack::firewall
