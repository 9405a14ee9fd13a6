// IPv6 packets in words: chains of extension headers and fragments, cut anywhere.
#include <random>

#include "tests/support/ipv6_chains.hpp"
#include "tests/tunstack/explain/guarded_memory.hpp"
#include "tunstack/explain/describe.hpp"

namespace tunstack::test::describe_ipv6_test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string summary(const Packet& packet) { return describe(packet).summary; }
std::string without_anomalies(const std::string& text) { return text.substr(0, text.find(", BAD ")); }
constexpr std::string_view udp_text = "UDP 40000 > 33434";

Packet error6(const Packet& quote, unsigned type = 1, unsigned code = 4, std::uint32_t parameter = 0) {
  return ipv6({}, icmpv6({}, type, code, parameter, quote));
}

struct Row {
  Packet packet;
  std::string text;
};

void expect_texts(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(summary(row.packet), row.text);
}

TEST(DescribeIpv6, V6_EXT_009_each_extension_header_in_its_order) {
  expect_texts({
      {chained_udp({hop_by_hop()}), "HBH, UDP 40000 > 33434"},
      {chained_udp({destination_options()}), "DO, UDP 40000 > 33434"},
      {chained_udp({routing(0, 0)}), "RH type 0 left 0, UDP 40000 > 33434"},
      {chained_udp({routing(253, 255)}), "RH type 253 left 255, UDP 40000 > 33434"},
      {chained_udp({hop_by_hop(), destination_options(), routing(4, 1), destination_options()}),
       "HBH, DO, RH type 4 left 1, DO, UDP 40000 > 33434"},
      {chained_udp({destination_options(), hop_by_hop()}), "DO, HBH, UDP 40000 > 33434"},
      {chained_udp({destination_options(Packet(1022))}), "DO, UDP 40000 > 33434"},
      {chained_icmp({hop_by_hop()}, 128, counting(56)), "HBH, ICMP6 echo request, id 0, seq 0, length 64"},
      {chained({.next_header = 59}, {destination_options()}, counting(8)), "DO, next header 59, length 8"},
      {chained({.next_header = 200}, {hop_by_hop()}, counting(8)), "HBH, next header 200, length 8"},
      {chained({.next_header = 51}, {}, counting(8)), "next header 51, length 8"},
  });
}

TEST(DescribeIpv6, V6_FRAG_001_fragments) {
  const Packet message = icmpv6({}, 128, 0, 0x05010001, counting(80));
  expect_texts({
      {fragment6({}, message, 0, 40),
       "fragment, id 0x12345678, offset 0+, ICMP6 echo request, id 1281, seq 1, length 40"},
      {fragment6({}, message, 40, 80), "fragment, id 0x12345678, offset 40+, length 40"},
      {fragment6({}, message, 80, 88), "fragment, id 0x12345678, offset 80, length 8"},
      {chained_udp({fragment_header(0, false, 5)}), "fragment, id 0x5, offset 0, UDP 40000 > 33434"},
      {chained_udp({fragment_header(65528, true, 0xffffffff)}), "fragment, id 0xffffffff, offset 65528+, length 24"},
      {chained_udp({hop_by_hop(), fragment_header(8, false, 1), destination_options()}),
       "HBH, fragment, id 0x1, offset 8, length 32"},
      {chained_udp({hop_by_hop(), fragment_header(0, true, 1), destination_options()}),
       "HBH, fragment, id 0x1, offset 0+, DO, UDP 40000 > 33434"},
  });
}

// The reserved bits of a fragment header are not part of its offset (RFC 8200 4.5).
TEST(DescribeIpv6, V6_FRAG_014_reserved_bits_of_a_fragment_header) {
  Packet packet = chained_udp({fragment_header(8, false, 1)});
  packet[41] = 0xff;
  packet[43] |= 6;
  EXPECT_EQ(summary(packet), "fragment, id 0x1, offset 8, length 24");
}

// Nobody fills a line, or a screen, with one packet.
TEST(DescribeIpv6, ROB_001_as_many_headers_as_are_worth_a_line) {
  EXPECT_EQ(summary(chained_udp(Chain(8, destination_options()))), "DO, DO, DO, DO, DO, DO, DO, DO, UDP 40000 > 33434");
  EXPECT_EQ(summary(chained_udp(Chain(9, destination_options()))),
            "DO, DO, DO, DO, DO, DO, DO, DO, DO, and more, length 32");
  EXPECT_EQ(summary(chained_udp(Chain(8000, hop_by_hop()))),
            "HBH, HBH, HBH, HBH, HBH, HBH, HBH, HBH, HBH, and more, length 63960");
}

