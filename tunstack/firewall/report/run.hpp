// A run of the firewall tester: what all reports are made of. Filled by the command, or read back from what it saved
// (run_json.hpp).
#pragma once

#include <array>
#include <map>

#include "tunstack/firewall/profile.hpp"
#include "tunstack/firewall/verdict.hpp"

namespace tunstack::firewall {

/// A rule as the kernel has it, with its place in the user's files. Handle 0: the policy of a chain.
struct LoadedRule {
  std::string family, table, chain;
  std::uint64_t handle = 0;
  std::string text;
  std::string file;   // empty: it is not known where it stands
  unsigned line = 0;  // from 1
};

/// A chain of the kernel's, and where packets come to it.
struct HookedChain {
  std::string family, table, chain;
  std::string hook, type;  // "input", "filter"
  std::int32_t priority = 0;
};

struct CaseRun {
  Case a_case;  // with the level that the profile gives it
  Observation observation;
  Verdict verdict;
  Judgement judgement;
  std::string mend;  // a rule that would make it right; empty: none is known
};

struct Run {
  std::string ruleset;  // the name of the file
  std::string mode;     // "host", "router", "host and router, live"
  std::string kernel;   // its release
  std::map<std::string, std::string> sysctls;
  double seconds = 0;
  Profile profile = Profile::catalogue;
  std::vector<LoadedRule> rules;
  std::vector<HookedChain> chains;  // those that packets come to without a jump
  std::vector<CaseRun> cases;

  /// The rule or policy that made a step; nothing where the list does not have it.
  const LoadedRule* rule_of(const TraceStep& step) const;
  /// The chain of a step, or that from which it was jumped to; nothing where it is not known.
  const HookedChain* base_chain_of(const Observation& observation, std::size_t step) const;
  std::string hook_of(const Observation& observation, std::size_t step) const;
  /// That which decided a case, if one did and is known.
  const LoadedRule* deciding_rule(const CaseRun& one) const;
};

/// The row of a case in a run whose profile and rules are known: everything that is told of it, from what was seen.
CaseRun judged(const Run& run, Case a_case, Observation observation, const Baselines& baselines);

inline constexpr std::size_t result_count = 8;
/// How many cases have each result.
class Tally {
 public:
  void add(Result result) { ++counts_.at(static_cast<std::size_t>(result)); }
  std::size_t of(Result result) const { return counts_.at(static_cast<std::size_t>(result)); }
  std::size_t all() const;
  /// Those that ask for no change.
  std::size_t good() const { return all() - of(Result::warn) - of(Result::fail) - of(Result::precondition); }

 private:
  std::array<std::size_t, result_count> counts_{};
};

Tally tally_of(const Run& run);
/// In the order in which groups appear.
std::vector<std::pair<std::string, Tally>> tallies_by_group(const Run& run);

/// What the program ends with: failures, or else what could not be decided though it had to be; with `strict`, warnings
/// are failures.
inline constexpr int exit_failures = 1;
inline constexpr int exit_inconclusive = 4;
int exit_status_of(const Run& run, bool strict);

}  // namespace tunstack::firewall
