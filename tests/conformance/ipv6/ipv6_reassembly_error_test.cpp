// Errors about fragments, about packets put together, and about those that never were (RFC 8200 4.5, RFC 7112 5).
#include "tests/conformance/ipv6/ipv6_line.hpp"

namespace tunstack::test::ipv6_reassembly_error_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

const Packet whole = echo6({}, noise(40));  // 48 octets of payload
const Packets three = fragments6(whole, 16);

/// A first fragment with more to come that has the first `size` octets of the packet's payload.
Packet first_of(const Packet& packet, std::size_t size) {
  return piece6(0, part(packet, 40, size), true, {.next_header = packet[6]});
}

// ---- time ----

TEST(Ipv6ReassemblyError, V6_FRAG_004_time_exceeded_60_seconds_after_the_first_that_came) {
  for (const Packets& arrived :
       {Packets{three[0]}, Packets{three[0], three[1]}, Packets{three[2], three[0]}, Packets{three[0], three[0]}}) {
    Line6 line;
    EXPECT_THAT(line.send(arrived.front()), IsEmpty());
    EXPECT_THAT(line.wait(50s), IsEmpty());
    for (std::size_t i = 1; i < arrived.size(); ++i) EXPECT_THAT(line.send(arrived[i]), IsEmpty());
    EXPECT_THAT(line.wait(10s - 1ns), IsEmpty()) << "later fragments do not renew the timer";
    const Packets sent = line.wait(1ns);
    expect_error6(sent, 3, 1, 0, three[0]);
    EXPECT_EQ(source_of(sent.at(0)), "2001:db8::2");
    EXPECT_EQ(destination_of(sent.at(0)), "2001:db8::1");
    EXPECT_EQ(line.count(Reason::fragment_timeout), 1U);
    EXPECT_THAT(line.wait(10min), IsEmpty()) << "once";
    EXPECT_THAT(line.send({three[1], three[2]}), IsEmpty()) << "all of it was forgotten";
    expect_echo_reply(line.send(three[0]), noise(40));
  }
}

TEST(Ipv6ReassemblyError, V6_FRAG_004_silent_if_the_first_fragment_never_came) {
  for (const Packets& arrived : {Packets{three[1]}, Packets{three[2]}, Packets{three[2], three[1]}}) {
    Line6 line;
    EXPECT_THAT(line.send(arrived), IsEmpty());
    EXPECT_THAT(line.wait(10min), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_timeout_without_first), 1U);
    expect_alive(line);
  }
}

TEST(Ipv6ReassemblyError, V6_FRAG_004_in_time_is_before_the_end) {
  for (const Duration waited : {60s - 1ns, 60s + 0ns}) {
    Line6 line;
    EXPECT_THAT(line.send({three[2], three[1]}), IsEmpty());
    EXPECT_THAT(line.wait(waited), IsEmpty());
    EXPECT_THAT(line.send(three[0]), SizeIs(waited < 60s ? 1 : 0));
  }
}

TEST(Ipv6ReassemblyError, V6_FRAG_004_the_time_is_an_option) {
  const struct {
    const char* setting;
    Duration timeout;
  } rows[] = {{"ip6.frag.timeout=1", 1s}, {"ip6.frag.timeout=120", 120s}, {"ip4.frag.timeout=1", 60s}};
  for (const auto& row : rows) {
    Line6 line({row.setting});
    EXPECT_THAT(line.send(three[0]), IsEmpty());
    EXPECT_EQ(line.node().next_deadline(), line.now() + row.timeout);
    EXPECT_THAT(line.wait(row.timeout - 1ns), IsEmpty()) << row.setting;
    EXPECT_THAT(line.wait(1ns), SizeIs(1)) << row.setting;
  }
}

