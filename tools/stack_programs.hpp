// Programs at the nodes of a running stack, each a job of the client who asked for it: what it prints goes to him as
// lines of JSON, and it ends with him.
#pragma once

#include <set>

#include "tunstack/control/control_clients.hpp"
#include "tunstack/programs/programs.hpp"

namespace tunstack {

class StackPrograms final : public JobOwner {
 public:
  // So many at once; each has one of the few clients.
  static constexpr std::size_t most = ControlClients::most;

  /// `begun` and `over` are told when the first one begins, and when none is left.
  StackPrograms(Programs& programs, const Seed& seed, std::function<Instant()> now, std::function<void()> begun,
                std::function<void()> over);

  /// Throws UsageFault.
  std::size_t start(NodeId node, const std::vector<std::string>& words);
  /// What they have printed, and what came of those that have finished.
  void tell(ControlClients& clients);
  void interrupted(std::size_t job) override;
  void abandoned(std::size_t job) override;

 private:
  void forget(std::size_t job);

  Programs& programs_;
  Random random_;
  std::function<Instant()> now_;
  std::function<void()> begun_, over_;
  std::set<std::size_t> jobs_;
};

}  // namespace tunstack
