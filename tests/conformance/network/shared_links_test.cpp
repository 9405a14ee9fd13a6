// Ethernet links that several nodes share: they find each other by ARP and Neighbor Discovery, who is not meant hears
// nothing, and hosts follow the redirects of our own routers.
#include "tests/support/frames.hpp"
#include "tests/support/network_driver.hpp"

namespace tunstack::test::shared_links_test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::Gt;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view mac1 = "02:00:00:00:00:01", mac2 = "02:00:00:00:00:02", mac3 = "02:00:00:00:00:03";
const Packet r2_mac = hex("02 00 00 00 00 02"), stranger_mac = hex("02 00 00 00 00 99");

/// r1 with door 0 and r2 with door 1 on one Ethernet with the host h, whose default router is r1.
NetworkPlan lan(const Impairments& impairments = {}) {
  Draft draft;
  draft.router("r1").router("r2").host("h");
  draft.link("left", {{"r1", {"192.0.2.2/24", "2001:db8::2/64"}}, outside});
  draft.link("lan",
             {{"r1", {"198.51.100.1/24", "2001:db8:1::1/64"}, mac1},
              {"r2", {"198.51.100.2/24", "2001:db8:1::2/64"}, mac2},
              {.node = "h",
               .addresses = {"198.51.100.3/24", "2001:db8:1::3/64"},
               .mac = mac3,
               .gateways = {"198.51.100.1", "fe80::1"}}},
             impairments);
  draft.link("right", {{"r2", {"203.0.113.1/24", "2001:db8:2::1/64"}}, outside});
  return draft.plan();
}
constexpr std::string_view host4 = "198.51.100.3", host6 = "2001:db8:1::3";

std::size_t heard_by(const std::vector<Event>& events, NodeId node) {
  return static_cast<std::size_t>(std::ranges::count_if(
      events, [&](const Event& event) { return event.kind == Event::Kind::decided && event.node == node; }));
}

// ---- neighbors ----

TEST(SharedLinks, ARP_001_ND_NS_001_nodes_resolve_each_other) {
  NetworkDriver driver(lan());
  EXPECT_EQ(icmp4_type(driver.one_out(echo4({.destination = host4}), 0, 0)), 0U);
  EXPECT_EQ(icmp6_type(driver.one_out(echo6({.destination = host6}), 0, 0)), 129U);
  EXPECT_EQ(driver.one_out(echo4({.destination = row_right4}), 0, 1), echo4({.destination = row_right4, .ttl = 62}));
  EXPECT_EQ(driver.one_out(echo6({.destination = row_right6}), 0, 1),
            echo6({.destination = row_right6, .hop_limit = 62}));
  driver.take_events();
  driver.one_out(echo4({.destination = host4}), 0, 0);
  EXPECT_EQ(heard_by(driver.take_events(), NodeId{1}), 0U) << "once they know each other nobody else hears of it";
}

TEST(SharedLinks, who_is_asked_for_by_a_group_all_hear) {
  NetworkDriver driver(lan());
  driver.send(echo4({.destination = host4}));
  const auto events = driver.take_events();
  EXPECT_EQ(heard_by(events, NodeId{1}), 1U) << "the request alone";
  EXPECT_EQ(heard_by(events, NodeId{2}), 2U) << "the request, and the packet";
}

TEST(SharedLinks, ICMP4_DU_002_nobody_there) {
  NetworkDriver driver(lan());
  EXPECT_THAT(driver.send(echo4({.destination = "198.51.100.77"})), IsEmpty());
  const auto left = driver.run_for(10s);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(icmp4_type(left[0].octets), 3U);
  EXPECT_EQ(icmp4_code(left[0].octets), 1U);
  EXPECT_EQ(left[0].at, 3s);
}

TEST(SharedLinks, TOPO_006_a_delay_counts_for_questions_as_well) {
  NetworkDriver driver(lan({.delay = 10ms}));
  driver.send(echo4({.destination = host4}));
  const auto first = driver.run_for(1s);
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].at, 40ms) << "question, answer, request, reply";
  driver.send(echo4({.destination = host4}));
  const auto second = driver.run_for(1s);
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].at, 20ms);
}

TEST(SharedLinks, TOPO_001_doubles_do_not_multiply) {
  NetworkDriver driver(lan({.duplicate = 1}));
  EXPECT_THAT(driver.send(echo4({.destination = row_right4})), SizeIs(2));
  EXPECT_THAT(driver.send(echo6({.destination = row_right6})), SizeIs(2));
  EXPECT_THAT(driver.send(echo4({.destination = host4})), SizeIs(4)) << "two requests, two replies to each";
}

// ---- redirects ----

TEST(SharedLinks, ICMP4_RED_001_ICMP4_RED_008_a_host_follows_the_redirect_of_our_router) {
  NetworkDriver driver(lan());
  const Packet request = echo4({.source = row_right4, .destination = host4});
  const Packet by_detour = driver.one_out(request, 1, 1);
  EXPECT_EQ(by_detour.at(8), 64 - 2) << "by way of r1 and r2";
  EXPECT_EQ(driver.count("h", Reason::icmp4_redirect_accepted), 1U);
  driver.take_events();
  const Packet straight = driver.one_out(request, 1, 1);
  EXPECT_EQ(straight.at(8), 64 - 1) << "by way of r2 alone";
  EXPECT_EQ(heard_by(driver.take_events(), NodeId{0}), 0U) << "and it knows r2, which asked for it";
}