TEST(Ipv6ReassemblyError, V6_FRAG_004_no_timeout_is_reported_to_who_must_not_be_told) {
  const Ipv6Fields to_group{.destination = "ff02::1"};
  const struct {
    Packet packet;
    Reason reason;
  } rows[] = {
      {echo6(to_group, noise(40)), Reason::icmp6_destination_multicast},
      {ipv6({}, icmpv6({}, 1, 4, 0, noise(48))), Reason::icmp6_about_icmp_error},
      {ipv6({}, icmpv6({}, 137, 0, 0, noise(48))), Reason::icmp6_about_redirect},
      {with_headers(ipv6({}, icmpv6({}, 3, 0, 0, noise(48))), {destination("")}), Reason::icmp6_about_icmp_error},
      {udp6({.source = "::"}), Reason::icmp6_source_not_single_node}};
  for (const auto& row : rows) {
    Line6 line;
    EXPECT_THAT(line.send(fragments6(row.packet, 16)[0]), IsEmpty());
    EXPECT_THAT(line.wait(10min), IsEmpty()) << info(row.reason).name;
    EXPECT_EQ(line.count(Reason::fragment_timeout), 1U);
    EXPECT_EQ(line.count(row.reason), 1U) << info(row.reason).name;
  }
  Line6 line;
  EXPECT_THAT(line.send(three[0]), IsEmpty());
  EXPECT_THAT(line.send_in_group_frames({three[1]}), IsEmpty());
  EXPECT_THAT(line.wait(10min), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp6_link_layer_group), 1U);
}

TEST(Ipv6ReassemblyError, ICMP6_SUP_008_timeouts_are_limited_like_other_errors) {
  Line6 line;
  for (unsigned id = 0; id < 20; ++id) EXPECT_THAT(line.send(fragment6(whole, 0, 16, id)), IsEmpty());
  EXPECT_THAT(line.wait(60s), SizeIs(10));
  EXPECT_EQ(line.count(Reason::fragment_timeout), 20U);
  EXPECT_EQ(line.count(Reason::icmp6_error_rate_of_destination), 10U);
}

TEST(Ipv6ReassemblyError, ICMP6_SUP_008_the_limit_wins_over_all_errors_about_headers) {
  Line6 line;
  for (int i = 0; i < 10; ++i) EXPECT_THAT(line.send(udp6()), SizeIs(1));
  for (const Packet& packet : {with_headers(echo6(), {destination("9e 00")}), with_headers(echo6(), {routing(0, 1)}),
                               piece6(0, noise(20), true, {.next_header = 17}), first_of(udp6(), 4)})
    EXPECT_THAT(line.send(packet), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp6_error_rate_of_destination), 4U);
}

// ---- fragments that are wrong ----

TEST(Ipv6ReassemblyError, V6_FRAG_005_size_not_a_multiple_of_8) {
  for (const std::size_t size : {9U, 15U, 20U, 23U, 1001U}) {
    for (const std::size_t offset : {0U, 16U, 8000U}) {
      Line6 line;
      const Packet wrong = piece6(offset, noise(size), true, {.next_header = 17});
      expect_error6(line.send(wrong), 4, 0, 4, wrong);
      EXPECT_EQ(line.node().next_deadline(), Instant::max()) << "it is no part of a packet";
    }
  }
  Line6 line;
  EXPECT_THAT(line.send(three[0]), IsEmpty());
  EXPECT_THAT(line.send(piece6(16, noise(20), true)), SizeIs(1));
  EXPECT_THAT(line.send(three[1]), IsEmpty()) << "the fragment alone was dropped";
  expect_echo_reply(line.send(three[2]), noise(40));
  const Packet behind = with_headers(piece6(0, noise(20), true, {.next_header = 17}), {destination("")});
  expect_error6(line.send(behind), 4, 0, 4, behind);
}

// RFC 8200 4.5: 65535 octets of payload are the most, those of headers in front of the fragment header included.
TEST(Ipv6ReassemblyError, V6_FRAG_006_the_last_octet_that_a_fragment_may_reach) {
  const struct {
    std::size_t offset, size;
    bool more;
    std::size_t headers;  // units of 8 octets in front
    bool held;
  } rows[] = {
      {65520, 1000, false, 0, false}, {65528, 7, false, 0, true},   {65528, 8, false, 0, false},
      {65520, 8, true, 0, true},      {65528, 8, true, 0, false},   {65520, 15, false, 0, true},
      {65520, 7, false, 1, true},     {65520, 8, false, 1, false},  {65528, 7, false, 1, false},
      {65496, 23, false, 2, true},    {65496, 24, false, 2, false},
  };
  for (const auto& row : rows) {
    Line6 line;
    const std::vector<Part> before(row.headers, destination(""));
    const Packet packet = with_headers(piece6(row.offset, noise(row.size), row.more), before);
    const Packets sent = line.send(packet);
    EXPECT_EQ(line.count(Reason::fragment_of_datagram), row.held ? 1U : 0U) << row.offset << ' ' << row.size;
    if (row.held)
      EXPECT_THAT(sent, IsEmpty());
    else
      expect_error6(sent, 4, 0, static_cast<std::uint32_t>(42 + 8 * row.headers), packet);
  }
}

