// From what the kernel calls a rule (family, table, chain, handle) to the line that its author wrote: rules keep the
// order of the file within their chain. Where the kernel has other rules than the file, as after a script, nothing is
// claimed.
#pragma once

#include <map>

#include "tunstack/firewall/bench/probes.hpp"
#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::firewall {

class RuleMap {
 public:
  /// `sources` must outlive it, and have been loaded in this order.
  RuleMap(const std::vector<KernelRule>& rules, const std::vector<RulesetSource>& sources);

  /// Nothing for rules of nobody's.
  const SourceRule* find(const KernelRule& rule) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::uint64_t>;
  std::map<Key, const SourceRule*> rules_;
};

}  // namespace tunstack::firewall
