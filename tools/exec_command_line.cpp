#include "tools/exec_command_line.hpp"

namespace tunstack {

namespace {

/// "--dev", but not "--dev=tun1", nor a flag, nor what is unknown.
bool takes_next_word(const CLI::App& exec, const std::string& word) {
  const CLI::Option* option = exec.get_option_no_throw(word);
  return option != nullptr && option->get_items_expected_min() > 0;
}

}  // namespace

std::vector<std::string> take_command(const CLI::App& exec, std::vector<std::string>& arguments) {
  auto at = arguments.begin() + 1;
  while (at != arguments.end() && at->starts_with("-") && *at != "--") {
    const bool has_value = takes_next_word(exec, *at++);
    if (has_value && at != arguments.end() && *at != "--") ++at;
  }
  const bool is_marked = at != arguments.end() && *at == "--";
  std::vector<std::string> command(at + (is_marked ? 1 : 0), arguments.end());
  arguments.erase(at, arguments.end());
  return command;
}

}  // namespace tunstack
