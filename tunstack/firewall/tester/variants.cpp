#include "tunstack/firewall/tester/variants.hpp"

#include <algorithm>
#include <thread>

namespace tunstack::firewall {

namespace {

/// The benches with rules of one mode, several times, each with a share of the variants.
struct Shares {
  std::size_t first_assignment = 0;  // none, connection tracking, and then the shares
  std::vector<std::vector<std::size_t>> variants;
};

Shares add_assignments(std::vector<Assignment>& all, const Assignment* mode, const std::vector<Texts>& variants) {
  Shares shares{.first_assignment = all.size(), .variants = {}};
  const std::size_t workers = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, variants.size() + 1);
  shares.variants.resize(workers);
  for (std::size_t i = 0; i < variants.size(); ++i) shares.variants[i % workers].push_back(i);
  all.push_back(mode[0]);
  all.push_back(mode[1]);
  for (const auto& share : shares.variants) {
    Assignment with_rules = mode[2];
    with_rules.plan.reads_counters = false;  // fates are compared, not what they are put down to
    for (const std::size_t i : share) with_rules.variants.push_back(variants[i]);
    all.push_back(std::move(with_rules));
  }
  return shares;
}

/// The verdicts of one bench, added to those of others.
void add_judged(CaseVerdicts& to, const TestPlan& plan, const std::vector<Case>& cases,
                const std::vector<Baselines>& baselines, const std::vector<Observation>& seen) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case a_case = asked_of(cases[i], plan);
    to.verdicts.push_back(attributed(verdict_of(a_case, seen[i]), baselines[i]));
    to.results.push_back(judge(with_wanted_octets(a_case, seen[i]), to.verdicts.back(), baselines[i]).result);
  }
}

std::vector<Baselines> baselines_of(const std::vector<Case>& cases, const BenchReport& none,
                                    const BenchReport& conntrack) {
  std::vector<Baselines> baselines;
  baselines.reserve(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i)
    baselines.push_back(
        {verdict_of(cases[i], none.observations[0][i]), verdict_of(cases[i], conntrack.observations[0][i])});
  return baselines;
}

/// What the shares of one mode have shown.
void add_mode(VariantRuns& runs, const TestPlan& plan, const std::vector<Case>& cases, const Shares& shares,
              const BenchReport* reports) {
  runs.cases.insert(runs.cases.end(), cases.begin(), cases.end());
  const auto baselines = baselines_of(cases, reports[0], reports[1]);
  add_judged(runs.before, plan, cases, baselines, reports[2].observations[0]);
  for (std::size_t s = 0; s < shares.variants.size(); ++s)
    for (std::size_t v = 0; v < shares.variants[s].size(); ++v) {
      auto& after = runs.after[shares.variants[s][v]];
      const auto& seen = reports[2 + s].observations[v + 1];
      if (seen.size() != cases.size()) after.reset();
      if (after) add_judged(*after, plan, cases, baselines, seen);
    }
}

}  // namespace

Texts texts_of(const TestPlan& plan) {
  Texts texts;
  for (const RulesetSource& source : plan.rulesets) texts.push_back(source.text);
  return texts;
}

VariantRuns run_variants(const TestPlan& plan, const std::vector<Texts>& variants, const OnProgress& on_progress) {
  const auto plain = assignments_of(plan);
  std::vector<Assignment> assignments;
  std::vector<Shares> modes;
  for (std::size_t first = 0; first < plain.size(); first += 3)
    modes.push_back(add_assignments(assignments, &plain[first], variants));
  const auto reports = run_assignments(assignments, on_progress);
  VariantRuns runs;
  runs.after.resize(variants.size(), CaseVerdicts{});
  for (const Shares& shares : modes)
    add_mode(runs, plan, assignments[shares.first_assignment].cases, shares, &reports[shares.first_assignment]);
  return runs;
}

}  // namespace tunstack::firewall
