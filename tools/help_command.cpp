#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "tools/commands.hpp"
#include "tools/help.hpp"
#include "tools/text_width.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

/// Commands that are announced.
constexpr std::string_view planned[] = {"firewall", "lab", "ping", "traceroute", "dump"};

bool is_planned(const std::string& name) { return std::ranges::find(planned, name) != std::end(planned); }

}  // namespace

void print_help(const CLI::App& command) { fmt::print("{}", help_text(command, terminal_width(STDOUT_FILENO))); }

const CLI::App& find_command(const CLI::App& program, const std::string& name) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(program)) {
    if (command->get_name() == name) return *command;
    names.push_back(command->get_name());
  }
  if (is_planned(name))
    throw UsageFault(fmt::format("'{}' is not built yet", name), "a later version will have it",
                     "'tunstack --help' lists what there is");
  throw UsageFault(fmt::format("unknown command '{}'", name), "tunstack has no such command",
                   fmt::format("{}tunstack --help lists all", did_you_mean(name, names)));
}

void add_help(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "help", "Say what a command does, as COMMAND --help does.\n\nExamples:\n  tunstack help up");
  const auto name = std::make_shared<std::string>();
  command->add_option("COMMAND", *name, "Which one; the program itself if none is given");
  command->callback([name, &program] { print_help(name->empty() ? program : find_command(program, *name)); });
}

void add_version(CLI::App& program) {
  program.add_subcommand("version", "Print the version, as --version does.\n\nExamples:\n  tunstack version")
      ->callback([] { fmt::print("tunstack " TUNSTACK_VERSION "\n"); });
}

}  // namespace tunstack
