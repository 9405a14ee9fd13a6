// IPv6 on a clock of its own: fragments that wait, path MTUs that grow old, the same output for the same input.
#include <gmock/gmock.h>

#include "tests/support/ipv6_chains.hpp"
#include "tunstack/run/replay.hpp"

namespace tunstack::test::replay_ipv6_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// What was decided and sent, and when.
struct Log final : Observer {
  void decided(const Decision& decision) override {
    times.push_back(decision.time.time_since_epoch());
    names.emplace_back(info(reason_of(decision.verdict)).name);
    arrived.push_back(decision.arrived);
    packets.emplace_back(decision.packet.begin(), decision.packet.end());
    for (const OutgoingPacket& packet : decision.sent) sent.emplace_back(packet.bytes.begin(), packet.bytes.end());
  }
  void error_reported(const icmp::ErrorReport& report) override { mtus.push_back(report.mtu); }
  std::vector<Duration> times;
  std::vector<std::string> names;
  std::vector<bool> arrived;
  std::vector<Packet> packets, sent;
  std::vector<std::uint32_t> mtus;
};

class ReplayIpv6Test : public testing::Test {
 protected:
  ReplayIpv6Test() { driver.observe(log); }
  void receive(Duration when, const Packet& packet) { replay.receive({.bytes = packet, .now = Instant(when)}); }

  Driver driver{host_config()};
  Log log;
  Replay<Node> replay{driver.node_for_replay()};
  const Packet message = icmpv6({}, 128, 0, 0x05010001, counting(72));
  const Packet first = fragment6({}, message, 0, 40);
  const Packet last = fragment6({}, message, 40, 80);
};

TEST_F(ReplayIpv6Test, V6_FRAG_004_timers_fire_between_packets_at_their_time) {
  receive(2s, first);
  receive(100s, echo6());
  EXPECT_THAT(log.names, ElementsAre("fragment_of_datagram", "fragment_timeout", "icmp6_echo_request_for_us"));
  EXPECT_THAT(log.times, ElementsAre(2s, 62s, 100s));
  EXPECT_THAT(log.arrived, ElementsAre(true, false, true));
  ASSERT_THAT(log.sent, SizeIs(2));
  EXPECT_EQ(part(log.sent[0], 40, 8), hex("03 01") + part(log.sent[0], 42, 2) + hex("00000000"));
  EXPECT_EQ(from(log.sent[0], 48), first);
}

TEST_F(ReplayIpv6Test, V6_FRAG_004_timers_fire_after_the_last_packet) {
  receive(5s, first);
  replay.advance(Instant(65s - 1ns));
  EXPECT_THAT(log.sent, IsEmpty());
  replay.advance(Instant(65s));
  EXPECT_THAT(log.sent, SizeIs(1));
  EXPECT_EQ(replay.now(), Instant(65s));
}

TEST_F(ReplayIpv6Test, V6_FRAG_004_without_the_first_fragment_nobody_is_told) {
  receive(0s, last);
  replay.advance(Instant(60s));
  EXPECT_THAT(log.names, ElementsAre("fragment_of_datagram", "fragment_timeout_without_first"));
  EXPECT_THAT(log.sent, IsEmpty());
}

// The whole packet is decided upon once more, without its fragment header.
TEST_F(ReplayIpv6Test, V6_FRAG_002_a_packet_that_was_put_together) {
  receive(0s, last);
  receive(59s, first);
  EXPECT_THAT(log.names, ElementsAre("fragment_of_datagram", "fragment_of_datagram", "icmp6_echo_request_for_us"));
  EXPECT_THAT(log.arrived, ElementsAre(true, true, false));
  EXPECT_EQ(log.packets[2], ipv6({}, message));
  EXPECT_THAT(log.sent, SizeIs(1));
  replay.advance(Instant(200s));
  EXPECT_THAT(log.names, SizeIs(3)) << "nothing is left to give up";
}

TEST_F(ReplayIpv6Test, PMTU6_005_path_mtus_grow_old_on_the_same_clock) {
  const Packet request = echo6({}, counting(1452));
  receive(1s, request);
  ASSERT_THAT(log.sent, SizeIs(1));
  receive(2s, ipv6({}, icmpv6({}, 2, 0, 1300, part(log.sent[0], 0, 1232))));
  EXPECT_THAT(log.mtus, ElementsAre(1300U));
  receive(602s - 1ns, request);
  EXPECT_THAT(log.sent, SizeIs(3)) << "one decision, two fragments";
  receive(602s, request);
  EXPECT_THAT(log.sent, SizeIs(4));
  EXPECT_EQ(log.names.back(), "icmp6_echo_request_for_us");
}

// A capture whose clock was set back: nothing waits longer, or less, than it should.
TEST_F(ReplayIpv6Test, V6_FRAG_004_time_never_goes_back) {
  receive(100s, first);
  receive(10s, echo6());
  replay.advance(Instant(50s));
  EXPECT_EQ(replay.now(), Instant(100s));
  replay.advance(Instant(160s));
  EXPECT_THAT(log.times, ElementsAre(100s, 100s, 160s));
}

// What is random in IPv6 are the identifications of fragments (V6-TX-008).
TEST_F(ReplayIpv6Test, ROB_004_the_same_seed_gives_the_same_packets) {
  const auto run = [&](std::uint64_t seed) {
    NodeConfig config = host_config();
    config.seed = seed;
    Driver other(config);
    Log packets;
    other.observe(packets);
    Replay<Node> again(other.node_for_replay());
    for (int i = 0; i < 5; ++i)
      for (const Packet& fragment : fragments6({}, icmpv6({}, 128, 0, 1, counting(2992)), 1448))
        again.receive({.bytes = fragment, .now = Instant(1s * i)});
    EXPECT_THAT(packets.sent, SizeIs(15));
    return packets.sent;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST_F(ReplayIpv6Test, ICMP6_SUP_004_frames_to_groups_stay_marked) {
  replay.receive({.bytes = udp6(), .now = Instant(0s), .link_layer_group = true});
  EXPECT_THAT(log.sent, IsEmpty());
  EXPECT_EQ(driver.count(Reason::icmp6_link_layer_group), 1U);
}

}  // namespace
}  // namespace tunstack::test::replay_ipv6_test
