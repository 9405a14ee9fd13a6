// Whether neighbors are still there: timers, probes and what confirms them (RFC 4861 7.3).
#include <random>

#include "tests/support/wire.hpp"

namespace tunstack::test::neighbor_unreachability_test {
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

constexpr std::string_view peer = "2001:db8::1";
const Packet probe = solicits_station(peer_mac, peer);

/// How long P stays reachable, in steps of `step`.
Duration time_reachable(Wire& wire, Duration step) {
  Duration held{};
  for (; wire.state(peer) == NeighborState::reachable; held += step) wire.wait(step);
  return held;
}

TEST(NeighborUnreachability, ND_NUD_001_reachable_for_half_to_one_and_a_half_of_the_time) {
  struct Row {
    std::initializer_list<std::string_view> settings;
    Duration reachable;
  };
  for (const Row& row : {Row{{}, 30s}, Row{{"nd.reachable=10000"}, 10s}}) {
    Duration shortest = 1h, longest{};
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      NodeConfig config = ethernet_config(row.settings);
      config.seed = seed;
      Wire wire(config);
      wire.confirm(peer, peer_mac);
      const Duration held = time_reachable(wire, row.reachable / 100);
      shortest = std::min(shortest, held);
      longest = std::max(longest, held);
    }
    EXPECT_THAT(shortest, AllOf(Ge(row.reachable / 2), Le(row.reachable * 6 / 10)));
    EXPECT_THAT(longest, AllOf(Ge(row.reachable * 14 / 10), Le(row.reachable * 151 / 100)));
  }
}

// Nobody need look for time to pass: no timer runs for those that nothing is sent to.
TEST(NeighborUnreachability, ND_NUD_001_idle_neighbors_cost_nothing) {
  Wire wire;
  wire.confirm(peer, peer_mac);
  EXPECT_THAT(wire.wait(1s), IsEmpty());
  EXPECT_GE(wire.node().next_deadline() - wire.now(), 1h) << "the reachable time is drawn anew now and then";
  EXPECT_THAT(wire.wait(24h), IsEmpty());
  EXPECT_EQ(wire.state(peer), NeighborState::stale);
}

struct TimeRow {
  std::string_view why;
  Duration wait;
  Packets expected;
  NeighborState state;
};

TEST(NeighborUnreachability, ND_NUD_002_ND_NUD_003_from_stale_to_failed) {
  const TimeRow rows[] = {
      {"the packet goes out at once", 0s, {}, NeighborState::delay},
      {"five seconds of grace", 4999ms, {}, NeighborState::delay},
      {"the first probe", 1ms, {probe}, NeighborState::probe},
      {"not sooner than a second", 999ms, {}, NeighborState::probe},
      {"the second", 1ms, {probe}, NeighborState::probe},
      {"the third", 1s, {probe}, NeighborState::probe},
      {"its second is not over", 999ms, {}, NeighborState::probe},
      {"given up", 1ms, {}, NeighborState::failed},
      {"and nobody asks on", 1h, {}, NeighborState::failed},
  };
  Wire wire;
  wire.introduce(peer, peer_mac);
  const auto first = wire.send(framed(echo6()));
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(destination_mac(first[0]), peer_mac);
  for (const TimeRow& row : rows) {
    EXPECT_EQ(frames_of(wire.wait(row.wait)), row.expected) << row.why;
    EXPECT_EQ(wire.state(peer), row.state) << row.why;
  }
  EXPECT_EQ(wire.count(Reason::neighbor_probed), 3U);
  EXPECT_THAT(wire.send(framed(echo6())), ElementsAre(solicits(peer))) << "the next packet asks the group";
  EXPECT_EQ(wire.state(peer), NeighborState::incomplete);
}

TEST(NeighborUnreachability, ND_NUD_002_the_end_of_reachable_is_found_by_the_next_packet) {
  Wire wire;
  wire.confirm(peer, peer_mac);
  wire.wait(45s);
  EXPECT_THAT(wire.send(framed(echo6())), SizeIs(1));
  EXPECT_EQ(wire.state(peer), NeighborState::delay);
  EXPECT_THAT(wire.wait(5s), ElementsAre(TimedFrame{5s, probe}));
}

