// What would bring another answer: each kind of change of datagrams and frames, several of them together, and what is
// said of frames.
#include <gmock/gmock.h>

#include "tests/support/host.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/why/arriving_frame.hpp"
#include "tunstack/why/examples.hpp"
#include "tunstack/why/why_text.hpp"

namespace tunstack::test::other_answers_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using why::Outcome;
using why::World;

/// A host that learns from routers and reports its groups.
World on_tun() {
  World world{host_config()};
  world.node.interfaces[0].configures_itself = true;
  world.node.options.own.reports_ipv6_groups = true;
  return world;
}
/// Its station is 02:00:00:00:00:02, a neighbor's 02:00:00:00:00:03.
World on_ethernet() {
  World world = on_tun();
  world.node.interfaces[0].link_address = MacAddress{{2, 0, 0, 0, 0, 2}};
  world.knows_neighbors = true;
  return world;
}

Packet packet_of(const std::string& line) { return notation::parse_packet(line).value(); }
Packet frame_of(const std::string& line) { return notation::parse_frame(line).value(); }

struct Answers {
  Outcome now;
  why::OtherAnswers others;
};
Answers answers_to(const World& world, const Packet& packet) {
  why::WorldOracle oracle(world);
  Answers answers{why::ask(world, packet), {}};
  answers.others = why::other_answers_to_changes(oracle, packet, answers.now);
  return answers;
}
std::vector<std::string> changes_for(const World& world, const Packet& packet) {
  std::vector<std::string> changes;
  for (const auto& answer : answers_to(world, packet).others.found)
    changes.push_back(answer.change + ": " + std::string(answer.outcome.verdict));
  return changes;
}
std::string reason_of(const World& world, const Packet& packet) {
  return std::string(info(why::ask(world, packet).reason).name);
}

// ---- datagrams ----

Packet with(Packet packet, std::size_t at, unsigned octet) {
  packet.at(at) = static_cast<std::uint8_t>(octet);
  return packet;
}
Packet cut(Packet packet, std::size_t size) {
  packet.resize(size);
  return packet;
}

struct Row {
  Packet packet;
  const char* reason;
  const char* change;
};

TEST(OtherAnswers, each_change_of_headers) {
  const Packet echo = packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request");
  for (const Row& row : {
           Row{with(echo, 0, 0x55), "ip_version_unknown", "version 4: reply"},
           Row{with(echo, 0, 0x43), "ipv4_header_length_below_5", "header of 20 octets: reply"},
           Row{cut(echo, 22), "ipv4_truncated", "filled up with zeros: reply"},
           Row{packet_of("192.0.2.1 > 192.0.2.2 protocol 17, offset 65528, length 16"),
               "fragment_beyond_largest_datagram", "whole, not a fragment, length of UDP mended: error"},
           Row{packet_of("2001:db8::1 > 2001:db8::2 ICMP6 router advertisement, hop limit 255"),
               "router_advertisement_source_not_link_local", "source fe80::1: take"},
           Row{packet_of("fe80::1 > 2001:db8::2 ICMP6 neighbor solicitation of 2001:db8::2, hop limit 64"),
               "nd_hop_limit_not_255", "hop limit 255: take"},
       }) {
    EXPECT_EQ(reason_of(on_tun(), row.packet), row.reason);
    EXPECT_THAT(changes_for(on_tun(), row.packet), Contains(row.change)) << row.reason;
  }
}

