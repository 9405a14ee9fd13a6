#include "tools/silences.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/base/address.hpp"
#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

std::string text_in(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Nobody answers for those anyway.
bool is_to_group(const Json& event) {
  const auto destination = parse_address(text_in(event, "destination"));
  if (!destination) return false;
  return destination->is_ipv4() ? destination->ipv4().value >> 28U == 0xe : destination->ipv6().is_multicast();
}

bool is_silent(const Json& event) {
  const std::string reason = text_in(event, "reason");
  if (text_in(event, "event") == "noted") return reason.starts_with("misbehave_") || reason.starts_with("link_");
  return text_in(event, "event") == "decided" && text_in(event, "verdict") == "drop";
}

}  // namespace

void Silences::take(const std::string& event_line) {
  const auto event = parse_object(event_line);
  if (!event || text_in(*event, "node") == asker_ || is_to_group(*event) || !is_silent(*event)) return;
  const std::string line =
      fmt::format("{}: {} ({})", text_in(*event, "node"), text_in(*event, "text"), text_in(*event, "reason"));
  if (const auto known = std::ranges::find(lines_, line, &Line::text); known != lines_.end())
    ++known->count;
  else if (lines_.size() < most_lines)
    lines_.push_back({line, 1});
}

std::string Silences::text() const {
  std::string text;
  for (const Line& line : lines_)
    text += fmt::format("  {}{}\n", line.text, line.count > 1 ? fmt::format(", {} times", line.count) : "");
  return text;
}

}  // namespace tunstack
