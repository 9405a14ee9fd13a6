// Pages of documentation in which lines that begin with "    $ " are typed, and the indented ones below are part of
// what is printed then, with ... for what differs from run to run.
#pragma once

#include <string>
#include <vector>

namespace tunstack::test {

struct TypedStep {
  std::string typed;
  std::vector<std::string> printed;  // lines
};

std::vector<TypedStep> typed_steps_of(const std::string& page);

/// Whether the parts of the line stand in the text, in their order; columns may move.
bool is_printed(const std::string& line, const std::string& text);

}  // namespace tunstack::test
