// Small networks as tests write them: nodes by their names, links by their ends.
#pragma once

#include <string_view>
#include <vector>

#include "tunstack/network/network_plan.hpp"

namespace tunstack::test {

/// A node with its addresses at a link; or a door, which has none.
struct End {
  std::string_view node;
  std::vector<std::string_view> addresses = {};
  std::string_view mac = "";  // where the link has frames
  std::size_t mtu = 1500;
  std::vector<std::string_view> gateways = {};
};
inline const End outside{.node = "door"};

using Settings = std::vector<std::string_view>;  // each "KEY=VALUE"

/// Nodes are silent but for what packets make them say: nothing is told about groups, and no address is checked.
class Draft {
 public:
  Draft& router(std::string name, const Settings& settings = {}) {
    return node(std::move(name), Role::router, true, settings);
  }
  Draft& host(std::string name, const Settings& settings = {}) {
    return node(std::move(name), Role::host, false, settings);
  }
  /// Between nodes that are there already. Its prefixes are those of its first node; doors have the numbers 0, 1, ...
  Draft& link(const std::string& name, const std::vector<End>& ends, const Impairments& impairments = {},
              std::uint32_t cost = 1);
  /// Beside those that are computed.
  Draft& route(std::string_view node, std::string_view prefix, std::size_t interface, std::string_view gateway);

  /// With the shortest paths.
  NetworkPlan plan(Seed seed = 1) const;
  /// As it was written.
  NetworkPlan& unrouted() { return plan_; }
  std::size_t number_of(std::string_view node) const;

 private:
  Draft& node(std::string name, Role role, bool computes_routes, const Settings& settings);
  LinkEnd attach(const std::string& link, const End& end);

  NetworkPlan plan_;
  std::vector<Role> roles_;  // of each node's interfaces
  std::size_t doors_ = 0;
};

// ---- routers in a row ----

/// Door 0, r1, r2, ..., door 1. Who is outside is `row_left4` and `row_right4`, or the same of IPv6.
struct Row {
  std::size_t routers = 1;
  Impairments impairments = {};  // of all links between routers
  std::size_t last_mtu = 1500;   // of the link at door 1
  Settings settings = {};
  Seed seed = 1;
};
NetworkPlan row_of(const Row& row);

inline constexpr std::string_view row_left4 = "192.0.2.1", row_left6 = "2001:db8::1";
inline constexpr std::string_view row_right4 = "203.0.113.9", row_right6 = "2001:db8:2::9";

/// The addresses of the n-th router, from 1 on, where packets from door 0 reach it; and on its other side.
std::string left_address4(std::size_t router);
std::string left_address6(std::size_t router);
std::string right_address4(std::size_t router, std::size_t routers);
std::string right_address6(std::size_t router, std::size_t routers);

// ---- a ring ----

/// r1, r2, ..., each linked to the next one, the last one to r1; door 0 is at r1. The n-th link is 10.0.N.0/24 and
/// 2001:db8:N::/64, where the router before it has .1, the one behind it .2.
Draft ring_of(std::size_t routers);

}  // namespace tunstack::test
