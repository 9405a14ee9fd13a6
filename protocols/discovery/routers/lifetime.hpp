// When what a router tells comes to its end.
#pragma once

#include "protocols/base/time.hpp"
#include "protocols/wire/router_advertisement.hpp"

namespace tunstack::discovery {

inline constexpr Instant no_end = Instant::max();

/// The end of a lifetime of `seconds`, as on the wire, that begins `now`.
constexpr Instant end_of_lifetime(std::uint32_t seconds, Instant now) {
  return seconds == infinite_lifetime ? no_end : now + std::chrono::seconds(seconds);
}

}  // namespace tunstack::discovery
