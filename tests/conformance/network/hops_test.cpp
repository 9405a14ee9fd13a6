// Rows of routers: each answers for itself, each takes one hop, and no loop turns for longer than hops last.
#include <fmt/format.h>

#include "tests/support/host.hpp"
#include "tests/support/network_driver.hpp"

namespace tunstack::test::hops_test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view beyond4 = "198.18.0.9", beyond6 = "2001:db8:bad::9";

// ---- each node answers for itself ----

TEST(Hops, TOPO_002_each_address_of_each_node_answers_with_its_hops) {
  constexpr std::size_t routers = 5;
  NetworkDriver driver(row_of({.routers = routers}));
  for (std::size_t i = 1; i <= routers; ++i)
    for (const bool left : {true, false}) {
      const std::string address4 = left ? left_address4(i) : right_address4(i, routers);
      const std::string address6 = left ? left_address6(i) : right_address6(i, routers);
      SCOPED_TRACE(address4);
      const Packet reply4 = driver.one_out(echo4({.destination = address4}), 0, 0);
      ASSERT_GE(reply4.size(), 28U);
      EXPECT_EQ(icmp4_type(reply4), 0U);
      EXPECT_EQ(source_of(reply4), address4);
      EXPECT_EQ(reply4.at(8), 64 - (i - 1));
      const Packet reply6 = driver.one_out(echo6({.destination = address6}), 0, 0);
      ASSERT_GE(reply6.size(), 48U);
      EXPECT_EQ(icmp6_type(reply6), 129U);
      EXPECT_EQ(source_of(reply6), address6);
      EXPECT_EQ(reply6.at(7), 64 - (i - 1));
      const std::string name = fmt::format("r{}", i);
      EXPECT_GT(driver.count(name, Reason::icmp4_echo_request_for_us), 0U);
      EXPECT_GT(driver.count(name, Reason::icmp6_echo_request_for_us), 0U);
    }
}

TEST(Hops, TOPO_002_from_the_other_side_likewise) {
  NetworkDriver driver(row_of({.routers = 4}));
  const Packet reply = driver.one_out(echo4({.source = row_right4, .destination = left_address4(1)}), 1, 1);
  EXPECT_EQ(reply.at(8), 64 - 3);
  const Packet reply6 = driver.one_out(echo6({.source = row_right6, .destination = left_address6(1)}), 1, 1);
  EXPECT_EQ(reply6.at(7), 64 - 3);
}

TEST(Hops, TOPO_002_options_and_limits_are_those_of_each_node) {
  Draft draft;
  draft.router("r1").router("r2", {"icmp4.echo=off", "icmp6.echo=off", "icmp4.error_burst=1"});
  draft.link("left", {{"r1", {"192.0.2.2/24", "2001:db8::2/64"}}, outside});
  draft.link("r1-r2",
             {{"r1", {"198.51.100.0/31", "2001:db8:1:1::1/64"}}, {"r2", {"198.51.100.1/31", "2001:db8:1:1::2/64"}}});
  draft.link("right", {{"r2", {"203.0.113.1/24", "2001:db8:2::1/64"}}, outside});
  NetworkDriver driver(draft.plan());
  EXPECT_THAT(driver.send(echo4()), SizeIs(1));
  EXPECT_THAT(driver.send(echo4({.destination = "198.51.100.1"})), IsEmpty());
  EXPECT_THAT(driver.send(echo6({.destination = "2001:db8:2::1"})), IsEmpty());
  EXPECT_THAT(driver.send(udp4({.destination = "198.51.100.1"})), SizeIs(1));
  EXPECT_THAT(driver.send(udp4({.destination = "198.51.100.1"})), IsEmpty()) << "beyond the limit of r2";
  EXPECT_THAT(driver.send(udp4()), SizeIs(1)) << "that of r1 is another one";
}

// ---- each router takes one hop ----

class Row : public testing::TestWithParam<std::size_t> {
 protected:
  /// Answers of the last ones have hops enough to come back.
  NetworkDriver driver{row_of({.routers = GetParam(), .settings = {"ip4.ttl=255", "ip6.hop_limit=255"}})};
};

