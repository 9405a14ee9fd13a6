#include "tunstack/node/link_discovery.hpp"

#include <algorithm>

namespace tunstack {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<discovery::ConfiguredRouter> configured_routers(const InterfaceConfig& interface) {
  std::vector<discovery::ConfiguredRouter> routers;
  routers.reserve(interface.gateways.size());
  for (const IpAddress& gateway : interface.gateways)
    routers.push_back({gateway, -static_cast<std::int32_t>(routers.size())});
  return routers;
}

discovery::LinkValues own_values(const InterfaceConfig& interface, const NodeOptions& options) {
  return {.hop_limit = static_cast<std::uint8_t>(options.ipv6_hop_limit),
          .base_reachable_time = milliseconds(options.neighbor_discovery.reachable),
          .retransmit_time = milliseconds(options.neighbor_discovery.retransmit),
          .mtu = static_cast<std::uint32_t>(interface.mtu)};
}

RouterPreference preference(AdvertisedPreference told) {
  if (told == AdvertisedPreference::high) return RouterPreference::high;
  return told == AdvertisedPreference::low ? RouterPreference::low : RouterPreference::medium;
}

/// Links without addresses have nobody to ask.
discovery::DetectionSettings ipv6_detection(const InterfaceConfig& interface, const NodeOptions& options) {
  if (!interface.link_address) return discovery::nd_detection(0, {}, 0);
  auto settings = discovery::nd_detection(options.own.probes, milliseconds(options.neighbor_discovery.retransmit),
                                          options.own.advertisements);
  settings.optimistic = options.own.mode == DetectionMode::optimistic;
  return settings;
}

discovery::DetectionSettings ipv4_detection(const AddressOptions& options) {
  auto settings = discovery::arp_detection(options.defence);
  if (!options.checks_ipv4) settings.probes = settings.announcements = 0;
  return settings;
}

/// The same for the same secret, so that identifiers stay (RFC 7217 5).
SipHashKey secret_key(const std::vector<std::string>& secret) {
  SipHash first({0x74756e737461636b, 1});
  SipHash second({0x74756e737461636b, 2});
  for (const std::string& part : secret)
    for (const char letter : part) {
      first.add(static_cast<std::uint8_t>(letter));
      second.add(static_cast<std::uint8_t>(letter));
    }
  return {first.finish(), second.finish()};
}

discovery::AutoconfigurationSettings autoconfiguration(const InterfaceConfig& interface, const NodeOptions& options,
                                                       bool learns) {
  const discovery::StableIdentifiers stable(secret_key(options.own.secret), interface.name, "");
  const bool is_eui64 = options.own.identifiers == IdentifierKind::eui64 && interface.link_address;
  return {.identifiers = is_eui64 ? discovery::IdentifierSource(*interface.link_address) : stable,
          .autoconfigure = learns && options.own.autoconfigures,
          .temporary = options.own.temporary,
          .detection = ipv6_detection(interface, options)};
}

bool is_advertised(const IpPrefix& prefix) {
  return !prefix.address.is_ipv4() && !prefix.address.ipv6().is_link_local() && prefix.length < 128;
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

LinkDiscovery::LinkDiscovery(const InterfaceConfig& interface, const NodeOptions& options, Random& random)
    : has_link_addresses(interface.link_address.has_value()),
      learns_from_routers(interface.configures_itself && interface.role == Role::host && options.accept_advertisements),
      learns_from_routers4(interface.configures_itself && interface.role == Role::host && options.discovers_routers4),
      routing{discovery::RouterList(configured_routers(interface)), discovery::PrefixList(interface.addresses),
              discovery::LinkParameters(own_values(interface, options), Instant{}, random),
              discovery::RouterSolicitor({.count = learns_from_routers ? 3U : 0U, .backoff = options.solicits_for_ever},
                                         Instant{}, random)},
      irdp_host(learns_from_routers4, Instant{}, random),
      redirects4(seconds(options.redirect_lifetime), random),
      redirects6(seconds(options.redirect_lifetime), random) {
  if (interface.role == Role::router && options.router.advertises)
    advertising.emplace(advertising_config(options.router, interface), interface, random);
  if (interface.role == Role::router && options.router4.advertises)
    irdp_router.emplace(irdp_config(options.router4, interface), Instant{}, random);
  if (interface.link_address || learns_from_routers)
    addresses6.emplace(autoconfiguration(interface, options, learns_from_routers), random);
  if (interface.link_address) addresses4.emplace(ipv4_detection(options.own), *interface.link_address);
  if (interface.link_address && options.own.reports_ipv6_groups)
    groups6.emplace(discovery::GroupMembershipConfig{.mtu = interface.mtu});
  if (interface.link_address && options.own.reports_ipv4_groups)
    groups4.emplace(discovery::GroupMembershipConfig{.mtu = interface.mtu});
  if (interface.role == Role::router && options.router.queries_listeners)
    querier6.emplace(discovery::MldQuerierConfig{}, Instant{});
  begin_with(interface, random);
}

void LinkDiscovery::on_group_change(const ip::GroupChange& change, Instant now, Instant report_at) {
  const auto pass_on = [&](auto& groups, const auto& group) {
    if (!groups) return;
    if (change.kind == ip::GroupChange::Kind::left) return groups->leave(group, now);
    groups->join(group, now, report_at);
  };
  if (change.group.is_ipv4())
    pass_on(groups4, change.group.ipv4());
  else
    pass_on(groups6, change.group.ipv6());
}

/// What is configured is checked too.
void LinkDiscovery::begin_with(const InterfaceConfig& interface, Random& random) {
  bool has_ipv6 = false;
  for (const IpPrefix& prefix : interface.addresses) {
    has_ipv6 |= !prefix.address.is_ipv4();
    if (prefix.address.is_ipv4() && addresses4) addresses4->check(prefix.address.ipv4(), Instant{}, random);
    if (!prefix.address.is_ipv4() && addresses6) addresses6->add_configured(prefix, Instant{}, random);
  }
  const bool may_have_ipv6 = interface.configures_itself && interface.mtu >= ipv6_minimum_mtu;
  if (addresses6 && !has_ipv6 && may_have_ipv6) addresses6->add_link_local(Instant{}, random);
}

/// Destinations that were redirected to a router that is none any more are routed anew (RFC 4861 6.3.5).
void LinkDiscovery::tick(Instant now, Random& random) {
  for (const discovery::DefaultRouter& router : routing.routers.routers())
    if (router.expires <= now) redirects(router.address.family()).forget_via(router.address);
  routing.tick(now, random);
  redirects4.expire(now);
  redirects6.expire(now);
}

Instant LinkDiscovery::next_deadline() const {
  // Without neighbors the time that they stay reachable needs no thought.
  const bool uses_routing = has_link_addresses || learns_from_routers;
  return std::min(
      {uses_routing ? routing.next_deadline() : Instant::max(), irdp_host.next_deadline(), redirects4.next_deadline(),
       redirects6.next_deadline(), advertising ? advertising->advertiser.next_deadline() : Instant::max(),
       irdp_router ? irdp_router->next_deadline() : Instant::max(),
       addresses6 ? addresses6->next_deadline() : Instant::max(),
       addresses4 ? addresses4->next_deadline() : Instant::max(), groups6 ? groups6->next_deadline() : Instant::max(),
       groups4 ? groups4->next_deadline() : Instant::max(), querier6 ? querier6->next_deadline() : Instant::max(),
       delayed_answers.next_deadline()});
}

discovery::NeighborTimes LinkDiscovery::neighbor_times(const discovery::NeighborTimes& configured) const {
  const auto in_milliseconds = [](Duration d) {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<milliseconds>(d).count());
  };
  discovery::NeighborTimes times = configured;
  times.retransmit = in_milliseconds(routing.link.values().retransmit_time);
  times.reachable = in_milliseconds(routing.link.reachable_time());
  return times;
}

discovery::IrdpRouterConfig irdp_config(const Ipv4RouterOptions& options, const InterfaceConfig& interface) {
  discovery::IrdpRouterConfig config;
  if (options.by_broadcast) config.advertisement_address = ipv4_limited_broadcast;
  config.max_interval = seconds(options.max_interval);
  if (options.min_interval != 0) config.min_interval = seconds(options.min_interval);
  if (options.lifetime != 0) config.lifetime = seconds(options.lifetime);
  config.solicited_unicast = options.answers_by_unicast;
  for (const IpPrefix& prefix : interface.addresses)
    if (prefix.address.is_ipv4())
      config.addresses.push_back({prefix.address.ipv4(), true, static_cast<std::int32_t>(options.preference)});
  return config;
}

discovery::AdvertisingConfig advertising_config(const RouterOptions& options, const InterfaceConfig& interface) {
  discovery::AdvertisingConfig config;
  config.max_interval = seconds(options.max_interval);
  if (options.min_interval != 0) config.min_interval = seconds(options.min_interval);
  if (options.lifetime != RouterOptions::default_lifetime) config.router_lifetime = seconds(options.lifetime);
  config.answers_by_unicast = options.answers_by_unicast;
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

}  // namespace tunstack
