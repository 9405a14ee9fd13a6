#include "tools/firewall_screen.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "tools/screen.hpp"
#include "tools/text_file.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::firewall {

OnProgress progress_on_stderr(bool quiet) {
  if (quiet || ::isatty(STDERR_FILENO) == 0) return {};
  return [](std::size_t done, std::size_t all) {
    constexpr std::size_t bar = 30;
    const std::size_t part = all == 0 ? bar : done * bar / all;
    fmt::print(stderr, "\r\033[K{}",
               done == all ? "" : fmt::format("{:#<{}}{:.<{}} {} of {}", "", part, "", bar - part, done, all));
    std::fflush(stderr);
  };
}

TextStyle style_of(const std::string& color) {
  const Screen screen = screen_of(STDOUT_FILENO, color);
  return {.width = screen.width == 0 ? 120 : screen.width, .has_colour = screen.color};
}

std::string read_saved(const std::string& path) {
  return read_text_file(path, "tunstack firewall test RULESET --save FILE    writes one");
}

}  // namespace tunstack::firewall
