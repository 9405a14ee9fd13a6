// Filters of events: libpcap's language, and four words about events.
#include "tunstack/events/event_filter.hpp"

#include <gmock/gmock.h>

#include "tests/tunstack/events/told_events.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::test::event_filter_test {
namespace {

using testing::HasSubstr;

/// "8>" is the echo request, and so on: type of ICMP and direction, or the protocol.
std::string matched(const std::string& filter) {
  ToldEvents events(filter);
  Host host;
  host.observe(events.teller);
  host.receive({echo4(), echo6(), udp4(), echo4({.destination = "192.0.2.9"}), udp4({.destination = "192.0.2.255"})});
  host.stop_observing(events.teller);
  std::string all;
  for (const auto& event : events.all) {
    const auto& fields = event["fields"];
    all += fields.contains("type") ? fields["type"].dump() : "p" + fields["protocol"].dump();
    all += event["direction"] == "in" ? "< " : "> ";
  }
  return all;
}

TEST(EventFilter, nothing_said_matches_everything) {
  EXPECT_EQ(matched(""), "8< 0> 128< 129> p17< 3> 8< p17< ");
  EXPECT_EQ(matched("  \t"), matched(""));
}

TEST(EventFilter, libpcap_sees_the_packet) {
  EXPECT_EQ(matched("icmp"), "8< 0> 3> 8< ");
  EXPECT_EQ(matched("icmp[icmptype] == icmp-unreach"), "3> ");
  EXPECT_EQ(matched("icmp6 or udp port 33434"), "128< 129> p17< p17< ");
  EXPECT_EQ(matched("dst host 192.0.2.9"), "8< ");
}

TEST(EventFilter, words_about_events_stand_where_primitives_may) {
  EXPECT_EQ(matched("verdict drop"), "8< p17< ");
  EXPECT_EQ(matched("verdict drop and icmp"), "8< ");
  EXPECT_EQ(matched("udp and not verdict drop"), "p17< ");
  EXPECT_EQ(matched("not (verdict drop or verdict reply) and (icmp or udp)"), "0> p17< 3> ");
  EXPECT_EQ(matched("reason icmp4_echo_request_for_us"), "8< 0> ");
  EXPECT_EQ(matched("reason udp4_port_closed && verdict send"), "3> ");
  EXPECT_EQ(matched("node stack and interface tun7 and icmp6"), "128< 129> ");
  EXPECT_EQ(matched("!interface tun7"), "");
  EXPECT_EQ(matched("interface tun8 or node other"), "");
}

std::string fault_of(const std::string& filter) {
  try {
    EventFilter made(filter);
  } catch (const UsageFault& fault) {
    return std::string(fault.what()) + "|" + fault.why() + "|" + fault.remedy();
  }
  return "";
}

TEST(EventFilter, what_is_wrong_is_said) {
  EXPECT_THAT(fault_of("icmp and and"), HasSubstr("'icmp and and' is no filter"));
  EXPECT_THAT(fault_of("reason icmp4_echo_request_for_u"), HasSubstr("icmp4_echo_request_for_us"));
  EXPECT_THAT(fault_of("verdict dropped"), HasSubstr("'verdict dropped' matches nothing|there is no such verdict"));
  EXPECT_THAT(fault_of("icmp and verdict"), HasSubstr("'verdict' lacks its value"));
  EXPECT_THAT(fault_of("verdict drop or verdict send or verdict own or verdict take or verdict hold"),
              HasSubstr("more than 4 words"));
  EXPECT_THAT(fault_of(std::string(2000, 'x')), HasSubstr("too long"));
}

TEST(EventFilter, frames_are_seen_whole) {
  const std::vector<std::uint8_t> arp_frame = [] {
    std::vector<std::uint8_t> frame(42);
    frame[0] = frame[6] = 2;
    frame[12] = 8;
    frame[13] = 6;
    return frame;
  }();
  const Event event{.kind = EventKind::decided,
                    .time = {},
                    .ids = {},
                    .interface = {},
                    .node = {},
                    .verdict = "take",
                    .reason = Reason::arp_request_for_us,
                    .packet = Bytes(arp_frame).subspan(14),
                    .frame = arp_frame};
  EXPECT_TRUE(EventFilter("arp").matches(event, event_names));
  EXPECT_TRUE(EventFilter("ether src 02:00:00:00:00:00 and verdict take").matches(event, event_names));
  EXPECT_FALSE(EventFilter("ip").matches(event, event_names));
}

TEST(EventFilter, notes_have_no_packet) {
  const Event note{.kind = EventKind::noted,
                   .time = {},
                   .ids = {},
                   .interface = {},
                   .node = {},
                   .verdict = "note",
                   .reason = Reason::device_write_failed};
  EXPECT_TRUE(EventFilter("reason device_write_failed").matches(note, event_names));
  EXPECT_FALSE(EventFilter("not icmp").matches(note, event_names)) << "words about events alone can match it";
  EXPECT_FALSE(EventFilter("icmp or verdict drop").matches(note, event_names));
}

}  // namespace
}  // namespace tunstack::test::event_filter_test
