#include "protocols/discovery/routers/redirect_routes.hpp"

#include <algorithm>

namespace tunstack::discovery {

RedirectRoutes::RedirectRoutes(Duration lifetime, Random& random)
    : key_(SipHashKey::draw(random)), lifetime_(lifetime) {}

std::vector<RedirectRoutes::Route>::const_iterator RedirectRoutes::position_of(const IpAddress& destination) const {
  const std::uint64_t hash = keyed_hash(destination, key_);
  return std::ranges::find_if(
      routes_, [&](const Route& route) { return route.hash == hash && route.destination == destination; });
}

void RedirectRoutes::learn(const IpAddress& destination, const IpAddress& next_hop, Instant now) {
  if (const auto known = position_of(destination); known != routes_.end()) routes_.erase(known);
  if (routes_.size() == capacity) routes_.erase(routes_.begin());
  const Instant until = lifetime_ == unlimited ? Instant::max() : now + lifetime_;
  routes_.push_back({keyed_hash(destination, key_), destination, next_hop, until});
}

std::optional<IpAddress> RedirectRoutes::find(const IpAddress& destination, Instant now) const {
  const auto route = position_of(destination);
  if (route == routes_.end() || route->until <= now) return std::nullopt;
  return route->next_hop;
}

void RedirectRoutes::forget_via(const IpAddress& next_hop) {
  std::erase_if(routes_, [&](const Route& route) { return route.next_hop == next_hop; });
}

void RedirectRoutes::expire(Instant now) {
  std::erase_if(routes_, [now](const Route& route) { return route.until <= now; });
}

}  // namespace tunstack::discovery
