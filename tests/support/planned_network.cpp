#include "tests/support/planned_network.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "tunstack/network/shortest_paths.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::test {

namespace {

void set(NodeOptions& options, const Settings& settings) {
  for (const std::string_view setting : settings)
    if (const auto fault = set_option(options, setting)) throw std::invalid_argument(fault->what);
}

}  // namespace

Draft& Draft::node(std::string name, Role role, bool computes_routes, const Settings& settings) {
  PlannedNode& node = plan_.nodes.emplace_back();
  node.name = std::move(name);
  node.computes_routes = computes_routes;
  set(node.config.options, {"mld.enable=off", "dad.transmits=0", "nd.gratuitous=0", "dad.retry=0"});
  set(node.config.options, settings);
  roles_.push_back(role);
  return *this;
}

std::size_t Draft::number_of(std::string_view node) const {
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i)
    if (plan_.nodes[i].name == node) return i;
  throw std::invalid_argument("no such node: " + std::string(node));
}

LinkEnd Draft::attach(const std::string& link, const End& end) {
  if (end.node == outside.node) return {.door = doors_++};
  const std::size_t number = number_of(end.node);
  InterfaceConfig interface{.name = link, .addresses = {}, .mtu = end.mtu, .role = roles_[number]};
  for (const std::string_view address : end.addresses) interface.addresses.push_back(parse_prefix(address).value());
  for (const std::string_view gateway : end.gateways) interface.gateways.push_back(parse_address(gateway).value());
  if (!end.mac.empty()) interface.link_address = parse_mac_address(end.mac).value();
  add_link_local_address(interface);
  auto& interfaces = plan_.nodes[number].config.interfaces;
  interfaces.push_back(std::move(interface));
  return {.node = number, .interface = InterfaceId(interfaces.size() - 1)};
}

Draft& Draft::link(const std::string& name, const std::vector<End>& ends, const Impairments& impairments,
                   std::uint32_t cost) {
  PlannedLink link{.name = name, .prefixes = {}, .ends = {}, .impairments = impairments, .cost = cost};
  for (const End& end : ends) {
    link.ends.push_back(attach(name, end));
    if (!link.prefixes.empty()) continue;
    for (const std::string_view address : end.addresses) link.prefixes.push_back(parse_prefix(address).value());
  }
  plan_.links.push_back(std::move(link));
  return *this;
}

Draft& Draft::route(std::string_view node, std::string_view prefix, std::size_t interface, std::string_view gateway) {
  plan_.nodes[number_of(node)].config.routes.push_back(
      {parse_prefix(prefix).value(), InterfaceId(interface), parse_address(gateway).value()});
  return *this;
}

NetworkPlan Draft::plan(Seed seed) const {
  NetworkPlan plan = plan_;
  plan.seed = seed;
  add_shortest_paths(plan);
  return plan;
}

// ---- routers in a row ----

std::string left_address4(std::size_t router) {
  return router == 1 ? "192.0.2.2" : fmt::format("198.51.100.{}", 2 * (router - 2) + 1);
}
std::string left_address6(std::size_t router) {
  return router == 1 ? "2001:db8::2" : fmt::format("2001:db8:1:{:x}::2", router - 1);
}
std::string right_address4(std::size_t router, std::size_t routers) {
  return router == routers ? "203.0.113.1" : fmt::format("198.51.100.{}", 2 * (router - 1));
}
std::string right_address6(std::size_t router, std::size_t routers) {
  return router == routers ? "2001:db8:2::1" : fmt::format("2001:db8:1:{:x}::1", router);
}

NetworkPlan row_of(const Row& row) {
  Draft draft;
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= row.routers; ++i) draft.router(names.emplace_back(fmt::format("r{}", i)), row.settings);
  draft.link("left", {{"r1", {"192.0.2.2/24", "2001:db8::2/64"}}, outside});
  for (std::size_t i = 1; i < row.routers; ++i) {
    const std::string before4 = right_address4(i, row.routers) + "/31", behind4 = left_address4(i + 1) + "/31";
    const std::string before6 = right_address6(i, row.routers) + "/64", behind6 = left_address6(i + 1) + "/64";
    draft.link(names[i - 1] + "-" + names[i], {{names[i - 1], {before4, before6}}, {names[i], {behind4, behind6}}},
               row.impairments);
  }
  draft.link("right", {{.node = names.back(), .addresses = {"203.0.113.1/24", "2001:db8:2::1/64"}, .mtu = row.last_mtu},
                       outside});
  return draft.plan(row.seed);
}

// ---- a ring ----

Draft ring_of(std::size_t routers) {
  Draft draft;
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= routers; ++i) draft.router(names.emplace_back(fmt::format("r{}", i)));
  draft.link("left", {{"r1", {"192.0.2.2/24", "2001:db8::2/64"}}, outside});
  for (std::size_t i = 1; i <= routers; ++i) {
    const std::string before4 = fmt::format("10.0.{}.1/24", i), behind4 = fmt::format("10.0.{}.2/24", i);
    const std::string before6 = fmt::format("2001:db8:{:x}::1/64", i), behind6 = fmt::format("2001:db8:{:x}::2/64", i);
    draft.link(fmt::format("link{}", i),
               {{names[i - 1], {before4, before6}}, {names[i % routers], {behind4, behind6}}});
  }
  return draft;
}

}  // namespace tunstack::test
