// Lines about packets are read as they are printed.
#include "tunstack/notation/packet_text.hpp"

#include <gmock/gmock.h>

#include "tests/support/host.hpp"
#include "tunstack/explain/describe.hpp"

namespace tunstack::test::packet_text_test {
namespace {

using notation::parse_octets;
using notation::parse_packet;
using testing::HasSubstr;

std::string line_of(Bytes packet) {
  const PacketText text = describe(packet);
  return text.source + " > " + text.destination + " " + text.summary;
}

Packet packet_of(const std::string& line) {
  const auto packet = parse_packet(line);
  EXPECT_TRUE(packet.has_value()) << line << ": " << (packet ? "" : packet.error().what);
  return packet ? Packet(*packet) : Packet();
}

void expect_round_trip(const std::string& line) {
  EXPECT_EQ(line_of(packet_of(line)), line);
  EXPECT_EQ(packet_of(line_of(packet_of(line))), packet_of(line)) << line;
}

// ---- what is printed is read ----

TEST(PacketText, every_icmp_message_with_a_name_and_those_without) {
  for (const Family family : {Family::ipv4, Family::ipv6})
    for (unsigned type = 0; type < 256; ++type)
      for (unsigned code = 0; code < 20; ++code) {
        const Packet message{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code), 0, 0, 0, 0, 0, 0};
        const Packet packet =
            family == Family::ipv4 ? ipv4({.protocol = 1}, message) : ipv6({.next_header = 58}, message);
        const std::string line = line_of(packet);
        EXPECT_EQ(line_of(packet_of(line)), line);
      }
}

TEST(PacketText, lines_of_all_kinds) {
  for (const char* line : {
           "192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, length 64",
           "2001:db8::1 > 2001:db8::2 ICMP6 echo reply, id 65535, seq 65535, length 8",
           "192.0.2.1 > 192.0.2.2 ICMP type 200, code 3, length 8",
           "192.0.2.1 > 192.0.2.2 ICMP timestamp request, id 0, seq 0, length 20",
           "192.0.2.1 > 192.0.2.2 UDP 4444 > 33434",
           "2001:db8::1 > 2001:db8::2 TCP 4444 > 80, flags [S]",
           "192.0.2.1 > 192.0.2.2 TCP 4444 > 80, flags [FSRP.UEW]",
           "192.0.2.1 > 192.0.2.2 protocol 99, length 12",
           "2001:db8::1 > 2001:db8::2 next header 200, length 3",
           "192.0.2.1 > 192.0.2.2 fragment, id 7, offset 1480+, length 8",
           "192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, length 16, first fragment",
           "192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, length 8, BAD HEADER CHECKSUM 0x1234 (should be "
           "0xf6dd)",
           "2001:db8::1 > 2001:db8::2 HBH, RH type 4 left 2, DO, ICMP6 echo request, id 1, seq 2, length 8",
           "2001:db8::1 > 2001:db8::2 fragment, id 0x17, offset 0+, ICMP6 echo request, id 1, seq 2, length 16",
           "2001:db8::1 > 2001:db8::2 fragment, id 0x17, offset 16, length 8",
           "fe80::1 > ff02::1:ff00:2 ICMP6 neighbor solicitation of 2001:db8::2, length 24",
           "192.0.2.1 > 192.0.2.2 ICMP destination unreachable, fragmentation needed (3/4), mtu 1300 "
           "[192.0.2.2 > 198.51.100.1 ICMP echo request, id 5, seq 1, length 64]",
           "192.0.2.1 > 192.0.2.2 ICMP redirect for the host (5/1), gateway 192.0.2.9 "
           "[192.0.2.2 > 198.51.100.1 UDP 5 > 6]",
           "2001:db8::1 > 2001:db8::2 ICMP6 packet too big (2/0), mtu 1280 "
           "[2001:db8::2 > 2001:db8:9::1 ICMP6 echo reply, id 5, seq 1, length 1400]",
           "192.0.2.1 > 192.0.2.2 ICMP parameter problem (12/0), pointer 20 [192.0.2.2 > 192.0.2.1 protocol 9, length "
           "0]",
       })
    expect_round_trip(line);
}

// ---- what is not said, and what is said beside ----

TEST(PacketText, what_is_not_said_is_plain) {
  EXPECT_EQ(packet_of("192.0.2.1 > 192.0.2.2 UDP 4444 > 33434"), packet_of("192.0.2.1  >192.0.2.2\tUDP 4444>33434"));
  const Packet packet = packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request");
  EXPECT_EQ(packet.size(), 28U);
  EXPECT_EQ(packet[8], 64) << "TTL";
  EXPECT_EQ(be16(packet, 6), 0) << "no flags";
  EXPECT_EQ(plain_checksum(Packet(packet.begin(), packet.begin() + 20)), 0);
  EXPECT_EQ(plain_checksum(Packet(packet.begin() + 20, packet.end())), 0);
}

TEST(PacketText, neighbor_discovery_has_a_hop_limit_of_255) {
  EXPECT_EQ(packet_of("fe80::1 > ff02::1 ICMP6 router advertisement")[7], 255);
  EXPECT_EQ(packet_of("fe80::1 > ff02::1 ICMP6 router advertisement, hop limit 64")[7], 64);
  EXPECT_EQ(packet_of("fe80::1 > fe80::2 ICMP6 echo request")[7], 64);
}

TEST(PacketText, fields_of_the_headers) {
  const Packet four =
      packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request, ttl 1, tos 0xb9, df, ip id 0x1234, options 0707 04000000 00");
  EXPECT_EQ(four[0], 0x47);
  EXPECT_EQ(four[1], 0xb9);
  EXPECT_EQ(be16(four, 4), 0x1234);
  EXPECT_EQ(be16(four, 6), 0x4000);
  EXPECT_EQ(four[8], 1);
  EXPECT_EQ(part(four, 20, 8), hex("0707 0400 0000 00 00"));
  const Packet fragment = packet_of("192.0.2.1 > 192.0.2.2 protocol 17, offset 16, mf, length 8");
  EXPECT_EQ(be16(fragment, 6), 0x2002);
  const Packet six = packet_of("2001:db8::1 > 2001:db8::2 UDP 1 > 2, tos 0xb9, hop limit 3, body 00010203");
  EXPECT_EQ(part(six, 0, 2), hex("6b90"));
  EXPECT_EQ(six[7], 3);
  EXPECT_EQ(from(six, 48), hex("00010203"));
}

TEST(PacketText, checksums_are_right_unless_they_are_to_be_wrong) {
  const std::string echo = "192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, length 64";
  EXPECT_EQ(plain_checksum(from(packet_of(echo), 20)), 0);
  EXPECT_NE(plain_checksum(from(packet_of(echo + ", bad checksum"), 20)), 0);
  EXPECT_EQ(plain_checksum(part(packet_of(echo + ", bad checksum"), 0, 20)), 0);
  EXPECT_NE(plain_checksum(part(packet_of(echo + ", bad header checksum"), 0, 20)), 0);
  EXPECT_EQ(plain_checksum(from(packet_of(echo + ", bad header checksum"), 20)), 0);
}

// ---- faults ----

TEST(PacketText, faults_say_what_is_expected_and_where) {
  struct Row {
    const char* line;
    const char* what;
    std::size_t at;
  };
  for (const Row& row : {
           Row{"", "an address is expected", 0},
           Row{"192.0.2.1", "'>' is expected", 9},
           Row{"192.0.2.1 > 192.0.2", "an address is expected", 12},
           Row{"192.0.2.1 > 2001:db8::1 UDP 1 > 2", "one family", 24},
           Row{"192.0.2.1 > 192.0.2.2 SCTP", "is expected", 22},
           Row{"192.0.2.1 > 192.0.2.2 ICMP6 echo request", "ICMP and IGMP are of IPv4", 28},
           Row{"192.0.2.1 > 192.0.2.2 ICMP ech", "the name of a message", 27},
           Row{"192.0.2.1 > 192.0.2.2 ICMP type 256", "a number up to 255", 32},
           Row{"192.0.2.1 > 192.0.2.2 UDP 1 > 65536", "a number up to 65535", 30},
           Row{"192.0.2.1 > 192.0.2.2 ICMP echo request ttl 1", "',' is expected", 40},
           Row{"192.0.2.1 > 192.0.2.2 ICMP echo request, colour 1", "'colour' says nothing", 41},
           Row{"192.0.2.1 > 192.0.2.2 ICMP echo request, ttl", "a number up to 255", 44},
           Row{"192.0.2.1 > 192.0.2.2 protocol 9, offset 7", "a multiple of 8", 42},
           Row{"192.0.2.1 > 192.0.2.2 ICMP source quench [192.0.2.2", "a bracket is not closed", 41},
           Row{"192.0.2.1 > 192.0.2.2 ICMP source quench [x]", "in the quoted packet: an address", 42},
           Row{"192.0.2.1 > 192.0.2.2 ICMP source quench (3/0)", "not that of the name", 43},
           Row{"192.0.2.1 > 192.0.2.2 TCP 1 > 2, flags [X]", "flags are letters", 42},
           Row{"192.0.2.1 > 192.0.2.2 UDP 1 > 2, body 0", "two hexadecimal digits", 38},
       }) {
    const auto packet = parse_packet(row.line);
    ASSERT_FALSE(packet.has_value()) << row.line;
    EXPECT_THAT(packet.error().what, HasSubstr(row.what)) << row.line;
    EXPECT_EQ(packet.error().at, row.at) << row.line;
  }
}

TEST(PacketText, packets_that_quote_packets_end_somewhere) {
  std::string line = "192.0.2.1 > 192.0.2.2 ICMP source quench";
  for (int i = 0; i < 1000; ++i) line = "192.0.2.1 > 192.0.2.2 ICMP source quench [" + line + "]";
  const auto packet = parse_packet(line);
  ASSERT_FALSE(packet.has_value());
  EXPECT_THAT(packet.error().what, HasSubstr("nest too deeply"));
}

TEST(PacketText, octets_as_people_paste_them) {
  EXPECT_EQ(Packet(parse_octets("45 00:00 1C").value()), hex("4500001c"));
  for (const char* text : {"4", "4g", "45 0", "45,00"}) EXPECT_FALSE(parse_octets(text).has_value()) << text;
  EXPECT_TRUE(parse_octets("").value().empty());
}

}  // namespace
}  // namespace tunstack::test::packet_text_test
