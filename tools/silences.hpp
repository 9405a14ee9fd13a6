// What ended packets without a word to their sender: what a star of traceroute hides. Fed with events as lines of JSON,
// of a closed world or of a running stack.
#pragma once

#include <string>
#include <vector>

namespace tunstack {

class Silences {
 public:
  /// What `asker` itself decides does not count.
  explicit Silences(std::string asker) : asker_(std::move(asker)) {}

  void take(const std::string& event_line);
  /// A line for each: who, why, how often; none if nothing was silent.
  std::string text() const;

 private:
  static constexpr std::size_t most_lines = 20;
  struct Line {
    std::string text;
    std::size_t count;
  };
  std::string asker_;
  std::vector<Line> lines_;
};

}  // namespace tunstack
