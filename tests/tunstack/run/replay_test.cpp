// A node on a clock of its own: timers between packets, no time that goes back, the same output for the same input.
#include "tunstack/run/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.hpp"

namespace tunstack::test::replay_test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using namespace std::chrono_literals;

/// What was sent, and when.
struct Log final : Observer {
  void decided(const Decision& decision) override {
    times.push_back(decision.time.time_since_epoch());
    names.emplace_back(info(reason_of(decision.verdict)).name);
    for (const OutgoingPacket& packet : decision.sent) sent.emplace_back(packet.bytes.begin(), packet.bytes.end());
  }
  std::vector<Duration> times;
  std::vector<std::string> names;
  std::vector<Packet> sent;
};

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() { driver.observe(log); }
  void receive(Duration when, const Packet& packet) { replay.receive({.bytes = packet, .now = Instant(when)}); }

  Driver driver{host_config()};
  Log log;
  Replay<Node> replay{driver.node_for_replay()};
  const Packet fragment = ipv4({.flags_and_offset = 0x2000}, icmpv4(8, 0, 1, counting(16)));
};

TEST_F(ReplayTest, V4_FRAG_008_timers_fire_between_packets_at_their_time) {
  receive(0s, fragment);
  receive(100s, echo4());
  EXPECT_THAT(log.names, ElementsAre("fragment_of_datagram", "fragment_timeout", "icmp4_echo_request_for_us"));
  EXPECT_THAT(log.times, ElementsAre(0s, 60s, 100s));
}

TEST_F(ReplayTest, V4_FRAG_008_timers_fire_after_the_last_packet) {
  receive(5s, fragment);
  replay.advance(Instant(64s));
  EXPECT_THAT(log.sent, SizeIs(0));
  replay.advance(Instant(65s));
  ASSERT_THAT(log.sent, SizeIs(1));
  EXPECT_EQ(log.sent[0][20], 11);
  EXPECT_EQ(replay.now(), Instant(65s));
}

TEST_F(ReplayTest, TUN_005_a_link_goes_down_and_comes_up_at_its_time) {
  replay.change_link(InterfaceId{0}, false, Instant(1s));
  receive(2s, echo4());
  replay.change_link(InterfaceId{0}, true, Instant(3s));
  receive(4s, echo4());
  EXPECT_THAT(log.names, ElementsAre("link_is_down", "icmp4_echo_request_for_us"));
  EXPECT_EQ(replay.now(), Instant(4s));
}

TEST_F(ReplayTest, time_never_goes_back) {
  receive(10s, echo4());
  receive(3s, echo4());
  receive(11s, echo4());
  EXPECT_THAT(log.times, ElementsAre(10s, 10s, 11s));
}

TEST_F(ReplayTest, ROB_004_the_same_seed_gives_the_same_packets) {
  const auto run = [&](std::uint64_t seed) {
    NodeConfig config = host_config();
    config.seed = seed;
    Driver other(config);
    Log packets;
    other.observe(packets);
    Replay<Node> again(other.node_for_replay());
    for (int i = 0; i < 5; ++i) again.receive({.bytes = echo4(), .now = Instant(1s * i)});
    return packets.sent;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST_F(ReplayTest, V4_RX_016_frames_to_groups_stay_marked) {
  replay.receive({.bytes = echo4(), .now = Instant(0s), .link_layer_group = true});
  EXPECT_THAT(log.sent, SizeIs(0));
  EXPECT_EQ(driver.count(Reason::ipv4_unicast_in_link_layer_group), 1U);
}

}  // namespace
}  // namespace tunstack::test::replay_test
