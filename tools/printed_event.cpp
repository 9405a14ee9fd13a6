#include "tools/printed_event.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tunstack/events/event_text.hpp"
#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

bool print_event(const std::string& line, const std::optional<Screen>& screen) {
  if (!screen) {
    fmt::print("{}\n", line);
  } else if (const auto event = parse_object(line)) {
    fmt::print("{}\n", event_text(*event, *screen));
  }
  return std::fflush(stdout) == 0;
}

}  // namespace tunstack
