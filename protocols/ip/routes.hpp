// Where datagrams go that are not for this node's own links: configured routes, found by longest match
// (RFC 1122 3.3.1.1, RFC 1812 5.2.4.3). Filled from the configuration, asked for each destination off the links.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/interface_id.hpp"

namespace tunstack::ip {

/// What becomes of packets that a route is for: all but the first end here, in silence or told of.
enum class RouteAction : std::uint8_t { forward, blackhole, unreachable, prohibit };

/// A default route has a prefix of length 0.
struct Route {
  IpPrefix prefix;
  InterfaceId interface{};
  std::optional<IpAddress> gateway = {};  // nothing: the destinations are on the link themselves
  RouteAction action = RouteAction::forward;
};

class Routes {
 public:
  /// A route to the same prefix by the same interface takes its place.
  void add(const Route& route);
  void remove(const IpPrefix& prefix, InterfaceId interface);

  /// The route with the longest prefix that holds `destination`, of several the first; or nullptr.
  const Route* find(const IpAddress& destination) const;
  bool empty() const { return routes_.empty(); }
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route>::iterator position_of(const IpPrefix& prefix, InterfaceId interface);

  std::vector<Route> routes_;  // the longest prefixes first
};

}  // namespace tunstack::ip
