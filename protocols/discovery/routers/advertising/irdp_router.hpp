// A router that advertises its addresses on one link, by ICMPv4 (RFC 1256 4): now and then, and to whoever asks.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "protocols/base/random.hpp"
#include "protocols/base/time.hpp"
#include "protocols/base/token_bucket.hpp"
#include "protocols/wire/icmpv4_router_discovery.hpp"

namespace tunstack::discovery {

/// The variables of RFC 1256 4.1.
struct IrdpRouterConfig {
  struct Address {
    Ipv4Address address;
    bool advertise = true;
    std::int32_t preference = 0;
  };
  bool advertise = true;
  Ipv4Address advertisement_address = ipv4_all_systems;  // or the limited broadcast
  std::chrono::seconds max_interval{600};
  std::optional<std::chrono::seconds> min_interval = {};  // 0.75 * max_interval
  std::optional<std::chrono::seconds> lifetime = {};      // 3 * max_interval
  bool solicited_unicast = true;                          // otherwise all answers are multicast
  RateLimit unicast_limit = default_amplification;        // and those beyond it
  std::vector<Address> addresses = {};                    // of the interface

  Duration shortest_interval() const { return min_interval ? Duration(*min_interval) : Duration(max_interval) * 3 / 4; }
  std::chrono::seconds advertised_lifetime() const { return lifetime.value_or(3 * max_interval); }
};

/// Advertised addresses that fit into 576 octets, which every host takes (RFC 1122 3.3.2).
inline constexpr std::size_t irdp_max_addresses = 68;

/// What the first refused value must be instead, or nothing.
std::optional<std::string_view> fault_of(const IrdpRouterConfig& config);

class IrdpRouter {
 public:
  /// The interface comes up at `now`. `config` is without fault.
  IrdpRouter(const IrdpRouterConfig& config, Instant now, Random& random);

  /// Whether solicitations are answered: something is advertised, and it has not been stopped.
  bool is_advertising() const { return !stopped_; }
  bool lists(Ipv4Address address) const {
    return std::ranges::find(routers_, address, &AdvertisedRouter::address) != routers_.end();
  }

  /// A valid solicitation (irdp_solicitation_rules).
  void on_solicitation(Ipv4Address source, Instant now, Random& random);
  /// The interface goes down, or the node ends: a last advertisement is due at once.
  void stop(Instant now);

  struct Due {
    Ipv4Address destination;
    bool lifetime_is_zero = false;
    friend bool operator==(const Due&, const Due&) = default;
  };
  /// An advertisement that is due and counts as sent by this call, or nothing.
  std::optional<Due> take_due(Instant now, Random& random);
  Instant next_deadline() const;

  /// Refers to the router.
  Icmpv4RouterAdvertisement message_of(const Due& due) const {
    return {due.lifetime_is_zero ? std::uint16_t{0} : lifetime_, routers_};
  }

 private:
  static constexpr std::size_t max_solicitors = 8;

  /// A host that will be answered alone.
  struct Solicitor {
    Ipv4Address address;
    Instant due;
  };

  bool is_waiting(Ipv4Address source) const;
  void answer_all(Instant now, Random& random);
  Due take_multicast(Instant now, Random& random);
  Duration next_interval(Random& random);

  Ipv4Address advertisement_address_;
  Duration min_interval_;
  Duration max_interval_;
  std::uint16_t lifetime_;  // seconds
  bool solicited_unicast_;
  RateLimit unicast_limit_;
  TokenBucket unicasts_;
  std::vector<AdvertisedRouter> routers_;

  bool stopped_;
  unsigned initial_left_ = 3;  // multicasts that are followed by another soon
  Instant next_multicast_;
  Instant no_answer_before_ = Instant::min();
  std::vector<Solicitor> solicitors_;
};

}  // namespace tunstack::discovery
