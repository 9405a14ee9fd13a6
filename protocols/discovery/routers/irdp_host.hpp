// A host that asks for the routers of one link, by ICMPv4, and what their advertisements say (RFC 1256 5).
#pragma once

#include <chrono>
#include <ranges>

#include "protocols/base/random.hpp"
#include "protocols/base/time.hpp"
#include "protocols/wire/icmpv4_router_discovery.hpp"

namespace tunstack::discovery {

/// What one entry of an advertisement says to the list of default routers.
struct DiscoveredRouter {
  Ipv4Address address;
  std::int32_t preference = 0;      // irdp_never_default: not to be used
  std::chrono::seconds lifetime{};  // 0: to be removed at once

  friend bool operator==(const DiscoveredRouter&, const DiscoveredRouter&) = default;
};

class IrdpHost {
 public:
  /// The interface comes up at `now`. Without `perform_router_discovery` it neither asks nor learns.
  IrdpHost(bool perform_router_discovery, Instant now, Random& random);

  /// Whether a solicitation is due, which counts as sent by this call.
  bool take_due(Instant now);
  Instant next_deadline() const { return next_; }

  /// A valid advertisement (irdp_advertisement_rules): nobody asks any more. `learn` gets a DiscoveredRouter for each
  /// entry whose address `is_neighbor` (in a subnet of the arrival interface); for none if the sender routes no common
  /// traffic.
  template <class IsNeighbor, class Learn>
  void on_advertisement(const Icmpv4RouterAdvertisementView& advertisement, const IsNeighbor& is_neighbor,
                        const Learn& learn) {
    next_ = Instant::max();
    if (!performs_router_discovery_ || advertisement.code() == irdp_routes_no_common_traffic) return;
    const std::chrono::seconds lifetime(advertisement.lifetime());
    for (const auto& [address, preference] : advertisement.routers() | std::views::take(most_entries))
      if (is_neighbor(address)) learn(DiscoveredRouter{address, preference, lifetime});
  }

 private:
  /// Of one message: more than anybody may fill the list with, fewer than would cost time.
  static constexpr std::size_t most_entries = 16;

  bool performs_router_discovery_;
  unsigned solicitations_left_ = 3;
  Instant next_;
};

}  // namespace tunstack::discovery