TEST(OtherAnswers, each_change_of_options_and_messages) {
  for (const Row& row : {
           Row{packet_of("fe80::1 > ff02::1 ICMP6 multicast listener query, hop limit 1"), "mld_without_router_alert",
               "with router alert: take"},
           Row{packet_of("192.0.2.1 > 192.0.2.2 ICMP timestamp request, code 1"), "icmp4_timestamp_code_not_0",
               "code 0: reply"},
           Row{packet_of("fe80::1 > 2001:db8::2 ICMP6 neighbor solicitation of 2001:db8::7, hop limit 255"),
               "nd_target_not_ours", "target 2001:db8::2: take"},
           Row{packet_of(
                   "fe80::1 > ff02::1 ICMP6 router advertisement, source link-address 02:00:5e:00:53:01, body 00, "
                   "hop limit 255"),
               "nd_option_malformed", "without options of Neighbor Discovery: take"},
           Row{packet_of("192.0.2.1 > 192.0.2.2 TCP 4444 > 80, flags [R]"), "tcp_reset_unanswered", "flags [S]: reply"},
           Row{packet_of("192.0.2.1 > 192.0.2.2 ICMP destination unreachable, port unreachable "
                         "[192.0.2.1 > 192.0.2.2 UDP 5 > 6]"),
               "icmp4_error_about_foreign_packet", "an echo request behind the IP header: reply"},
           Row{packet_of("192.0.2.1 > 192.0.2.2 ICMP type 200, code 0, length 8"), "icmp4_type_unknown",
               "an echo request behind the IP header: reply"},
       }) {
    EXPECT_EQ(reason_of(on_tun(), row.packet), row.reason);
    EXPECT_THAT(changes_for(on_tun(), row.packet), Contains(row.change)) << row.reason;
  }
}

TEST(OtherAnswers, several_changes_together_where_none_does_alone) {
  const Packet packet = packet_of("192.0.2.1 > 198.51.100.1 ICMP echo request, mf, bad header checksum");
  EXPECT_THAT(changes_for(on_tun(), packet), Contains("checksums mended, destination 192.0.2.2: hold"));
  const auto answers = answers_to(on_tun(), packet);
  for (const auto& other : answers.others.found)
    EXPECT_EQ(why::ask(on_tun(), other.packet).verdict, other.outcome.verdict) << other.change;
}

