// Which of the stacks that run a subcommand is about.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tunstack/control/control_client.hpp"

namespace tunstack {

struct StackChoice {
  std::optional<std::string> device;
  std::optional<pid_t> pid;
  std::optional<std::string> node;  // of a stack that has several
};

/// Adds --dev and --pid.
void add_process_choice(CLI::App& command, StackChoice& choice);
/// Adds these and --node.
void add_stack_choice(CLI::App& command, StackChoice& choice);

/// A connection to the one stack of this user that is meant: in this network namespace, unless it is named. Throws
/// UsageFault if there are several, SystemError if there is none.
ControlClient connect_to_stack(const StackChoice& choice);
/// The request, of the node that is meant.
nlohmann::ordered_json about(const StackChoice& choice, nlohmann::ordered_json request);

bool is_here(const StackName& name);

}  // namespace tunstack
