#include "tools/silences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

std::string text_in(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::uint64_t> number_in(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_number_unsigned() ? std::optional(found->get<std::uint64_t>())
                                                             : std::nullopt;
}

/// Of a link on the way, or of a node that misbehaves.
bool is_mishap(const std::string& reason) { return reason.starts_with("misbehave_") || reason.starts_with("link_"); }

}  // namespace

void Silences::take(const std::string& event_line) {
  const auto event = parse_object(event_line);
  if (!event) return;
  const std::string node = text_in(*event, "node"), reason = text_in(*event, "reason");
  const std::string kind = text_in(*event, "event"), destination = text_in(*event, "destination");
  const bool is_ours = destination == source_ || (text_in(*event, "source") == source_ && destination == target_);
  if (const auto number = number_in(*event, "id"); number && is_ours && packets_.size() < most_packets)
    packets_.insert(*number);
  const auto cause = number_in(*event, "cause");
  const bool is_dropped = kind == "decided" && text_in(*event, "verdict") == "drop" && is_ours && node != asker_;
  const bool is_lost = kind == "noted" && cause && packets_.contains(*cause) && is_mishap(reason);
  const bool is_unsent = kind == "noted" && node == asker_ && text_in(*event, "address") == target_;
  if (!is_dropped && !is_lost && !is_unsent) return;
  const std::string line = fmt::format("{}: {} ({})", node, text_in(*event, "text"), reason);
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
