// The only place that reads a clock: the time since the start of a run.
#pragma once

#include "protocols/base/time.hpp"

namespace tunstack {

class MonotonicClock {
 public:
  Instant now() const {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start_));
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tunstack