TEST_P(Row, TOPO_003_probes_show_each_hop_in_its_order) {
  const std::size_t routers = GetParam();
  for (unsigned hop = 1; hop <= routers; ++hop) {
    SCOPED_TRACE(hop);
    const Packet probe4 = udp4({.destination = row_right4, .ttl = hop});
    const Packet error4 = driver.one_out(probe4, 0, 0);
    ASSERT_GE(error4.size(), 28U);
    EXPECT_EQ(icmp4_type(error4), 11U);
    EXPECT_EQ(icmp4_code(error4), 0U);
    EXPECT_EQ(source_of(error4), left_address4(hop)) << "where the packet came in";
    EXPECT_EQ(destination_of(error4), row_left4);
    EXPECT_EQ(from(error4, 48), from(probe4, 20)) << "the probe comes back, with one hop";
    const Packet error6 = driver.one_out(udp6({.destination = row_right6, .hop_limit = hop}), 0, 0);
    ASSERT_GE(error6.size(), 48U);
    EXPECT_EQ(icmp6_type(error6), 3U);
    EXPECT_EQ(source_of(error6), left_address6(hop));
    driver.run_for(1s);
  }
  const unsigned enough = static_cast<unsigned>(routers) + 1;
  EXPECT_EQ(driver.one_out(udp4({.destination = row_right4, .ttl = enough}), 0, 1).at(8), 1);
  EXPECT_EQ(driver.one_out(udp6({.destination = row_right6, .hop_limit = enough}), 0, 1).at(7), 1);
  EXPECT_EQ(driver.count(Reason::forward4_ttl_exceeded), routers);
  EXPECT_EQ(driver.count(Reason::forward6_hop_limit_exceeded), routers);
}

TEST_P(Row, TOPO_003_a_packet_comes_through_with_a_hop_less_for_each_router_and_nothing_else_changed) {
  const auto routers = static_cast<unsigned>(GetParam());
  const Packet packet = echo4({.destination = row_right4, .tos = 0xb8, .ttl = 200});
  EXPECT_EQ(driver.one_out(packet, 0, 1), echo4({.destination = row_right4, .tos = 0xb8, .ttl = 200 - routers}));
  const Packet packet6 =
      echo6({.destination = row_right6, .traffic_class = 7, .flow_label = 0x12345, .hop_limit = 200});
  EXPECT_EQ(driver.one_out(packet6, 0, 1),
            echo6({.destination = row_right6, .traffic_class = 7, .flow_label = 0x12345, .hop_limit = 200 - routers}));
  EXPECT_EQ(driver.count(Reason::forward4_routed), routers);
  EXPECT_EQ(driver.count(Reason::forward6_routed), routers);
}

INSTANTIATE_TEST_SUITE_P(Hops, Row, testing::Values(1, 2, 3, 64, 128));

// ---- loops ----

/// r3 thinks that the destination is behind r4, and r4 that it is behind r3.
NetworkPlan with_loop() {
  NetworkPlan plan = row_of({.routers = 5});
  const auto add = [&](std::size_t node, std::size_t interface, std::string_view prefix, const std::string& gateway) {
    plan.nodes[node].config.routes.push_back(
        {parse_prefix(prefix).value(), InterfaceId(interface), parse_address(gateway).value()});
  };
  for (std::size_t node = 0; node < 3; ++node) {
    add(node, 1, "198.18.0.0/15", left_address4(node + 2));
    add(node, 1, "2001:db8:bad::/48", "fe80::2");
  }
  add(3, 0, "198.18.0.0/15", right_address4(3, 5));
  add(3, 0, "2001:db8:bad::/48", "fe80::1");
  return plan;
}

