// Fragments become packets again (RFC 8200 4.5): which belong together, and what comes of them.
#include <random>

#include "tests/conformance/ipv6/ipv6_line.hpp"

namespace tunstack::test::ipv6_reassembly_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

/// Sends one after the other; nothing is sent until the last.
Packets send_until_whole(Line6& line, const Packets& packets) {
  for (std::size_t i = 0; i + 1 < packets.size(); ++i)
    EXPECT_THAT(line.send(packets[i]), IsEmpty()) << "after fragment " << i;
  return line.send(packets.back());
}

// ---- which belong together ----

TEST(Ipv6Reassembly, V6_FRAG_001_all_orders_of_three) {
  const Packet data = noise(40);
  const Packets parts = fragments6(echo6({}, data), 16);
  ASSERT_THAT(parts, SizeIs(3));
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    Line6 line;
    expect_echo_reply(send_until_whole(line, {parts[order[0]], parts[order[1]], parts[order[2]]}), data);
    EXPECT_EQ(line.count(Reason::fragment_of_datagram), 3U);
    EXPECT_EQ(line.node().next_deadline(), Instant::max()) << "nothing is left behind";
  } while (std::ranges::next_permutation(order).found);
}

TEST(Ipv6Reassembly, V6_FRAG_001_random_orders_and_sizes) {
  std::mt19937 random(7);
  Line6 line;
  for (unsigned round = 0; round < 200; ++round) {
    const Packet data = noise(random() % 1440, round);
    const Packet whole = echo6({}, data);
    Packets parts;
    for (std::size_t begin = 0; begin < whole.size() - 40;) {
      const std::size_t end = std::min<std::size_t>(whole.size() - 40, begin + 8 * (1 + random() % 20));
      parts.push_back(fragment6(whole, begin, end, round));
      begin = end;
    }
    std::ranges::shuffle(parts, random);
    expect_echo_reply(send_until_whole(line, parts), data);
  }
}

TEST(Ipv6Reassembly, V6_FRAG_001_source_destination_and_identification_must_be_equal) {
  const NodeConfig config = node_with({{"2001:db8::2/64", "2001:db8::3/64"}});
  const Packet whole = echo6({}, noise(24));
  const Packet first = fragment6(whole, 0, 16);
  const Packet last = fragment6(whole, 16, 32);
  std::vector<std::pair<std::string, Packet>> rows;
  const auto changed = [&](const char* what, std::size_t at, unsigned bits) {
    Packet packet = last;
    packet.at(at) ^= static_cast<std::uint8_t>(bits);
    rows.emplace_back(what, packet);
  };
  changed("source", 15, 0x01);
  changed("source, interface identifier", 23, 0x06);
  changed("destination", 39, 0x01);
  for (const std::size_t at : {44U, 45U, 46U, 47U}) changed("identification", at, 0x10);
  for (const auto& [what, other] : rows) {
    SCOPED_TRACE(what);
    Line6 line(config);
    EXPECT_THAT(line.send({first, other}), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_of_datagram), 2U);
    expect_echo_reply(line.send(last), noise(24));
  }
}

// V6-FRAG-001, V6-FRAG-002: only what the first fragment says about the next header counts.
TEST(Ipv6Reassembly, V6_FRAG_001_the_next_header_is_no_part_of_the_key) {
  for (const unsigned other : {0U, 6U, 17U, 44U, 59U, 60U, 200U, 255U})
    for (const bool first_last : {false, true}) {
      Line6 line;
      Packets parts = fragments6(echo6({}, noise(40)), 16);
      parts[1][40] = parts[2][40] = static_cast<std::uint8_t>(other);
      if (first_last) std::ranges::reverse(parts);
      expect_echo_reply(send_until_whole(line, parts), noise(40));
    }
}

TEST(Ipv6Reassembly, V6_FRAG_001_other_fields_of_the_header_may_differ) {
  Line6 line;
  Packets parts = fragments6(echo6({.traffic_class = 0x20, .flow_label = 0x12345, .hop_limit = 9}, noise(40)), 16);
  parts[1][7] = 255;
  parts[2][3] ^= 0xff;
  const Packets sent = send_until_whole(line, parts);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(be16(sent[0], 0), 0x6200U) << "the traffic class of the first, that an echo reply has too";
}

TEST(Ipv6Reassembly, V6_FRAG_001_interleaved_packets) {
  Line6 line;
  std::vector<Packets> all;
  for (unsigned i = 0; i < 8; ++i) all.push_back(fragments6(echo6({}, noise(40, i)), 16, i));
  for (std::size_t at = 0; at < 2; ++at)
    for (const Packets& parts : all) EXPECT_THAT(line.send(parts[at]), IsEmpty());
  for (unsigned i = 0; i < 8; ++i) expect_echo_reply(line.send(all[i][2]), noise(40, i));
}

