// What `tunstack firewall test`, `firewall diff` and `why --ruleset` know about rulesets and the machine they are for.
#pragma once

#include <CLI/CLI.hpp>

#include "tunstack/firewall/tester/tester.hpp"

namespace tunstack::firewall {

struct FirewallArguments {
  std::vector<std::string> rulesets;  // files; "-": stdin
  bool is_script = false;
  std::string iptables = "any";
  std::string interface;
  std::string router;  // "outside=eth0,inside=eth1"
  bool host_too = false;
  std::string link = "tap";
  bool like_host = false;
  std::string sysctl_file;
  std::vector<std::string> open;
  std::string profile = "catalogue";
  std::string policy;
  std::vector<std::string> expectations;
  std::vector<std::string> only;
  bool core_only = false;
  bool floods = false;
  bool is_live = false;
};

/// What machine it is: for all commands that load rulesets.
void add_machine_options(CLI::App& command, FirewallArguments& arguments);
/// Which services are open to everybody.
void add_open_option(CLI::App& command, FirewallArguments& arguments, const char* group);
/// Which cases are run.
void add_case_options(CLI::App& command, FirewallArguments& arguments);

/// A case of the command line, where this machine gets it: a router from the side on which its sender is.
Case case_at(Case a_case, const FirewallArguments& arguments, const TestPlan& plan);

/// Reads all files that are named. Throws UsageFault.
TestPlan plan_of(const FirewallArguments& arguments);

}  // namespace tunstack::firewall