TEST(NeighborUnreachability, ND_NUD_002_later_packets_do_not_put_it_off) {
  Wire wire;
  wire.introduce(peer, peer_mac);
  std::vector<Duration> probes;
  for (int i = 0; i < 90; ++i) {
    const Packets sent = wire.send(framed(echo6()));
    ASSERT_THAT(sent, SizeIs(i <= 80 ? 1 : 0)) << i;
    for (const Packet& one : sent) EXPECT_EQ(icmp6_type(content_of(one)), i < 80 ? 129U : 135U);
    for (const TimedFrame& one : wire.wait(100ms))
      if (destination_mac(one.frame) == peer_mac) probes.push_back(i * 100ms + one.at);
  }
  EXPECT_THAT(probes, ElementsAre(5s, 6s, 7s));
}

// What waited goes to an address that nobody has confirmed (ND-NA-007): it is followed by a question like any packet.
TEST(NeighborUnreachability, ND_NUD_002_what_waited_is_followed_by_a_probe) {
  for (const Packet& news : {advertisement({.flags = override_flag}), solicitation()}) {
    Wire wire;
    wire.send(framed(echo6()));
    EXPECT_THAT(wire.send(framed(news)), testing::Not(IsEmpty()));
    EXPECT_EQ(wire.state(peer), NeighborState::delay);
    EXPECT_THAT(wire.wait(5s), ElementsAre(TimedFrame{5s, probe}));
  }
}

TEST(NeighborUnreachability, ND_NUD_003_an_answer_ends_it) {
  for (const int answered_after : {1, 2, 3}) {
    Wire wire;
    wire.introduce(peer, peer_mac);
    wire.send(framed(echo6()));
    EXPECT_THAT(wire.wait(4s + answered_after * 1s), SizeIs(answered_after));
    wire.send(framed(advertisement({.flags = solicited_flag, .options = {}})));
    EXPECT_EQ(wire.state(peer), NeighborState::reachable);
    EXPECT_THAT(wire.wait(14s), IsEmpty());
    wire.wait(32s);
    wire.send(framed(echo6()));
    EXPECT_THAT(wire.wait(1min), SizeIs(3)) << "as many tries as before";
  }
}

TEST(NeighborUnreachability, ND_NUD_003_the_numbers_are_options) {
  Wire wire({"nd.delay=50", "nd.retrans=20", "nd.solicitations=2"});
  wire.introduce(peer, peer_mac);
  wire.send(framed(echo6()));
  EXPECT_THAT(wire.wait(1s), ElementsAre(TimedFrame{50ms, probe}, TimedFrame{70ms, probe}));
  EXPECT_EQ(wire.state(peer), NeighborState::failed);
}

TEST(NeighborUnreachability, ND_NUD_003_the_source_of_a_probe_is_an_own_address) {
  Wire wire;
  wire.introduce("fe80::1", peer_mac);
  wire.send(framed(echo6({.source = "fe80::1", .destination = "fe80::2"})));
  EXPECT_THAT(wire.wait(5s), ElementsAre(TimedFrame{5s, solicits_station(peer_mac, "fe80::1", "fe80::2")}));
}

// That of the packets that go there (RFC 4861 7.2.2).
TEST(NeighborUnreachability, ND_NUD_003_the_source_of_a_probe_is_that_of_the_traffic) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].addresses.push_back(*parse_prefix("2001:db8::5/64"));
  Wire wire(config);
  wire.introduce(peer, peer_mac);
  wire.send(framed(echo6({.destination = "2001:db8::5"})));
  EXPECT_THAT(wire.wait(5s), ElementsAre(TimedFrame{5s, solicits_station(peer_mac, peer, "2001:db8::5")}));
  wire.send(framed(echo6()));
  EXPECT_THAT(wire.wait(1s), ElementsAre(TimedFrame{1s, probe})) << "the last packet came from elsewhere";
}

