#include "tools/running_stack.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/option_values.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

bool is_here(const StackName& name) { return name.network == own_network(); }

namespace {

std::string wanted(const StackChoice& choice) {
  std::string text;
  if (choice.device) text += fmt::format(" on the device {}", *choice.device);
  if (choice.pid) text += fmt::format(" in the process {}", *choice.pid);
  return text;
}

[[noreturn]] void throw_none(const StackChoice& choice, bool has_others) {
  throw SystemError(fmt::format("no stack is running{}", wanted(choice)),
                    has_others ? "the sockets in $XDG_RUNTIME_DIR and /tmp belong to other users"
                               : "there is no socket of a stack in $XDG_RUNTIME_DIR or /tmp",
                    has_others ? "run it as that user, or as root" : "start one: tunstack up");
}

std::string listed(const std::vector<RunningStack>& stacks) {
  std::string all;
  for (const RunningStack& stack : stacks)
    all += fmt::format("{}{} (process {})", all.empty() ? "" : ", ", stack.name.device, stack.name.pid);
  return all;
}

[[noreturn]] void throw_several(const std::vector<RunningStack>& stacks) {
  throw UsageFault("several stacks are running", listed(stacks),
                   fmt::format("name one of them: --pid {}", stacks[0].name.pid));
}

[[noreturn]] void throw_elsewhere(const std::vector<RunningStack>& stacks) {
  throw SystemError("no stack is running in this network namespace",
                    fmt::format("in others there are {}", listed(stacks)),
                    fmt::format("name one of them: --pid {}", stacks[0].name.pid));
}

RunningStack chosen(const StackChoice& choice) {
  const auto is_wanted = [&](const StackName& name) {
    return (!choice.device || name.device == *choice.device) && (!choice.pid || name.pid == *choice.pid);
  };
  // Those in other networks are left in peace where there is one here.
  auto [stacks, has_others] = find_running_stacks([&](const auto& name) { return is_wanted(name) && is_here(name); });
  if (stacks.empty()) {
    stacks = find_running_stacks(is_wanted).own;
    if (!stacks.empty() && !choice.device && !choice.pid) throw_elsewhere(stacks);
  }
  if (stacks.empty()) throw_none(choice, has_others);
  if (stacks.size() > 1) throw_several(stacks);
  return std::move(stacks[0]);
}

}  // namespace

void add_process_choice(CLI::App& command, StackChoice& choice) {
  command.add_option("--dev", choice.device, "The stack's device")->type_name("NAME");
  take_number(*command.add_option("--pid", choice.pid, "The stack's process"), 1, 4'194'304, "PID");
}

void add_stack_choice(CLI::App& command, StackChoice& choice) {
  add_process_choice(command, choice);
  command.add_option("--node", choice.node, "Of a chain: r1, r2, ... or server (default: the one behind the device)")
      ->type_name("NAME");
}

nlohmann::ordered_json about(const StackChoice& choice, nlohmann::ordered_json request) {
  if (choice.node) request["node"] = *choice.node;
  return request;
}

ControlClient connect_to_stack(const StackChoice& choice) { return ControlClient(chosen(choice)); }

}  // namespace tunstack
