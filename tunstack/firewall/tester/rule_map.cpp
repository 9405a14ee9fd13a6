#include "tunstack/firewall/tester/rule_map.hpp"

#include <algorithm>

namespace tunstack::firewall {

namespace {

using Chain = std::tuple<std::string, std::string, std::string>;

std::map<Chain, std::vector<const SourceRule*>> rules_by_chain(const std::vector<RulesetSource>& sources) {
  std::map<Chain, std::vector<const SourceRule*>> chains;
  for (const RulesetSource& source : sources) {
    std::map<Chain, std::size_t> before;  // rules of the sources that were loaded first
    for (const auto& [chain, rules] : chains) before[chain] = rules.size();
    for (const SourceRule& rule : source.rules) {
      const Chain chain{rule.family, rule.table, rule.chain};
      auto& rules = chains[chain];
      const std::size_t at = before[chain] + rule.index;
      if (rules.size() <= at) rules.resize(at + 1);
      rules[at] = &rule;
    }
  }
  return chains;
}

}  // namespace

RuleMap::RuleMap(const std::vector<KernelRule>& rules, const std::vector<RulesetSource>& sources) {
  std::map<Chain, std::vector<std::uint64_t>> handles;
  for (const KernelRule& rule : rules) handles[{rule.family, rule.table, rule.chain}].push_back(rule.handle);
  for (const auto& [chain, written] : rules_by_chain(sources)) {
    const auto& loaded = handles[chain];
    if (loaded.size() != written.size()) continue;
    const auto& [family, table, name] = chain;
    for (std::size_t i = 0; i < loaded.size(); ++i) rules_[{family, table, name, loaded[i]}] = written[i];
  }
}

const SourceRule* RuleMap::find(const KernelRule& rule) const {
  const auto found = rules_.find({rule.family, rule.table, rule.chain, rule.handle});
  return found == rules_.end() ? nullptr : found->second;
}

}  // namespace tunstack::firewall
