// The network of --chain: what is said, what it is made of, and where it does not fit.
#include "tunstack/network/chain.hpp"

#include "tests/support/host.hpp"
#include "tests/support/network_driver.hpp"
#include "tunstack/node/interface_config.hpp"

namespace tunstack::test::chain_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

NodeConfig first(std::initializer_list<std::string_view> addresses = {"192.0.2.2/24", "2001:db8::2/64"},
                 std::size_t mtu = 1500) {
  InterfaceConfig interface{.name = "tun0", .addresses = {}, .mtu = mtu};
  for (const std::string_view address : addresses) interface.addresses.push_back(parse_prefix(address).value());
  add_link_local_address(interface);
  NodeConfig config{.interfaces = {interface}, .options = {}, .seed = 7};
  config.options.own.reports_ipv6_groups = false;
  config.start = Instant(std::chrono::seconds(42));
  return config;
}
std::vector<std::string> texts(const std::vector<IpPrefix>& prefixes) {
  std::vector<std::string> lines;
  for (const IpPrefix& prefix : prefixes) lines.push_back(to_text(prefix));
  return lines;
}
std::vector<std::string> addresses(const NetworkPlan& plan, std::size_t node, std::size_t interface) {
  return texts(plan.nodes[node].config.interfaces[interface].addresses);
}
NetworkPlan chain_of(std::size_t routers, std::optional<std::size_t> mtu = {}) {
  return plan_chain({routers, mtu}, first()).value();
}

// ---- what is said ----

TEST(Chain, is_a_number_and_perhaps_an_mtu) {
  EXPECT_EQ(parse_chain("3").value().routers, 3U);
  EXPECT_EQ(parse_chain("3").value().mtu, std::nullopt);
  EXPECT_EQ(parse_chain("128").value().routers, 128U);
  EXPECT_EQ(parse_chain("1,mtu=1300").value().routers, 1U);
  EXPECT_EQ(parse_chain("1,mtu=1300").value().mtu, 1300U);
  EXPECT_EQ(parse_chain("1,mtu=68").value().mtu, 68U);
  EXPECT_EQ(parse_chain("1,mtu=65535").value().mtu, 65535U);
}

TEST(Chain, anything_else_is_a_fault_that_says_so) {
  for (const char* text : {"", "0", "129", "-1", "3x", "x", " 3", "99999999999999999999", ",mtu=1300", "0,mtu=1300"}) {
    const auto chain = parse_chain(text);
    ASSERT_FALSE(chain) << text;
    EXPECT_THAT(chain.error().what, HasSubstr("cannot be a chain")) << text;
    EXPECT_THAT(chain.error().why, HasSubstr("1 to 128"));
  }
  for (const char* text : {"3,", "3,mtu", "3,mtu=", "3,mtu=67", "3,mtu=65536", "3,mtu=1300x", "3,mtu=-1", "3,MTU=1300",
                           "3,1300", "3,,mtu=1300", "3,mtu=1300,mtu=1300"}) {
    const auto chain = parse_chain(text);
    ASSERT_FALSE(chain) << text;
    EXPECT_THAT(chain.error().what, HasSubstr("cannot be the MTU")) << text;
  }
}

// ---- what it is made of ----

TEST(Chain, one_router_and_the_server) {
  const NetworkPlan plan = chain_of(1);
  ASSERT_THAT(plan.nodes, SizeIs(2));
  EXPECT_EQ(plan.nodes[0].name, "r1");
  EXPECT_EQ(plan.nodes[1].name, "server");
  EXPECT_THAT(addresses(plan, 0, 0), ElementsAre("192.0.2.2/24", "2001:db8::2/64", "fe80::2/64"));
  EXPECT_THAT(addresses(plan, 0, 1), ElementsAre("203.0.113.2/31", "2001:db8:2::2/127", "fe80::2/64"));
  EXPECT_THAT(addresses(plan, 1, 0), ElementsAre("203.0.113.3/31", "2001:db8:2::3/127", "fe80::3/64"));
  ASSERT_THAT(plan.links, SizeIs(2));
  EXPECT_EQ(plan.links[0].name, "tun0");
  EXPECT_EQ(plan.links[1].name, "r1-server");
  EXPECT_EQ(plan.seed.key, Seed(7).key);
  EXPECT_EQ(plan.start, Instant(std::chrono::seconds(42)));
  EXPECT_THAT(texts(prefixes_behind(plan)), ElementsAre("203.0.113.0/24", "2001:db8:2::/64"));
}

