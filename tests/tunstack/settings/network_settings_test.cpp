// What is wanted of a network while it runs: links, misdeeds and options of all its nodes at once, or nothing of it.
#include "tunstack/settings/network_settings.hpp"

#include <gmock/gmock.h>

#include "tests/support/host.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/network/chain.hpp"
#include "tunstack/options/effect.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::test::network_settings_test {
namespace {

using testing::HasSubstr;

class Settings : public testing::Test {
 protected:
  void set(const std::vector<std::string>& texts) {
    Outbox out;
    apply(read_settings(network, texts, now), network, now, out);
  }
  std::string fault_of(const std::vector<std::string>& texts) {
    try {
      set(texts);
    } catch (const UsageFault& fault) {
      return std::string(fault.what()) + "|" + fault.why() + "|" + fault.remedy();
    }
    return "";
  }
  NodeId named(const char* name) { return node_named(network, name); }
  std::string option(const char* node, const char* key) {
    return option::value_text(find_option(key)->kind, network.node(named(node)).state().options);
  }
  std::size_t link(const char* name) { return network.find_link(name).value(); }

  Network network{plan_chain({3, 1300}, host_config()).value()};
  Instant now{std::chrono::seconds(1)};
};

TEST_F(Settings, links_have_names_and_change) {
  const std::string name = network.link_names().at(2);
  set({"link." + name + ".mtu=1280", "link." + name + ".loss=every 10th", "link." + name + ".delay=10ms"});
  const Impairments& impairments = network.impairments(link(name.c_str()));
  EXPECT_EQ(impairments.loss, Share::each_of(10));
  EXPECT_EQ(impairments.delay, std::chrono::milliseconds(10));
  set({"link." + name + ".loss=0"});
  EXPECT_FALSE(impairments.loss.any());
  EXPECT_EQ(impairments.delay, std::chrono::milliseconds(10)) << "what is not named stays";
  EXPECT_EQ(network.node(named("r3")).state().interface(InterfaceId{0}).config.mtu, 1280U);
}

TEST_F(Settings, nodes_change_by_name_and_the_first_without) {
  set({"node.r2.icmp4.echo=off", "node.r3.options.icmp4.quote=8", "icmp4.mask_agent=on"});
  EXPECT_EQ(option("r2", "icmp4.echo"), "off");
  EXPECT_EQ(option("r1", "icmp4.echo"), "on");
  EXPECT_EQ(option("r3", "icmp4.quote"), "8");
  EXPECT_EQ(option("r1", "icmp4.mask_agent"), "on");
}

TEST_F(Settings, any_node_may_begin_to_do_wrong_and_end_it) {
  set({"node.r2.misbehave.silent=true", "node.r2.misbehave.duplicate_replies=3"});
  EXPECT_TRUE(network.misbehaviour(named("r2")).does(Misdeed::silent));
  EXPECT_EQ(network.misbehaviour(named("r2")).of(Misdeed::duplicate_replies), 3U);
  EXPECT_FALSE(network.misbehaviour(named("r1")).any());
  set({"node.r2.misbehave.silent=off"});
  EXPECT_FALSE(network.misbehaviour(named("r2")).does(Misdeed::silent));
  EXPECT_EQ(network.misbehaviour(named("r2")).of(Misdeed::duplicate_replies), 3U);
}

TEST_F(Settings, all_of_them_or_none) {
  const std::string name = network.link_names().at(2);
  struct Row {
    std::string text, fault;
  };
  const std::vector<Row> rows{
      {"link.nowhere.mtu=1280", "there is no link 'nowhere'|the network has"},
      {"link." + name + ".mtu=67", "'67' cannot be|it is from 68 to 65535|"},
      {"link." + name + ".mtu=", "'' cannot be"},
      {"link." + name + ".mtu=1279", "an MTU of 1279 is not possible at "},
      {"node.r2.misbehave.silent", "silent cannot be ''|the node does it or not|true or false"},
      {"node.r2.misbehave.silent=2", "silent cannot be '2'|the node does it or not|true or false"},
      {"link." + name + ".up=maybe", "'maybe' is neither yes nor no"},
      {"link." + name + ".los=1%", "'los' of a link cannot be set while it runs|"},
      {"link." + name + ".los=1%", "did you mean loss?"},
      {"link." + name + ".loss=2", "'2' is not a share"},
      {"link." + name + ".delay=10", "'10' is not a time"},
      {"link." + name + ".rate=fast", "'fast' is not a rate"},
      {"link." + name + ".queue=0", "it is from 1 to 1000000"},
      {"link." + name, "'link." + name + "' is no setting|what of it stands behind its name|link.NAME.KEY=VALUE"},
      {"link." + name + ".mtu", "'mtu' has no value"},
      {"node.r9.icmp4.echo=off", "there is no node 'r9'|the stack has 4 nodes|"},
      {"node.r2.icmp4.echoo=off", "did you mean icmp4.echo?"},
      {"node.r2.misbehave.silence=true", "'silence' is no misdeed|no node can do it|did you mean silent?"},
      {"node.r2.misbehave.duplicate_replies=101", "duplicate_replies cannot be '101'|it is from 1 to 100|"},
      {"node.r2.ip4.frag.memory=1024", "ip4.frag.memory cannot be changed while the stack runs"},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(fault_of({"node.r1.icmp4.echo=off", "link." + name + ".loss=1", row.text}), HasSubstr(row.fault))
        << row.text;
    EXPECT_EQ(option("r1", "icmp4.echo"), "on") << row.text;
    EXPECT_FALSE(network.impairments(link(name.c_str())).any()) << row.text;
  }
}

TEST(SettingsOfOne, a_single_node_does_nothing_wrong) {
  const Network network(plan_of(host_config()));
  try {
    read_settings(network, {"node." + network.name(NodeId{0}) + ".misbehave.silent=true"}, Instant{});
    FAIL();
  } catch (const UsageFault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("the stack is one node on its own links"));
  }
}

}  // namespace
}  // namespace tunstack::test::network_settings_test
