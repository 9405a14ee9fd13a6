#include "protocols/discovery/routers/advertising/advertising_config.hpp"

#include <algorithm>

#include "protocols/wire/ipv6.hpp"

namespace tunstack::discovery {

namespace {

using std::chrono::seconds;
using Fault = std::optional<std::string>;  // the value that is refused

/// Octets on the least link (RFC 8200 5), behind the headers and with the address of the router.
constexpr std::size_t room_for_an_option =
    ipv6_minimum_mtu - ipv6_header_size - router_advertisement_size - nd_option_unit;
constexpr std::size_t max_routes = 17;  // RFC 4191 4

Fault fault_if(bool broken, std::string value) { return broken ? Fault(std::move(value)) : std::nullopt; }

std::string text(seconds time) { return std::to_string(time.count()) + " s"; }
std::string text(const Ipv6Address& prefix, unsigned length) {
  return to_text(IpAddress(prefix)) + "/" + std::to_string(length);
}
std::string text(const PrefixInformation& prefix) { return "the prefix " + text(prefix.prefix, prefix.length); }
std::string text(const RouteInformation& route) { return "the route " + text(route.prefix, route.length); }
std::string text(const Pref64& nat64) { return "the PREF64 " + text(nat64.prefix, nat64.length); }
std::string text(const Rdnss& list) { return "RDNSS with " + std::to_string(list.servers.size()) + " servers"; }
std::string text(const Dnssl& list) { return "DNSSL with " + std::to_string(list.names.size()) + " names"; }

/// The first element that is `broken`, as text.
Fault fault_in(const auto& list, auto broken) {
  const auto found = std::ranges::find_if(list, broken);
  return found == list.end() ? Fault() : text(*found);
}

Fault first_route_that_stands_twice(const AdvertisingConfig& config) {
  return fault_in(config.routes, [&](const RouteInformation& route) {
    return std::ranges::count_if(config.routes, [&](const auto& other) { return is_same_prefix(route, other); }) > 1;
  });
}

bool cannot_be_a_server(const Ipv6Address& address) { return address.is_multicast() || address == Ipv6Address{}; }

Fault first_that_cannot_be_a_server(const AdvertisingConfig& config) {
  for (const Rdnss& list : config.rdnss)
    for (const Ipv6Address& server : list.servers)
      if (cannot_be_a_server(server)) return "the server " + to_text(IpAddress(server));
  return {};
}

Fault first_that_is_no_name(const AdvertisingConfig& config) {
  for (const Dnssl& list : config.dnssl)
    for (const std::string& name : list.names)
      if (!is_domain_name(name)) return "the name \"" + name + "\"";
  return {};
}

struct Limit {
  Fault (*fault)(const AdvertisingConfig&);
  std::string_view why;
};
using Config = AdvertisingConfig;

constexpr std::array limits = {
    Limit{[](const Config& c) {
            return fault_if(c.max_interval < seconds(4) || c.max_interval > seconds(1800),
                            "the maximum interval " + text(c.max_interval));
          },
          "is not within 4 and 1800 s (RFC 4861 6.2.1)"},
    Limit{[](const Config& c) {
            const seconds least = c.min_interval.value_or(seconds(3));
            return fault_if(least < seconds(3) || least > c.max_interval * 3 / 4,
                            "the minimum interval " + text(least));
          },
          "is not within 3 s and 0.75 of the maximum interval (RFC 4861 6.2.1)"},
    Limit{[](const Config& c) {
            const seconds lifetime = router_lifetime_of(c);
            return fault_if(lifetime != seconds(0) && (lifetime < c.max_interval || lifetime > seconds(9000)),
                            "the router lifetime " + text(lifetime));
          },
          "is neither 0 nor within the maximum interval and 9000 s (RFC 4861 6.2.1)"},
    Limit{[](const Config& c) {
            return fault_if(c.reachable_time > 3'600'000,
                            "the reachable time " + std::to_string(c.reachable_time) + " ms");
          },
          "is above 3600000 ms (RFC 4861 6.2.1)"},
    Limit{[](const Config& c) { return fault_if(c.preference == RouterPreference::reserved, "the preference 2"); },
          "is reserved (RFC 4191 2.1)"},
    Limit{[](const Config& c) {
            return fault_if(c.preference != RouterPreference::medium && router_lifetime_of(c) == seconds(0),
                            "a preference other than medium");
          },
          "needs a router lifetime other than 0 (RFC 4191 2.2)"},
    Limit{[](const Config& c) {
            return fault_if(c.mtu && *c.mtu < ipv6_minimum_mtu, "the MTU " + std::to_string(c.mtu.value_or(0)));
          },
          "is below 1280, which every link has (RFC 8200 5)"},
    Limit{[](const Config& c) {
            return fault_if(c.mtu && *c.mtu > c.link_mtu, "the MTU " + std::to_string(c.mtu.value_or(0)));
          },
          "is above that of the interface (RFC 4861 6.2.1)"},
    Limit{[](const Config& c) { return fault_in(c.prefixes, [](const auto& p) { return p.length > 128; }); },
          "is longer than an address"},
    Limit{[](const Config& c) {
            return fault_in(c.prefixes, [](const auto& p) { return p.length >= 10 && p.prefix.is_link_local(); });
          },
          "is of link-local addresses, which are not advertised (RFC 4861 6.2.1)"},
    Limit{[](const Config& c) {
            return fault_in(c.prefixes, [](const auto& p) { return p.length >= 8 && p.prefix.is_multicast(); });
          },
          "is of multicast addresses, which are on no link (RFC 4291 2.7)"},
    Limit{[](const Config& c) { return fault_in(c.prefixes, [](const auto& p) { return p.preferred > p.valid; }); },
          "has a preferred lifetime above its valid lifetime (RFC 4861 6.2.1)"},
    Limit{[](const Config& c) { return fault_in(c.routes, [](const auto& r) { return r.length > 128; }); },
          "is longer than an address"},
    Limit{[](const Config& c) {
            return fault_in(c.routes, [](const auto& r) { return r.preference == RouterPreference::reserved; });
          },
          "has the preference 2, which is reserved (RFC 4191 2.3)"},
    Limit{first_route_that_stands_twice, "stands there twice (RFC 4191 2.3)"},
    Limit{[](const Config& c) {
            return fault_if(c.routes.size() > max_routes, std::to_string(c.routes.size()) + " routes");
          },
          "are more than the 17 that a link should see (RFC 4191 4)"},
    Limit{[](const Config& c) {
            return fault_in(c.rdnss,
                            [](const auto& list) { return list.servers.empty() || list.size() > room_for_an_option; });
          },
          "is empty or fits into no packet of 1280 octets (RFC 8106 5.1)"},
    Limit{first_that_cannot_be_a_server, "is not a unicast address (RFC 8106 5.1)"},
    Limit{[](const Config& c) {
            return fault_in(c.dnssl,
                            [](const auto& list) { return list.names.empty() || list.size() > room_for_an_option; });
          },
          "is empty or fits into no packet of 1280 octets (RFC 8106 5.2)"},
    Limit{first_that_is_no_name, "is not a domain name (RFC 1035 2.3.1)"},
    Limit{[](const Config& c) {
            return fault_in(c.pref64, [](const auto& p) {
              return std::ranges::find(Pref64::lengths, p.length) == Pref64::lengths.end();
            });
          },
          "has none of the lengths 32, 40, 48, 56, 64 and 96 (RFC 8781 4)"},
    Limit{[](const Config& c) {
            return fault_in(c.pref64, [](const auto& p) { return p.length > 64 && p.prefix.octets[8] != 0; });
          },
          "has bits 64 to 71 that are not 0 (RFC 6052 2.2)"},
    Limit{[](const Config& c) {
            return fault_in(c.pref64, [](const auto& p) { return p.lifetime > Pref64::longest_lifetime; });
          },
          "has a lifetime above 65528 s (RFC 8781 4)"},
};

}  // namespace

std::optional<std::string> fault_of(const AdvertisingConfig& config) {
  for (const Limit& limit : limits)
    if (const Fault value = limit.fault(config)) return *value + " " + std::string(limit.why);
  return std::nullopt;
}

Duration min_interval_of(const AdvertisingConfig& config) {
  if (config.min_interval) return *config.min_interval;
  const Duration max = config.max_interval;
  return std::max<Duration>(max < seconds(9) ? max * 3 / 4 : max * 33 / 100, seconds(3));
}

seconds router_lifetime_of(const AdvertisingConfig& config) {
  return config.router_lifetime.value_or(3 * config.max_interval);
}

AdvertisingConfig withdrawn(AdvertisingConfig config) {
  config.router_lifetime = seconds(0);
  config.preference = RouterPreference::medium;  // RFC 4191 2.2
  for (RouteInformation& route : config.routes) route.lifetime = 0;
  return config;
}

}  // namespace tunstack::discovery
