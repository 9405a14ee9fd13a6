// Rows and topologies: what nodes and links they become.
#include <fmt/format.h>

#include <set>

#include "tests/tunstack/lab/small_lab.hpp"

namespace tunstack::test::lab_expansion_test {
namespace {

using lab::LabFile;
using lab::LabLink;
using lab::LabNode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::string edge =
    "[host]\nlink = \"edge\"\nroutes = [\"default\"]\n[link.edge]\nnet = [\"192.0.2.0/24\", \"2001:db8::/64\"]\n";

LabFile topology(const std::string& kind, std::size_t size, const std::string& more = "") {
  return read_good_lab(fmt::format("{}{}[topology]\nkind = \"{}\"\nsize = {}\nlink = \"edge\"\n", "seed = 3\n" + edge,
                                   more, kind, size));
}

/// Pairs of nodes, "n1-n2".
std::vector<std::string> links_between(const LabFile& file) {
  std::vector<std::string> names;
  for (const LabLink& link : file.links)
    if (link.name != "edge") names.push_back(link.name);
  return names;
}

/// How many nodes can be reached from n1 over links.
std::size_t reached(const LabFile& file) {
  std::set<std::string> known{"n1"};
  for (std::size_t before = 0; before != known.size();) {
    before = known.size();
    for (const std::string& name : links_between(file)) {
      const std::string one = name.substr(0, name.find('-')), other = name.substr(name.find('-') + 1);
      if (known.contains(one) || known.contains(other)) known.insert({one, other});
    }
  }
  return known.size();
}

TEST(LabRows, TOPO_003_count_and_chain_make_a_row_between_two_links) {
  const LabFile file = read_good_lab(
      edge +
      "[link.far]\nnet = [\"203.0.113.0/24\"]\n[node.r]\nrole = \"router\"\ncount = 64\nchain = \"edge\"\nto = "
      "\"far\"\noptions = { \"icmp4.quote\" = 8 }\n[node.server]\ninterfaces.eth0 = { link = \"far\" }\n");
  ASSERT_THAT(file.nodes, SizeIs(65));
  EXPECT_EQ(file.nodes[0].name, "r1");
  EXPECT_EQ(file.nodes[63].name, "r64");
  EXPECT_EQ(file.nodes[0].interfaces.at(0).link.value, "edge");
  EXPECT_EQ(file.nodes[0].interfaces.at(1).link.value, "r1-r2");
  EXPECT_EQ(file.nodes[63].interfaces.at(1).link.value, "far");
  EXPECT_EQ(file.nodes[40].options.at(0).value, "8");
  EXPECT_THAT(links_between(file), SizeIs(64));
  EXPECT_EQ(to_text(file.links[2].nets.at(0).value), "198.18.0.2/31");
  EXPECT_EQ(to_text(file.links[2].nets.at(1).value), "2001:db8:ffff::2/127");
  EXPECT_EQ(to_text(file.nodes[1].interfaces[0].addresses->at(0).value), "198.18.0.3/31");
}

TEST(LabRows, links_between_have_the_families_of_the_first_one_and_the_nets_that_are_said) {
  const LabFile file = read_good_lab(
      "[host]\nlink = \"edge\"\nroutes = []\n[link.edge]\nnet = [\"192.0.2.0/24\"]\n"
      "[node.r]\nrole = \"router\"\ncount = 3\nchain = \"edge\"\nnets = [\"10.0.0.0/29\", \"2001:db8:9::/48\"]\n");
  ASSERT_THAT(file.links, SizeIs(3));
  ASSERT_THAT(file.links[2].nets, SizeIs(1));
  EXPECT_EQ(to_text(file.links[2].nets[0].value), "10.0.0.4/31");
}

const std::string row_of_twelve =
    edge + "[node.r]\nrole = \"router\"\ncount = 12\nchain = \"edge\"\noptions = { \"icmp4.quote\" = 8 }\n";

TEST(LabRows, one_node_of_a_row_is_said_more_of) {
  const LabFile file = read_good_lab(row_of_twelve +
                                     "[node.r3]\nmisbehave = { silent = true }\nservices = [\"udp-echo\"]\n"
                                     "options = { \"icmp4.quote\" = 576, \"ip4.ttl\" = 9 }\n"
                                     "interfaces.stub = { link = \"stub\" }\n"
                                     "[node.r12]\nmisbehave = { wrong_mtu = 68 }\n"
                                     "[link.stub]\nnet = [\"203.0.113.0/24\"]\n"
                                     "[node.leaf]\ninterfaces.eth0 = { link = \"stub\" }\n");
  ASSERT_THAT(file.nodes, SizeIs(13));
  const LabNode &second = file.nodes[1], &third = file.nodes[2];
  EXPECT_EQ(third.name, "r3");
  EXPECT_TRUE(third.is_router()) << "as the row says";
  EXPECT_THAT(third.misbehave, SizeIs(1));
  ASSERT_THAT(third.options, SizeIs(3)) << "what is said last counts";
  EXPECT_EQ(third.options[0].value, "8");
  EXPECT_EQ(third.options[1].value, "576");
  ASSERT_THAT(third.interfaces, SizeIs(3));
  EXPECT_EQ(third.interfaces[0].link.value, "stub");
  EXPECT_EQ(third.interfaces[1].link.value, "r2-r3");
  EXPECT_THAT(second.misbehave, testing::IsEmpty());
  EXPECT_THAT(second.options, SizeIs(1));
  EXPECT_EQ(file.nodes[11].misbehave.at(0).key, "wrong_mtu");
}

TEST(LabRows, with_says_more_of_one_node_too) {
  const LabFile file = read_good_lab(
      row_of_twelve, {"node.r3.misbehave.silent=true", "node.r3.options.ip4.ttl=9", "node.r12.role=host"});
  EXPECT_EQ(file.nodes[2].misbehave.at(0).key, "silent");
  EXPECT_EQ(file.nodes[2].options.at(1).key, "ip4.ttl");
  EXPECT_FALSE(file.nodes[11].is_router());
  EXPECT_THAT(file.nodes[3].misbehave, testing::IsEmpty());
  for (const char* const wrong : {"node.r0.misbehave.silent=true", "node.r13.misbehave.silent=true",
                                  "node.r03.misbehave.silent=true", "node.q3.misbehave.silent=true"}) {
    const auto faults = lab::read_lab(row_of_twelve, {wrong}).faults;
    ASSERT_THAT(faults, SizeIs(1)) << wrong;
    EXPECT_THAT(faults[0].what, HasSubstr("there is no '")) << wrong;
  }
}

TEST(LabTopologies, one_node_is_said_more_of) {
  const std::string ring = edge + "[topology]\nkind = \"ring\"\nsize = 5\nlink = \"edge\"\n";
  const std::string said = "[node.n3]\nmisbehave = { silent = true }\noptions = { \"ip4.ttl\" = 9 }\n";
  for (const auto& [text, with] : std::initializer_list<std::pair<std::string, std::vector<std::string>>>{
           {ring + said, {}}, {ring, {"node.n3.misbehave.silent=true", "node.n3.options.ip4.ttl=9"}}}) {
    const LabFile file = read_good_lab(text, with);
    ASSERT_THAT(file.nodes, SizeIs(5));
    const LabNode &second = file.nodes[1], &third = file.nodes[2];
    EXPECT_EQ(third.name, "n3");
    EXPECT_TRUE(third.is_router()) << "as all of them";
    EXPECT_EQ(third.misbehave.at(0).key, "silent");
    EXPECT_EQ(third.options.at(0).key, "ip4.ttl");
    EXPECT_EQ(third.interfaces.size(), second.interfaces.size());
    EXPECT_THAT(second.misbehave, testing::IsEmpty());
  }
  EXPECT_THAT(lab::faults_text(lab::read_lab(ring, {"node.n6.role=host"}).faults, "x"),
              HasSubstr("there is no 'node'"));
  EXPECT_THAT(lab::faults_text(lab::read_lab(ring + "[node.n6]\nmisbehave = { silent = true }\n").faults, "x"),
              HasSubstr("the node n6 has no interface"));
}

TEST(LabTopologies, a_row_n_beside_a_topology_is_a_row) {
  const auto faults = lab::read_lab(edge + "[topology]\nkind = \"ring\"\nsize = 5\nlink = \"edge\"\n" +
                                    "[node.n]\ncount = 2\nrole = \"router\"\nchain = \"edge\"\n[node.n3]\n")
                          .faults;
  EXPECT_THAT(lab::faults_text(faults, "x"), HasSubstr("n1"));
}

TEST(LabRows, what_is_wrong_with_a_node_of_a_row_is_told_where_it_stands) {
  const auto faults = lab::read_lab(row_of_twelve + "[node.r3]\nmisbehave = { silence = true }\n").faults;
  EXPECT_THAT(lab::faults_text(faults, "x"), HasSubstr("x:12:15: 'silence' is no fault that a node can have"));
  const auto none = lab::read_lab(row_of_twelve + "[node.r13]\nmisbehave = { silent = true }\n").faults;
  EXPECT_THAT(lab::faults_text(none, "x"), HasSubstr("the node r13 has no interface"));
}

TEST(LabRows, a_row_may_have_the_name_of_a_node_of_another_row) {
  const LabFile file = read_good_lab(
      edge + "[node.r]\ncount = 2\nrole = \"router\"\nchain = \"edge\"\nto = \"far\"\n" +
      "[link.far]\nnet = [\"203.0.113.0/24\"]\n[node.r1x]\ncount = 2\nrole = \"router\"\nchain = \"far\"\n");
  EXPECT_THAT(file.nodes, SizeIs(4));
}

TEST(LabRows, prefixes_can_run_out) {
  const auto faults = lab::read_lab(edge +
                                    "[node.r]\nrole = \"router\"\ncount = 9\nchain = \"edge\"\n"
                                    "nets = [\"10.0.0.0/29\", \"2001:db8:9::/48\"]\n")
                          .faults;
  ASSERT_FALSE(faults.empty());
  EXPECT_THAT(lab::faults_text(faults, "x"), HasSubstr("x:6:7: 10.0.0.0/29 has no prefix left for so many links"));
}

TEST(LabTopologies, chain_ring_tree_and_grid) {
  EXPECT_THAT(links_between(topology("chain", 4)), ElementsAre("n1-n2", "n2-n3", "n3-n4"));
  EXPECT_THAT(links_between(topology("ring", 4)), ElementsAre("n1-n2", "n2-n3", "n3-n4", "n4-n1"));
  EXPECT_THAT(links_between(topology("tree", 5)), ElementsAre("n1-n2", "n1-n3", "n2-n4", "n2-n5"));
  EXPECT_THAT(links_between(topology("grid", 4)), ElementsAre("n1-n2", "n1-n3", "n2-n4", "n3-n4"));
}

TEST(LabTopologies, all_routers_are_connected) {
  for (const char* const kind : {"chain", "ring", "tree", "grid", "random"})
    for (const std::size_t size : {2U, 3U, 10U, 50U}) EXPECT_EQ(reached(topology(kind, size)), size) << kind << size;
}

TEST(LabTopologies, a_random_one_follows_from_the_seed) {
  const LabFile one = topology("random", 30), other = topology("random", 30);
  EXPECT_EQ(links_between(one), links_between(other));
  EXPECT_GT(links_between(one).size(), 29U);
  const LabFile third =
      read_good_lab("seed = 4\n" + edge + "[topology]\nkind = \"random\"\nsize = 30\nlink = \"edge\"\n");
  EXPECT_NE(links_between(one), links_between(third));
}

TEST(LabTopologies, the_last_router_can_be_at_a_link_too) {
  const LabFile file =
      read_good_lab(edge +
                    "[link.far]\nnet = [\"203.0.113.0/24\"]\n[node.server]\ninterfaces.eth0 = { link = \"far\" }\n"
                    "[topology]\nkind = \"grid\"\nsize = 9\nlink = \"edge\"\nto = \"far\"\n");
  EXPECT_EQ(file.nodes.back().name, "n9");
  EXPECT_EQ(file.nodes.back().interfaces.back().link.value, "far");
}

}  // namespace
}  // namespace tunstack::test::lab_expansion_test
