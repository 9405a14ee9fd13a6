// Where each rule stands in its chain while the commands of a ruleset are obeyed one by one, as the kernel would.
#pragma once

#include <deque>
#include <map>
#include <tuple>

#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::firewall {

class RuleChains {
 public:
  /// At the end of its chain.
  void append(SourceRule rule);
  /// Before the rule at `index` of its chain; at the end where there is none.
  void insert(SourceRule rule, std::size_t index);
  /// Instead of the rule at `index`, if there is one.
  void replace(SourceRule rule, std::size_t index);
  void remove(const std::string& family, const std::string& table, const std::string& chain, std::size_t index);
  /// The first rule of the chain of `rule` that says the same after the command and the chain's name.
  void remove_same(const SourceRule& rule);

  /// All rules of a family, a table or a chain; an empty name stands for any.
  void flush(const std::string& family, const std::string& table, const std::string& chain);

  /// In the order of the text, each with its index.
  std::vector<SourceRule> all() const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  std::deque<SourceRule>& chain_of(const SourceRule& rule);

  std::map<Key, std::deque<SourceRule>> chains_;
};

}  // namespace tunstack::firewall