TEST(Chain, two_routers_and_the_server) {
  const NetworkPlan plan = chain_of(2);
  ASSERT_THAT(plan.nodes, SizeIs(3));
  EXPECT_THAT(addresses(plan, 0, 1), ElementsAre("198.51.100.2/31", "2001:db8:1:1::2/127", "fe80::2/64"));
  EXPECT_THAT(addresses(plan, 1, 0), ElementsAre("198.51.100.3/31", "2001:db8:1:1::3/127", "fe80::3/64"));
  EXPECT_THAT(addresses(plan, 1, 1), ElementsAre("203.0.113.2/31", "2001:db8:2::2/127", "fe80::2/64"));
  EXPECT_EQ(plan.links[1].name, "r1-r2");
  EXPECT_THAT(texts(prefixes_behind(plan)),
              ElementsAre("198.51.100.0/24", "203.0.113.0/24", "2001:db8:1::/48", "2001:db8:2::/64"));
}

TEST(Chain, as_many_as_there_may_be) {
  const NetworkPlan plan = chain_of(128);
  ASSERT_THAT(plan.nodes, SizeIs(129));
  EXPECT_EQ(plan.nodes[127].name, "r128");
  EXPECT_THAT(addresses(plan, 127, 0), ElementsAre("198.51.100.255/31", "2001:db8:1:7f::3/127", "fe80::3/64"));
  std::vector<std::string> all;
  for (const PlannedNode& node : plan.nodes)
    for (const InterfaceConfig& interface : node.config.interfaces)
      for (const IpPrefix& address : interface.addresses)
        if (!address.address.is_link_local()) all.push_back(to_text(address.address));
  const std::size_t count = all.size();
  std::ranges::sort(all);
  EXPECT_TRUE(std::ranges::unique(all).empty()) << "an address twice";
  EXPECT_EQ(count, 2U * 2 * 129 - 2);
}

TEST(Chain, routers_forward_and_the_server_is_a_host) {
  const NetworkPlan plan = chain_of(3);
  for (std::size_t i = 0; i < 3; ++i)
    for (const InterfaceConfig& interface : plan.nodes[i].config.interfaces) EXPECT_EQ(interface.role, Role::router);
  EXPECT_EQ(plan.nodes[3].config.interfaces[0].role, Role::host);
}

TEST(Chain, TOPO_002_the_server_answers_through_all_of_them_in_both_families) {
  for (const std::size_t routers : {1U, 2U, 63U, 64U, 128U}) {
    SCOPED_TRACE(routers);
    NetworkDriver driver(chain_of(routers));
    const std::size_t hops = routers < 64 ? 64 : 255;  // with 64 no answer would come back
    const Packet reply4 = driver.one_out(echo4({.destination = "203.0.113.3", .ttl = 200}), 0, 0);
    ASSERT_THAT(reply4, SizeIs(84));
    EXPECT_EQ(icmp4_type(reply4), 0U);
    EXPECT_EQ(reply4.at(8), hops - routers);
    const Packet reply6 = driver.one_out(echo6({.destination = "2001:db8:2::3", .hop_limit = 200}), 0, 0);
    ASSERT_THAT(reply6, SizeIs(104));
    EXPECT_EQ(icmp6_type(reply6), 129U);
    EXPECT_EQ(reply6.at(7), hops - routers);
  }
}

