// Next hops that redirects named, of bounded number (RFC 1122 3.3.1.2, RFC 4861 8.3). A node asks it before its
// routers.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/address_hash.hpp"
#include "protocols/base/random.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::discovery {

class RedirectRoutes {
 public:
  static constexpr std::size_t capacity = 256;
  static constexpr Duration default_lifetime = std::chrono::seconds(600);  // of IPv4
  static constexpr Duration unlimited = Duration::max();  // IPv6: until the next hop fails or the place is needed

  RedirectRoutes(Duration lifetime, Random& random);

  /// Replaces what was known of `destination`; if all places are taken, the oldest route goes. A next hop that is the
  /// destination itself says that the destination is a neighbor.
  void learn(const IpAddress& destination, const IpAddress& next_hop, Instant now);
  std::optional<IpAddress> find(const IpAddress& destination, Instant now) const;

  /// The neighbor does not answer, or is no router any more.
  void forget_via(const IpAddress& next_hop);
  /// Configured routes have changed, which come first (RFC 1122 3.3.1.2).
  void forget_all() { routes_.clear(); }
  void expire(Instant now);
  Instant next_deadline() const { return routes_.empty() ? Instant::max() : routes_.front().until; }
  std::size_t size() const { return routes_.size(); }
  /// Calls `each` with every destination, its next hop and when that is over.
  template <class Each>
  void for_each(Instant now, const Each& each) const {
    for (const Route& route : routes_)
      if (route.until > now) each(route.destination, route.next_hop, route.until);
  }

 private:
  struct Route {
    std::uint64_t hash;  // of the destination: compared first, 10 times faster than whole addresses
    IpAddress destination;
    IpAddress next_hop;
    Instant until;
  };

  std::vector<Route>::const_iterator position_of(const IpAddress& destination) const;

  SipHashKey key_;
  Duration lifetime_;
  std::vector<Route> routes_;  // oldest first, which is also the order in which they expire
};

}  // namespace tunstack::discovery