TEST(Hops, TOPO_003_a_loop_ends_after_exactly_as_many_routers_as_there_were_hops) {
  for (const unsigned hops : {1U, 2U, 3U, 4U, 5U, 64U, 255U}) {
    SCOPED_TRACE(hops);
    NetworkDriver driver(with_loop());
    // r1, r2, r3, r4, r3, r4, ...: the last of them is where it ends.
    const std::size_t last = hops <= 3 ? hops : hops % 2 == 0 ? 4 : 3;
    const bool from_the_right = hops > 3 && last == 3;
    const Packet error4 = driver.one_out(udp4({.destination = beyond4, .ttl = hops}), 0, 0);
    EXPECT_EQ(icmp4_type(error4), 11U);
    EXPECT_EQ(source_of(error4), from_the_right ? right_address4(3, 5) : left_address4(last));
    auto events = driver.take_events();
    EXPECT_THAT(NetworkDriver::about(events, Reason::forward4_routed), SizeIs(hops - 1 + last - 1))
        << "on the way there, and of the error on its way back";
    EXPECT_THAT(NetworkDriver::about(events, Reason::forward4_ttl_exceeded), SizeIs(1));
    const Packet error6 = driver.one_out(udp6({.destination = beyond6, .hop_limit = hops}), 0, 0);
    EXPECT_EQ(icmp6_type(error6), 3U);
    events = driver.take_events();
    EXPECT_THAT(NetworkDriver::about(events, Reason::forward6_routed), SizeIs(hops - 1 + last - 1));
    EXPECT_THAT(NetworkDriver::about(events, Reason::forward6_hop_limit_exceeded), SizeIs(1));
  }
}

TEST(Hops, TOPO_003_around_a_ring_by_bad_routes) {
  Draft draft = ring_of(5);
  for (std::size_t i = 1; i <= 5; ++i) {
    const std::string next4 = fmt::format("10.0.{}.2", i), name = fmt::format("r{}", i);
    draft.route(name, "198.18.0.0/15", 1, next4);
  }
  NetworkDriver driver(draft.plan());
  driver.one_out(udp4({.destination = beyond4, .ttl = 42}), 0, 0);
  std::vector<std::string> visited;
  for (const Event& event : driver.take_events())
    if (event.kind == Event::Kind::decided && destination_of(event.packet) == beyond4)
      visited.push_back(driver.network().name(event.node));
  ASSERT_THAT(visited, SizeIs(42));
  for (std::size_t i = 0; i < visited.size(); ++i) EXPECT_EQ(visited[i], fmt::format("r{}", i % 5 + 1));
}

TEST(Hops, TOPO_003_no_hop_is_free_whatever_is_in_the_packet) {
  NetworkDriver driver(row_of({.routers = 6}));
  const std::vector<Packet> packets{
      echo4({.destination = row_right4}),
      udp4({.destination = row_right4, .ttl = 7}),
      echo4({.destination = row_right4, .flags_and_offset = 0x2000}),
      echo4({.destination = row_right4, .options = hex("07 0f 04 00000000 00000000 00000000 00")}),
      echo4({.destination = "203.0.113.1"}),
      udp4({.destination = left_address4(4)}),
      echo6({.destination = row_right6}),
      udp6({.destination = row_right6, .hop_limit = 7}),
      echo6({.destination = "2001:db8:2::1"}),
      udp6({.destination = left_address6(4)})};
  for (const Packet& packet : packets) driver.send(packet);
  std::size_t forwarded = 0;
  for (const Event& event : driver.take_events())
    if (event.is_forwarded) {
      const std::size_t at = event.packet.at(0) >> 4 == 4 ? 8 : 7;
      ASSERT_THAT(event.sent, SizeIs(1));
      EXPECT_EQ(event.sent[0].octets.at(at), event.packet.at(at) - 1);
      EXPECT_TRUE(checksums_are_right(event.sent[0].octets));
      ++forwarded;
    }
  EXPECT_GT(forwarded, 60U);
}

