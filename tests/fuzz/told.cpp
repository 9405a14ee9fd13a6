#include "tests/fuzz/told.hpp"

#include <nlohmann/json.hpp>

#include "tunstack/events/event_json.hpp"
#include "tunstack/events/event_text.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack::fuzz {

namespace {

struct Lines final : EventSink {
  void take(const Event& event) override {
    const std::string line = event_line(event, {PlaceNames(std::vector<PlaceNames::Node>{{"stack", {"tun0"}}}), {}});
    const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
    all_read &= json.is_object() && line.find('\n') == line.size() - 1 && !event_text(json).empty();
  }
  bool all_read = true;
};

}  // namespace

bool is_told(const Decision& decision) {
  Lines lines;
  EventTeller teller;
  teller.add(lines);
  teller.decided(decision);
  return lines.all_read && !decision_text(decision).empty();
}

}  // namespace tunstack::fuzz
