// The run loop, on devices in memory and a clock that a test turns: nothing waits, and no kernel is needed.
#include "tunstack/run/run_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/router_messages.hpp"
#include "tunstack/device/memory.hpp"
#include "tunstack/network/network.hpp"
#include "tunstack/run/replay.hpp"

namespace tunstack::test::run_loop_test {
namespace {

using namespace std::chrono_literals;
using router_messages::prefix_option;
using router_messages::router_advertisement;
using testing::Optional;
using testing::SizeIs;

struct HandClock {
  Instant time;
  Instant now() const { return time; }
};

constexpr InterfaceId tun{0}, tap{1};

/// TUN and TAP: 192.0.2.2/24 on the first, 198.51.100.2/24 on the second, both with IPv6.
NodeConfig two_links(Instant start = {}) {
  NodeConfig config = ethernet_config();
  config.interfaces.insert(config.interfaces.begin(), host_config().interfaces[0]);
  config.interfaces[1].addresses = {*parse_prefix("198.51.100.2/24"), *parse_prefix("2001:db8:1::2/64")};
  config.start = start;
  return config;
}

Packet echo_between(std::string_view peer, std::string_view own) { return echo4({.source = peer, .destination = own}); }

struct Log final : Observer {
  void decided(const Decision& decision) override {
    for (const OutgoingPacket& packet : decision.sent) sent.push_back(packet.ids.number);
  }
  void noted(const Note& note) override {
    if (note.reason == Reason::device_write_failed) failed.push_back(note);
  }
  std::vector<PacketNumber> sent;
  std::vector<Note> failed;
};

class Loop : public testing::Test {
 protected:
  Loop() { node.observe(&log); }
  ~Loop() override { node.observe(nullptr); }

  /// Turns of the loop; each has packets waiting, or something that is due.
  LoopEnd turn(int turns = 1) {
    return loop.run_while([&] { return turns-- > 0; });
  }
  void change_link(bool up) {
    loop.act([&](Instant now, Outbox& out) { node.link_changed(tun, up, now, out); });
  }

