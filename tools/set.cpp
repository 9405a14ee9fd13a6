#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/running_stack.hpp"

namespace tunstack {

namespace {

constexpr const char* set_description = R"(Change options of a running stack: all that are given, or none.

Examples:
  tunstack set icmp4.echo=off
  tunstack set icmp4.error_rate=0 icmp6.error_rate=0
  tunstack set role=router nd.adv.enable=on              what a router says; role=host takes it back

Exit status: 2 if one of them cannot be, 3 if there is no such stack.)";

struct SetArguments {
  StackChoice stack;
  std::vector<std::string> settings;
};

void run_set(const SetArguments& arguments) {
  connect_to_stack(arguments.stack).ask({{"request", "set"}, {"settings", arguments.settings}});
}

}  // namespace

void add_set(CLI::App& program) {
  CLI::App* command = program.add_subcommand("set", set_description);
  const auto arguments = std::make_shared<SetArguments>();
  command->add_option("KEY=VALUE", arguments->settings, "Any key of 'tunstack options' that is not read at the start")
      ->required();
  add_stack_choice(*command, arguments->stack);
  command->callback([arguments] { run_set(*arguments); });
}

}  // namespace tunstack
