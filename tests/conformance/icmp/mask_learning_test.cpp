// ICMP4-MASK-006: a host that asks for the mask of its link, and takes the first acceptable answer.
#include "tests/support/host.hpp"
#include "tunstack/run/replay.hpp"

namespace tunstack::test::mask_learning_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

struct Requests final : Observer {
  void decided(const Decision&) override {}
  void originated(const Origination& origination) override {
    times.push_back(origination.time.time_since_epoch());
    for (const OutgoingPacket& packet : origination.sent) sent.emplace_back(packet.bytes.begin(), packet.bytes.end());
  }
  std::vector<Duration> times;
  std::vector<Packet> sent;
};

NodeConfig learning_config(std::string_view setting = "icmp4.mask_learn=on") {
  NodeConfig config = host_config();
  EXPECT_FALSE(set_option(config.options, setting));
  return config;
}

class MaskLearning : public testing::Test {
 protected:
  explicit MaskLearning(const NodeConfig& config = learning_config()) : driver(config) { driver.observe(requests); }

  void receive(Duration when, const Packet& packet) { replay.receive({.bytes = packet, .now = Instant(when)}); }
  Packet answer(std::uint32_t mask) const {
    Packet data(4);
    set_be32(data, 0, mask);
    return ipv4({.destination = "255.255.255.255"}, icmpv4(18, 0, be32(requests.sent.at(0), 24), data));
  }
  /// Whether 192.0.2.2/24 has become 192.0.2.2/26: then this is a broadcast.
  bool has_a_mask_of_26() const {
    const Packet echo = echo4({.destination = "192.0.2.63"});
    const Verdict verdict = driver.node().decide({.interface = InterfaceId{0}, .bytes = echo, .now = replay.now()});
    return reason_of(verdict) == Reason::icmp4_echo_to_group;
  }

  Driver driver;
  Requests requests;
  Replay<Node> replay{driver.node_for_replay()};
};

TEST_F(MaskLearning, ICMP4_MASK_006_three_requests_by_broadcast) {
  replay.advance(Instant(100s));
  EXPECT_THAT(requests.times, ElementsAre(0s, 3s, 6s));
  ASSERT_THAT(requests.sent, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    const Packet& request = requests.sent[i];
    ASSERT_THAT(request, SizeIs(32));
    EXPECT_EQ(source_of(request), "192.0.2.2");
    EXPECT_EQ(destination_of(request), "255.255.255.255");
    EXPECT_EQ(part(request, 20, 2), hex("1100"));
    EXPECT_EQ(be16(request, 26), i + 1) << "sequence";
    EXPECT_EQ(part(request, 28, 4), hex("00000000"));
    EXPECT_TRUE(checksums_are_right(request));
  }
}

TEST_F(MaskLearning, ICMP4_MASK_006_the_first_acceptable_reply_counts) {
  replay.advance(Instant(1s));
  receive(1s, answer(0xffffffff));
  receive(1s, answer(0xfe000000));
  receive(1s, answer(0xffff00ff));
  EXPECT_EQ(driver.count(Reason::icmp4_mask_not_acceptable), 3U);
  EXPECT_FALSE(has_a_mask_of_26());
  receive(2s, answer(0xffffffc0));
  EXPECT_EQ(driver.count(Reason::icmp4_mask_learned), 1U);
  EXPECT_TRUE(has_a_mask_of_26());
  receive(2s, answer(0xffff0000));
  EXPECT_TRUE(has_a_mask_of_26()) << "later ones are ignored";
  replay.advance(Instant(100s));
  EXPECT_THAT(requests.sent, SizeIs(1)) << "nothing is left to ask";
}

TEST_F(MaskLearning, ICMP4_MASK_006_a_mask_of_zero_is_acceptable) {
  replay.advance(Instant(1s));
  receive(1s, answer(0));
  EXPECT_EQ(driver.count(Reason::icmp4_mask_learned), 1U);
}

TEST_F(MaskLearning, ICMP4_RX_010_replies_to_others_do_not_count) {
  replay.advance(Instant(1s));
  Packet other = answer(0xffffffc0);
  Packet icmp = icmpv4(18, 0, be32(other, 24) ^ 0x00010000U, hex("ffffffc0"));
  receive(1s, ipv4({}, icmp));
  EXPECT_EQ(driver.count(Reason::icmp4_reply_unsolicited), 1U);
  receive(1s, ipv4({}, icmpv4(18, 0, be32(other, 24))));
  EXPECT_EQ(driver.count(Reason::icmp4_mask_message_too_short), 1U);
  EXPECT_FALSE(has_a_mask_of_26());
}

class NoMaskLearning : public MaskLearning {
 protected:
  NoMaskLearning() : MaskLearning(learning_config("icmp4.mask_learn=off")) {}
};

TEST_F(NoMaskLearning, ICMP4_MASK_006_ICMP4_MASK_007_by_default_nothing_is_asked_and_nothing_told) {
  replay.advance(Instant(100s));
  EXPECT_THAT(requests.sent, IsEmpty());
  receive(100s, ipv4({}, icmpv4(18, 0, 0, hex("ffffffc0"))));
  EXPECT_EQ(driver.count(Reason::icmp4_reply_unsolicited), 1U);
  EXPECT_FALSE(has_a_mask_of_26());
}

}  // namespace
}  // namespace tunstack::test::mask_learning_test
