#include "protocols/discovery/routers/irdp_host.hpp"

namespace tunstack::discovery {

namespace {

// RFC 1256 6.
constexpr Duration max_solicitation_delay = std::chrono::seconds(1);
constexpr Duration solicitation_interval = std::chrono::seconds(3);

}  // namespace

IrdpHost::IrdpHost(bool perform_router_discovery, Instant now, Random& random)
    : performs_router_discovery_(perform_router_discovery),
      next_(perform_router_discovery ? now + random.up_to(max_solicitation_delay) : Instant::max()) {}

bool IrdpHost::take_due(Instant now) {
  if (next_ > now) return false;
  next_ = --solicitations_left_ > 0 ? now + solicitation_interval : Instant::max();
  return true;
}

}  // namespace tunstack::discovery
