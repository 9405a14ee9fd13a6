#include "tunstack/node/transit_way.hpp"

#include <algorithm>

namespace tunstack {

namespace {

/// RFC 2474 3 and RFC 3168 5: the two bits of ECN say nothing of the service.
std::uint8_t service_of(const Ipv4View& packet) { return without_ecn(packet.type_of_service()); }
std::uint8_t service_of(const Ipv6View& packet) { return without_ecn(packet.traffic_class()); }

ip::EqualRoutes policy_for(const Ipv4View&, const NodeState& state) { return state.options.forwarding4.equal_routes; }
ip::EqualRoutes policy_for(const Ipv6View&, const NodeState& state) { return state.options.forwarding6.equal_routes; }

/// A number below `count`: which of so many routes the packet takes.
template <class View>
std::size_t turn_of(const View& packet, std::size_t count, const NodeState& state) {
  const ip::EqualRoutes policy = policy_for(packet, state);
  if (count == 1 || policy == ip::EqualRoutes::first) return 0;
  if (policy == ip::EqualRoutes::packet) return state.turns % count;
  return (ip::flow_hash(packet, state.flow_key) >> 32) * count >> 32;
}

template <class View>
TransitWay choose(std::span<const ip::Route> routes, const View& packet, const NodeState& state) {
  bool is_in_turn = false;
  const auto choose_of = [&](const auto& may_be) -> const ip::Route* {
    const auto is_taken = [&](const ip::Route& r) { return is_usable(r, state) && may_be(r); };
    auto count = static_cast<std::size_t>(std::ranges::count_if(routes, is_taken));
    if (count == 0) return nullptr;
    is_in_turn = count > 1 && policy_for(packet, state) == ip::EqualRoutes::packet;
    count = turn_of(packet, count, state);
    for (const ip::Route& route : routes)
      if (is_taken(route) && count-- == 0) return &route;
    return nullptr;
  };
  for (const std::uint8_t service : {service_of(packet), std::uint8_t{0}})
    for (const bool forwards : {true, false})
      if (const auto* const route =
              choose_of([&](const ip::Route& r) { return r.type_of_service == service && r.forwards() == forwards; })) {
        TransitWay way = way_by(*route);
        way.is_in_turn = is_in_turn;
        return way;
      }
  const auto* const other = choose_of([](const ip::Route&) { return true; });
  if (other == nullptr) return {};
  return {.reach = other->gateway ? ip::Reach::other_service : ip::Reach::other_service_on_link};
}

template <class View>
TransitWay choose_shorter(const IpAddress& destination, int link_length, const View& packet, const NodeState& state) {
  std::span<const ip::Route> routes = state.routes.find(destination);
  while (!routes.empty() && routes.front().prefix.length > link_length) {
    if (const TransitWay way = choose(routes, packet, state); way.reach != ip::Reach::none) return way;
    routes = state.routes.find_shorter(destination, routes.front().prefix.length);
  }
  return {};
}

}  // namespace

TransitWay by_shorter_route(const IpAddress& destination, int link_length, const Ipv4View& packet,
                            const NodeState& state) {
  return choose_shorter(destination, link_length, packet, state);
}

TransitWay by_shorter_route(const IpAddress& destination, int link_length, const Ipv6View& packet,
                            const NodeState& state) {
  return choose_shorter(destination, link_length, packet, state);
}

TransitWay choose_among(std::span<const ip::Route> routes, const Ipv4View& packet, const NodeState& state) {
  return choose(routes, packet, state);
}

TransitWay choose_among(std::span<const ip::Route> routes, const Ipv6View& packet, const NodeState& state) {
  return choose(routes, packet, state);
}

TransitWay by_default_router(Family family, InterfaceId from, Instant now, const NodeState& state) {
  const auto by = [&](InterfaceId id) -> TransitWay {
    const discovery::RouterList& routers = state.interface(id).routers.routing.routers;
    const auto chosen =
        routers.choose(family, [&](const IpAddress& router) { return state.reachability_of({id, router}, now); });
    if (!chosen || !state.interface(id).is_up()) return {};
    return {.reach = ip::Reach::known, .interface = id, .gateway = &routers.find(*chosen)->address};
  };
  TransitWay way = by(from);
  for (std::size_t i = 0; way.reach == ip::Reach::none && i < state.interfaces.size(); ++i)
    if (InterfaceId(i) != from) way = by(InterfaceId(i));
  return way;
}

namespace {

/// Of several routes one that leads to `from`, or else one that leads anywhere, or else one that refuses.
const ip::Route* route_back(std::span<const ip::Route> routes, InterfaceId from, const NodeState& state) {
  const auto rank = [&](const ip::Route& route) {
    return route.forwards() ? 1 + (route.interface == from ? 1 : 0) : 0;
  };
  const ip::Route* found = nullptr;
  for (const ip::Route& route : routes) {
    if (!is_usable(route, state)) continue;
    if (found == nullptr || rank(route) > rank(*found)) found = &route;
  }
  return found;
}

template <class Address>
std::optional<InterfaceId> find_way_back(const Address& source, InterfaceId from, Instant now, const NodeState& state) {
  const LinkMatch link = match_links(source, from, now, state);
  const ip::Route* const route = route_back(state.routes.find(source), from, state);
  if (route != nullptr && route->prefix.length > link.length)
    return route->forwards() ? std::optional(route->interface) : std::nullopt;
  if (link.length >= 0) return link.interface;
  constexpr Family family = std::is_same_v<Address, Ipv4Address> ? Family::ipv4 : Family::ipv6;
  const TransitWay way = by_default_router(family, from, now, state);
  return way.reach == ip::Reach::known ? std::optional(way.interface) : std::nullopt;
}

}  // namespace

std::optional<InterfaceId> way_back(Ipv4Address source, InterfaceId from, Instant now, const NodeState& state) {
  return find_way_back(source, from, now, state);
}

std::optional<InterfaceId> way_back(const Ipv6Address& source, InterfaceId from, Instant now, const NodeState& state) {
  return find_way_back(source, from, now, state);
}

}  // namespace tunstack
