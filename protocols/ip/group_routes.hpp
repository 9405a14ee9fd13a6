// Where datagrams to groups go that are not for this link alone: static routes, each from a prefix of groups to links
// (RFC 1812 5.3.10). Filled by whoever configures the node; asked by the forwarder. Groups that a router itself listens
// to are delivered to it, and go no further.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "protocols/arrival.hpp"
#include "protocols/error_rule.hpp"

namespace tunstack::ip {

struct GroupRoute {
  IpPrefix groups;
  std::optional<InterfaceId> from = {};  // where they come in; nothing: anywhere
  std::vector<InterfaceId> to = {};      // but for where they came in
};

/// The first that is for the group, or null.
inline const GroupRoute* find_group_route(std::span<const GroupRoute> routes, const IpAddress& group,
                                          InterfaceId from) {
  const auto found = std::ranges::find_if(routes, [&](const GroupRoute& route) {
    return route.groups.contains(group) && route.from.value_or(from) == from;
  });
  return found == routes.end() ? nullptr : &*found;
}

/// A datagram to a group that has a route, and the links that would take it.
template <class View>
struct ToGroup {
  const Arrival<View>& arrival;
  std::size_t links = 0;      // that are up and forward
  std::size_t least_mtu = 0;  // of these, octets
  std::size_t largest_mtu = 0;
};
using Ipv4ToGroup = ToGroup<Ipv4View>;
using Ipv6ToGroup = ToGroup<Ipv6View>;

// Nobody is told of what does not reach a group, but that it is too big (RFC 1812 5.3.1, RFC 4443 2.4(e.3)).
inline constexpr std::array ipv4_group_rules = {
    ErrorRule<Ipv4ToGroup>{Reason::forward4_group_leads_nowhere, silently,
                           [](const Ipv4ToGroup&) -> std::size_t { return 0; },
                           [](const Ipv4ToGroup& g) { return g.links == 0; }},
    ErrorRule<Ipv4ToGroup>{Reason::forward4_group_ttl_exceeded, silently,
                           [](const Ipv4ToGroup&) -> std::size_t { return 0; },
                           [](const Ipv4ToGroup& g) { return g.arrival.ip.ttl() <= 1; }},
    ErrorRule<Ipv4ToGroup>{Reason::forward4_group_too_big, silently,
                           [](const Ipv4ToGroup&) -> std::size_t { return 0; },
                           [](const Ipv4ToGroup& g) {
                             return g.arrival.ip.total_length() > g.largest_mtu && g.arrival.ip.dont_fragment();
                           }},
};

inline constexpr std::array ipv6_group_rules = {
    ErrorRule<Ipv6ToGroup>{Reason::forward6_group_leads_nowhere, silently,
                           [](const Ipv6ToGroup&) -> std::size_t { return 0; },
                           [](const Ipv6ToGroup& g) { return g.links == 0; }},
    ErrorRule<Ipv6ToGroup>{Reason::forward6_group_source_link_local, silently,
                           [](const Ipv6ToGroup&) -> std::size_t { return 0; },
                           [](const Ipv6ToGroup& g) { return g.arrival.ip.source().is_link_local(); }},
    ErrorRule<Ipv6ToGroup>{Reason::forward6_group_hop_limit_exceeded, silently,
                           [](const Ipv6ToGroup&) -> std::size_t { return 0; },
                           [](const Ipv6ToGroup& g) { return g.arrival.ip.hop_limit() <= 1; }},
    ErrorRule<Ipv6ToGroup>{Reason::forward6_group_too_big, Problem::packet_too_big,
                           [](const Ipv6ToGroup& g) { return g.least_mtu; },
                           [](const Ipv6ToGroup& g) { return g.arrival.ip.bytes().size() > g.largest_mtu; }},
};

}  // namespace tunstack::ip
