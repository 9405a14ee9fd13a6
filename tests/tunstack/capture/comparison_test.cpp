// What was sent against what is sent now.
#include "tunstack/capture/comparison.hpp"

#include <gmock/gmock.h>

#include "tests/support/host.hpp"
#include "tunstack/run/replay.hpp"

namespace tunstack::test::comparison_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;
using Kind = Comparison::Kind;

class ComparisonTest : public testing::Test {
 protected:
  ComparisonTest() { driver.observe(comparison); }
  ~ComparisonTest() override { driver.stop_observing(comparison); }
  void arrive(std::size_t number, const Packet& packet) {
    comparison.arrives(number);
    replay.receive({.bytes = packet, .now = replay.now()});
  }
  void expect(std::size_t number, const Packet& packet, Kind kind = Kind::answer) {
    comparison.expects(number, packet, kind);
  }
  std::string text() {
    comparison.finish();
    return comparison_text(comparison);
  }

  Host host;
  const Packet reply = host.answer(echo4());
  const Packet second_reply = host.answer(echo4());  // of another identification
  Driver driver{host_config()};
  Replay<Node> replay{driver.node_for_replay()};
  Comparison comparison{false};
};

TEST_F(ComparisonTest, all_the_same) {
  arrive(1, echo4());
  expect(2, reply);
  arrive(3, echo4({.destination = "192.0.2.77"}));
  arrive(4, echo4());
  expect(5, second_reply);
  EXPECT_EQ(text(), "tunstack: 3 decisions, 3 the same\n");
  EXPECT_FALSE(comparison.first_difference());
}

TEST_F(ComparisonTest, an_answer_that_leaves_by_another_interface) {
  arrive(1, echo4());
  comparison.expects(2, reply, Kind::answer, InterfaceId{1});
  EXPECT_THAT(text(), AllOf(HasSubstr("1 decision, 0 the same, 1 not"), HasSubstr(", by interface 1\n"),
                            HasSubstr(", by interface 0\n")));
}

TEST_F(ComparisonTest, an_answer_that_the_capture_has_not) {
  arrive(1, echo4());
  expect(2, reply);
  arrive(3, echo4());
  arrive(4, echo4());
  EXPECT_THAT(text(), AllOf(HasSubstr("3 decisions, 1 the same, 2 not\n  the first difference is at packet 3:"),
                            HasSubstr("the capture has  nothing"),
                            HasSubstr("now is sent      192.0.2.2 > 192.0.2.1  ICMP echo reply")));
}

TEST_F(ComparisonTest, an_answer_that_is_not_sent_now) {
  arrive(1, echo4({.destination = "192.0.2.77"}));
  expect(2, reply);
  EXPECT_THAT(text(), AllOf(HasSubstr("1 decision, 0 the same, 1 not"), HasSubstr("now is sent      nothing"),
                            HasSubstr("the capture has  192.0.2.2 > 192.0.2.1  ICMP echo reply")));
}

// What a line does not tell, the octet does.
TEST_F(ComparisonTest, an_answer_with_another_octet) {
  Packet other = reply;
  other[5] = 0x4d;
  mend_header_checksum(other);
  arrive(1, echo4());
  expect(2, other);
  EXPECT_THAT(text(), AllOf(HasSubstr("octet 5 is 0x4d\n"), HasSubstr("octet 5 is 0x")));
}

TEST_F(ComparisonTest, answers_in_another_order_are_not_the_same) {
  arrive(1, echo4());
  arrive(2, echo4());
  expect(3, reply);
  expect(4, reply);
  EXPECT_THAT(text(), HasSubstr("2 decisions, 0 the same, 2 not"));
}

TEST_F(ComparisonTest, an_answer_to_what_the_capture_does_not_hold) {
  expect(1, reply);
  arrive(2, echo4());
  expect(3, reply);
  EXPECT_THAT(text(),
              HasSubstr("2 decisions, 1 the same, 1 not\n  the first difference is of what the capture does not"));
}

class OfItsOwnAccord : public testing::Test {
 protected:
  OfItsOwnAccord() {
    node.observe(&sent);
    Replay<Node> replay(node);
    replay.advance(Instant(30s));
    node.observe(nullptr);
  }
  struct Sent final : Observer {
    void decided(const Decision&) override {}
    void originated(const Origination& origination) override {
      comparison.originated(origination);
      for (const OutgoingPacket& packet : origination.sent) all.emplace_back(packet.bytes.begin(), packet.bytes.end());
    }
    Comparison comparison{false};
    std::vector<Packet> all;
  };
  static NodeConfig with_groups() {
    NodeConfig config = host_config();
    config.options.own.reports_ipv6_groups = true;
    return config;
  }

  Node node{with_groups()};
  Sent sent;
};

// A real clock is late: where such a packet stands among others does not count, nor what is sent behind the capture.
TEST_F(OfItsOwnAccord, is_the_same_at_any_place) {
  ASSERT_GE(sent.all.size(), 2U);
  for (auto packet = sent.all.rbegin(); packet != sent.all.rend(); ++packet)
    sent.comparison.expects(1, *packet, Kind::own_accord);
  sent.comparison.finish();
  EXPECT_FALSE(sent.comparison.first_difference());
  EXPECT_EQ(sent.comparison.own_accord().same, sent.all.size());
  const Packet late = sent.all[0];
  const OutgoingPacket again{.interface = InterfaceId{0}, .bytes = late};
  sent.comparison.originated({Instant(40s), Reason::mld_report_sent, std::span(&again, 1)});
  EXPECT_EQ(sent.comparison.own_accord().all, sent.all.size());
}

TEST_F(OfItsOwnAccord, each_side_may_have_more) {
  sent.comparison.expects(7, echo4(), Kind::own_accord);
  sent.comparison.finish();
  EXPECT_EQ(sent.comparison.own_accord().all, sent.all.size() + 1);
  EXPECT_EQ(sent.comparison.own_accord().same, 0U);
  EXPECT_THAT(comparison_text(sent.comparison), HasSubstr("the first difference is at packet 7:"));
}

}  // namespace
}  // namespace tunstack::test::comparison_test
