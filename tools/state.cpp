#include <fmt/format.h>

#include <cstdio>

#include "tools/commands.hpp"
#include "tunstack/control/control_socket.hpp"
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
  std::optional<std::string> device;
  std::optional<pid_t> pid;
  bool json = false;
  bool transitions = false;
};

std::string wanted(const StateArguments& arguments) {
  std::string text;
  if (arguments.device) text += fmt::format(" on the device {}", *arguments.device);
  if (arguments.pid) text += fmt::format(" in the process {}", *arguments.pid);
  return text;
}

[[noreturn]] void throw_none(const StateArguments& arguments, bool has_others) {
  throw SystemError(fmt::format("no stack is running{}", wanted(arguments)),
                    has_others ? "the sockets in $XDG_RUNTIME_DIR and /tmp belong to other users"
                               : "there is no socket of a stack in $XDG_RUNTIME_DIR or /tmp",
                    has_others ? "sudo tunstack state" : "tunstack exec -- tunstack state");
}

std::string listed(const std::vector<RunningStack>& stacks) {
  std::string all;
  for (const RunningStack& stack : stacks)
    all += fmt::format("{}{} (process {})", all.empty() ? "" : ", ", stack.name.device, stack.name.pid);
  return all;
}

[[noreturn]] void throw_several(const std::vector<RunningStack>& stacks) {
  throw UsageFault("several stacks are running", listed(stacks),
                   fmt::format("tunstack state --pid {}", stacks[0].name.pid));
}

[[noreturn]] void throw_elsewhere(const std::vector<RunningStack>& stacks) {
  throw SystemError("no stack is running in this network namespace",
                    fmt::format("in others there are {}", listed(stacks)),
                    fmt::format("tunstack state --pid {}", stacks[0].name.pid));
}

bool is_here(const StackName& name) { return name.network == own_network(); }

RunningStack chosen(const StateArguments& arguments) {
  auto [stacks, has_others] = find_running_stacks();
  std::erase_if(stacks, [&](const RunningStack& stack) {
    return (arguments.device && stack.name.device != *arguments.device) ||
           (arguments.pid && stack.name.pid != *arguments.pid);
  });
  const auto is_elsewhere = [](const RunningStack& stack) { return !is_here(stack.name); };
  const bool all_elsewhere = !stacks.empty() && std::ranges::all_of(stacks, is_elsewhere);
  if (all_elsewhere && !arguments.device && !arguments.pid) throw_elsewhere(stacks);
  if (!all_elsewhere) std::erase_if(stacks, is_elsewhere);
  if (stacks.empty()) throw_none(arguments, has_others);
  if (stacks.size() > 1) throw_several(stacks);
  return std::move(stacks[0]);
}

nlohmann::ordered_json report_of(const RunningStack& stack) {
  if (auto report = parse_report(read_report(stack))) return *std::move(report);
  throw SystemError(fmt::format("the stack on {} sent a report that this tunstack cannot read", stack.name.device),
                    "it is another version, or it ended in the meantime", "use the same version for both");
}

std::string heading(const StackName& name) {
  return fmt::format("{} in process {}, network namespace {}{}\n", name.device, name.pid, name.network,
                     is_here(name) ? "" : " (another one than this)");
}

void print_state(const StateArguments& arguments) {
  const RunningStack stack = chosen(arguments);
  const auto report = report_of(stack);
  if (arguments.json)
    fmt::print("{}\n", report.dump(2));
  else
    fmt::print("{}{}", heading(stack.name), state_text(report));
}

void print_transitions(bool json) {
  const auto report = transitions_report();
  fmt::print("{}{}", json ? report.dump(2) : transitions_text(report), json ? "\n" : "");
}

}  // namespace

void add_state(CLI::App& program) {
  CLI::App* command = program.add_subcommand("state", state_description);
  auto arguments = std::make_shared<StateArguments>();
  CLI::Option* device = command->add_option("--dev", arguments->device, "NAME of the stack's device");
  CLI::Option* pid = command->add_option("--pid", arguments->pid, "PID of the stack's process");
  command->add_flag("--json", arguments->json, "Print one JSON object, or an array with --transitions");
  command
      ->add_flag("--transitions", arguments->transitions, "Print the state machine of a neighbor (RFC 4861 appendix C)")
      ->excludes(device)
      ->excludes(pid);
  command->callback(
      [arguments] { arguments->transitions ? print_transitions(arguments->json) : print_state(*arguments); });
}

}  // namespace tunstack
