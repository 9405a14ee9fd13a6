#include "tunstack/firewall/rule_chains.hpp"

#include <algorithm>

#include "tunstack/firewall/ruleset_text.hpp"

namespace tunstack::firewall {

namespace {

/// "-p tcp -j ACCEPT" of "-A INPUT -p tcp -j ACCEPT".
std::vector<std::string_view> said_by(const SourceRule& rule) {
  auto words = line_words(rule.text);
  words.erase(words.begin(), words.begin() + std::min<std::ptrdiff_t>(2, std::ssize(words)));
  return words;
}

std::ptrdiff_t position(const std::deque<SourceRule>& rules, std::size_t index) {
  return static_cast<std::ptrdiff_t>(std::min(index, rules.size()));
}

}  // namespace

std::deque<SourceRule>& RuleChains::chain_of(const SourceRule& rule) {
  return chains_[Key(rule.family, rule.table, rule.chain)];
}

void RuleChains::append(SourceRule rule) { chain_of(rule).push_back(std::move(rule)); }

void RuleChains::insert(SourceRule rule, std::size_t index) {
  auto& rules = chain_of(rule);
  rules.insert(rules.begin() + position(rules, index), std::move(rule));
}

void RuleChains::replace(SourceRule rule, std::size_t index) {
  auto& rules = chain_of(rule);
  if (index < rules.size()) rules[index] = std::move(rule);
}

void RuleChains::remove(const std::string& family, const std::string& table, const std::string& chain,
                        std::size_t index) {
  auto& rules = chains_[Key(family, table, chain)];
  if (index < rules.size()) rules.erase(rules.begin() + position(rules, index));
}

void RuleChains::remove_same(const SourceRule& rule) {
  auto& rules = chain_of(rule);
  const auto same = [&rule](const SourceRule& other) { return said_by(other) == said_by(rule); };
  if (const auto found = std::ranges::find_if(rules, same); found != rules.end()) rules.erase(found);
}

void RuleChains::flush(const std::string& family, const std::string& table, const std::string& chain) {
  const auto is_meant = [](const std::string& wanted, const std::string& name) {
    return wanted.empty() || wanted == name;
  };
  std::erase_if(chains_, [&](const auto& entry) {
    const auto& [its_family, its_table, its_chain] = entry.first;
    return is_meant(family, its_family) && is_meant(table, its_table) && is_meant(chain, its_chain);
  });
}

std::vector<SourceRule> RuleChains::all() const {
  std::vector<SourceRule> all;
  for (const auto& [key, rules] : chains_)
    for (std::size_t index = 0; index < rules.size(); ++index) {
      all.push_back(rules[index]);
      all.back().index = index;
    }
  std::ranges::sort(all, {}, &SourceRule::begin);
  return all;
}

}  // namespace tunstack::firewall
