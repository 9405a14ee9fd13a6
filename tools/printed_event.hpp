// An event that a running stack told, on stdout.
#pragma once

#include <optional>
#include <string>

#include "tunstack/explain/decision_line.hpp"

namespace tunstack {

/// As text for `screen`, or without one the JSON that it is. False once nobody reads any more.
bool print_event(const std::string& line, const std::optional<Screen>& screen);

}  // namespace tunstack
