#include "tools/screen.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "tools/option_values.hpp"
#include "tools/text_width.hpp"

namespace tunstack {

namespace {

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

CLI::Option& add_color(CLI::App& command, std::string& when) {
  when = "auto";
  CLI::Option& option =
      *command.add_option("--color", when, "Verdicts in color; auto: on a terminal")->capture_default_str();
  take_one_of(option, {"auto", "always", "never"});
  return option;
}

Screen screen_of(int fd, const std::string& when) {
  const bool is_terminal = ::isatty(fd) == 1;
  const bool takes_color = is_terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  return {.width = is_terminal ? terminal_width(fd) : 0, .color = when == "always" || (when == "auto" && takes_color)};
}

}  // namespace tunstack