TEST(Ipv6ReassemblyError, V6_FRAG_006_the_fragments_that_came_before_stay) {
  Line6 line;
  EXPECT_THAT(line.send({three[0], three[1]}), IsEmpty());
  EXPECT_THAT(line.send(piece6(65520, noise(1000), false)), SizeIs(1));
  expect_echo_reply(line.send(three[2]), noise(40));
}

// Each fits with its own headers; with those of the first one the whole is too large.
TEST(Ipv6ReassemblyError, V6_FRAG_006_headers_of_the_first_fragment_make_it_too_large) {
  for (const std::size_t size : {65535U, 65527U}) {
    Line6 line;
    const Packet packet = echo6({}, noise(size - 8));
    Packets parts = fragments6(packet, 4096);
    parts[0] = with_headers(parts[0], {destination("")});
    const Packets sent = line.send(parts);
    if (size == 65527)
      EXPECT_GT(sent.size(), 40U) << "the reply in fragments";
    else
      expect_error6(sent, 4, 0, 42, parts.back());
    expect_alive(line);
  }
}

// Whichever fragment comes last is reported, and points at its own offset field.
TEST(Ipv6ReassemblyError, V6_FRAG_006_the_first_fragment_comes_last_and_makes_it_too_large) {
  Line6 line;
  Packets parts = fragments6(echo6({}, noise(65535 - 8)), 4096);
  parts[0] = with_headers(parts[0], {destination("")});
  std::ranges::reverse(parts);
  expect_error6(line.send(parts), 4, 0, 50, parts.back());
  EXPECT_EQ(line.count(Reason::ipv6_fragment_beyond_largest_packet), 1U);
  EXPECT_THAT(line.send(parts.back()), IsEmpty()) << "and it is refused from then on";
  EXPECT_THAT(line.send_in_group_frames(parts), IsEmpty());
  expect_alive(line);
}

// ---- first fragments that lack headers ----

