#include "tunstack/node/interface.hpp"

#include <algorithm>

#include "tunstack/node/advertised.hpp"

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

Duration retry_after(const AddressOptions& options) {
  return options.retry == 0 ? discovery::DetectionSettings::never : Duration(seconds(options.retry));
}

/// Links without addresses have nobody to ask.
discovery::DetectionSettings ipv6_detection(const InterfaceConfig& interface, const NodeOptions& options) {
  if (!interface.link_address) return discovery::nd_detection(0, {}, 0);
  auto settings = discovery::nd_detection(options.own.probes, milliseconds(options.neighbor_discovery.retransmit),
                                          options.own.advertisements);
  settings.optimistic = options.own.mode == DetectionMode::optimistic;
  settings.retry_after = retry_after(options.own);
  return settings;
}

discovery::DetectionSettings ipv4_detection(const AddressOptions& options) {
  auto settings = discovery::arp_detection(options.defence);
  settings.retry_after = retry_after(options);
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
          .detection = ipv6_detection(interface, options),
          .link_address = interface.link_address};
}

}  // namespace

// ---- routers ----

InterfaceRouters::InterfaceRouters(const InterfaceConfig& interface, const NodeOptions& options, Instant start,
                                   Random& random)
    : learns(interface.configures_itself && interface.role == Role::host && options.accept_advertisements),
      learns4(interface.configures_itself && interface.role == Role::host && options.discovers_routers4),
      has_neighbors(interface.link_address.has_value()),
      routing{
          discovery::RouterList(configured_routers(interface)),
          discovery::PrefixList(interface.addresses),
          discovery::LinkParameters(own_values(interface, options), start, random),
          discovery::RouterSolicitor({.count = learns ? 3U : 0U, .backoff = options.solicits_for_ever}, start, random),
          {.least_hop_limit = options.least_hop_limit, .least_prefix_length = options.least_prefix_length}},
      irdp_host(learns4, start, random),
      redirects4(seconds(options.redirect_lifetime), random),
      redirects6(seconds(options.redirect_lifetime), random),
      sent6(random) {
  if (interface.role == Role::router && options.router.advertises)
    advertising.emplace(advertising_config(options.router, interface, options.amplification_limit()), interface, start,
                        random);
  if (interface.role == Role::router && options.router4.advertises)
    irdp_router.emplace(irdp_config(options.router4, interface, options.amplification_limit()), start, random);
}

/// Destinations that were redirected to a router that is none any more are routed anew (RFC 4861 6.3.5).
void InterfaceRouters::expire(Instant now, Random& random) {
  for (const discovery::DefaultRouter& router : routing.routers.routers())
    if (router.expires <= now) redirects(router.address.family()).forget_via(router.address);
  routing.tick(now, random);
  redirects4.expire(now);
  redirects6.expire(now);
}

Instant InterfaceRouters::next_deadline() const {
  const bool uses_routing = has_neighbors || learns;  // without neighbors the time that they stay reachable is nobody's
  return std::min({uses_routing ? routing.next_deadline() : Instant::max(), irdp_host.next_deadline(),
                   redirects4.next_deadline(), redirects6.next_deadline(),
                   advertising ? advertising->advertiser.next_deadline() : Instant::max(),
                   irdp_router ? irdp_router->next_deadline() : Instant::max()});
}

// ---- addresses ----

/// What is configured is checked too.
InterfaceAddresses::InterfaceAddresses(const InterfaceConfig& interface, const NodeOptions& options, bool learns,
                                       Instant start, Random& random) {
  if (interface.link_address || learns) ipv6.emplace(autoconfiguration(interface, options, learns), random);
  if (interface.link_address) ipv4.emplace(ipv4_detection(options.own), *interface.link_address);
  for (const IpPrefix& prefix : interface.addresses) add(prefix, start, random);
  form_link_local(interface, start, random);
}

void InterfaceAddresses::form_link_local(const InterfaceConfig& interface, Instant now, Random& random) {
  const bool may_have_ipv6 = interface.configures_itself && interface.mtu >= ipv6_minimum_mtu;
  if (ipv6 && may_have_ipv6 && !has_address_of(interface, Family::ipv6)) ipv6->add_link_local(now, random);
}

MaybeReason InterfaceAddresses::add(const IpPrefix& prefix, Instant now, Random& random) {
  const IpAddress& address = prefix.address;
  if (ipv6 && !address.is_ipv4()) return ipv6->add_configured(prefix, now, random);
  if (ipv4 && address.is_ipv4()) ipv4->check(address.ipv4(), now, random);
  return {};
}

void InterfaceAddresses::remove(const IpAddress& address) {
  if (ipv4 && address.is_ipv4()) ipv4->forget(address.ipv4());
  if (ipv6 && !address.is_ipv4()) ipv6->remove_configured(address.ipv6());
}

Instant InterfaceAddresses::next_deadline() const {
  return std::min(ipv6 ? ipv6->next_deadline() : Instant::max(), ipv4 ? ipv4->next_deadline() : Instant::max());
}

// ---- groups ----

InterfaceGroups::InterfaceGroups(const InterfaceConfig& interface, const NodeOptions& options, Instant start) {
  const RateLimit limit = options.amplification_limit();
  const discovery::GroupMembershipConfig config{.mtu = interface.mtu, .answers = limit};
  if (options.own.reports_ipv6_groups) mld.emplace(config);
  if (interface.link_address && options.own.reports_ipv4_groups) igmp.emplace(config);
  if (interface.role == Role::router && options.router.queries_listeners)
    querier.emplace(discovery::MldQuerierConfig{.group_queries = limit}, start);
}

void InterfaceGroups::on_change(const ip::GroupChange& change, Instant now, Instant report_at) {
  const auto pass_on = [&](auto& membership, const auto& group) {
    if (!membership) return;
    if (change.kind == ip::GroupChange::Kind::left) return membership->leave(group, now);
    membership->join(group, now, report_at);
  };
  if (change.group.is_ipv4())
    pass_on(igmp, change.group.ipv4());
  else
    pass_on(mld, change.group.ipv6());
}

Instant InterfaceGroups::next_deadline() const {
  return std::min({mld ? mld->next_deadline() : Instant::max(), igmp ? igmp->next_deadline() : Instant::max(),
                   querier ? querier->next_deadline() : Instant::max()});
}

// ---- all of it ----

Interface::Interface(const InterfaceConfig& interface, const NodeOptions& options, Instant start, Random& random)
    : config(interface),
      routers(interface, options, start, random),
      addresses(interface, options, routers.learns, start, random),
      groups(interface, options, start) {}

bool Interface::is_optimistic(const Ipv6Address& address) const {
  const auto found = addresses.ipv6 ? addresses.ipv6->find(address) : std::nullopt;
  return found && found->state == discovery::AddressState::optimistic;
}

Instant Interface::next_deadline() const {
  if (!is_up()) return Instant::max();
  return std::min(
      {routers.next_deadline(), addresses.next_deadline(), groups.next_deadline(), delayed_answers.next_deadline()});
}

discovery::NeighborTimes Interface::neighbor_times(const discovery::NeighborTimes& configured) const {
  const auto in_milliseconds = [](Duration d) {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<milliseconds>(d).count());
  };
  discovery::NeighborTimes times = configured;
  times.retransmit = in_milliseconds(link().retransmit_time);
  times.reachable = in_milliseconds(routers.routing.link.reachable_time());
  return times;
}

}  // namespace tunstack
