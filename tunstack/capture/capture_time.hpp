// Times of captures.
#pragma once

#include <chrono>

namespace tunstack {

/// Time since 1970 UTC.
using CaptureTime = std::chrono::nanoseconds;
/// Nanoseconds in 64 bits go on until April 2262; what is due after the last packet has to be possible, too.
inline constexpr CaptureTime latest_capture_time =
    std::chrono::sys_days(std::chrono::January / 1 / 2262).time_since_epoch();

}  // namespace tunstack
