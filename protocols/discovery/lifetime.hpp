// When what a router advertises comes to its end: itself, prefixes and the addresses made of them.
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
