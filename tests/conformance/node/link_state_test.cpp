// A link that comes up after the start, or goes down and comes up again: all that is done at the start of an interface
// is done again, and nothing is done before.
#include <set>

#include "tests/conformance/addresses/own_addresses.hpp"
#include "tests/conformance/groups/group_wire.hpp"
#include "tests/conformance/node/interfaces.hpp"
#include "tests/conformance/routers/router_timing.hpp"

namespace tunstack::test::link_state_test {

using namespace own_addresses;
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Le;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// ---- all of it ----

/// Whatever a node does at its start: checks of both families, reports of groups, questions for routers.
NodeConfig busy_host() {
  NodeConfig config = self_addressed_host({"mld.enable=on", "igmp.enable=on", "nd.gratuitous=1", "acd.enable=on"});
  return with_addresses(config, {"192.0.2.2/24", "2001:db8::2/64"});
}
NodeConfig busy_router() {
  NodeConfig config = busy_host();
  config.interfaces[0].role = Role::router;
  return with_settings(config, {"nd.adv.enable=on", "irdp.adv.enable=on", "mld.querier=on", "nd.proxy=2001:db8::99"});
}

/// What was sent, in words: what it is, where it goes, and whom it asks for. From where, and how often some of it is
/// said, depends on how soon addresses are checked.
std::set<std::string> kinds_of(const AllSent& all) {
  std::set<std::string> kinds;
  for (const Sent& sent : all) {
    const bool is_probe = sent.is_arp && part(sent.octets, 14, 4) == octets_of("0.0.0.0");
    kinds.insert(sent.is_arp
                     ? (is_probe ? "ARP probe for " : "ARP announcement of ") + sent.asks_for()
                     : std::to_string(sent.type()) + " to " + destination_of(sent.octets) + " for " + sent.asks_for());
  }
  return kinds;
}

struct Named {
  const char* name;
  NodeConfig config;
};
std::vector<Named> all_kinds_of_nodes() {
  return {{"host", busy_host()},
          {"router", busy_router()},
          {"host on TUN", on_tun(busy_host())},
          {"router on TUN", on_tun(busy_router())}};
}

/// As long as all that a start consists of takes, and shorter than what a router repeats.
constexpr Duration start = 12s;

/// The link is up from the start on.
std::set<std::string> kinds_at_start(const NodeConfig& config) {
  Line line(config);
  return kinds_of(line.wait(start));
}
AllSent both(AllSent all, const AllSent& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(LinkState, TUN_005_DAD_001_ARP_012_ND_RS_001_MLD_001_all_begins_anew_as_at_the_start) {
  for (const auto& [name, config] : all_kinds_of_nodes()) {
    SCOPED_TRACE(name);
    const auto expected = kinds_at_start(config);
    ASSERT_FALSE(expected.empty());
    Line line(config);
    line.wait(1min);
    EXPECT_THAT(line.set_link(false), IsEmpty());
    EXPECT_THAT(line.wait(1h), IsEmpty()) << "nothing leaves while it is down";
    for (int times = 0; times < 3; ++times) {
      AllSent sent = line.set_link(true);
      sent = both(sent, line.wait(start));
      EXPECT_EQ(kinds_of(sent), expected) << times;
      line.set_link(false);
    }
    EXPECT_EQ(line.count(Reason::link_came_up), 3U);
    EXPECT_EQ(line.count(Reason::link_went_down), 4U);
  }
}

TEST(LinkState, TUN_005_a_link_that_is_down_at_the_start_is_waited_for) {
  for (auto [name, config] : all_kinds_of_nodes()) {
    SCOPED_TRACE(name);
    const auto expected = kinds_at_start(config);
    config.interfaces[0].up = false;
    Line line(config);
    EXPECT_FALSE(line.node().has_tentative_addresses()) << "nobody can check them";
    EXPECT_EQ(line.node().next_deadline(), Instant::max());
    EXPECT_THAT(line.wait(1h), IsEmpty());
    const AllSent sent = line.set_link(true);
    EXPECT_EQ(kinds_of(both(sent, line.wait(start))), expected);
  }
}

TEST(LinkState, TUN_005_that_it_is_up_is_no_news_if_it_was) {
  Line line(busy_host());
  line.wait(1min);
  EXPECT_THAT(line.set_link(true), IsEmpty());
  EXPECT_THAT(line.wait(1min), IsEmpty());
  line.set_link(false);
  line.set_link(false);
  EXPECT_EQ(line.count(Reason::link_went_down), 1U);
  EXPECT_EQ(line.count(Reason::link_came_up), 0U);
}

// ---- addresses ----

TEST(LinkState, DAD_004_ARP_013_while_it_is_down_addresses_are_tentative) {
  for (const NodeConfig& config : {busy_host(), on_tun(busy_host())}) {
    Line line(config);
    line.wait(1min);
    line.set_link(false);
    std::size_t addresses = 0;
    line.node().state().addresses.for_each_address([&](InterfaceId, const IpPrefix& prefix, ip::AddressUse use) {
      ++addresses;
      EXPECT_EQ(use, ip::AddressUse::tentative) << to_text(prefix);
    });
    EXPECT_EQ(addresses, 2U) << "those that are configured";
  }
}

TEST(LinkState, DAD_004_DAD_009_an_address_is_used_again_when_it_was_checked_again) {
  OwnAddresses host;
  host.wait(5s);
  ASSERT_TRUE(host.answers("2001:db8::2"));
  host.set_link(false);
  host.set_link(true);
  EXPECT_FALSE(host.answers("2001:db8::2")) << "before it is checked";
  host.wait_for_probe("2001:db8::2");
  EXPECT_FALSE(host.answers("2001:db8::2"));
  host.wait(1s);
  EXPECT_TRUE(host.answers("2001:db8::2"));
}

TEST(LinkState, DAD_005_somebody_else_may_have_the_address_by_then) {
  OwnAddresses host;
  host.wait(5s);
  host.set_link(false);
  host.set_link(true);
  host.wait_for_probe("2001:db8::2");
  host.send(claim_of_another("2001:db8::2"));
  host.wait(10s);
  EXPECT_FALSE(host.answers("2001:db8::2"));
  EXPECT_EQ(host.count(Reason::address_duplicate), 1U);
  host.set_link(false);
  host.set_link(true);
  host.wait(10s);
  EXPECT_TRUE(host.answers("2001:db8::2")) << "or have gone";
}

TEST(LinkState, ARP_012_ARP_013_so_for_IPv4) {
  Wire host(ethernet_config({"acd.enable=on"}));
  host.wait(10s);
  host.set_link(false);
  host.set_link(true);
  EXPECT_THAT(host.wait(10s), SizeIs(5)) << "probes and announcements";
  host.set_link(false);
  host.set_link(true);
  const auto probes = frames_of(host.wait(2s));
  ASSERT_THAT(probes, Not(IsEmpty()));
  EXPECT_EQ(part(probes[0], 28, 4), octets_of("0.0.0.0"));
  host.send(arp_request({.sender_mac = other_mac, .sender = "192.0.2.2", .target = "192.0.2.2"}));
  EXPECT_EQ(host.count(Reason::address4_conflict), 1U);
  EXPECT_EQ(host.count(Reason::address4_lost), 1U);
}

TEST(LinkState, SLAAC_009_a_stable_address_is_the_same_again) {
  Line line(learning_host({"slaac.iid=stable"}));
  line.wait(5s);
  const auto formed = [&] {
    line.send(router_advertisement({.options = prefix_option({.prefix = "2001:db8:1::"})}));
    line.wait(5s);
    std::string found;
    line.node().state().addresses.for_each_address([&](InterfaceId, const IpPrefix& prefix, ip::AddressUse) {
      if (to_text(prefix).starts_with("2001:db8:1:")) found = to_text(prefix);
    });
    return found;
  };
  const std::string before = formed();
  EXPECT_NE(before, "");
  line.set_link(false);
  line.set_link(true);
  EXPECT_EQ(formed(), before);
}

// ---- routers ----

TEST(LinkState, ND_RS_001_routers_are_asked_for_again_and_in_time) {
  std::vector<Duration> delays;
  for_seeds(20, [&](std::uint64_t seed) {
    for (const NodeConfig& config : {learning_host(), on_tun(learning_host())}) {
      Line line(with_seed(config, seed));
      line.wait(1s);
      line.send(router_advertisement({.lifetime = 1800}));
      line.wait(1min);
      line.set_link(false);
      line.set_link(true);
      const AllSent asked = only(solicitation_type6, line.wait(1h));
      ASSERT_THAT(asked, SizeIs(3)) << "although one had answered";
      EXPECT_THAT(gaps_of(asked), Each(4s));
      delays.push_back(asked[0].at);
    }
  });
  EXPECT_THAT(delays, AllOf(Each(Le(1s)), Contains(Le(250ms)), Contains(testing::Ge(750ms)))) << "random";
}

TEST(LinkState, ND_RA_001_what_was_learned_is_forgotten_what_is_configured_stays) {
  NodeConfig config = with_gateways(learning_host(), {"192.0.2.10"});
  config.routes.push_back({parse_prefix("198.51.100.0/24").value(), InterfaceId{0}, parse_address("192.0.2.11")});
  Line line(config);
  line.add_routers();
  line.wait(5s);
  line.send(router_advertisement({.hop_limit = 33, .options = source_option(mac_a)}));
  EXPECT_EQ(line.hop_to(far6), router_a);
  EXPECT_EQ(line.reply6().at(7), 33);
  line.set_link(false);
  line.set_link(true);
  line.wait(10s);
  EXPECT_EQ(line.hop_to(far6), "");
  EXPECT_EQ(line.reply6().at(7), 64);
  EXPECT_EQ(line.hop_to(far4), router_a4) << "the gateway";
  EXPECT_EQ(line.hop_to("198.51.100.9"), router_b4) << "the route";
}

TEST(LinkState, ND_RA_002_TUN_011_a_router_says_nothing_on_a_link_that_is_down_not_even_farewell) {
  Line line(busy_router());
  line.wait(1min);
  line.set_link(false);
  EXPECT_THAT(line.shut_down(), IsEmpty());
}

TEST(LinkState, ICMP4_MASK_006_the_mask_is_asked_for_again) {
  const NodeConfig config = with_settings(on_tun(ethernet_config()), {"icmp4.mask_learn=on"});
  Driver host(config);
  EXPECT_THAT(host.run_for(1min), SizeIs(3));
  host.set_link(false);
  EXPECT_EQ(host.node().next_deadline(), Instant::max());
  const AllSent at_once = host.set_link(true);
  EXPECT_THAT(both(at_once, host.run_for(1min)), SizeIs(3));
  NodeConfig waiting = config;
  waiting.interfaces[0].up = false;
  EXPECT_EQ(Driver(waiting).node().next_deadline(), Instant::max());
}

// ---- neighbors ----

TEST(LinkState, TUN_005_neighbors_are_forgotten) {
  Wire host;
  host.confirm("192.0.2.1", peer_mac);
  host.confirm("2001:db8::1", peer_mac);
  host.set_link(false);
  EXPECT_EQ(host.node().state().neighbors.size(), 0U);
  EXPECT_THAT(host.wait(1h), IsEmpty());
  host.set_link(true);
  host.wait(10s);
  EXPECT_THAT(host.send(framed(echo4({.source = "192.0.2.1"}))), ElementsAre(testing::_)) << "it is asked for anew";
  EXPECT_EQ(host.state("192.0.2.1"), discovery::NeighborState::incomplete);
}

TEST(LinkState, TUN_005_what_waits_for_its_neighbor_is_dropped_and_counted) {
  Wire host;
  host.send(framed(echo4({.source = "192.0.2.1"})));
  host.send(framed(echo6({.source = "2001:db8::1"})));
  EXPECT_EQ(host.count(Reason::neighbor_resolution_pending), 2U);
  host.set_link(false);
  EXPECT_EQ(host.count(Reason::link_is_down), 2U);
  host.set_link(true);
  EXPECT_THAT(host.send(arp_reply("192.0.2.1", peer_mac)), IsEmpty()) << "nothing of it is left";
}

// ---- packets ----

TEST(LinkState, TUN_005_what_arrives_all_the_same_is_dropped) {
  for (const NodeConfig& config : {ethernet_config(), on_tun(ethernet_config())}) {
    const bool has_frames = config.interfaces[0].link_address.has_value();
    Driver host(config);
    host.add_station("192.0.2.1", peer_mac);
    const Packet late = has_frames ? framed(echo4(), peer_mac) : echo4();
    EXPECT_THAT(host.receive({late}), Not(IsEmpty()));
    host.set_link(false);
    EXPECT_THAT(host.receive({late}), IsEmpty());
    EXPECT_EQ(reason_of(host.decide(late)), Reason::link_is_down);
    EXPECT_EQ(host.count(Reason::link_is_down), 1U);
    host.set_link(true);
    host.run_for(10s);
    EXPECT_THAT(host.receive({late}), Not(IsEmpty()));
  }
}

TEST(LinkState, V4_FRAG_008_a_datagram_that_was_never_whole_is_not_told_of_on_a_link_that_is_down) {
  Host host;
  host.send(echo4({.flags_and_offset = 0x2000}, counting(64)));
  host.set_link(false);
  EXPECT_THAT(host.run_for(10min), IsEmpty());
  EXPECT_EQ(host.count(Reason::fragment_timeout), 1U);
  EXPECT_EQ(host.node().counters().packets_out, 0U);
}

// ---- several links ----

constexpr InterfaceId first{0}, second{1};

NodeConfig two_links() {
  return node_with({{"192.0.2.2/24", "2001:db8::2/64"}, {"198.51.100.2/24", "2001:db8:1::2/64"}}, {"probe.enable=on"});
}

TEST(LinkState, V4_TX_009_other_links_go_on) {
  Driver host(two_links());
  host.set_link(false, second);
  for (const Packet& question : {echo4(), echo6()}) EXPECT_THAT(host.receive({question}, first), SizeIs(1));
  const auto elsewhere = host.receive({echo4({.source = "198.51.100.1"})}, first);
  ASSERT_THAT(elsewhere, SizeIs(1)) << "the way that is left";
  EXPECT_EQ(elsewhere[0].interface, first);
  host.set_link(true, second);
  const auto there = host.receive({echo4({.source = "198.51.100.1"})}, first);
  ASSERT_THAT(there, SizeIs(1));
  EXPECT_EQ(there[0].interface, second);
}

TEST(LinkState, V4_TX_009_routes_by_a_link_that_is_down_are_none) {
  NodeConfig config = two_links();
  config.routes.push_back({parse_prefix("203.0.113.0/24").value(), second, parse_address("198.51.100.9")});
  Driver host(config);
  const Packet question = echo4({.source = "203.0.113.9"});
  EXPECT_EQ(host.receive({question}, first).at(0).interface, second);
  host.set_link(false, second);
  EXPECT_EQ(host.receive({question}, first).at(0).interface, first);
}

TEST(LinkState, TUN_005_what_is_due_on_one_link_wakes_none_that_is_down) {
  NodeConfig config = two_links();
  for (InterfaceConfig& interface : config.interfaces) interface.configures_itself = true;
  config.interfaces[1].up = false;
  Driver host(config);
  const auto sent = host.run_for(1min);
  EXPECT_THAT(sent, SizeIs(6)) << "questions for routers of both families";
  for (const SentPacket& one : sent) EXPECT_EQ(one.interface, first);
  EXPECT_EQ(host.count(Reason::link_is_down), 0U) << "the other one does not even try";
}

TEST(LinkState, TUN_005_nobody_is_told_anything_by_way_of_a_link_that_is_down) {
  Driver host(two_links());
  const Packet question = echo6({.source = "fe80::1"}, counting(64));
  EXPECT_THAT(host.receive({fragment6(question, 0, 40)}, second), IsEmpty());
  host.set_link(false, second);
  EXPECT_THAT(host.run_for(2min), IsEmpty());
  EXPECT_EQ(host.count(Reason::fragment_timeout), 1U);
  EXPECT_EQ(host.count(Reason::link_is_down), 1U) << "why the error was withheld";
}

TEST(LinkState, TUN_005_only_neighbors_of_the_link_are_forgotten) {
  NodeConfig config = two_links();
  for (InterfaceConfig& interface : config.interfaces) interface.link_address = mac_address(own_mac);
  EXPECT_FALSE(set_option(config.options, "dad.transmits=0"));
  Driver host(config);
  host.add_station("192.0.2.1", peer_mac, false, first);
  host.add_station("198.51.100.1", other_mac, false, second);
  host.run_for(10s);
  host.receive({framed(echo4(), peer_mac)}, first);
  host.receive({framed(echo4({.source = "198.51.100.1", .destination = "198.51.100.2"}), other_mac)}, second);
  ASSERT_EQ(host.node().state().neighbors.size(), 2U);
  host.set_link(false, second);
  EXPECT_EQ(host.node().state().neighbors.size(), 1U);
  EXPECT_NE(host.neighbor("192.0.2.1"), nullptr);
}

TEST(LinkState, PROBE_010_who_asks_by_another_link_is_told_that_it_is_down) {
  Driver host(two_links());
  // Extended echo about the interface "tun1", which the first link brings.
  const Packet name = hex("74756e31");
  Packet structure = hex("2000 0000 0008 0301") + name;
  set_be16(structure, 2, plain_checksum(structure));
  const Packet question = ipv4({}, icmpv4(42, 0, 0x00010101, structure));
  const auto flags = [&] {
    const auto sent = host.receive({question}, first);
    return sent.size() == 1 ? sent[0].octets.at(27) & 7 : 0xff;
  };
  EXPECT_EQ(flags(), 7);
  host.set_link(false, second);
  EXPECT_EQ(flags(), 0);
}

// ---- the same again ----

TEST(LinkState, ROB_003_the_same_seed_and_the_same_changes_give_the_same_octets) {
  const auto run = [] {
    Line line(busy_host());
    AllSent all;
    for (int i = 0; i < 5; ++i) {
      all = both(all, line.wait(std::chrono::milliseconds(700 * i)));
      line.set_link(false);
      all = both(all, line.set_link(true));
    }
    return packets_of(both(all, line.wait(1min)));
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace tunstack::test::link_state_test