TEST(Ipv6ReassemblyError, V6_FRAG_008_octets_that_make_an_upper_layer_header_complete) {
  const Packet segment = ipv6({.next_header = 6}, tcp(Ipv6Fields{}, TcpFields{}, noise(20)));
  const Packet unknown = ipv6({.next_header = 200}, noise(40));
  const struct {
    const char* what;
    Packet packet;
    std::vector<Part> behind;
    std::size_t size;  // of what stands behind the fragment header
    bool complete;
  } rows[] = {
      {"8 octets of an echo", whole, {}, 8, true},
      {"8 octets of UDP", udp6(), {}, 8, true},
      {"16 octets of TCP", segment, {}, 16, false},
      {"24 octets of TCP", segment, {}, 24, true},
      {"8 octets of something else", unknown, {}, 8, true},
      {"nothing but options", whole, {destination("")}, 8, false},
      {"options and 8 octets", whole, {destination("")}, 16, true},
      {"a half of the options", udp6(), {long_destination(16)}, 8, false},
      {"one of two headers", udp6(), {destination(""), routing(0, 0)}, 8, false},
      {"both headers", udp6(), {destination(""), routing(0, 0)}, 16, false},
      {"both headers and UDP", udp6(), {destination(""), routing(0, 0)}, 24, true},
      {"no next header", ipv6({.next_header = 59}, noise(40)), {destination("")}, 8, true},
      {"nothing of something else", unknown, {destination("")}, 8, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const Packet first = first_of(with_headers(row.packet, row.behind), row.size);
    Line6 line;
    const Packets sent = line.send(first);
    EXPECT_EQ(line.count(Reason::fragment_of_datagram), row.complete ? 1U : 0U);
    const bool is_icmp = row.packet[6] == 58;
    if (row.complete || is_icmp)
      EXPECT_THAT(sent, IsEmpty()) << "of an ICMPv6 message without its type none knows that it is no error";
    else
      expect_error6(sent, 4, 3, 0, first);
  }
}

TEST(Ipv6ReassemblyError, V6_FRAG_007_a_first_fragment_that_ends_inside_of_a_header) {
  const Packet packet = with_headers(udp6(), {long_destination(64)});
  for (const std::size_t size : {8U, 16U, 56U, 64U}) {
    const Packet first = first_of(packet, size);
    Line6 line;
    expect_error6(line.send(first), 4, 3, 0, first);
    const Packet with_options = with_headers(first, {hop_by_hop("")});
    Line6 other;
    expect_error6(other.send(with_options), 4, 3, 0, with_options);
  }
  Line6 line;
  EXPECT_THAT(line.send(first_of(packet, 72)), IsEmpty());
}

// RFC 7112 3: every fragment with offset 0 is a first fragment, also one without any data.
TEST(Ipv6ReassemblyError, V6_FRAG_007_a_first_fragment_without_data) {
  const Packet first = first_of(udp6(), 0);
  Line6 line;
  expect_error6(line.send(first), 4, 3, 0, first);
}

TEST(Ipv6ReassemblyError, V6_FRAG_008_later_fragments_of_such_a_packet_are_dropped_silently) {
  const Packet packet = with_headers(udp6({}, 33434, noise(40)), {long_destination(16)});
  const Packets parts = fragments6(packet, 8);
  for (const bool first_last : {false, true}) {
    Line6 line;
    if (first_last) {
      EXPECT_THAT(line.send({parts[1], parts[2]}), IsEmpty());
    }
    EXPECT_THAT(line.send(parts[0]), SizeIs(1));
    for (std::size_t i = 1; i < parts.size(); ++i) EXPECT_THAT(line.send(parts[i]), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), parts.size() - 1);
    EXPECT_THAT(line.send(fragments6(packet, 24)), IsEmpty()) << "nor a better first fragment";
    EXPECT_THAT(line.wait(60s - 1ns), IsEmpty());
    EXPECT_THAT(line.send(fragments6(packet, 24)), IsEmpty()) << "until the time is over";
    EXPECT_THAT(line.wait(1ns), IsEmpty()) << "no timeout";
    EXPECT_THAT(line.send(fragments6(packet, 24)), SizeIs(1)) << "a new packet after that time";
  }
}

// Whatever is wrong with headers that only the first fragment has: nothing of the packet is kept.
TEST(Ipv6ReassemblyError, V6_FRAG_008_later_fragments_behind_a_misplaced_header) {
  const Packets parts = fragments6(with_headers(udp6({}, 33434, noise(80)), {hop_by_hop("")}), 48);
  ASSERT_THAT(parts, SizeIs(2));
  for (const bool rest_first : {false, true}) {
    Line6 line;
    if (rest_first) {
      EXPECT_THAT(line.send(parts[1]), IsEmpty());
    }
    const Packets sent = line.send(parts[0]);
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(icmp6_type(sent[0]), 4U);
    EXPECT_EQ(icmp6_code(sent[0]), 1U);
    EXPECT_EQ(line.node().reassembly(Family::ipv6).memory_used(), 0U);
    EXPECT_THAT(line.send(parts[1]), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), 1U);
    EXPECT_THAT(line.wait(60s), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_timeout_without_first), 0U);
  }
}

// V6-FRAG-008: silence does not let the rest in either.
TEST(Ipv6ReassemblyError, V6_FRAG_008_later_fragments_where_no_error_was_sent) {
  const Packet packet = with_headers(udp6({.destination = "ff02::1"}, 33434, noise(40)), {long_destination(16)});
  Line6 line;
  const Packets parts = fragments6(packet, 8);
  EXPECT_THAT(line.send(parts), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp6_destination_multicast), 1U);
  EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), parts.size() - 1);
}

