// What a host tells, as events.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/support/host.hpp"
#include "tunstack/events/event_filter.hpp"

namespace tunstack::test {

inline const EventNames event_names{PlaceNames(std::vector<PlaceNames::Node>{{"stack", {"tun7"}}}),
                                    std::chrono::seconds(1795930200)};  // 2026-11-29 05:30 UTC

/// Keeps all events that its filter matches, as JSON.
struct ToldEvents final : EventSink {
  explicit ToldEvents(const std::string& filter_text = "") : filter(filter_text) { teller.add(*this); }
  void take(const Event& event) override {
    if (filter.matches(event, event_names)) all.push_back(nlohmann::json::parse(event_line(event, event_names)));
  }

  EventFilter filter;
  EventTeller teller;
  std::vector<nlohmann::json> all;
};

}  // namespace tunstack::test