TEST(SharedLinks, ND_RED_001_ND_RED_006_a_host_follows_the_redirect_of_our_router) {
  NetworkDriver driver(lan());
  const Packet request = echo6({.source = row_right6, .destination = host6});
  const Packet by_detour = driver.one_out(request, 1, 1);
  EXPECT_EQ(by_detour.at(7), 64 - 2);
  EXPECT_EQ(driver.count("h", Reason::icmp6_redirect_accepted), 1U);
  const Packet straight = driver.one_out(request, 1, 1);
  EXPECT_EQ(straight.at(7), 64 - 1);
}

// ---- doors ----

/// r1 and r2 on an Ethernet with door 0.
NetworkPlan lan_with_door(const Settings& settings = {}) {
  Draft draft;
  draft.router("r1", settings).router("r2");
  draft.link(
      "lan",
      {{"r1", {"192.0.2.7/24", "2001:db8::7/64"}, mac1}, {"r2", {"192.0.2.8/24", "2001:db8::8/64"}, mac2}, outside});
  return draft.plan();
}
Packet request_for(std::string_view target) {
  return arp_request({.sender_mac = stranger_mac, .sender = "192.0.2.1", .target = target});
}

TEST(SharedLinks, frames_come_in_by_a_door_for_who_is_meant) {
  NetworkDriver driver(lan_with_door());
  const auto left = driver.send(request_for("192.0.2.8"));
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_TRUE(left[0].is_frame);
  EXPECT_EQ(destination_mac(left[0].octets), stranger_mac);
  EXPECT_EQ(source_mac(left[0].octets), r2_mac);
  EXPECT_EQ(heard_by(driver.take_events(), NodeId{0}), 1U) << "a question is for everybody";
  const auto reply =
      driver.send(frame(r2_mac, stranger_mac, 0x0800, echo4({.source = "192.0.2.1", .destination = "192.0.2.8"})));
  ASSERT_THAT(reply, SizeIs(1));
  EXPECT_EQ(destination_mac(reply[0].octets), stranger_mac);
  EXPECT_EQ(icmp4_type(content_of(reply[0].octets)), 0U);
  EXPECT_EQ(heard_by(driver.take_events(), NodeId{0}), 0U) << "but this is for r2 alone";
}

TEST(SharedLinks, what_nodes_say_to_each_other_leaves_by_no_door_and_what_is_for_everybody_does) {
  NetworkDriver driver(lan_with_door());
  const auto given = [&](std::string_view destination) {
    return driver.act("r1", [&](Node& node, Instant now, Outbox& out) {
      const Packet packet = echo4({.source = "192.0.2.7", .destination = destination});
      node.send_packet(InterfaceId{0}, packet, now, out);
    });
  };
  const auto question = given("192.0.2.8");
  ASSERT_THAT(question, SizeIs(1)) << "the question for r2";
  EXPECT_EQ(destination_mac(question[0].octets), broadcast_mac);
  EXPECT_EQ(driver.count("r2", Reason::icmp4_echo_request_for_us), 1U);
  EXPECT_THAT(given("192.0.2.8"), IsEmpty());
  EXPECT_EQ(driver.count("r2", Reason::icmp4_echo_request_for_us), 2U);
}

TEST(SharedLinks, frames_for_nobody_here_leave_by_the_door) {
  NetworkDriver driver(lan_with_door());
  const Packet to_stranger = frame(stranger_mac, r2_mac, 0x0800, echo4({.source = "192.0.2.8"}));
  const auto left = driver.act(
      "r2", [&](Node& node, Instant now, Outbox& out) { node.send_frame(InterfaceId{0}, to_stranger, now, out); });
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].octets, to_stranger);
  EXPECT_EQ(heard_by(driver.take_events(), NodeId{0}), 0U);
  EXPECT_THAT(driver.send(frame(stranger_mac, peer_mac, 0x0800, echo4())), IsEmpty()) << "it came from there";
  EXPECT_EQ(heard_by(driver.take_events(), NodeId{0}), 1U) << "and is refused by each";
}

TEST(SharedLinks, anything_that_is_no_frame_is_refused_by_each) {
  NetworkDriver driver(lan_with_door());
  EXPECT_THAT(driver.send(hex("ff ff ff")), IsEmpty());
  EXPECT_EQ(driver.count(Reason::frame_shorter_than_header), 2U);
  EXPECT_THAT(driver.send(Packet{}), IsEmpty());
}

TEST(SharedLinks, TUN_005_a_link_that_nodes_share_does_not_go_down_with_its_door) {
  NetworkDriver driver(lan_with_door());
  driver.set_link(false);
  EXPECT_THAT(driver.send(request_for("192.0.2.8")), SizeIs(1));
  EXPECT_EQ(driver.count(Reason::link_is_down), 0U);
}

}  // namespace
}  // namespace tunstack::test::shared_links_test
