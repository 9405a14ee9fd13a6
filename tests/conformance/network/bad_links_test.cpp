// Links that delay, lose, double, corrupt and reorder packets, or send only so many octets a second.
#include <set>

#include "tests/support/host.hpp"
#include "tests/support/network_driver.hpp"

namespace tunstack::test::bad_links_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

/// Two routers and a bad link between them.
NetworkPlan pair_with(const Impairments& impairments, std::uint64_t seed = 1) {
  return row_of({.routers = 2, .impairments = impairments, .seed = seed});
}
Packet to_right(std::uint32_t sequence = 1, const Packet& data = counting(56)) {
  return echo4({.destination = row_right4}, data, sequence);
}
Packet to_right6(std::uint32_t sequence = 1) { return echo6({.destination = row_right6}, counting(56), sequence); }
Packet to_r2(std::uint32_t sequence = 1) { return echo4({.destination = "198.51.100.1"}, counting(56), sequence); }
std::vector<std::uint32_t> sequences(const std::vector<Left>& left) {
  std::vector<std::uint32_t> numbers;
  for (const Left& one : left) numbers.push_back(be32(one.octets, 24));
  return numbers;
}

// ---- time ----

TEST(BadLinks, TOPO_006_a_delay_shows_in_the_time_of_a_round_trip) {
  NetworkDriver driver(pair_with({.delay = 50ms}));
  EXPECT_THAT(driver.send(to_r2()), IsEmpty());
  EXPECT_EQ(driver.network().packets_on_their_way(), 1U);
  EXPECT_EQ(driver.network().next_deadline(), driver.now() + 50ms);
  const auto left = driver.run_for(1s);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].at, 100ms) << "there and back";
  EXPECT_EQ(icmp4_type(left[0].octets), 0U);
  EXPECT_EQ(driver.network().packets_on_their_way(), 0U);
}

TEST(BadLinks, TOPO_006_delays_of_a_row_add_up) {
  NetworkDriver driver(row_of({.routers = 6, .impairments = {.delay = 7ms}}));
  driver.send(to_right()), driver.send(to_right6());
  const auto left = driver.run_for(1s);
  ASSERT_THAT(left, SizeIs(2));
  for (const Left& one : left) {
    EXPECT_EQ(one.at, 35ms);
    EXPECT_EQ(one.door, 1U);
  }
}

TEST(BadLinks, TOPO_006_jitter_shows_within_its_bounds_and_keeps_the_order) {
  NetworkDriver driver(pair_with({.delay = 50ms, .jitter = 10ms}));
  std::set<Duration> times;
  std::uint32_t expected = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    driver.send(to_r2(2 * i)), driver.send(to_r2(2 * i + 1));
    const auto left = driver.run_for(1s);
    ASSERT_THAT(left, SizeIs(2));
    for (const Left& one : left) {
      EXPECT_THAT(one.at, AllOf(Ge(80ms), Le(120ms)));
      EXPECT_EQ(be32(one.octets, 24), expected++);
      times.insert(one.at);
    }
  }
  EXPECT_GT(times.size(), 100U) << "drawn for each";
  EXPECT_LT(*times.begin(), 90ms);
  EXPECT_GT(*times.rbegin(), 110ms);
}

TEST(BadLinks, TOPO_006_what_is_due_happens_though_another_packet_comes_first) {
  NetworkDriver driver(pair_with({.delay = 10ms}));
  driver.send(to_right(1));
  NetworkDriver late(pair_with({.delay = 10ms}));
  late.send(to_right(1));
  late.run_for(5ms);
  late.send(to_right(2));
  EXPECT_THAT(sequences(late.run_for(5ms)), ElementsAre(1U));
  EXPECT_THAT(sequences(late.run_for(5ms)), ElementsAre(2U));
}

/// A caller that is late: the next packet finds others that were due before it.
TEST(BadLinks, TOPO_006_who_was_due_before_comes_out_before) {
  Network network(pair_with({.delay = 10ms}));
  Outbox out;
  const Packet first = to_right(1), second = to_right(2), third = to_right(3);
  const auto receive = [&](const Packet& packet, Duration at) {
    network.receive({.interface = InterfaceId{0}, .bytes = packet, .now = Instant(at)}, out);
  };
  receive(first, 0ms), receive(second, 1ms);
  EXPECT_THAT(out.packets(), IsEmpty());
  receive(third, 30ms);
  EXPECT_THAT(out.packets(), SizeIs(2));
  EXPECT_EQ(network.next_deadline(), Instant(40ms));
}

