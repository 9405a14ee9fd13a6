#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "tools/commands.hpp"
#include "tools/exec_command_line.hpp"
#include "tunstack/device/namespace.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

constexpr const char* program_description =
    R"(A userspace IPv4/IPv6 and ICMP stack behind a TUN device that says why it does what it does.

Examples:
  tunstack exec --explain -- ping -c 3 192.0.2.2     ping the stack in a private network
  sudo tunstack up                                   put it on this host until Ctrl-C
  tunstack doctor                                    what works here, and what fixes the rest)";

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

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<std::string> subcommand_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands(nullptr)) names.push_back(command->get_name());
  return names;
}

/// The command line itself is wrong: says what, and suggests the word that may have been meant.
int print_parse_error(const CLI::App& program, const CLI::ParseError& error) {
  const auto chosen = program.get_subcommands();
  const auto extras = program.remaining(true);
  const std::string help = fmt::format("tunstack {}--help", chosen.empty() ? "" : chosen[0]->get_name() + " ");
  if (extras.empty()) {
    const char* why =
        chosen.empty() ? "tunstack needs to be told what to do" : "this option or its value is not possible here";
    return print_error(one_line(error.what()), why, help, exit_usage);
  }
  if (chosen.empty())
    return print_error(fmt::format("unknown command '{}'", extras[0]), "tunstack has no such command",
                       fmt::format("{}{} lists all", did_you_mean(extras[0], subcommand_names(program)), help),
                       exit_usage);
  if (extras[0].starts_with("-"))
    return print_error(
        fmt::format("unknown option '{}'", extras[0]), fmt::format("'{}' has no such option", chosen[0]->get_name()),
        fmt::format("{}{} lists all", did_you_mean(extras[0], option_names(*chosen[0])), help), exit_usage);
  return print_error(fmt::format("'{}' is out of place", extras[0]), "only options are expected here", help,
                     exit_usage);
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
  add_doctor(program, exit_status);
  add_rules(program);
  add_options(program);
  command = split_command(program, arguments);
  refuse_empty_values(arguments);
  try {
    std::ranges::reverse(arguments);  // as CLI11 wants them
    program.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = program.get_subcommands();
    fmt::print("{}", (chosen.empty() ? &program : chosen[0])->help());
  } catch (const CLI::CallForVersion& version) {
    fmt::print("{}\n", version.what());
  } catch (const CLI::ParseError& error) {
    return print_parse_error(program, error);
  }
  return exit_status;
}

}  // namespace

}  // namespace tunstack

int main(int argc, char** argv) {
  using namespace tunstack;
  hold_standard_files();
  try {
    return run({argv + 1, argv + argc});
  } catch (const Fault& fault) {
    return print_error(fault.what(), fault.why(), fault.remedy(), fault.exit_status());
  } catch (const std::exception& error) {
    return print_error(error.what(), "this should not have happened", "report it with the command line", 1);
  }
}
