// What handlers may know of the node that they decide for. They never change it.
#pragma once

#include <vector>

#include "protocols/discovery/neighbors/neighbor_cache.hpp"
#include "protocols/icmp/mask_learning.hpp"
#include "protocols/icmp/queries.hpp"
#include "protocols/interface.hpp"
#include "protocols/ip/ipv4_identification.hpp"
#include "protocols/ip/local_addresses.hpp"
#include "protocols/ip/path_mtu.hpp"
#include "tunstack/node/link_discovery.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack {

struct NodeState {
  NodeOptions options;
  std::vector<std::size_t> link_mtus;  // by interface
  // What routers may change, by interface, where every packet looks.
  std::vector<std::size_t> ipv6_mtus;
  std::vector<std::uint8_t> hop_limits;
  ip::LocalAddresses addresses;
  std::vector<InterfaceConfig> interfaces;
  ip::Ipv4Identification identification;
  ip::PathMtus path_mtus;
  icmp::MaskLearner mask_learner;
  discovery::NeighborCache neighbors;
  std::vector<LinkDiscovery> links;                  // by interface
  std::chrono::milliseconds time_of_day_at_start{};  // UT, at the Instant zero

  /// Nothing for a link without addresses, as TUN is one.
  const std::optional<MacAddress>& link_address(InterfaceId interface) const {
    return interfaces[static_cast<std::size_t>(interface)].link_address;
  }
  /// Of a link where it has one.
  MacAddress own_mac(InterfaceId interface) const { return link_address(interface).value_or(MacAddress{}); }
  bool is_host(InterfaceId interface) const {
    return interfaces[static_cast<std::size_t>(interface)].role == Role::host;
  }
  /// Whether an option says that requests for the address are answered.
  bool is_proxied(InterfaceId interface, Ipv4Address address) const {
    return !is_host(interface) &&
           std::ranges::any_of(options.proxied.ipv4, [&](const IpPrefix& prefix) { return prefix.contains(address); });
  }
  LinkDiscovery& link(InterfaceId interface) { return links[static_cast<std::size_t>(interface)]; }
  const LinkDiscovery& link(InterfaceId interface) const { return links[static_cast<std::size_t>(interface)]; }
  /// Has routers told of the groups that were joined or left.
  void pass_on_group_changes(Instant now, Instant report_at) {
    addresses.take_group_changes(
        [&](const ip::GroupChange& change) { link(change.interface).on_group_change(change, now, report_at); });
  }
  discovery::NeighborTimes neighbor_times(const discovery::NeighborKey& key) const {
    return key.address.is_ipv4() ? options.arp : link(key.interface).neighbor_times(options.neighbor_discovery);
  }
  /// Addresses have news that nobody has asked for.
  bool is_beginning() const {
    return std::ranges::any_of(links, [](const LinkDiscovery& l) { return l.next_deadline() <= Instant{}; });
  }
  /// Used, within limits, while it is checked (RFC 4429).
  bool is_optimistic(InterfaceId interface, const Ipv6Address& address) const {
    const auto& own = link(interface).addresses6;
    const auto found = own ? own->find(address) : std::nullopt;
    return found && found->state == discovery::AddressState::optimistic;
  }
  discovery::Reachability reachability_of(const discovery::NeighborKey& key, Instant now) const;

  /// The neighbor that packets to a stop on their way are handed to: itself if it is on the link, or the router that
  /// suits best (RFC 1122 3.3.1.1, RFC 4861 5.2).
  std::optional<IpAddress> next_hop(InterfaceId interface, const IpAddress& stop, Instant now) const;

  /// As the wire has it: ms since midnight UT, the high bit set if it is not to be trusted (RFC 792).
  std::uint32_t time_of_day(Instant now) const {
    const auto since_midnight =
        (time_of_day_at_start + std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch())).count();
    const auto time = static_cast<std::uint32_t>(since_midnight % icmp::milliseconds_a_day);
    return time | (options.queries.timestamp_nonstandard ? icmp::nonstandard_time : 0);
  }
};

}  // namespace tunstack
