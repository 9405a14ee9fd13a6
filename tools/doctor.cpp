#include <fmt/format.h>

#include <cstdio>

#include "tools/commands.hpp"
#include "tunstack/device/probe.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/sandbox/file_access.hpp"
#include "tunstack/sandbox/forbidden.hpp"

namespace tunstack {

namespace {

constexpr const char* doctor_description =
    R"(Can I use TUN, namespaces and nft here? Each "no" comes with the command that fixes it.

Examples:
  tunstack doctor
  sudo tunstack doctor
  tunstack doctor && tunstack exec -- ping -c 3 192.0.2.2
  tunstack doctor --security                   does the sandbox of a stack hold on this kernel?

--security enters the sandbox in a process of its own and tries what a stack has no business doing; with
--no-sandbox it does so without, and shows what the attempts are worth. None does harm where it succeeds.

Exit status: 0 if 'tunstack exec' works here, 3 if not. With --security 0 if all was refused, 3 if not.)";

void print_check(bool ok, const char* question, const char* remedy) {
  fmt::print("{:<3}  {}\n", ok ? "yes" : "no", question);
  if (!ok) fmt::print("     fix: {}\n", remedy);
}

int run_doctor() {
  const bool driver = has_tun_driver();
  const bool open = can_open_tun();
  const bool namespaces = can_make_namespaces();
  print_check(driver, "the kernel has TUN devices (/dev/net/tun)",
              "modprobe tun    (as root; in a container: --device /dev/net/tun)");
  print_check(open, "this user may open /dev/net/tun", "chmod 666 /dev/net/tun    (as root)");
  print_check(namespaces, "private networks can be made: 'tunstack exec'",
              "sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000    (as root)");
  print_check(can_administer_network(), "devices can be made on this host: 'tunstack up'",
              "sudo tunstack up    or once, for this user: tunstack up --dry-run | sudo sh");
  print_check(has_nft(), "nft works here, for filters in a private network", "apt-get install nftables    (as root)");
  return driver && open && namespaces ? 0 : exit_rights;
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
  CLI::Option* security_option = command->add_flag("--security", *security, "Try what the sandbox of a stack forbids");
  command->add_flag("--no-sandbox", *no_sandbox, "The same without the sandbox")->needs(security_option);
  command->callback(
      [security, no_sandbox, &exit_status] { exit_status = *security ? run_security(!*no_sandbox) : run_doctor(); });
}

}  // namespace tunstack
