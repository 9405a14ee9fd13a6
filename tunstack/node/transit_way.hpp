// Where a packet in transit would leave: by the longest match of the links' prefixes and of routes, or else by a
// default router. A router follows no redirects (RFC 1812 5.2.7.2) and takes nobody for granted at the end of a link.
// Asked by the forwarder for each packet; what one that has a choice of routes needs is out of the others' way.
#pragma once

#include "protocols/arrival.hpp"
#include "tunstack/node/state.hpp"

namespace tunstack {

struct TransitWay {
  ip::Reach reach = ip::Reach::none;
  InterfaceId interface{};
  ip::RouteAction action = ip::RouteAction::forward;
  std::uint8_t code = 0;               // of a route that rejects
  bool is_for_service = false;         // the route is for the packet's type of service alone
  bool is_in_turn = false;             // there are others, and the next packet takes one of them
  const IpAddress* gateway = nullptr;  // null: the destination is on the link. Good until routes change
};

/// The link whose prefix holds an address, and the length of that; -1: none.
struct LinkMatch {
  InterfaceId interface{};
  int length = -1;
};

inline LinkMatch match_links(Ipv4Address destination, InterfaceId from, Instant, const NodeState& state) {
  const auto match =
      state.addresses.longest_match(destination, from, [&](InterfaceId id) { return state.interface(id).is_up(); });
  return {match.interface, match.length};
}
inline LinkMatch match_links(const Ipv6Address& destination, InterfaceId from, Instant now, const NodeState& state) {
  LinkMatch best;
  const auto consider = [&](InterfaceId id) {
    const Interface& interface = state.interface(id);
    if (!interface.is_up()) return;
    const int length = interface.routers.routing.prefixes.longest_match(destination, now);
    if (length > best.length) best = {id, length};
  };
  consider(from);
  for (std::size_t i = 0; i < state.interfaces.size(); ++i)
    if (InterfaceId(i) != from) consider(InterfaceId(i));
  return best;
}

inline TransitWay way_by(const ip::Route& route) {
  return {ip::Reach::known,
          route.interface,
          route.action,
          route.code,
          route.type_of_service != 0,
          false,
          route.gateway ? &*route.gateway : nullptr};
}

/// Of several routes, or of those that are not for all packets: those for the packet's type of service, or else those
/// for any (RFC 1812 5.2.4.3), and of these one that forwards, as the options say.
TransitWay choose_among(std::span<const ip::Route> routes, const Ipv4View& packet, const NodeState& state);
TransitWay choose_among(std::span<const ip::Route> routes, const Ipv6View& packet, const NodeState& state);

/// Where the links of those routes are down: by a shorter prefix, but a longer one than that of a link.
TransitWay by_shorter_route(const IpAddress& destination, int link_length, const Ipv4View& packet,
                            const NodeState& state);
TransitWay by_shorter_route(const IpAddress& destination, int link_length, const Ipv6View& packet,
                            const NodeState& state);

TransitWay by_default_router(Family family, InterfaceId from, Instant now, const NodeState& state);

/// A route that refuses what it leads needs no link.
inline bool is_usable(const ip::Route& route, const NodeState& state) {
  return !route.forwards() || state.interface(route.interface).is_up();
}

/// To `destination`, which may be the next one of a source route.
template <class View, class Address>
[[gnu::always_inline]] inline TransitWay choose_transit_way(const Arrival<View>& arrival, const Address& destination,
                                                            const NodeState& state) {
  const LinkMatch link = match_links(destination, arrival.interface, arrival.now, state);
  const std::span<const ip::Route> routes = state.routes.find(destination);
  if (!routes.empty() && routes.front().prefix.length > link.length) {
    if (routes.size() > 1 || routes.front().type_of_service != 0) [[unlikely]] {
      if (const TransitWay way = choose_among(routes, arrival.ip, state); way.reach != ip::Reach::none) return way;
    } else if (is_usable(routes.front(), state)) {
      return way_by(routes.front());
    }
    if (const TransitWay way = by_shorter_route(destination, link.length, arrival.ip, state);
        way.reach != ip::Reach::none)
      return way;
  }
  if (link.length >= 0) return {.reach = ip::Reach::known, .interface = link.interface};
  return by_default_router(family_of(arrival), arrival.interface, arrival.now, state);
}

/// The interface by which the source of a packet is reached that came in by `from`: that one, if one of several equal
/// ways leads there.
std::optional<InterfaceId> way_back(Ipv4Address source, InterfaceId from, Instant now, const NodeState& state);
std::optional<InterfaceId> way_back(const Ipv6Address& source, InterfaceId from, Instant now, const NodeState& state);

}  // namespace tunstack
