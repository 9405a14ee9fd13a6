// Labs as drawings, and the ways of packets through them.
#include "tests/tunstack/lab/small_lab.hpp"
#include "tunstack/lab/built_in.hpp"
#include "tunstack/lab/graph.hpp"
#include "tunstack/lab/way.hpp"

namespace tunstack::test::shown_labs_test {
namespace {

using lab::find_way;
using lab::graph_of;
using lab::GraphForm;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

lab::LabFile built_in(std::string_view name) { return read_good_lab(std::string(lab::find_built_in(name)->text)); }
lab::LabPlan plan_of_built_in(std::string_view name) { return lab::plan_lab(built_in(name)); }

std::vector<std::string> nodes_of(const lab::Way& way) {
  std::vector<std::string> nodes;
  for (const lab::Hop& hop : way.hops) nodes.push_back(hop.node);
  return nodes;
}

// ---- drawings ----

TEST(LabGraphs, for_graphviz_two_ends_are_an_edge_and_more_are_a_node) {
  const std::string dot = graph_of(built_in("redirect"), GraphForm::dot);
  EXPECT_THAT(dot, HasSubstr("graph \"redirect\" {"));
  EXPECT_THAT(dot, HasSubstr("\"r1\" [shape=box];"));
  EXPECT_THAT(dot, HasSubstr("\"server\" [shape=ellipse];"));
  EXPECT_THAT(dot, HasSubstr("\"r2\" -- \"server\" [label=\"far\\n198.51.100.0/24\\n2001:db8:1::/64\"];"));
  EXPECT_THAT(dot, HasSubstr("\"r1\" -- \"link lan\";"));
}

TEST(LabGraphs, for_mermaid) {
  const std::string mermaid = graph_of(read_good_lab(small_lab), GraphForm::mermaid);
  EXPECT_THAT(mermaid, HasSubstr("graph LR\n"));
  EXPECT_THAT(
      mermaid,
      HasSubstr("n_r1 ---|\"core<br/>198.51.100.0/24<br/>2001:db8:1::/64<br/>mtu 1400<br/>delay 10 ms\"| n_server"));
}

TEST(LabGraphs, for_people) {
  const std::string text = graph_of(built_in("lossy"), GraphForm::text);
  EXPECT_THAT(text, HasSubstr("core: 198.51.100.0/24, 2001:db8:1::/64, delay 20 ms, jitter 5 ms, loss 10%, duplicate "
                              "2%, reorder 2%, 1 Mbit/s\n"));
  EXPECT_THAT(text, HasSubstr("  host         door     192.0.2.1, 2001:db8::1\n"));
  EXPECT_THAT(graph_of(built_in("autoconf"), GraphForm::text), HasSubstr("client       eth0     no address yet"));
}

// ---- ways ----

TEST(LabWays, go_from_node_to_node_in_both_families) {
  const lab::LabPlan lab = plan_of_built_in("chain");
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto way = find_way(lab, "host", "server", family, "");
    ASSERT_TRUE(way.has_value());
    EXPECT_THAT(nodes_of(*way), ElementsAre("host", "r1", "r2", "r3", "r4", "r5", "server"));
    EXPECT_TRUE(way->arrives);
    EXPECT_EQ(way->hops[1].link, "r1-r2");
  }
}

TEST(LabWays, go_back_to_a_door) {
  const auto way = find_way(plan_of_built_in("chain"), "server", "host", Family::ipv4, "");
  ASSERT_TRUE(way.has_value());
  EXPECT_THAT(nodes_of(*way), ElementsAre("server", "r5", "r4", "r3", "r2", "r1", "host"));
  EXPECT_TRUE(way->arrives);
}

TEST(LabWays, TOPO_005_TRACE_009_of_equal_ones_a_flow_takes_one) {
  const lab::LabPlan lab = plan_of_built_in("ecmp");
  std::set<std::string> second;
  for (unsigned port = 1; port < 33; ++port) {
    const std::string flow = "UDP 4000 > " + std::to_string(port);
    const auto way = find_way(lab, "host", "server", Family::ipv4, flow);
    const auto again = find_way(lab, "host", "server", Family::ipv4, flow);
    ASSERT_TRUE(way && again);
    EXPECT_EQ(nodes_of(*way), nodes_of(*again));
    EXPECT_THAT(way->hops.at(1).equal_hops, ElementsAre("198.18.0.1", "198.18.0.3"));
    second.insert(way->hops.at(2).node);
  }
  EXPECT_EQ(second, (std::set<std::string>{"a", "b"}));
}

TEST(LabWays, end_where_a_loop_uses_the_hops_up) {
  const auto way = find_way(plan_of_built_in("loop"), "host", "203.0.113.9", Family::ipv4, "");
  ASSERT_TRUE(way.has_value());
  EXPECT_FALSE(way->arrives);
  EXPECT_EQ(way->hops.back().reason, "forward4_ttl_exceeded");
  EXPECT_THAT(way->hops, SizeIs(65)) << "64 routers";
}

TEST(LabWays, go_by_the_gateway_of_an_ethernet) {
  const auto way = find_way(plan_of_built_in("redirect"), "host", "server", Family::ipv6, "");
  ASSERT_TRUE(way.has_value());
  EXPECT_THAT(nodes_of(*way), ElementsAre("host", "r1", "r2", "server"));
}

TEST(LabWays, go_through_who_is_between_two_doors) {
  const lab::LabPlan lab = plan_of_built_in("between");
  for (const char* const from : {"client", "left"}) {
    const auto way = find_way(lab, from, "server", Family::ipv4, "");
    ASSERT_TRUE(way.has_value());
    EXPECT_TRUE(way->arrives);
    EXPECT_THAT(nodes_of(*way), testing::Contains("[kernel]"));
    EXPECT_EQ(way->hops.back().node, "server");
  }
  const auto nowhere = find_way(lab, "client", "8.8.8.8", Family::ipv4, "");
  ASSERT_TRUE(nowhere.has_value());
  EXPECT_FALSE(nowhere->arrives);
}

TEST(LabWays, TOPO_008_who_is_at_a_door_has_its_routes_alone) {
  const lab::LabPlan lab =
      lab::plan_lab(read_good_lab(small_lab_with("routes = [\"198.51.100.0/24\"]", "routes = []")));
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto way = find_way(lab, "host", "server", family, "");
    ASSERT_TRUE(way.has_value());
    EXPECT_FALSE(way->arrives);
    EXPECT_EQ(way->hops.back().reason, "no_route");
    EXPECT_TRUE(find_way(lab, "host", family == Family::ipv4 ? "192.0.2.2" : "2001:db8::2", family, "")->arrives);
  }
}

