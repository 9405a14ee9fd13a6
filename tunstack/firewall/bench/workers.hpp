// Benches beside each other: one process and one private network for each assignment, as many at a time as there are
// processors. Whatever ends this process ends them, and the kernel takes their networks back.
#pragma once

#include "tunstack/firewall/bench/bench.hpp"

namespace tunstack::firewall {

struct Assignment {
  BenchPlan plan;
  std::vector<Case> cases;
  /// Further texts of the rulesets: all cases run against each of them, after those of the plan.
  std::vector<std::vector<std::string>> variants;
};

struct BenchReport {
  std::vector<KernelRule> rules;
  std::vector<KernelChain> chains;
  std::vector<std::string> refused_sysctls;
  /// Of the plan's rulesets, then of each variant: one for each case, in their order. A variant that the kernel does
  /// not take has none.
  std::vector<std::vector<Observation>> observations;
};

/// Called with how many cases are done, of all.
using OnProgress = std::function<void(std::size_t done, std::size_t all)>;

/// Throws what a bench threw: SystemError, UsageFault.
std::vector<BenchReport> run_assignments(const std::vector<Assignment>& assignments, const OnProgress& on_progress);

}  // namespace tunstack::firewall
