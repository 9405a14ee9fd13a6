// A program at a node of a running stack, asked for over its control channel.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/running_stack.hpp"
#include "tools/silences.hpp"
#include "tunstack/clients/client.hpp"

namespace tunstack {

/// What came of it, and what was silent meanwhile.
struct ClientReport {
  clients::ClientResult result;
  bool has_stars = false;  // in what it printed
  std::string silences;
};

/// Prints what the program says as it comes, until it has finished; an interrupt ends the program first, a second one
/// this process. Throws UsageFault, or SystemError if the stack ends.
ClientReport run_in_stack(const StackChoice& choice, const std::vector<std::string>& words);

}  // namespace tunstack
