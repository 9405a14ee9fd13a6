#include "tunstack/firewall/tester/trial.hpp"

#include "tunstack/firewall/bench/program.hpp"
#include "tunstack/firewall/bench/workers.hpp"

namespace tunstack::firewall {

namespace {

/// It has what tests stand on: nf_tables, connection tracking, a device.
constexpr const char* small_ruleset = R"(table inet trial {
  chain input {
    type filter hook input priority 0
    iifname "eth0" ct state invalid drop
  }
}
)";

}  // namespace

std::optional<Fault> obstacle_to_tests() {
  Assignment trial;
  trial.plan.ground.places = example_places(Mode::host, "eth0", {});
  trial.plan.rulesets = {parse_ruleset(small_ruleset, "trial")};
  try {
    run_assignments({trial}, {});
    return std::nullopt;
  } catch (const Fault& fault) {
    return fault;
  }
}

bool has_iptables() {
  for (const char* const program : {"iptables-restore", "ip6tables-restore"})
    if (run_program({program, "--version"}, "").status != 0) return false;
  return true;
}

}  // namespace tunstack::firewall
