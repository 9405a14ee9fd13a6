#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "tools/capture_output.hpp"
#include "tools/commands.hpp"
#include "tools/door_arguments.hpp"
#include "tools/exec_environment.hpp"
#include "tools/known_names.hpp"
#include "tools/session.hpp"
#include "tunstack/device/namespace.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/kernel_link/kernel_settings.hpp"
#include "tunstack/kernel_link/link_setup.hpp"

namespace tunstack {

namespace {

constexpr const char* exec_description =
    R"(Run a command in a private network whose only link is the stack. Nothing of the host changes.

Examples:
  tunstack exec ping -c 3 192.0.2.2
  tunstack exec --explain ping -c 1 192.0.2.77     says why there is no answer
  tunstack exec --chain 3 sh -c 'traceroute $TUNSTACK_SERVER4'     hops to count
  tunstack exec --lab pmtud tracepath -n server       a network of 'tunstack lab list', or of a file
  tunstack exec                                       a shell to play in

The command finds the addresses in TUNSTACK_ADDRESS4, TUNSTACK_ADDRESS6 (the stack's), TUNSTACK_HOST4, TUNSTACK_HOST6
(the kernel's), and the name of the link in TUNSTACK_DEV; with several doors those of the first one; with --chain
the host at its end has TUNSTACK_SERVER4, TUNSTACK_SERVER6. Nodes of a chain or a lab have their names in its /etc/hosts,
where mounts are possible. With --tap nobody else is on the link: addresses are used at
once, without duplicate address detection, unless --set dad.transmits=1 asks for it. The kernel's end of the link asks
for no routers, so that all that is seen was asked for; it does where the stack is one (--role router).

The command has all rights of the user in files, as it would have without tunstack: exec keeps networks apart, and
takes all processes of the command along at its end. Run by root it is no boundary for a hostile command, who may
mount, load modules and reach other processes: run exec as an ordinary user then.

Without COMMAND it is $SHELL. Exit status: that of the command; 128 and the signal's number if one ended it; 127 if it
does not exist; 124 if its --duration was over: it gets SIGTERM then, and SIGKILL 2 s later; 3 instead of 0 if a file did
not take what was to be written there, and 1 if with --play something did not come about that the lab expects.)";

constexpr int status_of_timeout = 124;  // as timeout(1) has it
constexpr std::chrono::seconds time_to_end{2};

// A command that has just ended may have sent what nobody answered yet.
constexpr std::size_t packets_left_over = 1024;

std::vector<std::string> or_shell(const std::vector<std::string>& command) {
  if (!command.empty()) return command;
  const char* shell = std::getenv("SHELL");
  return {shell != nullptr && *shell != '\0' ? shell : "/bin/sh"};
}

/// Ends the command, by force if it takes too long.
void end_in_time(const SandboxedCommand& command, Session& session, double after) {
  session.say(fmt::format("tunstack: the time of the command is over ({} s): it gets SIGTERM\n", after));
  command.send_signal(SIGTERM);
  session.loop().at(session.now() + time_to_end, [&] { command.kill(); });
}

/// For the lines of --json alone: what the command prints goes to stderr. The number that it has from now on.
int keep_stdout() {
  const int kept = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return kept;
}

/// A router is to be heard soon, as by any host.
void make_network(const HostPlan& plan) {
  enter_private_network();
  set_loopback_up();
  switch_ipv6_on();
  const bool is_between = plan.lab && plan.links.size() > 1;
  if (is_between && !forward_packets() && plan.explain != Explain::off)
    fmt::print(stderr, "tunstack: the kernel does not forward between the doors: it does not let us switch that on\n");
  if (plan.node.interfaces[0].role == Role::router || silence_router_solicitations()) return;
  if (plan.explain != Explain::off)
    fmt::print(stderr, "tunstack: router solicitations from fe80:: to ff02::2 are the kernel's own\n");
}

/// Nobody but the kernel is on the link, and its addresses are others: there is nothing to find out by waiting.
void expect_no_duplicates(HostArguments& arguments) {
  if (arguments.tap) arguments.settings.insert(arguments.settings.begin(), "dad.transmits=0");
}

/// Whoever asks for the checks waits for them, and should know what for.
void settle(Session& session) {
  bool is_told = ::isatty(STDERR_FILENO) == 0;
  session.settle([&] {
    if (!std::exchange(is_told, true))
      fmt::print(stderr,
                 "tunstack: the command starts when it is known that nobody else has the addresses "
                 "(dad.transmits, acd.enable): in a second or two\n");
  });
}

std::string ip_commands_of(const HostPlan& plan) {
  std::string commands;
  for (const LinkPlan& link : plan.links) commands += ip_commands(link, plan.leave_link_alone);
  return commands;
}

int run_exec(HostArguments arguments, const std::vector<std::string>& command) {
  expect_no_duplicates(arguments);
  HostPlan plan = plan_host(arguments);
  refuse_idle_settings(arguments);
  check_capture_output(plan, StandardOutput::shared_with_command);
  if (arguments.dry_run) {
    fmt::print("unshare {}--net sh -e <<'END'\nip link set dev lo up\n{}END\n",
               ::geteuid() == 0 ? "" : "--user --map-root-user ", ip_commands_of(plan));
    return 0;
  }
  if (plan.json_fd) plan.json_fd = keep_stdout();
  make_network(plan);
  Session session(plan);
  session.begin_play();
  if (!plan.played) settle(session);  // a lab begins with its links
  export_addresses(plan, session.network(), session.device_name());
  if (command.empty() && is_interactive()) {
    export_prompt();
    session.say(greeting(plan, session, address_to_ping(session.ways(), session.device_name())));
  }
  SandboxedCommand sandboxed(or_shell(command), hosts_lines(plan, session.network()));
  session.confine();  // before any of its packets is read
  session.tell_ready();
  session.loop().watch(sandboxed.ended_fd(), [&] { session.loop().stop(); });
  // What the terminal sends, it sends to the command as well.
  session.on_signal([&](int signal, bool from_process) {
    if (from_process) sandboxed.send_signal(signal);
  });
  bool time_is_over = false;
  session.on_duration([&] {
    time_is_over = true;
    end_in_time(sandboxed, session, *plan.duration);
  });
  const LoopEnd end = session.loop().run();
  if (end == LoopEnd::device_gone) sandboxed.kill();
  const int status = sandboxed.exit_status();
  session.loop().drain(packets_left_over);
  if (end == LoopEnd::stopped) session.shut_down();
  const bool as_expected = session.judge_play();
  using enum Session::Summary;
  const bool all_taken = session.finish(plan.explain != Explain::off ? yes : no);
  if (time_is_over) return status_of_timeout;
  if (status == 0 && !as_expected) return 1;
  return status == 0 && !all_taken ? exit_rights : status;
}

}  // namespace

void add_exec(CLI::App& program, const std::vector<std::string>& command, int& exit_status) {
  CLI::App* subcommand = program.add_subcommand("exec", exec_description);
  subcommand->footer(" [-- COMMAND...]");  // of the usage line
  auto arguments = std::make_shared<HostArguments>();
  add_address_option(*subcommand, *arguments);
  add_stack_options(*subcommand, *arguments);
  add_door_option(*subcommand, *arguments);
  add_device_options(*subcommand, *arguments);
  subcommand->callback([subcommand, arguments, &command, &exit_status] {
    refuse_conflicts(*subcommand, *arguments);
    exit_status = run_exec(*arguments, command);
  });
}

}  // namespace tunstack
