#include "tools/command_tree.hpp"

namespace tunstack {

std::string name_of(const CLI::App& command) {
  if (command.get_parent() == nullptr) return {};
  const std::string above = name_of(*command.get_parent());
  return above.empty() ? command.get_name() : above + " " + command.get_name();
}

std::string call_of(const CLI::App& command) {
  const CLI::App* const above = command.get_parent();
  return above == nullptr ? command.get_name() : call_of(*above) + " " + command.get_name();
}

std::vector<const CLI::App*> commands_of(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App* below) { return !below->get_group().empty(); });
}

std::vector<const CLI::App*> command_tree(const CLI::App& command) {
  std::vector<const CLI::App*> all{&command};
  for (const CLI::App* below : commands_of(command)) {
    const auto tree = command_tree(*below);
    all.insert(all.end(), tree.begin(), tree.end());
  }
  return all;
}

const CLI::App& chosen_in(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? program : chosen_in(*chosen.front());
}

}  // namespace tunstack
