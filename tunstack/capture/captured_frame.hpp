// A packet of a capture.
#pragma once

#include <optional>
#include <string_view>

#include "protocols/base/bytes.hpp"
#include "tunstack/capture/capture_origin.hpp"

namespace tunstack {

enum class Direction : std::uint8_t { in, out };

/// What it points to is valid until the next one is read.
struct CapturedFrame {
  CaptureTime time{};  // from 1970 to 2262
  Bytes bytes = {};
  bool cut_short = false;                   // the capture holds less than was on the wire
  bool other_time = false;                  // it has a time before or after all that can be; the nearest one counts
  std::optional<Direction> direction = {};  // where the capture tells it
  std::string_view comment = {};            // the first one
  std::size_t interface = 0;                // where the capture tells it
};

}  // namespace tunstack
