// What judges may read of the node that they decide for; they never change it. Services change their own part, and
// what one learns for another goes through here.
#pragma once

#include <vector>

#include "protocols/discovery/neighbors/neighbor_cache.hpp"
#include "protocols/icmp/mask_learning.hpp"
#include "protocols/icmp/queries.hpp"
#include "protocols/ip/filter.hpp"
#include "protocols/ip/group_routes.hpp"
#include "protocols/ip/identification.hpp"
#include "protocols/ip/local_addresses.hpp"
#include "protocols/ip/path_mtu.hpp"
#include "protocols/ip/routes.hpp"
#include "tunstack/node/interface.hpp"

namespace tunstack {

/// Where the secret of stable identifiers comes from; whoever starts a node may have kept one in a file.
enum class SecretSource : std::uint8_t { seed, option, file };

/// What a node is made of.
struct NodeConfig {
  std::vector<InterfaceConfig> interfaces;
  NodeOptions options;
  Seed seed = 0;                                    // of all randomness of the node
  Duration time_of_day_at_start{};                  // UT since midnight, at the Instant zero
  Instant start{};                                  // when it begins; any Instant
  std::vector<ip::Route> routes = {};               // beside those of its own links
  std::vector<ip::GroupRoute> group_routes = {};    // of a router
  std::vector<ip::FilterRule> filter = {};          // of what is in transit
  NodeId id{};                                      // that events name
  SecretSource secret_from = SecretSource::option;  // if the options have one
};

struct NodeState {
  NodeState(const NodeConfig& config, Random& keys, Random& random);

  NodeOptions options;
  std::vector<Interface> interfaces;
  ip::LocalAddresses addresses;
  ip::Routes routes;
  std::vector<ip::GroupRoute> group_routes;
  ip::Filter filter;
  ip::PathMtus path_mtus;
  ip::Identifications<Ipv4Address> identifications4;
  ip::Identifications<Ipv6Address> identifications6;
  icmp::MaskLearner masks;
  discovery::NeighborCache neighbors;
  Duration time_of_day_at_start{};  // UT, at the Instant zero
  SecretSource secret_from;
  SipHashKey flow_key;                // of datagrams in transit
  std::uint64_t forwarded = 0;        // so many of them; counted by the forwarder
  std::uint64_t turns = 0;            // those of them that took one of several routes in turn
  bool is_on_one_plain_link = false;  // up and without addresses: nothing is to be chosen or resolved

  Interface& interface(InterfaceId id) { return interfaces[static_cast<std::size_t>(id)]; }
  const Interface& interface(InterfaceId id) const { return interfaces[static_cast<std::size_t>(id)]; }

  /// Whether what comes in there for others goes on.
  bool is_forwarding(InterfaceId id, Family family) const {
    return interface(id).is_forwarding() &&
           (family == Family::ipv4 ? options.forwarding4.enabled : options.forwarding6.enabled);
  }

  /// The link of the interface came up or went down, or is used in another way: as at the start, what is configured is
  /// all that is known of it.
  void begin_anew(InterfaceId id, const InterfaceConfig& config, Instant now, Random& random);
  /// Enters a configured address. Those that are checked come with their events, once the link is up.
  void add_address(InterfaceId id, const IpPrefix& prefix);
  /// Has routers told of the groups that were joined or left, at `report_at` or later.
  void pass_on_group_changes(Instant now, Instant report_at);
  /// The address of the interface that it sends from where only link-local ones will do.
  std::optional<Ipv6Address> link_local_source(InterfaceId id) const;
  /// Whether an option says that requests for the address are answered.
  bool is_proxied(InterfaceId id, Ipv4Address address) const;
  discovery::NeighborTimes neighbor_times(const discovery::NeighborKey& key) const {
    return key.address.is_ipv4() ? options.arp : interface(key.interface).neighbor_times(options.neighbor_discovery);
  }
  /// Whether everybody on a link may be asked for a neighbor now (RFC 6583 6.4).
  bool may_solicit(InterfaceId id, Instant now) const {
    return !interface(id).solicitations.is_empty(options.solicitation_limit(), now);
  }
  void note_solicitation(InterfaceId id, Instant now) {
    interface(id).solicitations.spend(options.solicitation_limit(), now);
  }
  discovery::Reachability reachability_of(const discovery::NeighborKey& key, Instant now) const;
  /// Addresses have news that nobody has asked for.
  bool is_starting(Instant start) const;
  /// Addresses are checked; where links are down, nobody can check them.
  bool is_checking_addresses() const;

  /// As the wire has it: ms since midnight UT, the high bit set if it is not to be trusted (RFC 792).
  std::uint32_t time_of_day(Instant now) const;
};

}  // namespace tunstack
