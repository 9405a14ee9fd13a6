// Which rules the cases of a run ever reached: one that matched nothing is dead, or guards what no case tries.
#pragma once

#include "tunstack/firewall/report/run.hpp"

namespace tunstack::firewall {

struct RuleUse {
  const LoadedRule* rule = nullptr;  // of the run
  std::size_t matched = 0;           // cases of which a packet matched it
  std::size_t decided = 0;           // cases that it decided
  /// An earlier rule of its chain that leaves it nothing, as far as texts tell: the same once more, or one that takes
  /// every packet.
  const LoadedRule* shadowed_by = nullptr;
};

/// A row for each rule, in their order; policies of chains are none.
std::vector<RuleUse> coverage_of(const Run& run);

/// First those that matched in no case, then how often the others did.
std::string coverage_text(const Run& run, std::size_t width);
std::string coverage_json(const Run& run);

}  // namespace tunstack::firewall
