// What each rule is for: all cases run with one rule removed or turned round at a time. A rule whose change nothing
// notices is dead, or guards what no case tries.
#pragma once

#include "tunstack/firewall/tester/tester.hpp"

namespace tunstack::firewall {

/// A case that fares otherwise by a change, told by results and verdicts.
struct NoticedBy {
  std::size_t case_index = 0;  // in MutationReport::cases
  Result before = Result::info, after = Result::info;
  std::string verdict_before, verdict_after;
  Decider decider_after = Decider::nobody;
};

struct Mutation {
  SourceRule rule;
  bool is_negated = false;         // else removed
  bool is_loaded = true;           // nft takes the ruleset without it
  std::vector<NoticedBy> noticed;  // those that it makes worse first
};

struct MutationReport {
  std::vector<Case> cases;
  std::vector<Mutation> mutations;  // of a rule that can be turned round two, in the order of the rules
  double seconds = 0;

  std::size_t loaded() const;
  std::size_t noticed() const;
};

/// Of iptables and of nft; a script has no rules that could be changed. Throws what benches throw.
MutationReport mutate(const TestPlan& plan, const OnProgress& on_progress);

/// For each rule what it is for, or that nothing notices it, and the mutation score.
std::string mutation_text(const MutationReport& report);
/// One object: "score", "mutations".
std::string mutation_json(const MutationReport& report);

}  // namespace tunstack::firewall
