// Which events somebody wants: libpcap's filter language for the packet, and `verdict NAME`, `reason NAME`, `node
// NAME`, `interface NAME` wherever one of its primitives may stand ("icmp and not verdict reply"). Made by who asks
// (watch, send), asked for each event.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tunstack/events/event_json.hpp"

namespace tunstack {

class EventFilter {
 public:
  static constexpr std::size_t longest = 1024;  // octets of the text
  static constexpr std::size_t most_words = 4;  // primitives about events: there is a program for each case of them

  /// Matches everything.
  EventFilter() = default;
  /// Throws UsageFault.
  explicit EventFilter(const std::string& text);

  bool matches(const Event& event, const EventNames& names) const;
  /// The names behind `node`, which only who knows the nodes can check.
  std::vector<std::string> nodes() const;

 private:
  struct EventWord {
    std::string about, value;
    bool holds(const Event& event, const EventNames& names) const;
  };
  class Programs;

  std::vector<EventWord> words_;
  std::shared_ptr<const Programs> datagrams_, frames_;  // null where the filter means nothing to that link type
};

}  // namespace tunstack
