// Where lines of decisions are read: how wide, and whether in color.
#pragma once

#include <CLI/CLI.hpp>

#include "tunstack/explain/decision_line.hpp"

namespace tunstack {

/// Adds --color, whose word is stored in `when`.
CLI::Option& add_color(CLI::App& command, std::string& when);

/// `when`: always, never, or auto: on a terminal, unless $NO_COLOR is set or $TERM is dumb. Lines are broken on
/// terminals alone.
Screen screen_of(int fd, const std::string& when);

}  // namespace tunstack
