#include "tunstack/firewall/report/run.hpp"

#include <algorithm>
#include <numeric>

namespace tunstack::firewall {

const LoadedRule* Run::rule_of(const TraceStep& step) const {
  const auto found = std::ranges::find_if(rules, [&](const LoadedRule& rule) {
    return rule.handle == step.handle && rule.chain == step.chain && rule.table == step.table &&
           rule.family == step.family;
  });
  return found == rules.end() ? nullptr : &*found;
}

const HookedChain* Run::base_chain_of(const Observation& observation, std::size_t step) const {
  const TraceStep& asked = observation.trace.at(step);
  for (std::size_t i = step + 1; i-- > 0;) {
    const TraceStep& earlier = observation.trace[i];
    if (earlier.packet != asked.packet || earlier.table != asked.table || earlier.family != asked.family) continue;
    const auto found = std::ranges::find_if(chains, [&](const HookedChain& chain) {
      return chain.chain == earlier.chain && chain.table == earlier.table && chain.family == earlier.family;
    });
    if (found != chains.end()) return &*found;
  }
  return nullptr;
}

std::string Run::hook_of(const Observation& observation, std::size_t step) const {
  const HookedChain* const chain = base_chain_of(observation, step);
  return chain == nullptr ? std::string() : chain->hook;
}

const LoadedRule* Run::deciding_rule(const CaseRun& one) const {
  return one.verdict.rule ? rule_of(*one.verdict.rule) : nullptr;
}

CaseRun judged(const Run& run, Case a_case, Observation observation, const Baselines& baselines) {
  CaseRun one;
  one.a_case = std::move(a_case);
  one.a_case.level = level_in(one.a_case, run.profile);
  one.observation = std::move(observation);
  one.verdict = attributed(verdict_of(one.a_case, one.observation), baselines);
  if (const LoadedRule* rule = run.deciding_rule(one)) one.verdict = with_rule_text(std::move(one.verdict), rule->text);
  one.judgement = judge(with_wanted_octets(one.a_case, one.observation), one.verdict, baselines);
  return one;
}

std::size_t Tally::all() const { return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0}); }

Tally tally_of(const Run& run) {
  Tally tally;
  for (const CaseRun& one : run.cases) tally.add(one.judgement.result);
  return tally;
}

std::vector<std::pair<std::string, Tally>> tallies_by_group(const Run& run) {
  std::vector<std::pair<std::string, Tally>> groups;
  for (const CaseRun& one : run.cases) {
    auto group = std::ranges::find(groups, one.a_case.group, [](const auto& g) { return g.first; });
    if (group == groups.end()) group = groups.insert(groups.end(), {one.a_case.group, Tally()});
    group->second.add(one.judgement.result);
  }
  return groups;
}

int exit_status_of(const Run& run, bool strict) {
  const Tally tally = tally_of(run);
  if (tally.of(Result::fail) > 0 || (strict && tally.of(Result::warn) > 0)) return exit_failures;
  const auto is_open = [](const CaseRun& one) {
    const bool is_must = one.a_case.level == Level::must_pass || one.a_case.level == Level::must_drop;
    return one.judgement.result == Result::precondition && (is_must || one.a_case.wanted);
  };
  return std::ranges::any_of(run.cases, is_open) ? exit_inconclusive : 0;
}

}  // namespace tunstack::firewall
