// How long an address is preferred and valid (RFC 4862 5.5.3, RFC 8981 3.4).
#pragma once

#include <algorithm>

#include "protocols/base/random.hpp"
#include "protocols/discovery/lifetime.hpp"

namespace tunstack::discovery {

struct AddressLifetimes {
  Instant preferred_until = no_end;
  Instant valid_until = no_end;
  friend bool operator==(const AddressLifetimes&, const AddressLifetimes&) = default;
};

constexpr AddressLifetimes lifetimes_of(const PrefixInformation& information, Instant now) {
  return {end_of_lifetime(information.preferred, now), end_of_lifetime(information.valid, now)};
}

/// RFC 4862 5.5.3(e): no advertisement, which anyone may forge, takes the last two hours of an address away.
constexpr AddressLifetimes renewed(const AddressLifetimes& current, const PrefixInformation& information, Instant now) {
  constexpr Duration two_hours = std::chrono::hours(2);
  const AddressLifetimes offered = lifetimes_of(information, now);
  if (offered.valid_until > now + two_hours || offered.valid_until > current.valid_until) return offered;
  return {offered.preferred_until, std::min(current.valid_until, now + two_hours)};
}

constexpr AddressLifetimes shorter_of(const AddressLifetimes& a, const AddressLifetimes& b) {
  return {std::min(a.preferred_until, b.preferred_until), std::min(a.valid_until, b.valid_until)};
}

/// How long a temporary address of `now` can last whatever its prefix does (RFC 8981 3.4 and 3.8). The random part is
/// DESYNC_FACTOR, which keeps hosts from renewing their addresses all at once.
inline AddressLifetimes draw_temporary_lifetimes(Instant now, Random& random) {
  constexpr Duration preferred = std::chrono::hours(24);  // TEMP_PREFERRED_LIFETIME
  constexpr Duration valid = std::chrono::hours(48);      // TEMP_VALID_LIFETIME
  constexpr Duration max_desync = preferred * 4 / 10;
  return {now + preferred - random.up_to(max_desync), now + valid};
}

}  // namespace tunstack::discovery
