#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/running_stack.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/report/state_report.hpp"

namespace tunstack {

namespace {

constexpr const char* state_description =
    R"(Print what a running stack knows: neighbors, routers, prefixes, path MTUs, counters and more.

Asks the stack in this network namespace; --dev and --pid ask any other of this user.

Examples:
  tunstack state
  tunstack exec --tap -- sh -c 'ping -c 1 192.0.2.2; tunstack state --json' | jq '.neighbors'
  tunstack state --transitions                 how the state of a neighbor changes; needs no running stack

Exit status: 3 if there is no such stack.)";

struct StateArguments {
  StackChoice stack;
  bool json = false;
  bool transitions = false;
};

std::string heading(const StackName& name) {
  return fmt::format("{} in process {}, network namespace {}{}\n", name.device, name.pid, name.network,
                     is_here(name) ? "" : " (another one than this)");
}

void print_state(const StateArguments& arguments) {
  ControlClient stack = connect_to_stack(arguments.stack);
  const auto report = stack.ask(about(arguments.stack, {{"request", "state"}}));
  if (arguments.json)
    fmt::print("{}\n", report.dump(2));
  else
    fmt::print("{}{}", heading(stack.name()), state_text(report));
}

void print_transitions(bool json) {
  const auto report = transitions_report();
  fmt::print("{}{}", json ? report.dump(2) : transitions_text(report), json ? "\n" : "");
}

}  // namespace

void add_state(CLI::App& program) {
  CLI::App* command = program.add_subcommand("state", state_description);
  auto arguments = std::make_shared<StateArguments>();
  add_stack_choice(*command, arguments->stack);
  command->add_flag("--json", arguments->json, "Print one JSON object, or an array with --transitions");
  command
      ->add_flag("--transitions", arguments->transitions, "Print the state machine of a neighbor (RFC 4861 appendix C)")
      ->excludes(command->get_option("--dev"))
      ->excludes(command->get_option("--pid"));
  command->callback(
      [arguments] { arguments->transitions ? print_transitions(arguments->json) : print_state(*arguments); });
}

}  // namespace tunstack
