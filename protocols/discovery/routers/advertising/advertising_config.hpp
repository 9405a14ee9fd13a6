// What a router advertises to the hosts of a link, and how often (RFC 4861 6.2.1).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/base/time.hpp"
#include "protocols/base/token_bucket.hpp"
#include "protocols/wire/router_options.hpp"

namespace tunstack::discovery {

/// RFC 4861 10, of routers.
struct AdvertisingConstants {
  Duration max_initial_interval = std::chrono::seconds(16);    // MAX_INITIAL_RTR_ADVERT_INTERVAL
  unsigned initial_advertisements = 3;                         // MAX_INITIAL_RTR_ADVERTISEMENTS
  unsigned final_advertisements = 3;                           // MAX_FINAL_RTR_ADVERTISEMENTS
  Duration min_delay_between = std::chrono::seconds(3);        // MIN_DELAY_BETWEEN_RAS, of multicast ones
  Duration max_answer_delay = std::chrono::milliseconds(500);  // MAX_RA_DELAY_TIME
};

struct AdvertisingConfig {
  std::chrono::seconds max_interval{600};
  std::optional<std::chrono::seconds> min_interval = {};  // by default as in min_interval_of
  std::optional<std::chrono::seconds> router_lifetime =
      {};                           // by default three times max_interval; 0: no default router
  bool forwards = true;             // if not, the lifetimes of the router and of routes are 0
  bool answers_by_unicast = false;  // solicitations; by multicast if not, and beyond the limit
  RateLimit unicast_limit = default_amplification;

  std::uint8_t hop_limit = 64;
  bool managed = false;  // M: addresses by DHCPv6
  bool other = false;    // O: other configuration by DHCPv6
  RouterPreference preference = RouterPreference::medium;
  std::uint32_t reachable_time = 0;       // milliseconds; 0: unspecified
  std::uint32_t retransmit_time = 0;      // milliseconds; 0: unspecified
  std::optional<std::uint32_t> mtu = {};  // octets
  std::size_t link_mtu = 65535;           // of the interface

  std::vector<PrefixInformation> prefixes = {};
  std::vector<RouteInformation> routes = {};
  std::vector<Rdnss> rdnss = {};
  std::vector<Dnssl> dnssl = {};
  std::vector<Pref64> pref64 = {};

  AdvertisingConstants constants = {};
};

/// Which value is refused and why, in one sentence; nothing if the configuration may be used.
std::optional<std::string> fault_of(const AdvertisingConfig& config);

/// By default 0.33 of the maximum, or 0.75 of it if that is below 9 s (D-16); at least 3 s.
Duration min_interval_of(const AdvertisingConfig& config);
std::chrono::seconds router_lifetime_of(const AdvertisingConfig& config);

/// What becomes of it when the router ceases to be one: nothing leads through it any more (RFC 4861 6.2.5).
AdvertisingConfig withdrawn(AdvertisingConfig config);

}  // namespace tunstack::discovery
