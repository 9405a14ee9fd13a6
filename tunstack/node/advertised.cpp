#include "tunstack/node/advertised.hpp"

#include <algorithm>

namespace tunstack {

namespace {

using std::chrono::seconds;

RouterPreference preference(AdvertisedPreference told) {
  if (told == AdvertisedPreference::high) return RouterPreference::high;
  return told == AdvertisedPreference::low ? RouterPreference::low : RouterPreference::medium;
}

bool is_advertised(const IpPrefix& prefix) {
  return !prefix.address.is_ipv4() && !prefix.address.is_link_local() && prefix.length < 128;
}

/// Two addresses of an interface may have one prefix, which is told once (RFC 4861 6.2.1).
void add_prefix(std::vector<PrefixInformation>& prefixes, const PrefixInformation& prefix) {
  if (std::ranges::none_of(prefixes, [&](const auto& told) { return is_same_prefix(told, prefix); }))
    prefixes.push_back(prefix);
}

/// Of what is told besides the router: it may be of use although no default route leads there (RFC 4191 2.3).
std::uint32_t lifetime_of_options(const discovery::AdvertisingConfig& config) {
  const seconds lifetime = router_lifetime_of(config);
  return static_cast<std::uint32_t>((lifetime == seconds(0) ? 3 * config.max_interval : lifetime).count());
}

}  // namespace

discovery::IrdpRouterConfig irdp_config(const Ipv4RouterOptions& options, const InterfaceConfig& interface,
                                        const RateLimit& unicast_limit) {
  discovery::IrdpRouterConfig config;
  if (options.by_broadcast) config.advertisement_address = ipv4_limited_broadcast;
  config.max_interval = seconds(options.max_interval);
  if (options.min_interval != 0) config.min_interval = seconds(options.min_interval);
  if (options.lifetime != 0) config.lifetime = seconds(options.lifetime);
  config.solicited_unicast = options.answers_by_unicast;
  config.unicast_limit = unicast_limit;
  for (const IpPrefix& prefix : interface.addresses)
    if (prefix.address.is_ipv4())
      config.addresses.push_back({prefix.address.ipv4(), true, static_cast<std::int32_t>(options.preference)});
  return config;
}

discovery::AdvertisingConfig advertising_config(const RouterOptions& options, const InterfaceConfig& interface,
                                                const RateLimit& unicast_limit) {
  discovery::AdvertisingConfig config;
  config.max_interval = seconds(options.max_interval);
  if (options.min_interval != 0) config.min_interval = seconds(options.min_interval);
  if (options.lifetime != RouterOptions::default_lifetime) config.router_lifetime = seconds(options.lifetime);
  config.answers_by_unicast = options.answers_by_unicast;
  config.unicast_limit = unicast_limit;
  config.hop_limit = static_cast<std::uint8_t>(options.hop_limit);
  config.managed = options.managed;
  config.other = options.other;
  config.preference = preference(options.preference);
  config.reachable_time = options.reachable;
  config.retransmit_time = options.retransmit;
  if (options.mtu != 0) config.mtu = options.mtu;
  config.link_mtu = interface.mtu;
  for (const IpPrefix& prefix : options.prefixes.empty() ? interface.addresses : options.prefixes)
    if (is_advertised(prefix))
      add_prefix(config.prefixes, {prefix.address.ipv6(), prefix.length, options.on_link, options.autonomous,
                                   options.valid, options.preferred});
  const std::uint32_t lifetime = lifetime_of_options(config);
  for (const IpPrefix& route : options.routes)
    config.routes.push_back({route.address.ipv6(), route.length, config.preference, lifetime});
  for (const IpPrefix& server : options.dns_servers) {
    if (config.rdnss.empty()) config.rdnss.push_back({.lifetime = lifetime, .servers = {}});
    config.rdnss[0].servers.push_back(server.address.ipv6());
  }
  if (!options.dns_names.empty()) config.dnssl.push_back({lifetime, options.dns_names});
  for (const IpPrefix& nat64 : options.nat64) config.pref64.push_back({nat64.address.ipv6(), nat64.length, lifetime});
  return config;
}

std::optional<std::string> advertising_fault(const NodeOptions& options, const InterfaceConfig& interface) {
  std::optional<std::string> fault;
  if (options.router.advertises) fault = fault_of(advertising_config(options.router, interface));
  if (!fault && options.router4.advertises)
    if (const auto fault4 = fault_of(irdp_config(options.router4, interface))) fault = std::string(*fault4);
  return fault;
}

}  // namespace tunstack