TEST(BadLinks, TOPO_001_a_rate_lets_packets_leave_one_after_the_other) {
  NetworkDriver driver(pair_with({.rate = 1'000'000}));
  const Packet packet = to_right(1, counting(97));  // 125 octets: a millisecond
  ASSERT_THAT(packet, SizeIs(125));
  driver.receive({packet, packet, packet});
  const auto left = driver.run_for(1s);
  ASSERT_THAT(left, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(left[i].at, 1ms * (static_cast<int>(i) + 1));
}

TEST(BadLinks, each_direction_is_impaired_on_its_own) {
  NetworkDriver driver(pair_with({.rate = 1'000'000, .queue = 0}));
  driver.send(to_right());
  driver.send(echo4({.source = row_right4, .destination = row_left4}), 1);
  EXPECT_THAT(driver.run_for(1s), SizeIs(2)) << "neither is in the other's way";
}

// ---- what is lost ----

TEST(BadLinks, TOPO_007_the_same_seed_loses_the_same_packets) {
  const auto answered = [](std::uint64_t seed) {
    NetworkDriver driver(pair_with({.loss = 0.2}, seed));
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < 1000; ++i)
      for (const Left& left : driver.send(to_r2(i))) numbers.push_back(be32(left.octets, 24));
    EXPECT_EQ(driver.count(Reason::link_packet_lost), 1000 - numbers.size());
    EXPECT_EQ(driver.count("r1", Reason::link_packet_lost) + driver.count("r2", Reason::link_packet_lost),
              1000 - numbers.size());
    EXPECT_GT(driver.count("r2", Reason::link_packet_lost), 100U) << "who sends notes it";
    return numbers;
  };
  const auto first = answered(7);
  EXPECT_NEAR(static_cast<double>(first.size()), 640, 60) << "lost there or back";
  EXPECT_EQ(answered(7), first);
  EXPECT_NE(answered(8), first);
}

TEST(BadLinks, TOPO_007_directions_of_a_link_lose_different_packets) {
  NetworkDriver driver(pair_with({.loss = 0.5}));
  std::vector<bool> there, back;
  for (std::uint32_t i = 0; i < 200; ++i) {
    there.push_back(driver.send(to_right(i)).empty());
    back.push_back(driver.send(echo4({.source = row_right4, .destination = row_left4}), 1).empty());
  }
  EXPECT_NE(there, back);
}

TEST(BadLinks, TOPO_007_links_lose_different_packets) {
  NetworkDriver driver(row_of({.routers = 3, .impairments = {.loss = 0.5}}));
  std::vector<bool> at_first, at_second;
  while (at_second.size() < 200) {
    driver.send(to_right());
    const auto lost = NetworkDriver::about(driver.take_events(), Reason::link_packet_lost);
    const bool is_lost_at_first = !lost.empty() && lost[0].node == NodeId{0};
    at_first.push_back(is_lost_at_first);
    if (!is_lost_at_first) at_second.push_back(!lost.empty());
  }
  at_first.resize(at_second.size());
  EXPECT_NE(at_first, at_second);
}

TEST(BadLinks, TOPO_007_another_link_changes_nothing_of_what_this_one_loses) {
  const auto passed = [](bool with_more) {
    Draft draft;
    draft.router("r1").router("r2");
    draft.link("left", {{"r1", {"192.0.2.2/24"}}, outside});
    if (with_more) draft.link("more", {{"r1", {"198.18.0.1/24"}}, {"r2", {"198.18.0.2/24"}}}, {.loss = 0.3}, 5);
    draft.link("middle", {{"r1", {"198.51.100.0/31"}}, {"r2", {"198.51.100.1/31"}}}, {.loss = 0.3});
    draft.link("right", {{"r2", {"203.0.113.1/24"}}, outside});
    NetworkDriver driver(draft.plan());
    std::vector<bool> all;
    for (std::uint32_t i = 0; i < 300; ++i) all.push_back(driver.send(to_right(i)).size() == 1);
    return all;
  };
  EXPECT_EQ(passed(true), passed(false));
}

TEST(BadLinks, TOPO_001_a_full_queue_loses_what_comes) {
  NetworkDriver driver(pair_with({.rate = 1'000'000, .queue = 2}));
  driver.receive({to_right(1), to_right(2), to_right(3), to_right(4), to_right(5)});
  EXPECT_THAT(sequences(driver.run_for(1s)), ElementsAre(1U, 2U, 3U));
  const auto full = NetworkDriver::about(driver.take_events(), Reason::link_queue_full);
  ASSERT_THAT(full, SizeIs(2));
  EXPECT_EQ(full[0].node, NodeId{0});
  EXPECT_EQ(full[0].interface, InterfaceId{1}) << "where it would have set out";
}