// ICMP6-SUP-006: what is there of the message tells that it is an error.
TEST(Ipv6ReassemblyError, ICMP6_SUP_006_first_fragments_of_icmpv6_errors) {
  for (const unsigned type : {1U, 4U, 128U}) {
    const Packet message = ipv6({}, icmpv6({}, type, 0, 0, noise(48)));
    Line6 line;
    EXPECT_THAT(line.send(first_of(message, 20)), SizeIs(type == 128 ? 1 : 0)) << "not a multiple of 8";
    EXPECT_THAT(line.send(fragments6(message, 16)[0]), IsEmpty());
    EXPECT_THAT(line.wait(60s), SizeIs(type == 128 ? 1 : 0)) << "the timeout";
  }
}

// V6-FRAG-015: what stands in a later fragment is not the beginning of a message.
TEST(Ipv6ReassemblyError, V6_FRAG_015_no_upper_layer_error_about_a_later_fragment) {
  for (const unsigned next : {6U, 17U, 58U, 59U, 200U}) {
    Line6 line;
    EXPECT_THAT(line.send(piece6(16, noise(32), false, {.next_header = next})), IsEmpty()) << next;
    EXPECT_EQ(line.count(Reason::fragment_of_datagram), 1U);
  }
}

// V6-FRAG-015: errors about its own headers are sent; that it looks like an ICMPv6 error does not matter.
TEST(Ipv6ReassemblyError, V6_FRAG_015_header_errors_about_a_later_fragment) {
  const Packet later = piece6(16, hex("01040000 00000000") + noise(32), false);
  Line6 line;
  const Packet packet = with_headers(later, {destination("9e 00")});
  expect_error6(line.send(packet), 4, 2, 42, packet);
  const Packet wrong = piece6(16, hex("01040000 00000000 00"), true);
  expect_error6(line.send(wrong), 4, 0, 4, wrong);
}

// ---- fragments of no use ----

TEST(Ipv6ReassemblyError, V6_FRAG_005_later_fragments_without_data_are_dropped) {
  for (const bool more : {false, true}) {
    Line6 line;
    EXPECT_THAT(line.send({three[0], piece6(16, {}, more)}), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_without_data), 1U);
    EXPECT_THAT(line.send(three[1]), IsEmpty());
    expect_echo_reply(line.send(three[2]), noise(40));
  }
}

// ---- quotes ----

TEST(Ipv6ReassemblyError, V6_FRAG_019_an_error_quotes_the_whole_packet_without_fragment_header) {
  const Packet datagram = udp6({.traffic_class = 0x48, .flow_label = 0x54321, .hop_limit = 3}, 33434, noise(40));
  for (const bool backwards : {false, true}) {
    Line6 line;
    Packets parts = fragments6(datagram, 24);
    if (backwards) std::ranges::reverse(parts);
    const Packets sent = line.send(parts);
    expect_error6(sent, 1, 4, 0, datagram);
    EXPECT_EQ(unsigned{sent.at(0).at(48 + 6)}, 17U);
  }
  const Packet large = udp6({}, 33434, noise(5000));
  Line6 line;
  const Packets sent = line.send(fragments6(large, 1232));
  expect_error6(sent, 1, 4, 0, large);
  EXPECT_EQ(sent.at(0).size(), 1280U);
}

TEST(Ipv6ReassemblyError, V6_FRAG_019_a_timeout_quotes_the_first_fragment_as_received) {
  const Packet large = udp6({.hop_limit = 2}, 33434, noise(5000));
  for (const std::size_t size : {8U, 1184U, 1448U, 2400U}) {
    Packets parts = fragments6(large, size);
    parts[0][41] = 0xa5;  // the reserved octet
    const Packet first = with_headers(parts[0], {hop_by_hop("05 02 0000"), destination("1e 04 01020304")});
    Line6 line;
    EXPECT_THAT(line.send({parts[1], first}), IsEmpty());
    expect_error6(line.wait(60s), 3, 1, 0, first);
  }
}

TEST(Ipv6ReassemblyError, V6_FRAG_019_an_atomic_fragment_is_quoted_as_received) {
  const Packet packet = with_headers(udp6(), {atomic(0xdeadbeef)});
  Line6 line;
  expect_error6(line.send(packet), 1, 4, 0, packet);
}

}  // namespace
}  // namespace tunstack::test::ipv6_reassembly_error_test
