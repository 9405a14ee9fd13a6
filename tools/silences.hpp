// What ended packets of a program without a word to it: what a star of traceroute hides. Fed with events as lines of
// JSON, of a closed world or of a running stack.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tunstack/clients/client.hpp"

namespace tunstack {

class Silences {
 public:
  /// `asker`: the node of the program. What that drops does not count, but what it cannot send does.
  Silences(std::string asker, const clients::Conversation& conversation)
      : asker_(std::move(asker)), source_(to_text(conversation.source)), target_(to_text(conversation.target)) {}

  void take(const std::string& event_line);
  /// A line for each: who, why, how often; none if nothing was silent.
  std::string text() const;

 private:
  static constexpr std::size_t most_lines = 20, most_packets = 100'000;
  struct Line {
    std::string text;
    std::size_t count;
  };
  std::string asker_, source_, target_;
  std::set<std::uint64_t> packets_;  // of the program, and what answers it: by their numbers
  std::vector<Line> lines_;
};

}  // namespace tunstack
