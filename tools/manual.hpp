// The pages of the manual: one for the program, one for each command and command of a command, and one for each table
// that is printed.
#pragma once

#include <CLI/CLI.hpp>

namespace tunstack {

struct ManualPage {
  std::string file_name;  // "tunstack-up.1"
  std::string source;     // as scdoc(1) takes it
};

/// Made of CLI11's tree, and of the tables of options and reasons.
std::vector<ManualPage> manual_pages(const CLI::App& program);

}  // namespace tunstack
