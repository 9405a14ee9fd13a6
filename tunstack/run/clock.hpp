// The only place that reads clocks: the time since the start of a run, and the time of day at its start.
#pragma once

#include "protocols/base/time.hpp"

namespace tunstack {

class MonotonicClock {
 public:
  Instant now() const {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start_));
  }
  /// Since 1970 UTC, at the Instant zero.
  Duration started_at() const { return started_at_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Duration started_at_ = std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch());
};

/// The part of a time since 1970 that has passed since midnight UT.
inline Duration since_midnight(Duration since_1970) { return since_1970 % std::chrono::days(1); }

}  // namespace tunstack
