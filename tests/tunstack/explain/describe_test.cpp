// Packets in words. Nothing is read beyond the bytes given: a page that must not be touched lies behind them.
#include "tunstack/explain/describe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/packets.hpp"
#include "tests/tunstack/explain/guarded_memory.hpp"

namespace tunstack::test::describe_test {
namespace {

using testing::HasSubstr;

std::string summary(const Packet& packet) { return describe(packet).summary; }

Packet icmp6_packet(unsigned type, unsigned code, std::uint32_t rest, const Packet& data = {}) {
  return ipv6({}, icmpv6({}, type, code, rest, data));
}

Packet error4(const Packet& quote) { return ipv4({}, icmpv4(3, 3, 0, quote)); }
Packet error6(const Packet& quote) { return icmp6_packet(1, 4, 0, quote); }

Packet tcp4(unsigned flags) { return ipv4({.protocol = 6}, tcp(Ipv4Fields{}, {.flags = flags})); }

Packet first(const Packet& packet, std::size_t size) {
  return {packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)};
}

/// One of each kind that describe tells apart.
std::vector<Packet> kinds() {
  const Packet tcp6 = ipv6({.next_header = 6}, tcp(Ipv6Fields{}, {.flags = 0x12}));
  return {echo4(),
          echo6(),
          udp4(),
          udp6(),
          tcp4(0x02),
          tcp6,
          error4(udp4()),
          error6(udp6()),
          error4(error4(echo4())),
          error6(error6(echo6())),
          error4(echo6()),
          ipv4({.options = counting(40)}, icmpv4(8, 0, 1)),
          ipv4({.flags_and_offset = 0x20b9}, counting(30)),
          udp4({.flags_and_offset = 0x2000}),
          error4(udp4({.flags_and_offset = 0x2000})),
          ipv4({}, icmpv4(5, 1, 0xc0000263, udp4())),
          ipv4({.protocol = 253}, counting(8)),
          ipv6({.next_header = 200}, counting(8)),
          ipv4({}, icmpv4(13, 0, 1, counting(12))),
          icmp6_packet(135, 0, 0, counting(16))};
}

TEST(Describe, echo) {
  const PacketText text = describe(echo4());
  EXPECT_EQ(text.source, "192.0.2.1");
  EXPECT_EQ(text.destination, "192.0.2.2");
  EXPECT_EQ(text.summary, "ICMP echo request, id 1281, seq 1, length 64");
  EXPECT_EQ(summary(ipv4({}, icmpv4(0, 0, 0xffff0100))), "ICMP echo reply, id 65535, seq 256, length 8");
}

TEST(Describe, echo_over_ipv6) {
  const PacketText text = describe(echo6());
  EXPECT_EQ(text.source, "2001:db8::1");
  EXPECT_EQ(text.destination, "2001:db8::2");
  EXPECT_EQ(text.summary, "ICMP6 echo request, id 1281, seq 1, length 64");
  EXPECT_EQ(summary(icmp6_packet(129, 0, 0x00020003)), "ICMP6 echo reply, id 2, seq 3, length 8");
}

TEST(Describe, udp) {
  EXPECT_EQ(summary(udp4()), "UDP 40000 > 33434");
  EXPECT_EQ(summary(udp6({}, 53)), "UDP 40000 > 53");
}

TEST(Describe, tcp_with_its_flags) {
  EXPECT_EQ(summary(tcp4(0x02)), "TCP 40000 > 81, flags [S]");
  EXPECT_EQ(summary(tcp4(0x12)), "TCP 40000 > 81, flags [S.]");
  EXPECT_EQ(summary(tcp4(0x00)), "TCP 40000 > 81, flags []");
  EXPECT_EQ(summary(tcp4(0xff)), "TCP 40000 > 81, flags [FSRP.UEW]");
}

TEST(Describe, errors_with_what_they_quote) {
  EXPECT_EQ(summary(error4(udp4())),
            "ICMP destination unreachable, port unreachable (3/3) [192.0.2.1 > 192.0.2.2 UDP 40000 > 33434]");
  EXPECT_EQ(summary(error6(udp6())),
            "ICMP6 destination unreachable, port unreachable (1/4) [2001:db8::1 > 2001:db8::2 UDP 40000 > 33434]");
  EXPECT_EQ(summary(ipv4({}, icmpv4(11, 0, 0, first(echo4(), 28)))),
            "ICMP time exceeded, in transit (11/0) "
            "[192.0.2.1 > 192.0.2.2 ICMP echo request, id 1281, seq 1, length 8]");
}

TEST(Describe, ICMP4_RED_014_redirects) {
  EXPECT_EQ(summary(ipv4({}, icmpv4(5, 1, 0xc0000263, udp4({.destination = "203.0.113.9"})))),
            "ICMP redirect for the host (5/1), gateway 192.0.2.99 [192.0.2.1 > 203.0.113.9 UDP 40000 > 33434]");
  EXPECT_EQ(summary(ipv4({}, icmpv4(5, 0, 0x0a000001))),
            "ICMP redirect for the network (5/0), gateway 10.0.0.1, length 8");
}

TEST(Describe, errors_without_or_with_a_short_quote) {
  EXPECT_EQ(summary(error4({})), "ICMP destination unreachable, port unreachable (3/3), length 8");
  EXPECT_EQ(summary(error4(first(udp4(), 19))),
            "ICMP destination unreachable, port unreachable (3/3) [IPv4, cut short, length 19]");
  EXPECT_EQ(summary(error4(hex("00"))),
            "ICMP destination unreachable, port unreachable (3/3) [IP version 0, length 1]");
}

TEST(Describe, other_icmp) {
  EXPECT_EQ(summary(ipv4({}, icmpv4(200, 3, 0))), "ICMP type 200, code 3, length 8");
  EXPECT_EQ(summary(icmp6_packet(135, 0, 0, counting(16))),
            "ICMP6 neighbor solicitation of 1:203:405:607:809:a0b:c0d:e0f, length 24, hop limit 64");
  EXPECT_EQ(summary(icmp6_packet(100, 7, 0)), "ICMP6 type 100, code 7 (100/7), length 8");
  EXPECT_EQ(summary(ipv4({}, hex("08"))), "ICMP, cut short, length 1");
  EXPECT_EQ(summary(ipv6({}, {})), "ICMP6, cut short, length 0");
}

TEST(Describe, other_protocols) {
  EXPECT_EQ(summary(ipv4({.protocol = 253}, counting(8))), "protocol 253, length 8");
  EXPECT_EQ(summary(ipv6({.next_header = 200}, counting(8))), "next header 200, length 8");
  EXPECT_EQ(summary(ipv4({.protocol = 58}, counting(8))), "protocol 58, length 8") << "ICMPv6 within IPv4 is none";
  EXPECT_EQ(summary(ipv6({.next_header = 1}, counting(8))), "next header 1, length 8");
}

TEST(Describe, fragments) {
  EXPECT_EQ(summary(ipv4({.flags_and_offset = 0x20b9}, counting(30))), "fragment, id 4660, offset 1480+, length 30");
  EXPECT_EQ(summary(ipv4({.flags_and_offset = 0x0001}, counting(3))), "fragment, id 4660, offset 8, length 3");
}

// The first fragment shows the ports or the type, and says that more is to come.
TEST(Describe, first_fragments) {
  EXPECT_EQ(summary(ipv4({.flags_and_offset = 0x2000}, first(icmpv4(8, 0, 0x05010001, counting(56)), 24))),
            "ICMP echo request, id 1281, seq 1, length 24, first fragment");
  EXPECT_EQ(summary(udp4({.flags_and_offset = 0x6000})), "UDP 40000 > 33434, first fragment, df");
  // RFC 768: the length is that of the whole datagram, of which a fragment holds a part.
  Packet part_of_udp = udp4({.flags_and_offset = 0x2000});
  part_of_udp[24] = 0x07;
  EXPECT_EQ(summary(part_of_udp), "UDP 40000 > 33434, first fragment");
  part_of_udp[6] = 0;
  EXPECT_THAT(summary(part_of_udp), testing::HasSubstr("BAD UDP LENGTH"));
  EXPECT_EQ(summary(udp4({.flags_and_offset = 0x4000})), "UDP 40000 > 33434, df");
  Packet broken = udp4({.flags_and_offset = 0x2000});
  broken[10] ^= 1;
  EXPECT_EQ(summary(broken), "UDP 40000 > 33434, first fragment, BAD HEADER CHECKSUM 0xc589 (should be 0xc489)");
}

TEST(Describe, errors_about_fragments_and_options) {
  EXPECT_EQ(summary(ipv4({}, icmpv4(11, 1, 0, udp4({.flags_and_offset = 0x2000})))),
            "ICMP time exceeded, in reassembly (11/1) [192.0.2.1 > 192.0.2.2 UDP 40000 > 33434, first fragment]");
  EXPECT_EQ(summary(ipv4({}, icmpv4(12, 0, 0x15000000, udp4({.options = hex("07 02 00 00")})))),
            "ICMP parameter problem (12/0), pointer 21 [192.0.2.1 > 192.0.2.2 UDP 40000 > 33434, options option 7]");
}

// What follows the quote (RFC 4884) is no part of it.
TEST(Describe, errors_with_extensions) {
  const Packet padding(128 - udp4().size());
  EXPECT_EQ(summary(ipv4({}, icmpv4(3, 3, 0x00200000, udp4() + padding + hex("2000dfff 0008 0101 00001140")))),
            "ICMP destination unreachable, port unreachable (3/3) [192.0.2.1 > 192.0.2.2 UDP 40000 > 33434]");
}

TEST(Describe, queries_other_than_echo) {
  EXPECT_EQ(summary(ipv4({}, icmpv4(13, 0, 1, counting(12)))),
            "ICMP timestamp request, id 0, seq 1, originate 66051, receive 67438087, transmit 134810123, length 20");
  EXPECT_EQ(summary(ipv4({}, icmpv4(14, 0, 1, counting(12)))),
            "ICMP timestamp reply, id 0, seq 1, originate 66051, receive 67438087, transmit 134810123, length 20");
  EXPECT_EQ(summary(ipv4({}, icmpv4(15, 0, 1))), "ICMP information request, id 0, seq 1, length 8");
  EXPECT_EQ(summary(ipv4({}, icmpv4(17, 0, 1, counting(4)))),
            "ICMP address mask request, id 0, seq 1, mask 0.1.2.3, length 12");
  EXPECT_EQ(summary(ipv4({}, icmpv4(42, 0, 1, counting(12)))),
            "ICMP extended echo request, id 0, seq 0, local, body 000102030405060708090a0b, length 20");
  EXPECT_EQ(summary(icmp6_packet(161, 2, 1)), "ICMP6 extended echo reply, id 0, seq 0, ipv6, code 2, length 8");
}

TEST(Describe, octets_beyond_the_datagram_do_not_count) {
  EXPECT_EQ(summary(echo4() + counting(9)), summary(echo4()));
  EXPECT_EQ(summary(echo6() + counting(9)), summary(echo6()));
}

TEST(Describe, broken_headers) {
  Packet packet = echo4();
  packet[8] ^= 1;
  EXPECT_EQ(summary(packet),
            "ICMP echo request, id 1281, seq 1, length 64, ttl 65, BAD HEADER CHECKSUM 0xe471 (should be 0xe371)");
  packet[0] = 0x44;
  EXPECT_EQ(summary(packet), "IPv4, BAD HEADER LENGTH 16, length 84");
  EXPECT_EQ(describe(packet).source, "192.0.2.1");
  packet[0] = 0x4f;
  packet.resize(59);
  EXPECT_EQ(summary(packet), "IPv4, BAD HEADER LENGTH 60, length 59");
}

TEST(Describe, what_is_no_packet) {
  EXPECT_EQ(summary({}), "no packet");
  EXPECT_EQ(summary(Packet(20, 0x50)), "IP version 5, length 20");
  EXPECT_EQ(summary(first(echo4(), 19)), "IPv4, cut short, length 19");
  EXPECT_EQ(summary(first(echo6(), 39)), "IPv6, cut short, length 39");
  EXPECT_EQ(describe(first(echo4(), 19)).source, "");
  EXPECT_EQ(describe(first(echo4(), 19)).destination, "");
}

TEST(Describe, ROB_002_every_truncation_of_every_kind) {
  Guarded guarded;
  for (const Packet& whole : kinds())
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const PacketText text = describe(guarded.hold(Bytes(whole).first(size)));
      EXPECT_FALSE(text.summary.empty()) << size;
      EXPECT_EQ(text.source.empty(), size < (whole[0] >> 4 == 4 ? 20U : 40U)) << size;
    }
}

TEST(Describe, ROB_002_the_true_length_of_a_truncated_packet_is_told) {
  for (std::size_t size = 28; size <= 84; ++size)
    EXPECT_THAT(summary(first(echo4(), size)), HasSubstr("length " + std::to_string(size - 20)));
  for (std::size_t size = 48; size <= 104; ++size)
    EXPECT_THAT(summary(first(echo6(), size)), HasSubstr("length " + std::to_string(size - 40)));
}

TEST(Describe, ROB_001_any_change_of_any_kind) {
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

// An error about an error about an error, as often as a datagram holds: nobody may crash a node with one packet.
TEST(Describe, ROB_001_errors_nested_as_deep_as_a_datagram_holds) {
  Packet packet(65535);
  for (std::size_t at = 0; at + 28 <= packet.size(); at += 28) {
    const Packet header = error4({});
    std::ranges::copy(header, packet.begin() + static_cast<std::ptrdiff_t>(at));
    set_be16(packet, at + 2, static_cast<unsigned>(packet.size() - at));
  }
  EXPECT_THAT(summary(packet),
              HasSubstr("ICMP destination unreachable, port unreachable (3/3) [192.0.2.1 > 192.0.2.2"));
}

}  // namespace
}  // namespace tunstack::test::describe_test