TEST(NeighborUnreachability, ND_NUD_004_what_does_not_confirm) {
  struct Row {
    std::string what;
    Packet frame;
    std::size_t answers;
  };
  for (const Row& row : {Row{"an unsolicited advertisement", framed(advertisement({.flags = 0})), 0},
                         Row{"one that overrides", framed(advertisement({.flags = override_flag})), 0},
                         Row{"one without an address", framed(advertisement({.flags = 0, .options = {}})), 0},
                         Row{"a solicitation", framed(solicitation()), 1}, Row{"an echo request", framed(echo6()), 1},
                         Row{"an echo reply", framed(ipv6({}, icmpv6({}, 129, 0, 1))), 0}}) {
    SCOPED_TRACE(row.what);
    Wire wire;
    wire.introduce(peer, peer_mac);
    EXPECT_THAT(wire.send(row.frame), SizeIs(row.answers));
    EXPECT_EQ(wire.state(peer), row.answers == 0 ? NeighborState::stale : NeighborState::delay);
    wire.send(framed(echo6()));
    wire.wait(5s);
    wire.send(row.frame);
    EXPECT_EQ(wire.state(peer), NeighborState::probe);
    EXPECT_THAT(frames_of(wire.wait(3s)), ElementsAre(probe, probe));
  }
}

// A million packets from the neighbor say nothing about the way to it.
TEST(NeighborUnreachability, ND_NUD_004_traffic_from_the_neighbor_does_not_confirm) {
  Wire wire;
  wire.confirm(peer, peer_mac);
  std::size_t probes = 0;
  for (int i = 0; i < 60; ++i) {
    wire.send(framed(echo6()));
    for (const TimedFrame& one : wire.wait(1s)) probes += one.frame == probe ? 1U : 0U;
  }
  EXPECT_EQ(probes, 3U);
}

TEST(NeighborUnreachability, ND_NUD_006_never_closer_than_the_timer) {
  Wire wire;
  std::vector<Duration> times;
  const Duration start = wire.now().time_since_epoch();
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    const auto now = wire.now().time_since_epoch() - start;
    Packets in{framed(echo6())};
    if (random() % 40 == 0)
      in.push_back(framed(solicitation({.options = source_option(random() % 2 ? peer_mac : other_mac)})));
    if (random() % 40 == 0)
      in.push_back(framed(advertisement({.flags = static_cast<std::uint32_t>(random()) & 0x60000000})));
    for (const Packet& one : wire.send(in))
      if (icmp6_type(content_of(one)) == 135) times.push_back(now);
    for (const TimedFrame& one : wire.wait(std::chrono::milliseconds(random() % 300)))
      if (icmp6_type(content_of(one.frame)) == 135) times.push_back(now + one.at);
  }
  EXPECT_THAT(times, SizeIs(Ge(20U)));
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 1], 1s) << i;
}

TEST(NeighborUnreachability, ND_NUD_006_late_timers) {
  Wire wire;
  wire.send(framed(echo6()));
  wire.wait_asleep(2500ms);
  EXPECT_THAT(wire.wait(0s), SizeIs(1)) << "one, though two are due";
  EXPECT_THAT(wire.wait(10s), ElementsAre(TimedFrame{1s, solicits(peer)}));
}

TEST(NeighborUnreachability, ND_NUD_007_packets_go_on_while_it_is_probed) {
  Wire wire;
  wire.introduce(peer, peer_mac);
  for (int i = 0; i < 79; ++i) {
    const auto sent = wire.send(framed(echo6()));
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(destination_mac(sent[0]), peer_mac) << i;
    EXPECT_EQ(icmp6_type(content_of(sent[0])), 129U);
    wire.wait(100ms);
  }
  EXPECT_EQ(wire.state(peer), NeighborState::probe);
}

}  // namespace
}  // namespace tunstack::test::neighbor_unreachability_test