TEST(Chain, options_are_those_of_the_first_but_groups_are_reported_at_the_door_alone) {
  NodeConfig config = first();
  config.options.own.reports_ipv6_groups = true;
  ASSERT_FALSE(set_option(config.options, "icmp4.echo=off"));
  const NetworkPlan plan = plan_chain({3, {}}, config).value();
  EXPECT_TRUE(plan.nodes[0].config.options.own.reports_ipv6_groups);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_FALSE(plan.nodes[i].config.options.own.reports_ipv6_groups);
  NetworkDriver driver(plan);
  driver.run_for(std::chrono::seconds(10));
  EXPECT_THAT(driver.send(echo4({.destination = "203.0.113.3"})), IsEmpty());
}

// ---- families ----

TEST(Chain, has_the_families_of_its_first_link) {
  const NetworkPlan only4 = plan_chain({2, {}}, first({"192.0.2.2/24"})).value();
  EXPECT_THAT(addresses(only4, 0, 1), ElementsAre("198.51.100.2/31"));
  EXPECT_THAT(addresses(only4, 2, 0), ElementsAre("203.0.113.3/31"));
  EXPECT_THAT(texts(prefixes_behind(only4)), ElementsAre("198.51.100.0/24", "203.0.113.0/24"));
  const NetworkPlan only6 = plan_chain({2, {}}, first({"2001:db8::2/64"})).value();
  EXPECT_THAT(addresses(only6, 0, 1), ElementsAre("2001:db8:1:1::2/127", "fe80::2/64"));
  EXPECT_THAT(texts(prefixes_behind(only6)), ElementsAre("2001:db8:1::/48", "2001:db8:2::/64"));
}

// ---- where it does not fit ----

TEST(Chain, addresses_that_it_has_itself_are_refused) {
  const auto fault = [](std::size_t routers, std::string_view address) -> std::string {
    const auto plan = plan_chain({routers, {}}, first({address}));
    return plan ? "" : plan.error().what;
  };
  EXPECT_THAT(fault(1, "203.0.113.77/24"), HasSubstr("203.0.113.77/24"));
  EXPECT_THAT(fault(1, "203.0.0.1/16"), HasSubstr("same addresses")) << "also where it is wider";
  EXPECT_THAT(fault(1, "203.0.113.77/32"), HasSubstr("same addresses")) << "or narrower";
  EXPECT_THAT(fault(2, "198.51.100.200/25"), HasSubstr("same addresses"));
  EXPECT_EQ(fault(1, "198.51.100.200/25"), "") << "there are no links between";
  EXPECT_THAT(fault(1, "2001:db8:2::5/64"), HasSubstr("same addresses"));
  EXPECT_THAT(fault(2, "2001:db8:1:ffff::5/64"), HasSubstr("same addresses"));
  EXPECT_EQ(fault(1, "2001:db8:1:ffff::5/64"), "");
  EXPECT_EQ(fault(2, "fe80::5/64"), "") << "link-local addresses are the same on each link";
}

TEST(Chain, the_mtu_is_that_of_the_last_link_alone) {
  const NetworkPlan plan = chain_of(2, 1300);
  EXPECT_EQ(plan.nodes[0].config.interfaces[0].mtu, 1500U);
  EXPECT_EQ(plan.nodes[0].config.interfaces[1].mtu, 1500U);
  EXPECT_EQ(plan.nodes[1].config.interfaces[0].mtu, 1500U);
  EXPECT_EQ(plan.nodes[1].config.interfaces[1].mtu, 1300U);
  EXPECT_EQ(plan.nodes[2].config.interfaces[0].mtu, 1300U);
  const NetworkPlan jumbo = plan_chain({2, {}}, first({"192.0.2.2/24"}, 9000)).value();
  for (const PlannedNode& node : jumbo.nodes)
    for (const InterfaceConfig& interface : node.config.interfaces) EXPECT_EQ(interface.mtu, 9000U);
}

TEST(Chain, ipv6_needs_an_mtu_of_1280) {
  const auto refused = plan_chain({2, 1279}, first());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().why, HasSubstr("1280"));
  EXPECT_TRUE(plan_chain({2, 1280}, first()));
  EXPECT_TRUE(plan_chain({2, 68}, first({"192.0.2.2/24"})));
}

}  // namespace
}  // namespace tunstack::test::chain_test