// As the run loop gives them to a network that has several nodes.
TEST(Hops, TOPO_003_packets_that_come_together_fare_as_one_by_one) {
  const NetworkPlan plan = row_of({.routers = 3});
  std::vector<Packet> packets;
  for (unsigned i = 1; i <= 16; ++i) {
    packets.push_back(echo4({.destination = row_right4, .ttl = i}, counting(56), i));
    packets.push_back(udp6({.destination = row_right6, .hop_limit = i}));
  }
  const auto fared = [&](bool together) {
    Network network(plan);
    Outbox out;
    network.tick(Instant(std::chrono::seconds(1)), out);
    out.clear();
    std::vector<Received> received;
    for (const Packet& packet : packets)
      received.push_back({.interface = InterfaceId{0}, .bytes = packet, .now = Instant(std::chrono::seconds(2))});
    EXPECT_TRUE(network.takes_many());
    if (together)
      network.receive_together(received, out);
    else
      for (const Received& one : received) network.receive(one, out);
    std::multiset<std::pair<InterfaceId, Packet>> left;
    for (const OutgoingPacket& packet : out.packets())
      left.emplace(packet.interface, Packet(packet.bytes.begin(), packet.bytes.end()));
    EXPECT_EQ(network.counters().packets_in, packets.size());
    return left;
  };
  EXPECT_THAT(fared(true), SizeIs(testing::Ge(26U)));
  EXPECT_EQ(fared(true), fared(false));
}

TEST(Hops, RTR4_002_a_route_that_is_added_leads_from_then_on_until_it_is_taken_away) {
  NetworkDriver driver(row_of({.routers = 2}));
  const ip::Route hole{.prefix = *parse_prefix("203.0.113.0/28"), .action = ip::RouteAction::blackhole};
  driver.act("r1", [&](Node& node, Instant now, Outbox& out) { node.add_route(hole, now, out); });
  EXPECT_THAT(driver.send(udp4({.destination = row_right4})), IsEmpty());
  EXPECT_EQ(driver.count("r1", Reason::forward4_route_blackhole), 1U);
  EXPECT_EQ(driver.count("r1", Reason::route_added), 1U);
  driver.act("r1",
             [&](Node& node, Instant now, Outbox& out) { node.remove_route(hole.prefix, hole.interface, now, out); });
  EXPECT_THAT(driver.send(udp4({.destination = row_right4})), SizeIs(1));
  EXPECT_EQ(driver.count("r1", Reason::route_taken_away), 1U);
}

TEST(Hops, TOPO_003_a_link_that_is_down_leads_nowhere) {
  NetworkDriver driver(row_of({.routers = 3}));
  EXPECT_THAT(driver.set_link(false, 1), IsEmpty());
  const Packet error = driver.one_out(udp4({.destination = row_right4}), 0, 0);
  EXPECT_EQ(icmp4_type(error), 3U);
  EXPECT_EQ(source_of(error), left_address4(3));
  driver.send(echo4({.source = row_right4}), 1);
  EXPECT_EQ(driver.count("r3", Reason::link_is_down), 1U);
  driver.set_link(true, 1);
  EXPECT_EQ(driver.send(udp4({.destination = row_right4})).at(0).door, 1U);
}

TEST(Hops, TOPO_003_what_is_put_together_leads_to_no_link_that_is_down) {
  Draft draft;
  draft.router("r1").router("r2");
  draft.link("left", {{"r1", {"192.0.2.2/24"}}, outside});
  draft.link("middle", {{"r1", {"198.51.100.0/31"}}, {"r2", {"198.51.100.1/31"}}});
  draft.link("right", {{"r2", {"203.0.113.1/24"}}, outside});
  draft.link("next_to_left", {{"r2", {"192.0.3.1/24"}}, outside});
  NetworkDriver driver(draft.plan());
  driver.set_link(false, 0);
  const Packet error = driver.one_out(udp4({.source = row_right4, .destination = row_left4}), 1, 1);
  ASSERT_THAT(error, SizeIs(testing::Ge(28U)));
  EXPECT_EQ(icmp4_type(error), 3U) << "not around and around";
  EXPECT_EQ(source_of(error), "198.51.100.0");
}

}  // namespace
}  // namespace tunstack::test::hops_test
