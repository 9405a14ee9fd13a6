// Lines about fragments, about datagrams that were put together or given up, and about what is taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack::test::explain_fragments_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// All lines about a host that hears of nothing but the packets that it gets, the first 1.5 s after the start.
class Story final : public Observer {
 public:
  explicit Story(std::initializer_list<std::string_view> settings = {}) : host_(settings) {
    host_.observe(*this);
    host_.wait(1500ms);
  }
  ~Story() override { host_.stop_observing(*this); }
  void decided(const Decision& decision) override { texts.push_back(decision_text(decision)); }
  std::vector<Packet> send(const Packet& packet) { return host_.send(packet); }
  void wait(Duration duration) { host_.wait(duration); }

  std::vector<std::string> texts;

 private:
  Host host_;
};

const Packet message = icmpv4(8, 0, 0x05010001, counting(2960));
const Packet first_fragment = ipv4({.flags_and_offset = 0x2000}, part(message, 0, 1480));
const Packet last_fragment = ipv4({.flags_and_offset = 185}, from(message, 1480));

TEST(ExplainFragments, one_line_for_each_and_one_for_the_datagram) {
  Story story;
  story.send(first_fragment);
  story.send(last_fragment);
  EXPECT_THAT(
      story.texts,
      testing::ElementsAre(
          "1.500000 < 192.0.2.1 > 192.0.2.2  ICMP echo request, id 1281, seq 1, length 1480, first fragment  hold   "
          "fragment_of_datagram  RFC 791 3.2: the fragment is kept until its datagram is complete",
          "1.500000 < 192.0.2.1 > 192.0.2.2  fragment, id 4660, offset 1480, length 1488            hold   "
          "fragment_of_datagram  RFC 791 3.2: the fragment is kept until its datagram is complete",
          "1.500000 < 192.0.2.1 > 192.0.2.2  ICMP echo request, id 1281, seq 1, length 2968         reply  "
          "icmp4_echo_request_for_us  RFC 1122 3.2.2.6: an echo request is answered with its own data -> 3 fragments"));
}

TEST(ExplainFragments, a_fragment_that_was_refused_is_a_drop) {
  Story story;
  story.send(first_fragment);
  story.send(first_fragment);
  EXPECT_THAT(story.texts.at(1), HasSubstr("  drop   fragment_duplicate (no hold: fragment_of_datagram)  RFC 791 3.2"));
}

// The line of a timeout is about the first fragment, and bears the time at which the waiting ended.
TEST(ExplainFragments, time_is_over) {
  Story story;
  story.send(ipv4({.protocol = 17, .flags_and_offset = 0x2000}, part(udp4(), 20, 24)));
  story.wait(60s);
  story.send({});
  ASSERT_EQ(story.texts.size(), 3U);
  EXPECT_EQ(story.texts[1],
            "61.500000 < 192.0.2.1 > 192.0.2.2  UDP 40000 > 33434, first fragment                      error  "
            "fragment_timeout  RFC 1122 3.3.2: reassembly timed out: the other fragments did not arrive in time -> "
            "ICMP time exceeded, in "
            "reassembly (11/1) [192.0.2.1 > 192.0.2.2 UDP 40000 > 33434, first fragment]");
}

// Only the first fragment could tell whose datagram it was.
TEST(ExplainFragments, time_is_over_and_the_first_is_missing) {
  Story story;
  story.send(last_fragment);
  story.wait(60s);
  story.send({});
  ASSERT_EQ(story.texts.size(), 3U);
  EXPECT_THAT(story.texts[1], testing::StartsWith("61.500000 < ?  "));
  EXPECT_THAT(
      story.texts[1],
      testing::EndsWith("  drop   fragment_timeout_without_first  RFC 792: reassembly timed out without the first "
                        "fragment: no ICMP error is sent"));
}

// ---- what is taken ----

TEST(ExplainText, take) {
  Story story({"udp.discard=on"});
  story.send(udp4({}, 9));
  EXPECT_THAT(story.texts,
              testing::ElementsAre(
                  "1.500000 < 192.0.2.1 > 192.0.2.2  UDP 40000 > 9                                          take   "
                  "udp_discard_for_us  RFC 863: the discard service discards the data and does not answer"));
}

TEST(ExplainFragments, an_error_about_a_packet_of_ours_is_taken) {
  Story story({"ip4.pmtu.min=68"});
  const Packet sent = story.send(echo4()).at(0);
  story.send(ipv4({.source = "203.0.113.9"}, icmpv4(3, 4, 68, sent)));
  EXPECT_THAT(story.texts.at(1),
              testing::StartsWith("1.500000 < 203.0.113.9 > 192.0.2.2  ICMP destination unreachable, "
                                  "fragmentation needed (3/4), mtu 68 [192.0.2.2 > 192.0.2.1 ICMP echo "
                                  "reply, id 1281, seq 1, length 64]"));
  EXPECT_THAT(story.texts.at(1), HasSubstr("  take   path_mtu_lowered  RFC 1191"));
}

}  // namespace
}  // namespace tunstack::test::explain_fragments_test
