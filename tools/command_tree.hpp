// The commands of this program, and the commands of commands: CLI11's tree, whole or from one of them on.
#pragma once

#include <CLI/CLI.hpp>

namespace tunstack {

/// "firewall test"; nothing for the program itself.
std::string name_of(const CLI::App& command);
/// "tunstack firewall test", as it is typed.
std::string call_of(const CLI::App& command);

/// Those that stand right behind it, without any that is hidden.
std::vector<const CLI::App*> commands_of(const CLI::App& command);
/// It and all below it that are not hidden, each before its own.
std::vector<const CLI::App*> command_tree(const CLI::App& command);

/// Where the command line led to; the program as long as it named no command.
const CLI::App& chosen_in(const CLI::App& program);

}  // namespace tunstack
