#include "tunstack/node/egress.hpp"

#include <algorithm>

namespace tunstack {

namespace {

std::optional<std::uint8_t> on_link_length(InterfaceId id, const IpAddress& address, Instant now,
                                           const NodeState& state) {
  return address.is_ipv4() ? state.addresses.on_link_length(id, address.ipv4())
                           : state.interface(id).routers.routing.prefixes.on_link_length(address, now);
}

std::optional<IpAddress> default_router_on(InterfaceId id, Family family, Instant now, const NodeState& state) {
  return state.interface(id).routers.routing.routers.choose(
      family, [&](const IpAddress& router) { return state.reachability_of({id, router}, now); });
}

AddressKind kind_on(InterfaceId id, const IpAddress& address, const NodeState& state) {
  return address.is_ipv4() ? state.addresses.kind_on(id, address.ipv4()) : state.addresses.kind_on(id, address.ipv6());
}

/// Groups need no resolution (RFC 1112 6.4, RFC 4861 7.2).
MacAddress mac_of(const IpAddress& group, AddressKind kind) {
  if (!group.is_ipv4()) return mac_of_group(group.ipv6());
  return is_multicast(kind) ? mac_of_group(group.ipv4()) : mac_broadcast;
}

bool is_for_all(const ip::Route& route) { return route.type_of_service == 0; }

/// An interface, and the neighbor there where it has neighbors.
struct Way {
  InterfaceId interface{};
  std::optional<IpAddress> next_hop = {};
  ip::RouteAction action = ip::RouteAction::forward;
};

/// Which interfaces may be chosen, if they are up: that of the request alone, or it before all others.
enum class Choice : std::uint8_t { one, any };

class Chooser {
 public:
  Chooser(const IpAddress& destination, InterfaceId from, Choice choice, Instant now, const NodeState& state)
      : destination_(destination), from_(from), choice_(choice), now_(now), state_(state) {}

  /// Redirects, then the longest match of the links' prefixes and of routes, then default routers.
  std::optional<Way> by_neighbor() const {
    if (const auto way = redirected()) return way;
    if (const auto way = longest_match()) return way;
    return by_default_router();
  }
  std::optional<Way> by_default_router() const {
    return first_way([&](InterfaceId id) -> std::optional<Way> {
      const auto router = default_router_on(id, destination_.family(), now_, state_);
      return router ? std::optional(Way{id, router}) : std::nullopt;
    });
  }
  /// Who is at the other end of a link without addresses takes everything.
  std::optional<Way> without_neighbor() const {
    return first_way([&](InterfaceId id) {
      const Interface& interface = state_.interface(id);
      return interface.has_frames() || interface.config.needs_routes ? std::nullopt : std::optional(Way{id});
    });
  }

 private:
  /// Calls `find` for the interface of the request first, then for all others, until it gives a way.
  template <class Find>
  std::optional<Way> first_way(const Find& find) const {
    if (is_up(from_))
      if (const auto way = find(from_)) return way;
    for (std::size_t i = 0; choice_ == Choice::any && i < state_.interfaces.size(); ++i)
      if (InterfaceId(i) != from_ && is_up(InterfaceId(i)))
        if (const auto way = find(InterfaceId(i))) return way;
    return std::nullopt;
  }
  bool may_be_taken(const ip::Route& route) const {
    if (route.action != ip::RouteAction::forward) return true;
    return is_up(route.interface) && (choice_ == Choice::any || route.interface == from_);
  }
  bool is_up(InterfaceId id) const { return state_.interface(id).is_up(); }

  std::optional<Way> redirected() const {
    return first_way([&](InterfaceId id) -> std::optional<Way> {
      const auto next_hop = state_.interface(id).routers.redirects(destination_.family()).find(destination_, now_);
      return next_hop ? std::optional(Way{id, next_hop}) : std::nullopt;
    });
  }

