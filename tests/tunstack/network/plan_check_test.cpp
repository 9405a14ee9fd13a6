// What is no plan of a network, and that nobody makes one of it.
#include "tunstack/network/plan_check.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/support/planned_network.hpp"
#include "tunstack/network/network.hpp"

namespace tunstack::test::plan_check_test {
namespace {

using testing::HasSubstr;

NetworkPlan row_of_two() { return row_of({.routers = 2}); }

std::string fault_of(const NetworkPlan& plan) {
  const auto fault = plan_fault(plan);
  return fault ? fault->what : "";
}

TEST(PlanCheck, a_good_plan_has_no_fault) {
  EXPECT_EQ(fault_of(row_of_two()), "");
  EXPECT_EQ(fault_of(ring_of(3).plan()), "");
}

TEST(PlanCheck, TOPO_008_an_interface_is_at_one_link) {
  NetworkPlan plan = row_of_two();
  plan.nodes[1].config.interfaces.push_back({.name = "spare", .addresses = {}});
  EXPECT_EQ(fault_of(plan), "the interface spare of r2 is at no link");
  plan = row_of_two();
  plan.links[2].ends.push_back(plan.links[0].ends[0]);
  EXPECT_EQ(fault_of(plan), "the interface left of r1 is at two links, left and right");
  plan = row_of_two();
  plan.links[1].ends[0].interface = InterfaceId{7};
  EXPECT_EQ(fault_of(plan), "an end of the link r1-r2 is an interface that is not there");
}

TEST(PlanCheck, TOPO_008_a_door_is_at_one_link_and_none_is_missing) {
  NetworkPlan plan = row_of_two();
  plan.links[2].ends[1].door = 0;
  EXPECT_EQ(fault_of(plan), "the door 0 is at two links, the second is right");
  plan = row_of_two();
  plan.links[2].ends[1].door = 2;
  EXPECT_EQ(fault_of(plan), "there is no door 1");
  plan.links[2].ends[1].door = std::size_t{1} << 40U;
  EXPECT_THAT(fault_of(plan), HasSubstr("the link right has a door 1099511627776"));
}

TEST(PlanCheck, TOPO_008_a_link_has_nodes_and_a_cost) {
  NetworkPlan plan = row_of_two();
  plan.links[1].cost = 0;
  EXPECT_EQ(fault_of(plan), "the link r1-r2 costs nothing");
  plan = row_of_two();
  plan.links.push_back({.name = "empty", .prefixes = {}, .ends = {{.door = 2}}});
  EXPECT_EQ(fault_of(plan), "no node is at the link empty");
}

TEST(PlanCheck, TOPO_008_names_are_there_once) {
  NetworkPlan plan = row_of_two();
  plan.nodes[1].name = "r1";
  EXPECT_EQ(fault_of(plan), "two nodes are called r1");
  EXPECT_EQ(fault_of(NetworkPlan()), "the network has no node");
}

TEST(PlanCheck, no_network_is_made_of_it) {
  NetworkPlan plan = row_of_two();
  plan.links[1].cost = 0;
  EXPECT_THROW(Network{plan}, std::invalid_argument);
}

}  // namespace
}  // namespace tunstack::test::plan_check_test
