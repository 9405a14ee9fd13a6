#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "tools/commands.hpp"
#include "tools/session.hpp"
#include "tunstack/device/namespace.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr const char* exec_description =
    R"(Run a command in a private network whose only link is the stack. Nothing of the host changes.

Usage: tunstack exec [OPTIONS] [-- COMMAND...]; without COMMAND, $SHELL.

Examples:
  tunstack exec -- ping -c 3 192.0.2.2
  tunstack exec --explain -- ping -c 1 192.0.2.77     says why there is no answer
  tunstack exec                                       a shell to play in

Exit status: that of the command; 128 and the signal's number if one ended it; 127 if it does not exist.)";

// A command that has just ended may have sent what nobody answered yet.
constexpr std::size_t packets_left_over = 1024;

std::vector<std::string> or_shell(const std::vector<std::string>& command) {
  if (!command.empty()) return command;
  const char* shell = std::getenv("SHELL");
  return {shell != nullptr && *shell != '\0' ? shell : "/bin/sh"};
}

int run_exec(const HostArguments& arguments, const std::vector<std::string>& command) {
  const HostPlan plan = plan_host(arguments);
  if (arguments.dry_run) {
    fmt::print("unshare --user --map-root-user --net\nip link set dev lo up\n{}",
               ip_commands(plan.link, plan.leave_link_alone));
    return 0;
  }
  enter_private_network();
  set_loopback_up();
  Session session(plan);
  session.settle();
  SandboxedCommand sandboxed(or_shell(command));
  session.loop().watch(sandboxed.ended_fd(), [&] { session.loop().stop(); });
  // What the terminal sends, it sends to the command as well.
  session.on_signal([&](int signal, bool from_process) {
    if (from_process) sandboxed.send_signal(signal);
  });
  session.on_duration([&] { sandboxed.kill(); });
  const LoopEnd end = session.loop().run();
  if (end == LoopEnd::device_gone) sandboxed.kill();
  const int status = sandboxed.exit_status();
  session.loop().drain(packets_left_over);
  if (end == LoopEnd::stopped) session.loop().shut_down();
  session.finish(plan.explain != Explain::off ? Session::Summary::yes : Session::Summary::no);
  return status;
}

}  // namespace

void add_exec(CLI::App& program, const std::vector<std::string>& command, int& exit_status) {
  CLI::App* subcommand = program.add_subcommand("exec", exec_description);
  auto arguments = std::make_shared<HostArguments>();
  add_address_option(*subcommand, *arguments);
  add_stack_options(*subcommand, *arguments);
  add_device_options(*subcommand, *arguments);
  subcommand->callback([arguments, &command, &exit_status] { exit_status = run_exec(*arguments, command); });
}

}  // namespace tunstack