TEST(BadLinks, ROB_003_the_network_holds_so_many_packets) {
  constexpr std::size_t most = 1000;
  NetworkPlan plan = pair_with({.delay = 1s});
  plan.in_flight.packets = most;
  NetworkDriver driver(plan);
  driver.run_for(5s);
  driver.take_events();
  const Packet packet = to_right();
  driver.receive(std::vector<Packet>(most, packet));
  EXPECT_EQ(driver.count(Reason::network_full), 0U);
  driver.take_events();
  driver.run_for(300ms);
  driver.receive({packet, packet});
  const auto full = NetworkDriver::about(driver.take_events(), Reason::network_full);
  ASSERT_THAT(full, SizeIs(2));
  EXPECT_EQ(full[0].time, driver.now()) << "when it came";
  EXPECT_EQ(full[0].node, NodeId{0});
  EXPECT_EQ(full[0].interface, InterfaceId{1});
  EXPECT_NE(full[0].ids.cause, 0U);
  driver.run_for(100ms);
  driver.act("r1", [&](Node& node, Instant now, Outbox& out) { node.send_packet(InterfaceId{1}, packet, now, out); });
  const auto given = NetworkDriver::about(driver.take_events(), Reason::network_full);
  ASSERT_THAT(given, SizeIs(1));
  EXPECT_EQ(given[0].time, driver.now());
  EXPECT_EQ(driver.network().packets_on_their_way(), most);
  EXPECT_THAT(driver.run_for(1s), SizeIs(most)) << "and loses none of them";
  driver.send(packet);
  EXPECT_THAT(driver.run_for(1s), SizeIs(1)) << "there is room again";
}