// ---- the headers of the whole ----

TEST(Ipv6Reassembly, V6_FRAG_002_headers_in_front_come_from_the_first_fragment) {
  const Packets parts = fragments6(echo6({}, noise(40)), 16);
  const Part skipped = destination("1e 04 00000000");
  for (const bool first_last : {false, true}) {
    Line6 line;
    Packets sent{with_headers(parts[0], {hop_by_hop(""), skipped}), parts[1], with_headers(parts[2], {skipped})};
    if (first_last) std::ranges::reverse(sent);
    expect_echo_reply(send_until_whole(line, sent), noise(40));
  }
}

// The quote of an error shows the packet that was put together, octet by octet.
TEST(Ipv6Reassembly, V6_FRAG_002_payload_length_next_header_and_all_octets) {
  const std::vector<Part> before{hop_by_hop("05 02 0000"), routing(7, 0)};
  const Packet whole = with_headers(udp6({.traffic_class = 0xb8, .flow_label = 0xabcde}, 33434, noise(100)), before);
  for (const std::size_t size : {8U, 24U, 64U}) {
    Line6 line;
    Packets parts = fragments6(udp6({.traffic_class = 0xb8, .flow_label = 0xabcde}, 33434, noise(100)), size);
    for (Packet& part : parts) part = with_headers(part, before);
    expect_error6(send_until_whole(line, parts), 1, 4, 0, whole);
  }
}

TEST(Ipv6Reassembly, V6_FRAG_003_headers_in_front_are_processed_in_each_fragment) {
  const Packets parts = fragments6(echo6({}, noise(40)), 16);
  const struct {
    Part part;
    std::size_t errors;
    Reason reason;
  } rows[] = {{hop_by_hop("5e 00"), 0, Reason::ipv6_option_discarded},
              {destination("9e 00"), 1, Reason::ipv6_option_unrecognized},
              {routing(0, 1), 1, Reason::ipv6_routing_type_unrecognized}};
  for (const auto& row : rows)
    for (const std::size_t at : {0U, 1U, 2U}) {
      Line6 line;
      for (std::size_t i = 0; i < 3; ++i)
        EXPECT_THAT(line.send(i == at ? with_headers(parts[i], {row.part}) : parts[i]),
                    SizeIs(i == at ? row.errors : 0));
      EXPECT_EQ(line.count(row.reason), 1U);
      EXPECT_EQ(line.count(Reason::fragment_of_datagram), 2U);
      EXPECT_THAT(line.wait(60s), SizeIs(at == 0 ? 0 : 1)) << "the time of the rest is over";
    }
}

// ---- extension headers behind the fragment header ----

TEST(Ipv6Reassembly, V6_FRAG_018_headers_behind_are_processed_in_the_whole) {
  const struct {
    std::vector<Part> parts;
    unsigned code;
    std::uint32_t pointer;
  } rows[] = {{{destination("9e 00")}, 2, 42},
              {{destination(""), destination("1e 00 9e 00")}, 2, 52},
              {{routing(0, 1)}, 0, 42},
              {{destination("01 7f")}, 0, 43}};
  for (const auto& row : rows)
    for (const bool backwards : {false, true}) {
      const Packet whole = with_headers(echo6({}, noise(40)), row.parts);
      Line6 line;
      Packets parts = fragments6(whole, 32);
      if (backwards) std::ranges::reverse(parts);
      expect_error6(send_until_whole(line, parts), 4, row.code, row.pointer, whole);
    }
  Line6 line;
  const Packet whole = with_headers(echo6({}, noise(40)), {destination("1e 04 00000000"), routing(9, 0)});
  expect_echo_reply(send_until_whole(line, fragments6(whole, 32)), noise(40));
}

TEST(Ipv6Reassembly, V6_FRAG_018_an_unrecognised_next_header_in_the_whole) {
  const Packet unknown = ipv6({.next_header = 200}, noise(40));
  Line6 line;
  expect_error6(send_until_whole(line, fragments6(unknown, 16)), 4, 1, 6, unknown);
  const Packet behind = with_headers(unknown, {destination("")});
  expect_error6(send_until_whole(line, fragments6(behind, 16)), 4, 1, 40, behind);
  Packets parts = fragments6(unknown, 16, 9);
  for (Packet& part : parts) part = with_headers(part, {destination("")});
  expect_error6(send_until_whole(line, parts), 4, 1, 40, behind);
}

