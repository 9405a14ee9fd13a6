#include "protocols/discovery/routers/irdp_host.hpp"

namespace tunstack::discovery {

namespace {

// RFC 1256 6.
constexpr Duration max_solicitation_delay = std::chrono::seconds(1);
constexpr Duration solicitation_interval = std::chrono::seconds(3);

Duration first_delay(Random& random) {
  return Duration(random.below(static_cast<std::uint64_t>(max_solicitation_delay.count()) + 1));
}

}  // namespace

IrdpHost::IrdpHost(bool perform_router_discovery, Instant now, Random& random)
    : performs_router_discovery_(perform_router_discovery),
      next_(perform_router_discovery ? now + first_delay(random) : Instant::max()) {}

bool IrdpHost::take_solicitation(Instant now) {
  if (next_ > now) return false;
  next_ = --solicitations_left_ > 0 ? now + solicitation_interval : Instant::max();
  return true;
}

}  // namespace tunstack::discovery