TEST(LabWays, end_at_once_where_the_target_is_who_sets_out) {
  const auto way = find_way(plan_of_built_in("chain"), "server", "server", Family::ipv4, "");
  ASSERT_TRUE(way.has_value());
  EXPECT_TRUE(way->arrives);
  EXPECT_THAT(nodes_of(*way), ElementsAre("server"));
}

TEST(LabWays, end_where_a_filter_is) {
  const lab::LabPlan lab = lab::plan_lab(read_good_lab(small_lab));
  const auto refused = find_way(lab, "host", "server", Family::ipv4, "UDP 4000 > 53");
  ASSERT_TRUE(refused.has_value());
  EXPECT_FALSE(refused->arrives);
  EXPECT_EQ(refused->hops.back().node, "r1");
  EXPECT_EQ(refused->hops.back().reason, "forward4_filter_prohibits");
  EXPECT_TRUE(find_way(lab, "host", "server", Family::ipv4, "UDP 4000 > 54")->arrives);
}

TEST(LabWays, are_of_packets_that_can_be) {
  const lab::LabPlan lab = plan_of_built_in("historic");
  EXPECT_EQ(find_way(lab, "host", "server", Family::ipv6, "").error(), "host has no IPv6 address");
  EXPECT_FALSE(find_way(lab, "host", "server", Family::ipv4, "UDB 1 > 2").has_value());
}

TEST(LabWays, are_told_with_what_there_was_to_choose) {
  const auto way = find_way(plan_of_built_in("ecmp"), "host", "server", Family::ipv4, "UDP 4000 > 33434");
  EXPECT_THAT(lab::way_text(*way),
              AllOf(HasSubstr("UDP 4000 > 33434"), HasSubstr(", one of 198.18.0.1 and 198.18.0.3\n"),
                    HasSubstr("  server  udp4_port_closed\n")));
}

}  // namespace
}  // namespace tunstack::test::shown_labs_test
