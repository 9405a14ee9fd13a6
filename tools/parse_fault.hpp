// What is wrong with a command line, in the words of this program. CLI11's own never reach the user.
#pragma once

#include <CLI/CLI.hpp>

#include "tunstack/fault.hpp"

namespace tunstack {

UsageFault fault_of(const CLI::App& program, const CLI::ParseError& error);

}  // namespace tunstack
