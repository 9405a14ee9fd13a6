// An event that a running stack told, on stdout.
#pragma once

#include <string>

namespace tunstack {

/// As a line of text, or the JSON that it is. False once nobody reads any more.
bool print_event(const std::string& line, bool json);

}  // namespace tunstack
