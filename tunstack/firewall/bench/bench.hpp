// Runs cases against the rules of a private network, and tells what was seen. One process, one network: the process
// that makes a Bench is in its network from then on.
#pragma once

#include <functional>

#include "tunstack/firewall/bench/conversation.hpp"
#include "tunstack/firewall/bench/counters.hpp"
#include "tunstack/firewall/bench/listeners.hpp"
#include "tunstack/firewall/bench/probes.hpp"
#include "tunstack/firewall/bench/rules_loader.hpp"

namespace tunstack::firewall {

/// Of a baseline there are no rules, or connection tracking alone.
enum class RulesChoice : std::uint8_t { none, connection_tracking, ruleset };

struct BenchPlan {
  GroundPlan ground;
  RulesChoice rules = RulesChoice::ruleset;
  std::vector<RulesetSource> rulesets;  // loaded one after the other
  IptablesKind iptables = IptablesKind::any;
  std::vector<Service> services;
  bool reads_counters = true;  // of the kernel, for each case: most of what one costs
};

class Bench {
 public:
  /// Throws SystemError and UsageFault, as the parts do.
  explicit Bench(const BenchPlan& plan);

  /// Loads these texts in place of those that are loaded, one for each ruleset.
  void load(const std::vector<std::string>& texts);
  /// `index` makes addresses and ports fresh: no other case of this bench in the same family has it.
  Observation run(const Case& a_case, unsigned index);

  std::vector<KernelRule> rules() { return kernel_rules(requests_); }
  std::vector<KernelChain> chains() { return kernel_chains(requests_); }
  const std::vector<std::string>& refused_sysctls() const { return ground_.refused_sysctls(); }

 private:
  void put_rules_in();
  void put_probes_in();
  /// What earlier cases took from limits of rates, or put into sets, is nothing to this one.
  void refill_limits(const Case& a_case);
  /// What was seen of its packets; a limit has counted them.
  void forget_conversation(const std::vector<IpAddress>& peers);
  void count_uses_of_limits(const Observation& observation);
  bool send(Side from, Bytes packet);
  void inject(const Case& a_case, const std::vector<std::vector<std::uint8_t>>& packets, Observation& observation);
  void take_reactions(const std::vector<IpAddress>& peers, Observation& observation);

  const BenchPlan plan_;
  std::vector<std::string> texts_;  // that are loaded
  std::vector<KernelRule> limits_;  // rules to which earlier packets matter
  std::size_t uses_of_limits_ = 0;  // since they are loaded, of all of them
  Ground ground_;
  NfnetlinkSocket requests_;
  Listeners listeners_;
  std::optional<ProbeReader> probes_;
  KernelCounters counters_;
};

}  // namespace tunstack::firewall
