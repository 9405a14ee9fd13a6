// Events as JSON, one object each: the schema of docs/events.md and docs/schemas/event.json.
#pragma once

#include <string>
#include <vector>

#include "tunstack/events/event.hpp"
#include "tunstack/events/json_object.hpp"
#include "tunstack/node/place_names.hpp"
#include "tunstack/outlet/outlet.hpp"

namespace tunstack {

/// Raised when a member changes its meaning or goes; new members may come at any time.
inline constexpr int event_schema = 1;

/// What stands in events for numbers.
struct EventNames {
  PlaceNames places;
  Duration started_at{};  // since 1970 UTC, at the Instant zero
};

/// Appends the object as a line with its end. Names may hold any octets; lines are always UTF-8.
void append_event(JsonLine& line, const Event& event, const EventNames& names);
std::string event_line(const Event& event, const EventNames& names);

/// "2026-11-29T05:30:00.123456789Z".
std::string timestamp(Duration since_1970);

/// Writes each event as a line, or the dropped ones only.
class EventLog final : public EventSink {
 public:
  /// `out` must outlive it.
  EventLog(Outlet& out, EventNames names, bool only_drops)
      : out_(out), names_(std::move(names)), only_drops_(only_drops) {}
  void take(const Event& event) override;

 private:
  Outlet& out_;
  EventNames names_;
  bool only_drops_;
  JsonLine line_;  // kept for its memory
};

}  // namespace tunstack
