// What a node learns of one of its links from routers, and tells there as one.
#pragma once

#include "protocols/discovery/addresses/autoconfiguration.hpp"
#include "protocols/discovery/addresses/ipv4_addresses.hpp"
#include "protocols/discovery/groups/group_membership.hpp"
#include "protocols/discovery/groups/mld_querier.hpp"
#include "protocols/discovery/neighbors/delayed_answers.hpp"
#include "protocols/discovery/neighbors/neighbor_cache.hpp"
#include "protocols/discovery/routers/advertising/advertisement_parts.hpp"
#include "protocols/discovery/routers/advertising/irdp_router.hpp"
#include "protocols/discovery/routers/advertising/router_advertiser.hpp"
#include "protocols/discovery/routers/host_routing.hpp"
#include "protocols/discovery/routers/irdp_host.hpp"
#include "protocols/discovery/routers/redirect_routes.hpp"
#include "protocols/interface.hpp"
#include "protocols/ip/local_addresses.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack {

/// A router that advertises itself.
struct Advertising {
  Advertising(const discovery::AdvertisingConfig& told, const InterfaceConfig& interface, Random& random)
      : config(told), parts(told, interface.link_address, interface.mtu), advertiser(told, Instant{}, random) {}

  discovery::AdvertisingConfig config;
  discovery::AdvertisementParts parts;
  discovery::RouterAdvertiser advertiser;
};

struct LinkDiscovery {
  LinkDiscovery(const InterfaceConfig& interface, const NodeOptions& options, Random& random);

  /// Lets go what is over. What is to be sent is the node's to ask for.
  void tick(Instant now, Random& random);
  Instant next_deadline() const;
  discovery::RedirectRoutes& redirects(Family family) { return family == Family::ipv4 ? redirects4 : redirects6; }
  const discovery::RedirectRoutes& redirects(Family family) const {
    return family == Family::ipv4 ? redirects4 : redirects6;
  }
  /// Another node has the address of the MAC address (RFC 4862 5.4.5).
  bool has_no_ipv6() const { return addresses6 && addresses6->is_disabled(); }
  void begin_with(const InterfaceConfig& interface, Random& random);
  /// Has routers told of a group that was joined or left, at `report_at` or later.
  void on_group_change(const ip::GroupChange& change, Instant now, Instant report_at);
  /// As a listener or as a router.
  bool speaks_mld() const { return groups6.has_value() || querier6.has_value(); }
  /// Of neighbor discovery; routers may change them.
  discovery::NeighborTimes neighbor_times(const discovery::NeighborTimes& configured) const;

  bool has_link_addresses;
  bool learns_from_routers;   // of IPv6
  bool learns_from_routers4;  // likewise by RFC 1256
  discovery::HostRouting routing;
  discovery::IrdpHost irdp_host;
  discovery::RedirectRoutes redirects4;
  discovery::RedirectRoutes redirects6;
  std::optional<Advertising> advertising;
  std::optional<discovery::IrdpRouter> irdp_router;
  // Where addresses are checked or learned; elsewhere they are used as they are configured.
  std::optional<discovery::Autoconfiguration> addresses6;
  std::optional<discovery::CheckedIpv4Addresses> addresses4;
  // Where routers are told of groups.
  std::optional<discovery::MldMembership> groups6;
  std::optional<discovery::IgmpMembership> groups4;
  discovery::DelayedAnswers delayed_answers;
  // Where this node is a router that asks for listeners.
  std::optional<discovery::MldQuerier> querier6;
};

/// What the options make a router tell about an interface.
discovery::IrdpRouterConfig irdp_config(const Ipv4RouterOptions& options, const InterfaceConfig& interface);
discovery::AdvertisingConfig advertising_config(const RouterOptions& options, const InterfaceConfig& interface);

}  // namespace tunstack