TEST(BadLinks, ROB_003_the_network_holds_so_many_octets) {
  Draft draft;
  draft.router("r1").router("r2");
  draft.link("left", {{.node = "r1", .addresses = {"192.0.2.2/24"}, .mtu = 65535}, outside});
  draft.link("middle",
             {{.node = "r1", .addresses = {"198.51.100.0/31"}, .mtu = 65535},
              {.node = "r2", .addresses = {"198.51.100.1/31"}, .mtu = 65535}},
             {.delay = 1s});
  draft.link("right", {{.node = "r2", .addresses = {"203.0.113.1/24"}, .mtu = 65535}, outside});
  constexpr std::size_t fit = 20;
  NetworkPlan plan = draft.plan();
  plan.in_flight.octets = fit * PacketMemory::octets_of_a_chunk;
  NetworkDriver driver(plan);
  const Packet large = to_right(1, Packet(65'000));
  for (std::size_t i = 0; i < fit + 3; ++i) {
    driver.send(large);
    driver.take_events();
  }
  EXPECT_EQ(driver.count(Reason::network_full), 3U);
  EXPECT_EQ(driver.network().packets_on_their_way(), fit);
  EXPECT_EQ(driver.network().octets_on_their_way(), plan.in_flight.octets);
}

TEST(BadLinks, a_packet_without_octets_is_lost_by_no_link) {
  Draft draft;
  draft.router("r1");
  draft.link("left", {{"r1", {"192.0.2.2/24"}}, outside}, {.delay = 10ms});
  NetworkDriver driver(draft.plan());
  driver.send(Packet{});
  driver.run_for(1s);
  EXPECT_EQ(driver.count(Reason::network_full), 0U);
  EXPECT_EQ(driver.count(Reason::empty_read), 1U);
}

// ---- what is changed ----

TEST(BadLinks, TOPO_001_doubles) {
  NetworkDriver driver(pair_with({.duplicate = Share::each_of(2), .delay = 1ms}));
  driver.receive({to_right(1), to_right(2), to_right(3), to_right(4)});
  EXPECT_THAT(sequences(driver.run_for(1s)), ElementsAre(1U, 2U, 2U, 3U, 4U, 4U));
  const auto events = driver.take_events();
  EXPECT_THAT(NetworkDriver::about(events, Reason::link_packet_duplicated), SizeIs(2));
  std::multiset<PacketNumber> arrived;
  for (const Event& event : events)
    if (event.kind == Event::Kind::decided && event.node == NodeId{1}) arrived.insert(event.ids.number);
  EXPECT_EQ(arrived.size(), 6U);
  EXPECT_EQ(std::set<PacketNumber>(arrived.begin(), arrived.end()).size(), 6U) << "a double has a number of its own";
}

TEST(BadLinks, TOPO_001_doubles_on_a_link_that_takes_no_time) {
  NetworkDriver driver(pair_with({.duplicate = 1}));
  EXPECT_THAT(driver.send(to_right()), SizeIs(2));
  EXPECT_THAT(driver.send(to_r2()), SizeIs(4)) << "both are answered, and both replies doubled";
}

TEST(BadLinks, what_takes_no_time_has_left_when_the_call_ends) {
  Network network(pair_with({.duplicate = 1}));
  Outbox out;
  const Packet packet = to_right();
  network.receive({.interface = InterfaceId{0}, .bytes = packet, .now = Instant(1s)}, out);
  EXPECT_THAT(out.packets(), SizeIs(2));
  network.act(NodeId{0}, Instant(1s), out,
              [&](Node& node, Instant now, Outbox& box) { node.send_packet(InterfaceId{1}, packet, now, box); });
  EXPECT_THAT(out.packets(), SizeIs(4));
}

TEST(BadLinks, TOPO_001_overtaken) {
  NetworkDriver driver(pair_with({.reorder = Share::each_of(3)}));
  std::vector<Left> left;
  for (std::uint32_t i = 1; i <= 4; ++i) {
    for (const Left& one : driver.send(to_right(i))) left.push_back(one);
    for (const Left& one : driver.run_for(2ms)) left.push_back(one);
  }
  for (const Left& one : driver.run_for(1s)) left.push_back(one);
  EXPECT_THAT(sequences(left), ElementsAre(1U, 2U, 4U, 3U));
  EXPECT_EQ(driver.count(Reason::link_packet_overtaken), 1U);
}

TEST(BadLinks, TOPO_001_a_bit_turned_over_is_seen_by_who_checks) {
  NetworkDriver driver(pair_with({.corrupt = 1}));
  std::size_t different = 0;
  for (std::uint32_t i = 0; i < 300; ++i) {
    for (const Left& left : driver.send(to_right(i))) {
      EXPECT_NE(from(left.octets, 20), from(to_right(i), 20)) << "what comes through was hit behind its header";
      ++different;
    }
  }
  const std::uint64_t refused = driver.count("r2", Reason::ipv4_header_checksum_wrong);
  EXPECT_GT(different, 200U);
  EXPECT_GT(refused, 30U);
  EXPECT_EQ(driver.count(Reason::link_packet_corrupted), 300U);
}

TEST(BadLinks, events_of_links_name_the_packet_and_its_way) {
  NetworkDriver driver(pair_with({.loss = 1}));
  driver.send(to_right());
  const auto events = driver.take_events();
  ASSERT_THAT(events, SizeIs(2));
  const Event& lost = events[0].kind == Event::Kind::noted ? events[0] : events[1];
  const Event& forwarded = events[0].kind == Event::Kind::noted ? events[1] : events[0];
  ASSERT_THAT(forwarded.sent, SizeIs(1));
  EXPECT_EQ(lost.reason, Reason::link_packet_lost);
  EXPECT_EQ(lost.ids.cause, forwarded.sent[0].ids.number);
  EXPECT_EQ(lost.node, NodeId{0});
  EXPECT_EQ(lost.interface, InterfaceId{1});
}

TEST(BadLinks, a_bad_link_at_a_door_is_bad_both_ways_and_its_node_notes_it) {
  Draft draft;
  draft.router("r1");
  draft.link("left", {{"r1", {"192.0.2.2/24", "2001:db8::2/64"}}, outside}, {.loss = Share::each_of(2), .delay = 5ms});
  NetworkDriver driver(draft.plan());
  EXPECT_FALSE(driver.network().is_single());
  for (std::uint32_t i = 1; i <= 8; ++i) driver.send(echo4({}, counting(56), i));
  const auto left = driver.run_for(1s);
  EXPECT_THAT(sequences(left), ElementsAre(1U, 5U)) << "each second one there, each second one of the replies";
  for (const Left& one : left) EXPECT_EQ(one.at, 10ms);
  EXPECT_EQ(driver.count("r1", Reason::link_packet_lost), 6U);
}

TEST(BadLinks, what_comes_in_by_a_door_and_is_lost_is_noted_by_the_node_behind_it) {
  Draft draft;
  draft.router("r1").router("r2");
  draft.link("left", {{"r1", {"192.0.2.2/24"}}, outside});
  draft.link("middle", {{"r1", {"198.51.100.0/31"}}, {"r2", {"198.51.100.1/31"}}});
  draft.link("right", {{"r2", {"203.0.113.1/24"}}, outside}, {.loss = 1});
  NetworkDriver driver(draft.plan());
  driver.send(echo4({.source = row_right4}), 1);
  const auto events = driver.take_events();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].reason, Reason::link_packet_lost);
  EXPECT_EQ(events[0].node, NodeId{1});
  EXPECT_EQ(events[0].interface, InterfaceId{1});
}

}  // namespace
}  // namespace tunstack::test::bad_links_test
