#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tunstack/device/namespace_remedy.hpp"
#include "tunstack/device/probe.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/firewall/tester/trial.hpp"
#include "tunstack/sandbox/file_access.hpp"
#include "tunstack/sandbox/forbidden.hpp"
#include "tunstack/sandbox/sandbox.hpp"

namespace tunstack {

namespace {

constexpr const char* doctor_description =
    R"(Can I use TUN, namespaces and packet filters here? Each "no" comes with the command that fixes it.

Examples:
  tunstack doctor
  sudo tunstack doctor
  tunstack doctor && tunstack exec -- ping -c 3 192.0.2.2
  tunstack doctor --json | jq '.checks[] | select(.ok | not)'
  tunstack doctor --security                   does the sandbox of a stack hold on this kernel?

--security enters the sandbox in a process of its own and tries what a stack has no business doing; with
--no-sandbox it does so without, and shows what the attempts are worth. None does harm where it succeeds.

Exit status: 0 if 'tunstack exec' works here, 3 if not. With --security 0 if all was refused, 3 if not.)";

struct Check {
  std::string_view name;
  bool ok;
  std::string_view question;
  std::string remedy;
  bool exec_needs_it;
};

std::vector<Check> checks_of_this_host() {
  const bool driver = has_tun_driver();
  const bool open = can_open_tun();
  const bool as_root = ::geteuid() == 0;
  const std::optional<Fault> obstacle = firewall::obstacle_to_tests();
  return {
      {"tun_driver", driver, "the kernel has TUN devices (/dev/net/tun)",
       "modprobe tun    (as root; in a container: --device /dev/net/tun)", true},
      {"tun_open", open, "this user may open /dev/net/tun", "chmod 666 /dev/net/tun    (as root)", true},
      {"private_networks", can_make_namespaces(), "private networks can be made: 'tunstack exec'",
       namespace_remedy(as_root), true},
      {"host_devices", driver && open && may_administer_network(), "devices can be made on this host: 'tunstack up'",
       driver && open ? "sudo tunstack up    or once, for this user: tunstack up --dry-run | sudo sh"
                      : "what is missing above, first",
       false},
      {"nft", has_nft(), "nft works here, for filters in a private network", "apt-get install nftables    (as root)",
       false},
      {"iptables", firewall::has_iptables(), "iptables-restore is here, for rulesets of iptables",
       "apt-get install iptables    (as root)", false},
      {"firewall", !obstacle, "rulesets can be tried: 'tunstack firewall test'",
       obstacle ? fmt::format("{}    ({}: {})", obstacle->remedy(), obstacle->what(), obstacle->why()) : "", false},
  };
}

void print_as_json(const std::vector<Check>& checks, bool exec_works) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Check& check : checks) {
    all.push_back({{"check", check.name}, {"ok", check.ok}, {"question", check.question}, {"remedy", nullptr}});
    if (!check.ok) all.back()["remedy"] = check.remedy;
  }
  fmt::print("{}\n", nlohmann::ordered_json{{"schema", 1}, {"exec_works", exec_works}, {"checks", all}}.dump(2));
}

void print_as_text(const std::vector<Check>& checks) {
  for (const Check& check : checks) {
    fmt::print("{:<3}  {}\n", check.ok ? "yes" : "no", check.question);
    if (!check.ok) fmt::print("     fix: {}\n", check.remedy);
  }
}

int run_doctor(bool as_json) {
  const std::vector<Check> checks = checks_of_this_host();
  const bool exec_works = std::ranges::all_of(checks, [](const Check& c) { return c.ok || !c.exec_needs_it; });
  as_json ? print_as_json(checks, exec_works) : print_as_text(checks);
  return exec_works ? 0 : exit_rights;
}

int run_security(bool sandboxed) {
  const SandboxTrial trial = try_what_is_forbidden(sandboxed);
  std::size_t refused = 0;
  for (const Attempt& attempt : trial.attempts) {
    fmt::print("{:<7}  {:<34} {}\n", attempt.refused ? "refused" : "ALLOWED", attempt.what, attempt.outcome);
    refused += attempt.refused ? 1 : 0;
  }
  for (const std::string& what : trial.missing) fmt::print("MISSING  {}\n", what);
  const int landlock = landlock_version();
  fmt::print("{} of {} attempts refused; Landlock: {}\n", refused, trial.attempts.size(),
             landlock > 0 ? fmt::format("version {}", landlock) : "not in this kernel, seccomp alone keeps files away");
  return refused == trial.attempts.size() && trial.missing.empty() ? 0 : exit_rights;
}

}  // namespace

void add_doctor(CLI::App& program, int& exit_status) {
  CLI::App* command = program.add_subcommand("doctor", doctor_description);
  auto security = std::make_shared<bool>(false);
  auto no_sandbox = std::make_shared<bool>(false);
  auto json = std::make_shared<bool>(false);
  CLI::Option* security_option = command->add_flag("--security", *security, "Try what the sandbox of a stack forbids");
  command->add_flag("--no-sandbox", *no_sandbox, "The same without the sandbox")->needs(security_option);
  command->add_flag("--json", *json, "One JSON object")->excludes(security_option);
  command->callback([security, no_sandbox, json, &exit_status] {
    exit_status = *security ? run_security(!*no_sandbox) : run_doctor(*json);
  });
}

}  // namespace tunstack
