// All cases against changed rulesets: what a change of a rule changes. Read by mutations and by suggestions.
#pragma once

#include "tunstack/firewall/tester/tester.hpp"

namespace tunstack::firewall {

/// What befell each case, in the order of VariantRuns::cases.
struct CaseVerdicts {
  std::vector<Verdict> verdicts;
  std::vector<Result> results;
};

struct VariantRuns {
  std::vector<Case> cases;  // those of hosts first
  CaseVerdicts before;
  std::vector<std::optional<CaseVerdicts>> after;  // nothing where the kernel does not take the ruleset
};

/// The texts of all rulesets of a plan, changed.
using Texts = std::vector<std::string>;
Texts texts_of(const TestPlan& plan);

/// Throws what benches throw.
VariantRuns run_variants(const TestPlan& plan, const std::vector<Texts>& variants, const OnProgress& on_progress);

}  // namespace tunstack::firewall