// V6-FRAG-016: what came in fragments cannot make the host wait again.
TEST(Ipv6Reassembly, V6_FRAG_016_a_fragment_in_fragments) {
  const Packet inner = with_headers(echo6({}, noise(40)), {destination(""), fragment_header(0, true, 77)});
  Line6 line;
  expect_error6(send_until_whole(line, fragments6(inner, 32)), 4, 0, 48, inner);
  EXPECT_EQ(line.node().next_deadline(), Instant::max()) << "nothing waits";
  const Packet atomic_inside = with_headers(echo6({}, noise(40)), {atomic(77)});
  expect_echo_reply(send_until_whole(line, fragments6(atomic_inside, 24)), noise(40));
}

// ---- atomic fragments ----

TEST(Ipv6Reassembly, V6_FRAG_012_an_atomic_fragment_is_a_packet_of_its_own) {
  Line6 line;
  const Packets parts = fragments6(echo6({}, noise(40)), 16, 5);
  EXPECT_THAT(line.send(parts[0]), IsEmpty());
  expect_echo_reply(line.send(with_headers(echo6({}, noise(20, 2)), {atomic(5)})), noise(20, 2));
  EXPECT_THAT(line.send(parts[1]), IsEmpty());
  expect_echo_reply(line.send(with_headers(echo6({}, noise(13, 3)), {atomic(5)})), noise(13, 3));
  expect_echo_reply(line.send(parts[2]), noise(40));
  EXPECT_EQ(line.count(Reason::fragment_of_datagram), 3U);
}

TEST(Ipv6Reassembly, V6_FRAG_014_reserved_bits_are_ignored) {
  for (const unsigned first : {0x00U, 0x01U, 0xffU})
    for (const unsigned bits : {0x2U, 0x4U, 0x6U}) {
      Line6 line;
      Packets parts = fragments6(echo6({}, noise(40)), 16);
      for (Packet& part : parts) {
        part[41] = static_cast<std::uint8_t>(first);
        part[43] |= static_cast<std::uint8_t>(bits);
      }
      expect_echo_reply(send_until_whole(line, parts), noise(40));
      Packet alone = with_headers(echo6(), {atomic()});
      alone[41] = static_cast<std::uint8_t>(first);
      alone[43] |= static_cast<std::uint8_t>(bits);
      EXPECT_THAT(line.send(alone), SizeIs(1));
    }
}

TEST(Ipv6Reassembly, V6_FRAG_017_no_discovery_in_fragments) {
  for (const unsigned type : {133U, 134U, 135U, 136U, 137U}) {
    const Ipv6Fields ip{.source = "fe80::1", .destination = "fe80::2", .hop_limit = 255};
    const Packet whole = ipv6(ip, icmpv6(ip, type, 0, 0, Packet(56)));
    Line6 line;
    EXPECT_THAT(line.send(with_headers(whole, {atomic()})), IsEmpty()) << type;
    EXPECT_EQ(line.count(Reason::icmp6_discovery_in_fragments), 1U);
    EXPECT_THAT(line.send(with_headers(whole, {destination(""), atomic(), destination("")})), IsEmpty()) << type;
    EXPECT_EQ(line.count(Reason::icmp6_discovery_in_fragments), 2U);
    EXPECT_THAT(line.send(fragments6(whole, 32)), IsEmpty()) << type;
    EXPECT_EQ(line.count(Reason::icmp6_discovery_in_fragments), 3U);
    EXPECT_THAT(line.send({whole, with_headers(whole, {destination("")})}), IsEmpty()) << type;
    EXPECT_EQ(line.count(Reason::icmp6_discovery_in_fragments), 3U) << "not in fragments";
    expect_alive(line);
  }
}

// ---- congestion (RFC 3168 5.3, as in IPv4) ----

TEST(Ipv6Reassembly, V6_FRAG_002_a_mark_of_any_fragment_is_one_of_the_whole) {
  for (const unsigned marked : {0U, 1U, 2U}) {
    Line6 line;
    Packets parts = fragments6(udp6({.traffic_class = 0xb9}, 33434, noise(40)), 16);
    parts[marked][1] |= 0x30;
    Packet whole = udp6({.traffic_class = 0xbb}, 33434, noise(40));
    expect_error6(send_until_whole(line, parts), 1, 4, 0, whole);
  }
  Line6 line;
  Packets parts = fragments6(udp6({.traffic_class = 0xb8}, 33434, noise(40)), 16);
  parts[1][1] |= 0x30;
  EXPECT_THAT(line.send(parts), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_ecn_mixed), 1U);
}

}  // namespace
}  // namespace tunstack::test::ipv6_reassembly_test