TEST(DescribeIpv6, V6_EXT_010_headers_that_are_cut_short) {
  const Packet options = hex("11ff 010c 000000000000 000000000000");
  expect_texts({
      {ipv6({.next_header = 60}, {}), "DO, cut short, length 0"},
      {ipv6({.next_header = 0}, hex("11")), "HBH, cut short, length 1"},
      {ipv6({.next_header = 60}, options), "DO, cut short, length 16"},
      {ipv6({.next_header = 43}, hex("1100 0000 0000")), "RH, cut short, length 6"},
      {ipv6({.next_header = 44}, hex("1100 0000 000000")), "frag, cut short, length 7"},
      {chained({.next_header = 60}, {hop_by_hop()}, hex("1101 0104 00000000")), "HBH, DO, cut short, length 8"},
      {chained({.next_header = 17}, {hop_by_hop()}, hex("9c4082")), "HBH, UDP, cut short, length 3"},
      {chained({}, {hop_by_hop()}, {}), "HBH, ICMP6, cut short, length 0"},
  });
}

// The length octet of a fragment header is reserved: such a header always has 8 octets.
TEST(DescribeIpv6, V6_FRAG_014_a_fragment_header_has_no_length) {
  Packet packet = chained_udp({fragment_header(0, false, 1)});
  packet[41] = 9;
  EXPECT_THAT(summary(packet), EndsWith(udp_text));
}

TEST(DescribeIpv6, ICMP6_ERR_001_errors_with_chains_in_their_quotes) {
  expect_texts({
      {error6(chained_udp({hop_by_hop(), fragment_header(0, true, 2)}), 3, 1),
       "ICMP6 time exceeded, in reassembly (3/1) [2001:db8::1 > 2001:db8::2 HBH, fragment, id 0x2, offset 0+, "
       "UDP 40000 > 33434]"},
      {error6(part(chained_udp({destination_options()}), 0, 45)),
       "ICMP6 destination unreachable, port unreachable (1/4) [2001:db8::1 > 2001:db8::2 DO, cut short, length 5]"},
      {error6(chained_udp({destination_options()}), 4, 10, 0x01020304),
       "ICMP6 parameter problem, option too big (4/10), pointer 16909060 [2001:db8::1 > 2001:db8::2 DO, UDP 40000 > "
       "33434]"},
      {chained_icmp({destination_options()}, 2, chained_icmp({hop_by_hop()}, 129, counting(8))),
       "DO, ICMP6 packet too big (2/0), mtu 0 [2001:db8::1 > 2001:db8::2 HBH, ICMP6 echo reply, id 0, seq 0, length "
       "16]"},
      {error6(chained_udp({}), 2, 0, 0x05060708),
       "ICMP6 packet too big (2/0), mtu 84281096 [2001:db8::1 > 2001:db8::2 UDP 40000 > 33434]"},
  });
}

TEST(DescribeIpv6, V6_RX_001_octets_beyond_the_packet_do_not_count) {
  for (const Packet& packet : {chained_udp({hop_by_hop()}), fragment6({}, counting(80), 40, 80),
                               ipv6({.next_header = 60}, hex("1101 0104 00000000"))})
    EXPECT_EQ(summary(packet + counting(30)), summary(packet));
}

// ---- anything at all ----

std::vector<Packet> kinds() {
  const Packet message = icmpv6({}, 128, 0, 1, counting(80));
  return {chained_udp({hop_by_hop()}),
          chained_udp({destination_options(Packet(62)), routing(0, 3)}),
          chained_udp({hop_by_hop(), destination_options(), routing(4, 1), fragment_header(0, true)}),
          chained_icmp({hop_by_hop(), fragment_header(0, false), destination_options()}, 128, counting(8)),
          chained_udp(Chain(9, destination_options())),
          fragment6({}, message, 0, 40),
          fragment6({}, message, 40, 80),
          chained({.next_header = 6}, {routing(2, 0)}, tcp(Ipv6Fields{}, {})),
          error6(chained_udp({hop_by_hop(), fragment_header(8, true)})),
          error6(error6(chained_udp({destination_options()}))),
          chained_icmp({hop_by_hop()}, 4, chained_udp({destination_options(hex("9e04 00000000"))}))};
}

TEST(DescribeIpv6, ROB_002_every_truncation_of_every_kind) {
  Guarded guarded;
  for (const Packet& whole : kinds()) {
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const PacketText text = describe(guarded.hold(Bytes(whole).first(size)));
      EXPECT_FALSE(text.summary.empty()) << size;
      EXPECT_EQ(text.source.empty(), size < 40) << size;
      if (size < 40 || size > 0xffff) continue;
      Packet shorter = part(whole, 0, size);
      set_be16(shorter, 4, static_cast<unsigned>(size - 40));
      EXPECT_EQ(without_anomalies(describe(guarded.hold(shorter)).summary), without_anomalies(text.summary))
          << "whether cut or short, " << size;
    }
  }
}

TEST(DescribeIpv6, ROB_001_any_change_of_any_kind) {
  Guarded guarded;
  std::mt19937 random(1);
  for (const Packet& whole : kinds())
    for (int round = 0; round < 3000; ++round) {
      Packet packet = whole;
      for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
        packet[random() % packet.size()] = static_cast<std::uint8_t>(random());
      packet.resize(1 + random() % packet.size());
      EXPECT_FALSE(describe(guarded.hold(packet)).summary.empty());
    }
}

}  // namespace
}  // namespace tunstack::test::describe_ipv6_test
