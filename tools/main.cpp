#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "tools/command_tree.hpp"
#include "tools/commands.hpp"
#include "tools/exec_command_line.hpp"
#include "tools/parse_fault.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr const char* program_description =
    R"(A userspace IPv4/IPv6 and ICMP stack behind a TUN device that says why it does what it does.

Examples:
  tunstack exec -- ping -c 3 192.0.2.2     ping it in a private network
  sudo tunstack up                         put it on this host until Ctrl-C
  tunstack doctor                          what works here, what fixes the rest

Exit status: 0 if it did what it was told to; 1 if what was expected or compared is not so; 2 if the command line is
wrong; 3 if a right, a device or a running stack is missing.)";

/// What was printed and did not arrive, unless its reader has seen enough.
void check_stdout() {
  const bool failed = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (!failed || errno == EPIPE) return;
  throw SystemError("cannot write to stdout", std::strerror(errno), "make room there, or write it to another file");
}

constexpr int patience_with_reader = 500;  // milliseconds

/// Whoever reads stderr may have stopped, or gone: neither changes how this program ends.
int print_error(const std::string& what, const std::string& why, const std::string& remedy, int status) {
  std::signal(SIGPIPE, SIG_IGN);
  pollfd file{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&file, 1, patience_with_reader) > 0)
    std::fputs(fmt::format("tunstack: {}\n  {}\n  try: {}\n", what, why, remedy).c_str(), stderr);
  return status;
}

/// Where one of the standard files is closed, the next one that is opened would be taken for it: packets for lines.
void hold_standard_files() {
  while (true) {
    const int fd = ::open("/dev/null", O_RDWR);
    if (fd > STDERR_FILENO) ::close(fd);
    if (fd < 0 || fd > STDERR_FILENO) return;
  }
}

std::vector<std::string> split_command(const CLI::App& program, std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == "exec")
    return take_command(*program.get_subcommand("exec"), arguments);
  if (std::ranges::find(arguments, "--") == arguments.end()) return {};
  throw UsageFault("'--' is out of place", "only 'tunstack exec' takes a command behind it",
                   "leave it out, or: tunstack exec -- COMMAND");
}

/// CLI11 takes the next argument for the value that is missing in "--dev=".
void refuse_empty_values(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments)
    if (argument.starts_with("--") && argument.ends_with("=") && std::ranges::count(argument, '=') == 1)
      throw UsageFault(fmt::format("'{}' lacks its value", argument), "an option is followed by its value",
                       "leave the option out for its default");
}

/// "--json=3" would be taken for three times --json.
void refuse_values_of_flags(CLI::App& command) {
  for (CLI::Option* option : command.get_options())
    if (option->get_items_expected_max() == 0 && option->get_type_name().empty()) option->disable_flag_override();
  for (CLI::App* below : command.get_subcommands(nullptr)) refuse_values_of_flags(*below);
}

int run(std::vector<std::string> arguments) {
  std::vector<std::string> command;
  int exit_status = 0;
  CLI::App program(program_description, "tunstack");
  program.set_version_flag("--version", "tunstack " TUNSTACK_VERSION);
  program.require_subcommand(1);
  add_up(program, exit_status);
  add_exec(program, command, exit_status);
  add_replay(program, exit_status);
  add_state(program);
  add_watch(program);
  add_get(program);
  add_set(program);
  add_send(program, exit_status);
  add_why(program);
  add_lab(program, exit_status);
  add_clients(program, exit_status);
  add_firewall(program, exit_status);
  add_doctor(program, exit_status);
  add_rules(program);
  add_options(program);
  add_help(program);
  add_version(program);
  add_completion(program);
  add_manual(program);
  refuse_values_of_flags(program);
  command = split_command(program, arguments);
  refuse_empty_values(arguments);
  try {
    std::ranges::reverse(arguments);  // as CLI11 wants them
    program.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    print_help(chosen_in(program));
  } catch (const CLI::CallForVersion& version) {
    fmt::print("{}\n", version.what());
  } catch (const CLI::ParseError& error) {
    throw fault_of(program, error);
  }
  return exit_status;
}

}  // namespace

}  // namespace tunstack

int main(int argc, char** argv) {
  using namespace tunstack;
  hold_standard_files();
  try {
    const int status = run({argv + 1, argv + argc});
    check_stdout();
    return status;
  } catch (const Fault& fault) {
    return print_error(fault.what(), fault.why(), fault.remedy(), fault.exit_status());
  } catch (const std::exception& error) {
    if (std::ferror(stdout) != 0)
      return print_error("cannot write to stdout", error.what(), "make room there, or write it to another file",
                         exit_rights);
    return print_error(error.what(), "this should not have happened", "report it with the command line", 1);
  }
}
