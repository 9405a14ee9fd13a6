// One interface of a node: what every packet looks at, and behind it what the node learns and tells on the link.
// Made from the configuration; each service (routers, addresses, groups, neighbors) steps and changes its own part,
// judges read all of it.
#pragma once

#include "protocols/base/token_bucket.hpp"
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
#include "protocols/discovery/routers/sent_destinations.hpp"
#include "protocols/interface.hpp"
#include "protocols/ip/local_addresses.hpp"
#include "tunstack/options/node_options.hpp"

namespace tunstack {

/// A router that advertises itself (RFC 4861 6.2).
struct Advertising {
  Advertising(const discovery::AdvertisingConfig& advertised, const InterfaceConfig& interface, Instant start,
              Random& random)
      : config(advertised),
        parts(advertised, interface.link_address, interface.mtu),
        advertiser(advertised, parts.count(), start, random) {}

  discovery::AdvertisingConfig config;
  discovery::AdvertisementParts parts;
  discovery::RouterAdvertiser advertiser;
};

/// The part of the service `routers`.
struct InterfaceRouters {
  InterfaceRouters(const InterfaceConfig& interface, const NodeOptions& options, Instant start, Random& random);

  /// Forgets what is over.
  void expire(Instant now, Random& random);
  Instant next_deadline() const;
  discovery::RedirectRoutes& redirects(Family family) { return family == Family::ipv4 ? redirects4 : redirects6; }
  const discovery::RedirectRoutes& redirects(Family family) const {
    return family == Family::ipv4 ? redirects4 : redirects6;
  }

  bool learns;   // from routers of IPv6
  bool learns4;  // from those of IPv4, by RFC 1256
  bool has_neighbors;
  discovery::HostRouting routing;
  discovery::IrdpHost irdp_host;
  discovery::RedirectRoutes redirects4;
  discovery::RedirectRoutes redirects6;
  discovery::SentDestinations sent6;  // noted where packets leave
  std::optional<Advertising> advertising;
  std::optional<discovery::IrdpRouter> irdp_router;
};

/// The part of the service `addresses`: there where addresses are checked or learned, elsewhere they are used as they
/// are configured.
struct InterfaceAddresses {
  InterfaceAddresses(const InterfaceConfig& interface, const NodeOptions& options, bool learns, Instant start,
                     Random& random);
  /// A configured address, checked from `now` on where addresses are. Why it is refused, or nothing.
  MaybeReason add(const IpPrefix& prefix, Instant now, Random& random);
  void remove(const IpAddress& address);
  /// An interface that configures itself gives itself a link-local address where none of IPv6 is configured.
  void form_link_local(const InterfaceConfig& interface, Instant now, Random& random);
  /// Whether it is used as soon as it is there.
  bool uses_at_once(const IpAddress& address) const { return address.is_ipv4() ? !ipv4 : !ipv6; }
  Instant next_deadline() const;

  std::optional<discovery::Autoconfiguration> ipv6;
  std::optional<discovery::CheckedIpv4Addresses> ipv4;
};

/// The part of the service `groups`: there where routers are told of groups, or where this node is such a router.
struct InterfaceGroups {
  InterfaceGroups(const InterfaceConfig& interface, const NodeOptions& options, Instant start);
  /// Has routers told of a group that was joined or left, at `report_at` or later.
  void on_change(const ip::GroupChange& change, Instant now, Instant report_at);
  Instant next_deadline() const;
  /// As a listener or as a router.
  bool speaks_mld() const { return mld.has_value() || querier.has_value(); }

  std::optional<discovery::MldMembership> mld;
  std::optional<discovery::IgmpMembership> igmp;
  std::optional<discovery::MldQuerier> querier;
};

struct Interface {
  Interface(const InterfaceConfig& config, const NodeOptions& options, Instant start, Random& random);

  bool is_up() const { return config.up; }
  bool is_host() const { return config.role == Role::host; }
  bool is_forwarding() const { return !is_host() && config.forwards; }
  /// Whether packets travel in frames here: the link has addresses, as Ethernet has and TUN has not.
  bool has_frames() const { return config.link_address.has_value(); }
  /// Up, and without addresses: whatever arrives there is a datagram to be looked into.
  bool is_plain() const { return !has_frames() && is_up(); }
  /// In octets of a datagram.
  std::size_t mtu(Family family) const { return family == Family::ipv4 ? config.mtu : link().mtu; }
  void set_mtu(std::size_t mtu) {
    config.mtu = mtu;
    routers.routing.link.change_mtu(static_cast<std::uint32_t>(mtu));
  }
  /// Of unicast packets of IPv6.
  std::uint8_t hop_limit() const { return link().hop_limit; }
  /// Of a link where it has one.
  MacAddress mac() const { return config.link_address.value_or(MacAddress{}); }
  /// Configured, or given by itself.
  bool has_addresses_of(Family family) const {
    const bool has_formed = family == Family::ipv6 && addresses.ipv6 && !addresses.ipv6->addresses().empty();
    return has_formed || has_address_of(config, family);
  }
  /// Another node has the address of the MAC address (RFC 4862 5.4.5).
  bool has_no_ipv6() const { return addresses.ipv6 && addresses.ipv6->is_disabled(); }
  /// Used, within limits, while it is checked (RFC 4429).
  bool is_optimistic(const Ipv6Address& address) const;
  /// Of Neighbor Discovery; routers may change them.
  discovery::NeighborTimes neighbor_times(const discovery::NeighborTimes& configured) const;
  Instant next_deadline() const;

  InterfaceConfig config;
  InterfaceRouters routers;
  InterfaceAddresses addresses;
  InterfaceGroups groups;
  discovery::DelayedAnswers delayed_answers;
  TokenBucket solicitations;  // to everybody on the link
  TokenBucket extensions;     // of errors that leave here

 private:
  const discovery::LinkValues& link() const { return routers.routing.link.values(); }
};

}  // namespace tunstack
