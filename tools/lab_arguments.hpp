// A lab by its name or file, with what is said beside it: --lab and --with.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "tunstack/lab/lab_file.hpp"
#include "tunstack/lab/lab_plan.hpp"

namespace tunstack {

struct LabArguments {
  std::string lab;                // a built-in one or a file
  std::vector<std::string> with;  // KEY=VALUE
};

/// What stands in it. Throws UsageFault.
struct LabText {
  std::string text;
  std::string name;  // for messages
};
LabText lab_text(const std::string& lab);

/// Lab files below a directory in the order of their names, of which there must be one; anything else is one lab.
/// Throws UsageFault.
std::vector<std::string> labs_at(const std::string& name);

std::vector<std::string> names_of_labs();

/// Throws UsageFault that names all that is wrong.
lab::LabFile load_lab(const LabArguments& arguments);

/// LAB, and --with, of a command about one.
void add_lab_argument(CLI::App& command, LabArguments& arguments);
void add_with_option(CLI::App& command, std::vector<std::string>& with);

}  // namespace tunstack
