#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/running_stack.hpp"

namespace tunstack {

namespace {

constexpr const char* get_description = R"(Print options of a running stack, its role and its addresses.

Examples:
  tunstack get icmp4.echo
  tunstack get role address
  tunstack get                                    all of them
  tunstack get --json | jq .options

Exit status: 3 if there is no such stack.)";

struct GetArguments {
  StackChoice stack;
  std::vector<std::string> keys;
  bool json = false;
};

void run_get(const GetArguments& arguments) {
  ControlClient stack = connect_to_stack(arguments.stack);
  const auto answer = stack.ask(about(arguments.stack, {{"request", "get"}, {"keys", arguments.keys}}));
  if (arguments.json) return fmt::print("{}\n", answer.dump(2));
  for (const auto& [key, value] : answer.at("options").items()) fmt::print("{}={}\n", key, value.get<std::string>());
}

}  // namespace

void add_get(CLI::App& program) {
  CLI::App* command = program.add_subcommand("get", get_description);
  const auto arguments = std::make_shared<GetArguments>();
  command->add_option("KEY", arguments->keys, "Keys of 'tunstack options', role, address; all if none is given");
  command->add_flag("--json", arguments->json, "One JSON object");
  add_stack_choice(*command, arguments->stack);
  command->callback([arguments] { run_get(*arguments); });
}

}  // namespace tunstack
