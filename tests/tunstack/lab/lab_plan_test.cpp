// A lab file as a network: what becomes of nodes, links, doors and routes.
#include "tunstack/lab/lab_plan.hpp"

#include <fmt/format.h>

#include "tests/tunstack/lab/small_lab.hpp"
#include "tunstack/network/network.hpp"

namespace tunstack::test::lab_plan_test {
namespace {

using lab::LabPlan;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::SizeIs;

LabPlan plan_of_text(const std::string& text) { return lab::plan_lab(read_good_lab(text)); }

std::vector<std::string> routes_of(const LabPlan& lab, std::string_view node) {
  std::vector<std::string> lines;
  for (const PlannedNode& planned : lab.network.nodes)
    if (planned.name == node)
      for (const ip::Route& route : planned.config.routes)
        lines.push_back(fmt::format("{}{}{}", to_text(route.prefix), route.gateway ? " via " : "",
                                    route.gateway ? to_text(*route.gateway) : ""));
  return lines;
}

TEST(LabPlan, TOPO_001_nodes_links_and_doors_become_a_network) {
  const LabPlan lab = plan_of_text(small_lab);
  ASSERT_THAT(lab.network.nodes, SizeIs(2));
  const PlannedNode& r1 = lab.network.nodes[0];
  EXPECT_EQ(r1.name, "r1");
  EXPECT_EQ(r1.config.interfaces.at(0).role, Role::router);
  EXPECT_EQ(r1.config.interfaces.at(0).mtu, 1500U);
  EXPECT_EQ(r1.config.interfaces.at(1).mtu, 1400U);
  EXPECT_EQ(r1.config.options.ipv4_quote, icmp::Ipv4Quote::header_and_8);
  EXPECT_THAT(r1.config.filter, SizeIs(1));
  const PlannedNode& server = lab.network.nodes[1];
  EXPECT_EQ(server.config.interfaces.at(0).role, Role::host);
  EXPECT_TRUE(server.config.options.udp_services.echo);
  EXPECT_FALSE(server.config.options.udp_services.discard) << "other ports are closed";
  ASSERT_THAT(lab.network.links, SizeIs(2));
  EXPECT_EQ(lab.network.links[1].impairments.delay, std::chrono::milliseconds(10));
  EXPECT_THAT(lab.network.links[0].ends,
              ElementsAre(LinkEnd{.node = 0, .interface = InterfaceId{0}}, LinkEnd{.door = 0}));
  EXPECT_EQ(Network(lab.network).doors(), 1U);
}

TEST(LabPlan, each_ipv6_interface_has_a_link_local_address) {
  const LabPlan lab = plan_of_text(small_lab);
  EXPECT_EQ(to_text(lab.network.nodes[1].config.interfaces[0].addresses.back()), "fe80::2/64");
}

TEST(LabPlan, a_door_has_addresses_routes_and_a_device) {
  const LabPlan lab =
      plan_of_text(small_lab_with("routes = [\"198.51.100.0/24\"]", "routes = [\"198.51.100.0/24\", \"default\"]"));
  ASSERT_THAT(lab.doors, SizeIs(1));
  const lab::PlannedDoor& door = lab.doors[0];
  EXPECT_EQ(door.device, "tun0");
  EXPECT_EQ(door.mtu, 1500U);
  EXPECT_FALSE(door.tap);
  std::vector<std::string> routes;
  for (const lab::DoorRoute& route : door.routes) {
    routes.push_back(to_text(route.prefix));
    EXPECT_FALSE(route.gateway) << "the other end of a TUN device takes all";
  }
  EXPECT_THAT(routes, ElementsAre("198.51.100.0/24", "0.0.0.0/0", "::/0"));
}

const std::string ethernet = R"(
[host]
link = "lan"
routes = ["198.51.100.0/24", "2001:db8:1::/64"]
[link.lan]
net = ["192.0.2.0/24", "2001:db8::/64"]
tap = true
[link.far]
net = ["198.51.100.0/24", "2001:db8:1::/64"]
[node.station]
interfaces.e = { link = "lan" }
[node.r1]
role = "router"
interfaces.lan = { link = "lan" }
interfaces.far = { link = "far" }
[node.server]
interfaces.e = { link = "far" }
)";

TEST(LabPlan, on_ethernet_the_first_router_is_the_gateway_and_stations_have_macs) {
  const LabPlan lab = plan_of_text(ethernet);
  EXPECT_TRUE(lab.doors[0].tap);
  EXPECT_EQ(to_text(lab.doors[0].routes.at(0).gateway.value()), "192.0.2.3");
  EXPECT_EQ(to_text(lab.doors[0].routes.at(1).gateway.value()), "2001:db8::3");
  EXPECT_EQ(to_text(lab.network.nodes[1].config.interfaces[0].link_address.value()), "02:74:c0:00:02:03");
  EXPECT_FALSE(lab.network.nodes[1].config.interfaces[1].link_address) << "its other link has no frames";
}

TEST(LabPlan, groups_are_reported_only_where_somebody_may_ask) {
  const LabPlan lab = plan_of_text(ethernet);
  EXPECT_TRUE(lab.network.nodes[0].config.options.own.reports_ipv6_groups);
  EXPECT_FALSE(lab.network.nodes[2].config.options.own.reports_ipv6_groups);
  const LabPlan said = plan_of_text(ethernet + "options = { \"mld.enable\" = true }\n");
  EXPECT_TRUE(said.network.nodes[2].config.options.own.reports_ipv6_groups);
}

TEST(LabPlan, routes_are_computed_unless_they_are_said) {
  EXPECT_THAT(routes_of(plan_of_text(ethernet), "station"), Contains("198.51.100.0/24 via 192.0.2.3"));
  const std::string said =
      "role = \"router\"\nroutes = [\"203.0.113.0/24 via 198.51.100.2\", \"blackhole 10.0.0.0/8\"]\n";
  EXPECT_THAT(routes_of(plan_of_text(small_lab_with("role = \"router\"\n", said)), "r1"),
              ElementsAre("203.0.113.0/24 via 198.51.100.2", "10.0.0.0/8"));
  const LabPlan lab = plan_of_text(small_lab_with("role = \"router\"\n", said));
  EXPECT_EQ(lab.network.nodes[0].config.routes[0].interface, InterfaceId{1});
  EXPECT_EQ(lab.network.nodes[0].config.routes[1].action, ip::RouteAction::blackhole);
}

TEST(LabPlan, who_is_between_two_doors_is_on_the_way) {
  const LabPlan lab = plan_of_text(R"(
[host.left]
link = "west"
routes = []
[host.right]
link = "east"
routes = ["203.0.113.0/24"]
[link.west]
net = ["192.0.2.0/24"]
[link.east]
net = ["198.51.100.0/24"]
[link.far]
net = ["203.0.113.0/24"]
[node.client]
interfaces.e = { link = "west" }
[node.r1]
role = "router"
interfaces.left = { link = "east" }
interfaces.right = { link = "far" }
[node.server]
interfaces.e = { link = "far" }
)");
  EXPECT_THAT(routes_of(lab, "r1"), ElementsAre("192.0.2.0/24 via 198.51.100.1"));
  EXPECT_THAT(lab.network.nodes, SizeIs(3)) << "a node in its place is there for routes alone";
  EXPECT_EQ(lab.doors[1].device, "tun1");
  EXPECT_EQ(Network(lab.network).doors(), 2U);
}

TEST(LabPlan, TOPO_003_nodes_of_long_rows_send_with_enough_hops) {
  const std::string row =
      "[host]\nlink = \"edge\"\nroutes = [\"default\"]\n[link.edge]\nnet = [\"192.0.2.0/24\"]\n"
      "[node.r]\nrole = \"router\"\nchain = \"edge\"\ncount = ";
  EXPECT_EQ(plan_of_text(row + "63\n").network.nodes[0].config.options.ipv4_ttl, 64U);
  EXPECT_EQ(plan_of_text(row + "64\n").network.nodes[0].config.options.ipv4_ttl, 255U);
  EXPECT_EQ(plan_of_text(row + "64\noptions = { \"ip4.ttl\" = 99 }\n").network.nodes[0].config.options.ipv4_ttl, 99U);
}

TEST(LabPlan, advertise_is_options) {
  const LabPlan lab =
      plan_of_text(small_lab_with("role = \"router\"\n",
                                  "role = \"router\"\nadvertise = { prefixes = [\"2001:db8::/64\"], interval "
                                  "= \"30s\", lifetime = \"2m\" }\n"));
  const NodeOptions& options = lab.network.nodes[0].config.options;
  EXPECT_TRUE(options.router.advertises);
  EXPECT_EQ(options.router.max_interval, 30U);
  EXPECT_EQ(options.router.lifetime, 120U);
  EXPECT_THAT(options.router.prefixes, SizeIs(1));
}

TEST(LabPlan, names_are_those_of_nodes_and_doors) {
  std::vector<std::string> names;
  for (const NamedAddress& named : plan_of_text(small_lab).names)
    names.push_back(named.name + " " + to_text(named.address));
  EXPECT_THAT(names, ElementsAre("r1 192.0.2.2", "r1 2001:db8::2", "r1 198.51.100.1", "r1 2001:db8:1::1",
                                 "server 198.51.100.2", "server 2001:db8:1::2", "host 192.0.2.1", "host 2001:db8::1"));
}

}  // namespace
}  // namespace tunstack::test::lab_plan_test