  Node node{two_links()};
  Log log;
  MemoryDevice first, second;
  std::array<MemoryDevice*, 2> devices{&first, &second};
  HandClock clock;
  RunLoop<Node, MemoryDevice, HandClock> loop{devices, node, clock};
};

TEST_F(Loop, TUN_005_a_link_that_goes_down_and_comes_up) {
  change_link(false);
  first.put(echo_between("192.0.2.1", "192.0.2.2"));
  turn();
  EXPECT_EQ(first.take(), std::nullopt);
  change_link(true);
  first.put(echo_between("192.0.2.1", "192.0.2.2"));
  turn();
  EXPECT_TRUE(first.take());
}

/// Each look at it takes a microsecond.
struct BusyClock {
  mutable Instant time;
  Instant now() const { return time += std::chrono::microseconds(1); }
};

struct Times final : Observer {
  void decided(const Decision& decision) override { all.push_back(decision.time); }
  std::vector<Instant> all;
};

// Packets that wait together are answered at one time, or each at its own where somebody listens.
TEST(LoopThatIsWatched, each_packet_has_a_time_of_its_own_if_wanted) {
  for (const bool is_wanted : {false, true}) {
    Node node{host_config()};
    Times times;
    node.observe(&times);
    MemoryDevice device;
    std::array<MemoryDevice*, 1> devices{&device};
    const BusyClock clock;
    RunLoop<Node, MemoryDevice, BusyClock> loop{devices, node, clock};
    loop.take_time_of_each(is_wanted);
    for (int i = 0; i < 3; ++i) device.put(echo4());
    loop.drain(3);
    ASSERT_EQ(times.all.size(), 3U);
    EXPECT_EQ(times.all[0] < times.all[1] && times.all[1] < times.all[2], is_wanted);
    EXPECT_EQ(times.all[0] == times.all[2], !is_wanted);
    node.observe(nullptr);
  }
}

TEST(LoopOfOneLink, TUN_005_what_begins_anew_is_sent_at_once) {
  NodeConfig config = host_config();
  config.options.own.reports_ipv6_groups = true;
  config.interfaces[0].up = false;
  Node node(config);
  MemoryDevice device;
  std::array<MemoryDevice*, 1> devices{&device};
  const HandClock clock;
  RunLoop<Node, MemoryDevice, HandClock> loop(devices, node, clock);
  loop.act([&](Instant now, Outbox& out) { node.link_changed(tun, true, now, out); });
  EXPECT_TRUE(device.take()) << "a report of groups";
}

TEST_F(Loop, TUN_005_that_a_link_is_up_is_heard_before_what_comes_by_it) {
  change_link(false);
  MemoryDevice news;
  loop.watch(news.fd(), [&] {
    std::array<std::uint8_t, 8> room;
    news.read(room);
    change_link(true);
  });
  first.put(echo_between("192.0.2.1", "192.0.2.2"));
  news.put(Packet(1));
  turn();
  EXPECT_EQ(node.counters().count(Reason::icmp4_echo_request_for_us), 1U);
  EXPECT_EQ(node.counters().count(Reason::link_is_down), 0U);
}

TEST_F(Loop, V4_TX_009_packets_of_each_device_are_answered_by_the_right_one) {
  first.put(echo_between("192.0.2.1", "192.0.2.2"));
  turn();
  const auto reply = first.take();
  ASSERT_TRUE(reply);
  EXPECT_EQ(destination_of(*reply), "192.0.2.1");
  EXPECT_EQ(second.take(), std::nullopt);

  first.put(echo_between("198.51.100.1", "192.0.2.2"));
  turn();
  EXPECT_EQ(first.take(), std::nullopt);
  const auto question = second.take();
  ASSERT_TRUE(question);
  EXPECT_EQ(part(*question, 0, 14), broadcast_mac + own_mac + hex("0806"));
  EXPECT_EQ(part(*question, 28, 4), octets_of("198.51.100.2")) << "an address of that link";

  second.put(arp_reply("198.51.100.1", other_mac));
  turn();
  const auto framed_reply = second.take();
  ASSERT_TRUE(framed_reply);
  EXPECT_EQ(part(*framed_reply, 0, 14), other_mac + own_mac + hex("0800"));
  EXPECT_EQ(source_of(content_of(*framed_reply)), "192.0.2.2");

  second.put(framed(echo_between("192.0.2.9", "198.51.100.2")));
  turn();
  EXPECT_EQ(second.take(), std::nullopt);
  const auto unframed = first.take();
  ASSERT_TRUE(unframed);
  EXPECT_EQ(destination_of(*unframed), "192.0.2.9");
}

TEST_F(Loop, timers_and_others_get_their_share) {
  for (int i = 0; i < 130; ++i) first.put(echo_between("192.0.2.1", "192.0.2.2"));
  for (const std::size_t answered : {64U, 128U, 130U}) {
    turn();
    EXPECT_EQ(node.counters().packets_out, answered);
  }
}

// Packets are read some at a time before any answer is written. The least MTU makes most packets of an answer.
TEST(RunLoop, TUN_005_answers_leave_before_the_outbox_is_too_full_for_the_next) {
  for (const std::size_t mtu : {std::size_t{68}, std::size_t{296}, std::size_t{1500}}) {
    NodeConfig config = host_config();
    config.interfaces[0].mtu = mtu;
    config.interfaces[0].addresses = {*parse_prefix("192.0.2.2/24")};
    Node node(config);
    MemoryDevice device;
    std::array<MemoryDevice*, 1> devices{&device};
    HandClock clock;
    RunLoop<Node, MemoryDevice, HandClock> loop(devices, node, clock);

    // Each complete with a small fragment; of the largest size, after ones that leave the outbox nearly half full.
    const std::vector<std::size_t> sizes{40'000, 65'504, 65'504, 30'000, 30'000, 65'504, 40'000, 65'504};
    for (std::size_t id = 0; id < sizes.size(); ++id)
      device.put(ipv4({.identification = static_cast<unsigned>(id), .flags_and_offset = 0x2000},
                      part(icmpv4(8, 0, 0x00050001, counting(sizes[id])), 0, sizes[id])));
    loop.drain(sizes.size());
    EXPECT_EQ(node.counters().packets_out, 0U);
    for (std::size_t id = 0; id < sizes.size(); ++id)
      device.put(
          ipv4({.identification = static_cast<unsigned>(id), .flags_and_offset = static_cast<unsigned>(sizes[id] / 8)},
               from(icmpv4(8, 0, 0x00050001, counting(sizes[id])), sizes[id])));
    loop.drain(sizes.size());
    EXPECT_EQ(node.counters().icmp4.out(0, 0), sizes.size()) << mtu;
    EXPECT_EQ(node.counters().count(Reason::outbox_full), 0U) << mtu;
  }
}

TEST_F(Loop, a_drain_takes_so_many_of_each_device) {
  for (int i = 0; i < 5; ++i) {
    first.put(echo_between("192.0.2.1", "192.0.2.2"));
    second.put(framed(echo_between("192.0.2.1", "198.51.100.2")));
  }
  loop.drain(3);
  EXPECT_EQ(node.counters().packets_in, 6U);
  loop.drain(100);
  EXPECT_EQ(node.counters().packets_in, 10U);
}

TEST_F(Loop, V4_FRAG_008_the_node_is_served_at_its_deadline) {
  first.put(ipv4({.source = "198.51.100.1", .flags_and_offset = 0x2000}, icmpv4(8, 0, 1, counting(16))));
  turn();
  clock.time = node.next_deadline();
  EXPECT_EQ(clock.time, Instant(60s));
  turn();
  EXPECT_THAT(second.take(), Optional(SizeIs(14 + 28))) << "it asks for the peer, to tell it";
  EXPECT_GT(node.next_deadline(), clock.time);
}

TEST_F(Loop, what_is_due_is_called_once) {
  int calls = 0;
  loop.at(Instant(5s), [&] { ++calls; });
  loop.at(Instant(6s), [&] { loop.stop(); });
  clock.time = Instant(5s);
  turn();
  EXPECT_EQ(calls, 1);
  clock.time = Instant(6s);
  EXPECT_EQ(loop.run(), LoopEnd::stopped);
  EXPECT_EQ(calls, 1);
}

TEST_F(Loop, a_device_that_is_gone_ends_the_loop) {
  second.remove();
  EXPECT_EQ(loop.run(), LoopEnd::device_gone);
}

// TUN-005: one packet is lost, and counted; the next is not.
TEST_F(Loop, TUN_005_a_full_device_loses_the_packet_alone) {
  while (first.write(Packet(20))) {
  }
  first.put(echo_between("192.0.2.1", "192.0.2.2"));
  turn();
  EXPECT_EQ(node.counters().count(Reason::device_write_failed), 1U);
  ASSERT_THAT(log.sent, SizeIs(1));
  ASSERT_THAT(log.failed, SizeIs(1));
  EXPECT_EQ(log.failed[0].cause, log.sent[0]);
  EXPECT_EQ(log.failed[0].interface, tun);
  first.take();
  first.put(echo_between("192.0.2.1", "192.0.2.2"));
  turn();
  EXPECT_EQ(node.counters().count(Reason::device_write_failed), 1U);
  EXPECT_THAT(log.sent, SizeIs(2));
}

// ---- replay, and a start that is not zero ----

/// Whatever left, and how long after the start.
struct Story final : Observer {
  explicit Story(Instant begin) : start(begin) {}
  void add(Instant time, std::span<const OutgoingPacket> packets) {
    for (const OutgoingPacket& packet : packets)
      sent.emplace_back(time - start, packet.interface, Packet(packet.bytes.begin(), packet.bytes.end()));
  }
  void decided(const Decision& decision) override { add(decision.time, decision.sent); }
  void originated(const Origination& origination) override { add(origination.time, origination.sent); }
  Instant start;
  std::vector<std::tuple<Duration, InterfaceId, Packet>> sent;
};

using Input = std::vector<std::tuple<Duration, InterfaceId, Packet>>;

auto replayed(const NodeConfig& config, const Input& input) {
  Node node(config);
  Story story(config.start);
  node.observe(&story);
  Replay<Node> replay(node, config.start);
  for (const auto& [after, interface, packet] : input)
    replay.receive({.interface = interface, .bytes = packet, .now = config.start + after});
  replay.advance(config.start + 1h);
  EXPECT_EQ(replay.now(), config.start + 1h);
  return story.sent;
}

const std::array other_starts = {Instant(1'000'000'000s), Instant(-1'000'000'000s), Instant(-1ns)};

TEST(ReplayOfTwoLinks, ROB_004_the_same_octets_whenever_it_starts) {
  const Packet first_part = ipv4({.source = "198.51.100.1", .flags_and_offset = 0x2000}, icmpv4(8, 0, 1, counting(16)));
  const Input input = {{1s, tun, echo_between("198.51.100.1", "192.0.2.2")},
                       {1500ms, tap, arp_reply("198.51.100.1", other_mac)},
                       {3s, tap, framed(echo6({.destination = "2001:db8:1::2"}))},
                       {4s, tun, first_part},
                       {70s, tap, framed(echo4({.source = "198.51.100.1", .destination = "198.51.100.2"}))}};
  const auto at_zero = replayed(two_links(), input);
  std::vector<InterfaceId> interfaces;
  for (const auto& one : at_zero) interfaces.push_back(std::get<1>(one));
  ASSERT_GE(interfaces.size(), 5U);
  EXPECT_EQ(interfaces[0], tap) << "a question";
  EXPECT_EQ(interfaces[1], tap) << "the reply that waited for the answer";
  EXPECT_EQ(interfaces[2], tun);
  for (const Instant start : other_starts)
    EXPECT_EQ(replayed(two_links(start), input), at_zero) << start.time_since_epoch().count();
}

/// Checks its addresses, makes some of what routers tell, and reports its groups.
NodeConfig learning(Instant start) {
  NodeConfig config = ethernet_config({"dad.transmits=1", "mld.enable=on"});
  config.interfaces[0].configures_itself = true;
  config.start = start;
  return config;
}

TEST(AnyStartOfANode, ROB_004_a_host_that_configures_itself) {
  const Input input = {
      {5s, InterfaceId{0}, framed(router_advertisement({.options = prefix_option({.valid = 1000, .preferred = 500})}))},
      {10s, InterfaceId{0}, framed(echo6({.destination = "ff02::1"}))}};
  const auto at_zero = replayed(learning(Instant{}), input);
  EXPECT_GE(at_zero.size(), 6U) << "checks, reports, solicitations";
  for (const Instant start : other_starts)
    EXPECT_EQ(replayed(learning(start), input), at_zero) << start.time_since_epoch().count();
}

NodeConfig advertising(Instant start) {
  NodeConfig config = learning(start);
  config.interfaces[0].role = Role::router;
  EXPECT_FALSE(set_option(config.options, "nd.adv.enable=on").has_value());
  return config;
}

TEST(AnyStartOfANode, ROB_004_a_router_that_advertises) {
  const auto at_zero = replayed(advertising(Instant{}), {});
  EXPECT_GE(at_zero.size(), 6U) << "advertisements of an hour";
  for (const Instant start : other_starts)
    EXPECT_EQ(replayed(advertising(start), {}), at_zero) << start.time_since_epoch().count();
}

// ---- a clock that is late ----

using GoOn = std::function<void(Network&, Instant, Outbox&)>;

/// What a host of its own sends in ten seconds, where time goes on so much too late.
auto sent_by_late_clock(Duration lateness, const GoOn& go_on) {
  NodeConfig config = learning(Instant{});
  EXPECT_FALSE(set_option(config.options, "dad.transmits=3").has_value());
  Network network{Node(config)};
  Story story(config.start);
  network.observe(&story);
  Outbox out;
  while (network.next_deadline() <= Instant(10s)) {
    go_on(network, network.next_deadline() + lateness, out);
    out.clear();
  }
  return story.sent;
}

TEST(LateClock, ROB_004_what_is_due_happens_at_its_time_as_in_a_replay) {
  const GoOn tick = &Network::tick;
  const GoOn receive = [](Network& network, Instant now, Outbox& out) {
    const Packet packet = framed(echo4({.destination = "203.0.113.1"}));
    network.receive({.bytes = packet, .now = now}, out);
  };
  const GoOn act = [](Network& network, Instant now, Outbox& out) {
    network.act(NodeId{0}, now, out, [](Node&, Instant, Outbox&) {});
  };
  const auto in_time = sent_by_late_clock(0s, tick);
  EXPECT_GE(in_time.size(), 6U) << "checks, reports, solicitations";
  for (const GoOn& go_on : {tick, receive, act}) EXPECT_EQ(sent_by_late_clock(99ms, go_on), in_time);
}

TEST(LateClock, DAD_009_who_was_stopped_for_long_leaves_others_time_to_object) {
  NodeConfig config = learning(Instant{});
  ASSERT_FALSE(set_option(config.options, "dad.transmits=3").has_value());
  Network network{Node(config)};
  Outbox out;
  network.tick(Instant(1h), out);
  std::vector<Packet> checked;
  for (const OutgoingPacket& packet : out.packets())
    if (packet.bytes[6] == 58 && packet.bytes[40] == 135)
      checked.emplace_back(packet.bytes.begin() + 48, packet.bytes.begin() + 64);
  EXPECT_FALSE(checked.empty());
  EXPECT_THAT(std::set(checked.begin(), checked.end()), SizeIs(checked.size()));
}

}  // namespace
}  // namespace tunstack::test::run_loop_test
