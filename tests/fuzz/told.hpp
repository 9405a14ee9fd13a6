// What programs and people are told of a decision.
#pragma once

#include "tunstack/events/event_filter.hpp"
#include "tunstack/events/event_text.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack::fuzz {

/// Whether each event is a line of JSON that is read back, and has words.
inline bool is_told(const Decision& decision) {
  struct Lines final : EventSink {
    void take(const Event& event) override {
      const std::string line = event_line(event, {"stack", {"tun0"}, {}});
      const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
      all_read &= json.is_object() && line.find('\n') == line.size() - 1 && !event_text(json).empty();
    }
    bool all_read = true;
  } lines;
  EventTeller teller;
  teller.add(lines);
  teller.decided(decision);
  return lines.all_read && !decision_text(decision).empty();
}

}  // namespace tunstack::fuzz