TEST(OtherAnswers, whatever_is_asked_the_work_is_bounded) {
  const Answers nothing = answers_to(on_tun(), {});
  EXPECT_THAT(nothing.others.found, IsEmpty());
  EXPECT_EQ(nothing.others.changes_tried, 0U);
  World down = on_tun();
  down.node.interfaces[0].up = false;
  const Answers never = answers_to(down, packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request"));
  EXPECT_THAT(never.others.found, IsEmpty());
  EXPECT_LT(never.others.changes_tried, 100U);
}

// ---- frames ----

TEST(OtherAnswers, each_change_of_frames) {
  const std::string ends = "02:00:00:00:00:03 > 02:00:00:00:00:02, ";
  const std::string echo = "192.0.2.3 > 192.0.2.2 ICMP echo request";
  for (const Row& row : {
           Row{frame_of("02:00:00:00:00:03 > 02:00:00:00:00:99, " + echo), "frame_for_another_station",
               "destination of the frame 02:00:00:00:00:02: reply"},
           Row{frame_of("03:00:00:00:00:03 > 02:00:00:00:00:02, " + echo), "frame_from_group",
               "source of the frame 02:00:00:00:00:03: reply"},
           Row{with(frame_of(ends + echo), 12, 0x88), "frame_type_unknown", "EtherType of IPv4: reply"},
           Row{with(with(frame_of(ends + echo), 12, 0x86), 13, 0xdd), "frame_type_version_mismatch",
               "EtherType of IPv4: reply"},
           Row{frame_of(ends + echo + ", bad checksum"), "icmp4_checksum_wrong", "checksums mended: reply"},
           Row{frame_of("02:00:00:00:00:03 > 01:00:5e:00:00:01, 192.0.2.3 > 224.0.0.1 ICMP echo request"),
               "icmp4_echo_to_group", "destination 192.0.2.2: reply"},
           Row{frame_of("ARP who has 192.0.2.7, tell 192.0.2.3"), "arp_target_not_ours", "target 192.0.2.2: take"},
           Row{frame_of("ARP who has 192.0.2.2, tell 192.0.2.2"), "arp_sender_has_own_address", "tell 192.0.2.3: take"},
           Row{frame_of("ARP operation 7, sender 192.0.2.3, target 192.0.2.2"), "arp_operation_unknown",
               "operation 1: take"},
           Row{cut(frame_of("ARP who has 192.0.2.2, tell 192.0.2.3"), 40), "arp_too_short",
               "filled up with zeros, target 192.0.2.2: take"},
           Row{with(frame_of("ARP who has 192.0.2.2, tell 192.0.2.3"), 15, 6), "arp_not_for_ethernet_and_ipv4",
               "between addresses of Ethernet and IPv4: take"},
       }) {
    EXPECT_EQ(reason_of(on_ethernet(), row.packet), row.reason);
    EXPECT_THAT(changes_for(on_ethernet(), row.packet), Contains(row.change)) << row.reason;
  }
}

TEST(OtherAnswers, a_datagram_arrives_in_the_frame_of_a_neighbor) {
  const NodeConfig node = on_ethernet().node;
  const auto line = [&](const std::string& datagram) {
    return why::packet_line(why::arriving(node, packet_of(datagram)), true);
  };
  EXPECT_THAT(line("192.0.2.1 > 192.0.2.2 ICMP echo request"), StartsWith("02:00:00:00:00:03 > 02:00:00:00:00:02, "));
  EXPECT_THAT(line("192.0.2.1 > 192.0.2.255 ICMP echo request"), HasSubstr(" > ff:ff:ff:ff:ff:ff, "));
  EXPECT_THAT(line("192.0.2.1 > 224.0.0.1 ICMP echo request"), HasSubstr(" > 01:00:5e:00:00:01, "));
  EXPECT_THAT(line("fe80::1 > ff02::1 ICMP6 echo request"), HasSubstr(" > 33:33:00:00:00:01, "));
  const Packet echo = packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request");
  EXPECT_EQ(why::arriving(host_config(), echo), echo) << "no frames on TUN";
}

TEST(OtherAnswers, frames_have_a_ladder_and_answers_leave_in_frames) {
  const Outcome arp = why::ask(on_ethernet(), frame_of("ARP who has 192.0.2.2, tell 192.0.2.3"));
  std::vector<std::string> tables;
  for (const auto& rung : arp.ladder) tables.push_back(rung.table);
  EXPECT_THAT(tables, ElementsAre("frame_rules", "arp_rules", "arp_input_rules"));
  ASSERT_EQ(arp.sent.size(), 1U);
  EXPECT_THAT(why::packet_line(arp.sent[0], true), HasSubstr("ARP 192.0.2.2 is at 02:00:00:00:00:02"));
}

TEST(OtherAnswers, who_sends_a_datagram_is_known_on_ethernet) {
  World world = on_ethernet();
  const Packet echo = why::arriving(world.node, packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request"));
  const Packet echo_of_ipv6 = why::arriving(world.node, packet_of("2001:db8::1 > 2001:db8::2 ICMP6 echo request"));
  EXPECT_EQ(why::ask(world, echo).verdict, "reply");
  EXPECT_EQ(why::ask(world, echo_of_ipv6).verdict, "reply");
  world.knows_neighbors = false;
  EXPECT_EQ(why::ask(world, echo).reason, Reason::neighbor_resolution_pending);
}

TEST(OtherAnswers, reasons_about_frames_have_examples_on_ethernet) {
  const auto has_example = [](const World& world, Reason reason) {
    return why::example_of(info(reason), world).has_value();
  };
  for (const Reason reason : {Reason::frame_for_another_station, Reason::frame_from_group, Reason::arp_target_not_ours,
                              Reason::arp_operation_unknown, Reason::arp_too_short})
    EXPECT_TRUE(has_example(on_ethernet(), reason)) << info(reason).name;
  EXPECT_TRUE(has_example(on_ethernet(), Reason::icmp4_echo_off)) << "datagrams arrive in frames";
}

TEST(OtherAnswers, the_answer_about_a_frame_in_words) {
  const Packet frame = frame_of("02:00:00:00:00:03 > 02:00:00:00:00:99, 192.0.2.3 > 192.0.2.2 ICMP echo request");
  const Answers answers = answers_to(on_ethernet(), frame);
  const std::string text = why::answer_text({frame, answers.now, answers.others, true}, false);
  EXPECT_THAT(text, AllOf(StartsWith("02:00:00:00:00:03 > 02:00:00:00:00:99, 192.0.2.3 > 192.0.2.2  ICMP echo request"),
                          HasSubstr("\n  frame ..."), HasSubstr("DROP   RFC 894"),
                          HasSubstr("    destination of the frame 02:00:00:00:00:02    reply")));
}

}  // namespace
}  // namespace tunstack::test::other_answers_test