  std::optional<Way> longest_match() const {
    std::optional<std::uint8_t> longest;
    Way way;
    first_way([&](InterfaceId id) -> std::optional<Way> {
      const auto length = on_link_length(id, destination_, now_, state_);
      if (length > longest) way = {id, destination_};
      longest = std::max(longest, length);
      return std::nullopt;
    });
    std::span<const ip::Route> routes = state_.routes.find(destination_);
    while (!routes.empty() && (!longest || routes.front().prefix.length > *longest)) {
      auto route = std::ranges::find_if(routes, [&](const ip::Route& r) { return may_be_taken(r) && is_for_all(r); });
      if (route == routes.end()) route = std::ranges::find_if(routes, [&](const auto& r) { return may_be_taken(r); });
      if (route != routes.end()) return Way{route->interface, route->gateway.value_or(destination_), route->action};
      routes = state_.routes.find_shorter(destination_, routes.front().prefix.length);
    }
    return longest ? std::optional(way) : std::nullopt;
  }

  const IpAddress& destination_;
  InterfaceId from_;
  Choice choice_;
  Instant now_;
  const NodeState& state_;
};

std::size_t path_mtu_to(const IpAddress& destination, std::size_t link_mtu, Instant now, const NodeState& state) {
  return destination.is_ipv4() ? state.path_mtus.to(destination.ipv4(), link_mtu, now)
                               : state.path_mtus.to(destination.ipv6(), link_mtu, now);
}

Egress by_way_of(const Way& way, const IpAddress& destination, Instant now, const NodeState& state) {
  const Interface& interface = state.interface(way.interface);
  const std::size_t link_mtu = interface.mtu(destination.family());
  Egress egress{.link = {way.interface, path_mtu_to(destination, link_mtu, now, state)}};
  if (!interface.is_up()) egress.refused = Reason::link_is_down;
  if (way.action != ip::RouteAction::forward) egress.refused = Reason::no_route;
  if (!interface.has_frames() || egress.refused) return egress;
  if (!destination.is_ipv4() && interface.has_no_ipv6()) egress.refused = Reason::address_ipv6_disabled;
  egress.next_hop = way.next_hop;
  return egress;
}

Egress choose_among(Choice choice, const IpAddress& destination, InterfaceId from, Instant now,
                    const NodeState& state) {
  const AddressKind kind = kind_on(from, destination, state);
  if (is_group(kind)) {
    Egress egress = by_way_of({from}, destination, now, state);
    if (state.interface(from).has_frames()) egress.group_mac = mac_of(destination, kind);
    return egress;
  }
  const Chooser chooser(destination, from, choice, now, state);
  auto way = chooser.by_neighbor();
  if (!way) way = chooser.without_neighbor();
  Egress egress = by_way_of(way.value_or(Way{from}), destination, now, state);
  const Interface& interface = state.interface(egress.link.interface);
  const bool lacks_neighbor = interface.has_frames() && !egress.next_hop;
  if (!egress.refused && (lacks_neighbor || (!way && interface.config.needs_routes))) egress.refused = Reason::no_route;
  return egress;
}

}  // namespace

std::optional<Egress> own_egress(const IpAddress& destination, InterfaceId from, Instant now, const NodeState& state) {
  const AddressKind kind = kind_on(from, destination, state);
  if (!is_of_node(kind)) return std::nullopt;
  InterfaceId own = from;
  for (std::size_t i = 0; i < state.interfaces.size(); ++i)
    if (kind == AddressKind::own_elsewhere && kind_on(InterfaceId(i), destination, state) != kind) own = InterfaceId(i);
  Egress egress = by_way_of({own}, destination, now, state);
  egress.loops_back = true;
  return egress;
}

Egress choose_egress(const IpAddress& destination, InterfaceId from, Instant now, const NodeState& state) {
  const bool is_scoped = destination.is_link_local();
  return choose_among(is_scoped ? Choice::one : Choice::any, destination, from, now, state);
}

Egress choose_egress_on(InterfaceId interface, const IpAddress& destination, Instant now, const NodeState& state) {
  return choose_among(Choice::one, destination, interface, now, state);
}

std::optional<IpAddress> next_hop_on(InterfaceId interface, const IpAddress& destination, Instant now,
                                     const NodeState& state) {
  const auto way = Chooser(destination, interface, Choice::one, now, state).by_neighbor();
  return way ? way->next_hop : std::nullopt;
}

}  // namespace tunstack
