// Where the options of `tunstack exec` end and its command begins.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tunstack {

/// Takes the command off the end of `arguments`, which begin with the name of `exec`: what stands behind the first
/// "--", or begins with the first word that is neither an option nor the value of one. None of it is ours to parse.
std::vector<std::string> take_command(const CLI::App& exec, std::vector<std::string>& arguments);

}  // namespace tunstack
