// Time as a parameter: an Instant counts from the start of a run. Nothing below the run loop reads a clock.
#pragma once

#include <chrono>

namespace tunstack {

using Duration = std::chrono::nanoseconds;

/// A clock without now(), so that protocols cannot ask for the time.
struct StackClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<StackClock>;
  static constexpr bool is_steady = true;
};

using Instant = StackClock::time_point;

}  // namespace tunstack
