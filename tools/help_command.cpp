#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "tools/command_tree.hpp"
#include "tools/commands.hpp"
#include "tools/help.hpp"
#include "tools/text_width.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

/// Commands that are announced, as they will be typed.
constexpr std::string_view planned[] = {"tunstack ping", "tunstack traceroute", "tunstack dump"};

bool is_planned(const std::string& call) { return std::ranges::find(planned, call) != std::end(planned); }

}  // namespace

void print_help(const CLI::App& command) { fmt::print("{}", help_text(command, terminal_width(STDOUT_FILENO))); }

const CLI::App& find_command(const CLI::App& above, const std::string& name) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(above)) {
    if (command->get_name() == name) return *command;
    names.push_back(command->get_name());
  }
  const std::string call = call_of(above);
  if (is_planned(call + " " + name))
    throw UsageFault(fmt::format("'{}' is not built yet", name), "a later version will have it",
                     fmt::format("'{} --help' lists what there is", call));
  if (names.empty())
    throw UsageFault(fmt::format("unknown command '{}'", name), fmt::format("'{}' has no commands", call),
                     fmt::format("{} --help says what it takes", call));
  throw UsageFault(fmt::format("unknown command '{}'", name), fmt::format("{} has no such command", call),
                   fmt::format("{}{} --help lists all", did_you_mean(name, names), call));
}

void add_help(CLI::App& program) {
  CLI::App* command = program.add_subcommand("help",
                                             "Say what a command does, as COMMAND --help does.\n\nExamples:\n  "
                                             "tunstack help up\n  tunstack help firewall test");
  const auto names = std::make_shared<std::vector<std::string>>();
  command->add_option("COMMAND", *names, "Which one; the program itself if none is given");
  command->callback([names, &program] {
    const CLI::App* found = &program;
    for (const std::string& name : *names) found = &find_command(*found, name);
    print_help(*found);
  });
}

void add_version(CLI::App& program) {
  program.add_subcommand("version", "Print the version, as --version does.\n\nExamples:\n  tunstack version")
      ->callback([] { fmt::print("tunstack " TUNSTACK_VERSION "\n"); });
}

}  // namespace tunstack
