// Which neighbor a packet is handed to, and what becomes of gateways that do not answer.
#include "tests/support/wire.hpp"

namespace tunstack::test::next_hop_test {
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Somebody beyond a router, and two routers.
constexpr std::string_view far4 = "203.0.113.9", far6 = "2001:db8:9::9";
constexpr std::string_view first = "192.0.2.254", second = "192.0.2.253";
const Packet first_mac = hex("02 00 00 00 00 fe"), second_mac = hex("02 00 00 00 00 fd");

const Packet far_echo4 = framed(echo4({.source = far4}));
const Packet far_echo6 = framed(echo6({.source = far6}));

Wire with_two_gateways() { return Wire(with_gateways(ethernet_config(), {first, second})); }

TEST(NextHop, V4_TX_009_neighbors_and_others) {
  struct Row {
    std::string_view source;
    std::string_view asked_for;
  };
  for (const Row& row : {Row{"192.0.2.1", "192.0.2.1"}, Row{"192.0.2.253", "192.0.2.253"}, Row{far4, first},
                         Row{"192.0.3.1", first}, Row{"192.0.1.255", first}}) {
    Wire wire(with_gateways(ethernet_config(), {first, "fe80::fe"}));
    EXPECT_THAT(wire.send(framed(echo4({.source = row.source}))), ElementsAre(asks_for(row.asked_for))) << row.source;
  }
  for (const Row& row :
       {Row{"2001:db8::1", "2001:db8::1"}, Row{"2001:db8:0:1::1", "fe80::fe"}, Row{far6, "fe80::fe"}}) {
    Wire wire(with_gateways(ethernet_config(), {first, "fe80::fe"}));
    EXPECT_THAT(wire.send(framed(echo6({.source = row.source}))), ElementsAre(solicits(row.asked_for))) << row.source;
  }
}

TEST(NextHop, V4_TX_009_without_a_router) {
  Wire wire;
  EXPECT_THAT(wire.send(far_echo4), IsEmpty());
  EXPECT_THAT(wire.send(far_echo6), IsEmpty());
  EXPECT_EQ(wire.count(Reason::no_route), 2U);
  EXPECT_EQ(wire.node().counters().packets_out, 0U);
  EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
}

TEST(NextHop, V4_TX_009_a_router_of_the_other_family_is_of_no_use) {
  Wire only4(with_gateways(ethernet_config(), {first}));
  EXPECT_THAT(only4.send(far_echo6), IsEmpty());
  EXPECT_EQ(only4.count(Reason::no_route), 1U);
  Wire both(with_gateways(ethernet_config(), {first, "fe80::fe"}));
  EXPECT_THAT(both.send(far_echo6), ElementsAre(solicits("fe80::fe")));
  EXPECT_THAT(both.send(far_echo4), ElementsAre(asks_for(first)));
}

TEST(NextHop, V4_TX_009_the_datagram_keeps_its_destination) {
  Wire wire(with_gateways(ethernet_config(), {first, "2001:db8::fe"}));
  wire.confirm(first, first_mac);
  wire.confirm("2001:db8::fe", second_mac);
  const auto sent4 = wire.send(far_echo4);
  ASSERT_THAT(sent4, SizeIs(1));
  EXPECT_EQ(destination_mac(sent4[0]), first_mac);
  EXPECT_EQ(destination_of(content_of(sent4[0])), far4);
  const auto sent6 = wire.send(far_echo6);
  ASSERT_THAT(sent6, SizeIs(1));
  EXPECT_EQ(destination_mac(sent6[0]), second_mac);
  EXPECT_EQ(destination_of(content_of(sent6[0])), far6);
}

TEST(NextHop, V4_TX_009_link_local_destinations_are_on_the_link) {
  Wire wire(with_gateways(ethernet_config(), {"2001:db8::fe"}));
  EXPECT_THAT(wire.send(framed(echo6({.source = "fe80::1234"}))).size(), 1U);
  EXPECT_EQ(wire.state("fe80::1234"), NeighborState::incomplete);
}

TEST(NextHop, V4_TX_009_several_destinations_wait_for_one_router) {
  Wire wire(with_gateways(ethernet_config(), {first}));
  EXPECT_THAT(wire.send(far_echo4), ElementsAre(asks_for(first)));
  EXPECT_THAT(wire.send(framed(echo4({.source = "203.0.113.10"}))), IsEmpty());
  const auto sent = wire.send(arp_reply(first, first_mac));
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(destination_of(content_of(sent[0])), far4);
  EXPECT_EQ(destination_of(content_of(sent[1])), "203.0.113.10");
}

// The host sends to groups what it asks of its own accord, and advertisements; the router has no part in it.
TEST(NextHop, V4_TX_009_groups_go_straight_out) {
  NodeConfig config = with_gateways(ethernet_config({"icmp4.mask_learn=on"}), {first, "fe80::fe"});
  Wire wire(config);
  EXPECT_THAT(wire.wait(1min), testing::Not(IsEmpty()));
  EXPECT_THAT(wire.send(framed(solicitation({.source = "::", .options = {}}))), SizeIs(1));
  EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
}

TEST(NextHop, V4_TX_010_through_a_router_in_unicast_frames) {
  Wire wire(with_gateways(ethernet_config(), {first}));
  wire.confirm(first, first_mac);
  const Packets sent = wire.send({far_echo4, framed(udp4({.source = far4}))});
  EXPECT_THAT(sent, SizeIs(2));
  for (const Packet& one : sent) EXPECT_EQ(destination_mac(one), first_mac);
}

// ---- several gateways ----

TEST(NextHop, V4_TX_013_the_first_is_used_and_the_other_left_alone) {
  Wire wire = with_two_gateways();
  wire.confirm(first, first_mac);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(destination_mac(wire.send(far_echo4).at(0)), first_mac);
  EXPECT_EQ(wire.state(second), NeighborState::none);
}

TEST(NextHop, V4_TX_013_one_that_never_answers_is_left) {
  Wire wire = with_two_gateways();
  EXPECT_THAT(wire.send(far_echo4), ElementsAre(asks_for(first)));
  EXPECT_THAT(wire.wait(3s), ElementsAre(TimedFrame{1s, asks_for(first)}, TimedFrame{2s, asks_for(first)}));
  EXPECT_THAT(wire.send(far_echo4), ElementsAre(asks_for(second)));
  EXPECT_THAT(wire.send(arp_reply(second, second_mac)), SizeIs(1));
  EXPECT_EQ(destination_mac(wire.send(far_echo4).at(0)), second_mac);
  EXPECT_THAT(wire.wait(1h), IsEmpty()) << "nobody is probed while idle";
}

TEST(NextHop, V4_TX_013_one_that_stops_answering_is_left_within_ten_seconds) {
  Wire wire = with_two_gateways();
  wire.confirm(second, second_mac);
  wire.introduce(first, first_mac);
  Duration left{};
  for (; left < 20s; left += 100ms) {
    const auto sent = wire.send(far_echo4);
    ASSERT_THAT(sent, SizeIs(1));
    if (destination_mac(sent[0]) == second_mac) break;
    EXPECT_EQ(destination_mac(sent[0]), first_mac);
    wire.wait(100ms);
  }
  EXPECT_LE(left, 10s);
  EXPECT_GE(left, 7s) << "not before three questions";
  EXPECT_EQ(wire.state(first), NeighborState::failed);
}

TEST(NextHop, V4_TX_013_ipv6_too) {
  Wire wire(with_gateways(ethernet_config(), {"fe80::fe", "fe80::fd"}));
  EXPECT_THAT(wire.send(far_echo6), ElementsAre(solicits("fe80::fe")));
  wire.wait(3s);
  EXPECT_THAT(wire.send(far_echo6), ElementsAre(solicits("fe80::fd")));
}

TEST(NextHop, V4_TX_013_it_is_used_again_when_it_speaks) {
  Wire wire = with_two_gateways();
  wire.send(far_echo4);
  wire.wait(3s);
  wire.confirm(second, second_mac);
  EXPECT_EQ(destination_mac(wire.send(far_echo4).at(0)), second_mac);
  wire.send(arp_request({.sender_mac = first_mac, .sender = first}));
  EXPECT_EQ(destination_mac(wire.send(far_echo4).at(0)), first_mac);
}

// While all fail they are tried in turn: one that comes back is found.
TEST(NextHop, V4_TX_013_when_all_fail_each_is_tried_again) {
  Wire wire = with_two_gateways();
  std::vector<Packet> questions;
  for (int i = 0; i < 6; ++i) {
    const auto sent = wire.send(far_echo4);
    ASSERT_THAT(sent, SizeIs(1));
    questions.push_back(sent[0]);
    wire.wait(4s);
  }
  EXPECT_THAT(questions, ElementsAre(asks_for(first), asks_for(second), asks_for(first), asks_for(second),
                                     asks_for(first), asks_for(second)));
}

TEST(NextHop, V4_TX_013_errors_do_not_condemn_a_gateway) {
  Wire wire = with_two_gateways();
  wire.confirm(first, first_mac);
  const auto sent = wire.send(far_echo4);
  ASSERT_THAT(sent, SizeIs(1));
  for (const unsigned code : {0U, 1U, 5U}) {
    const Packet error = icmpv4(3, code, 0, part(content_of(sent[0]), 0, 28));
    wire.send(framed(ipv4({.source = first}, error), first_mac));
  }
  EXPECT_EQ(wire.state(first), NeighborState::reachable);
  EXPECT_EQ(destination_mac(wire.send(far_echo4).at(0)), first_mac);
}

}  // namespace
}  // namespace tunstack::test::next_hop_test
