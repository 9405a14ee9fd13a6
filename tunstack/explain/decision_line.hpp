// One decision as people read it: the packet, and what was decided and why, on one line where it fits or else on two.
// Made of decisions as they happen and of events; the same to look at from both.
#pragma once

#include <string>
#include <string_view>

namespace tunstack {

/// Where lines are read.
struct Screen {
  std::size_t width = 0;  // columns; 0: lines are as long as they are
  bool color = false;     // ANSI
};

struct DecisionLine {
  double time = 0;  // seconds
  char mark = '<';  // '<' arrived, '>' left by itself, '*' no packet
  std::string subject;
  std::string_view verdict;  // as in events
  std::string why;           // reason, source and sentence
};

/// Without a line break at the end. The verdict alone is colored: red drop, yellow error, green reply and take, cyan
/// hold, blue send.
std::string laid_out(const DecisionLine& line, const Screen& screen);

}  // namespace tunstack
