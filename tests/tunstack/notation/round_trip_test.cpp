// Lines to octets and back, octets to lines and back: one notation, printed and read by the same rows.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/support/host.hpp"
#include "tests/support/ipv6_chains.hpp"
#include "tunstack/explain/describe.hpp"
#include "tunstack/notation/complete_line.hpp"
#include "tunstack/notation/frame_text.hpp"

namespace tunstack::test::round_trip_test {
namespace {

using notation::complete_frame_line;
using notation::complete_line;
using notation::parse_frame;
using notation::parse_packet;
using testing::HasSubstr;

Packet packet_of(const std::string& line) {
  const auto packet = parse_packet(line);
  EXPECT_TRUE(packet.has_value()) << line << ": " << (packet ? "" : packet.error().what);
  return packet ? Packet(*packet) : Packet();
}
Packet frame_of(const std::string& line) {
  const auto frame = parse_frame(line);
  EXPECT_TRUE(frame.has_value()) << line << ": " << (frame ? "" : frame.error().what);
  return frame ? Packet(*frame) : Packet();
}

bool is_in_words(const std::string& line) { return line.contains('>'); }

/// The line is printed as it was read, and its complete form makes the same octets.
void expect_line(const std::string& line) {
  const Packet packet = packet_of(line);
  EXPECT_EQ(line_of(describe(packet)), line);
  EXPECT_EQ(packet_of(complete_line(packet)), packet) << complete_line(packet);
  EXPECT_TRUE(is_in_words(complete_line(packet))) << line;
}

void expect_octets(const Packet& packet) {
  EXPECT_EQ(packet_of(complete_line(packet)), packet) << complete_line(packet);
}

// ---- lines ----

const std::string a4 = "192.0.2.1 > 192.0.2.2  ", a6 = "2001:db8::1 > 2001:db8::2  ", nd = "fe80::1 > ff02::1  ";

TEST(RoundTrip, what_is_not_plain_in_a_header) {
  for (const char* rest : {"ttl 1", "df", "tos 0xb9", "reserved flag", "first fragment", "options rr free 9",
                           "options nop rr 192.0.2.9 free 2 (pointer 8)", "options lsrr 192.0.2.9 198.51.100.1",
                           "options ssrr 192.0.2.9", "options ts 0000000000000000 (form 1)", "options router alert",
                           "options option 130 0001", "ttl 255, tos 0x2, df, options nop nop eol nop"})
    expect_line(a4 + "ICMP echo request, id 5, seq 1, length 64, " + rest);
  expect_line(a6 + "ICMP6 echo request, id 5, seq 1, length 64, hop limit 1, tos 0xb9");
}

TEST(RoundTrip, anomalies_with_the_right_value) {
  expect_line(a4 + "ICMP echo request, id 5, seq 1, length 8, BAD CHECKSUM 0x1234 (should be 0xf7f9)");
  expect_line(a4 + "UDP 1 > 2, BAD UDP LENGTH 9 (should be 8)");
  expect_line(a4 + "UDP 1 > 2, no checksum");
  expect_line(a4 + "protocol 99, length 4, BAD LENGTH 80 (should be 24)");
  EXPECT_THAT(line_of(describe(packet_of(a4 + "ICMP echo request, id 5, seq 1, bad checksum"))),
              HasSubstr("(should be 0xf7f9)"));
  EXPECT_THAT(line_of(describe(packet_of(a4 + "ICMP echo request, id 5, seq 1, BAD CHECKSUM"))),
              HasSubstr("BAD CHECKSUM 0x"));
  EXPECT_THAT(line_of(describe(packet_of("2001:db8::1 > 2001:db8::2  UDP 1 > 2, checksum 0"))),
              HasSubstr("BAD CHECKSUM 0x0000"));
}

TEST(RoundTrip, neighbor_discovery_with_all_options) {
  for (const char* line : {
           "ICMP6 router solicitation, source link-address 02:00:5e:00:53:01, length 16",
           "ICMP6 router advertisement, cur hop limit 64, managed, other, home agent, preference high, proxy, router "
           "lifetime 1800, reachable time 30000, retrans timer 1000, length 16",
           "ICMP6 router advertisement, prefix 2001:db8::/64 (onlink, auto, router, valid 86400, preferred 14400), mtu "
           "1500, length 56",
           "ICMP6 router advertisement, route 2001:db8:1::/48 (preference low, lifetime 600), route ::/0, length 40",
           "ICMP6 router advertisement, rdnss 2001:db8::53 2001:db8::54 (lifetime 600), length 56",
           "ICMP6 router advertisement, dnssl example.com a.example (lifetime 600), length 48",
           "ICMP6 router advertisement, pref64 64:ff9b::/96 (lifetime 600), length 32",
           "ICMP6 neighbor solicitation of 2001:db8::2, source link-address 02:00:5e:00:53:01, nonce 010203040506, "
           "length 40",
           "ICMP6 neighbor advertisement of 2001:db8::2, router, solicited, override, target link-address "
           "02:00:5e:00:53:02, length 32",
           "ICMP6 redirect, to fe80::9, destination 2001:db8:9::1, redirected [2001:db8::2 > 2001:db8:9::1 UDP 5 > "
           "6], length 96",
           "ICMP6 neighbor solicitation of 2001:db8::2, option 200 0102030405060708090a0b0c0d0e, length 40",
       })
    expect_line(nd + line);
}

TEST(RoundTrip, group_messages) {
  for (const char* line : {
           "HBH (router alert), ICMP6 multicast listener query, max response 1000, length 24",
           "HBH (router alert), ICMP6 multicast listener query v2, max response 10000, group ff02::1:3, suppress, "
           "robustness 2, interval 125, source 2001:db8::5, source 2001:db8::6, length 60",
           "ICMP6 multicast listener report, group ff02::1:3, length 24",
           "ICMP6 multicast listener done, group ff02::1:3, length 24",
           "ICMP6 multicast listener report v2, to_ex ff02::1:3, allow ff02::1:4 2001:db8::5, length 64",
           "ICMP6 multicast listener report v2, to_in ff02::1:3, count 2, length 28",
           "ICMP6 multicast listener report v2, record 9 ff020000000000000000000000010003, length 28",
       })
    expect_line(nd + line);
  for (const char* line : {
           "IGMP query, length 8",
           "IGMP query, max response 100, group 233.252.0.1, length 8",
           "IGMP query v3, max response 100, group 233.252.0.1, robustness 2, interval 128, source 192.0.2.9, length "
           "16",
           "IGMP report v1, group 233.252.0.1, length 8",
           "IGMP report v2, group 233.252.0.1, length 8, options router alert",
           "IGMP leave, group 233.252.0.1, length 8",
           "IGMP report v3, is_ex 233.252.0.1, block 233.252.0.2 192.0.2.9, length 28",
       })
    expect_line("192.0.2.1 > 224.0.0.22  " + std::string(line));
}

TEST(RoundTrip, queries_and_errors) {
  for (const char* line : {
           "ICMP timestamp reply, id 5, seq 1, originate 1, receive 2, transmit 3, length 20",
           "ICMP address mask reply, id 5, seq 1, mask 255.255.255.0, length 12",
           "ICMP router advertisement, lifetime 1800, router (address 192.0.2.9, preference -7), length 16",
           "ICMP extended echo request, id 5, seq 1, local, extensions (interface name eth0), length 20",
           "ICMP extended echo request, id 5, seq 1, extensions (interface index 7), length 20",
           "ICMP extended echo request, id 5, seq 1, extensions (interface ipv4 192.0.2.9), length 24",
           "ICMP extended echo reply, id 5, seq 1, state 2, active, ipv4, length 8",
           "ICMP time exceeded, in transit (11/0) [192.0.2.2 > 198.51.100.1 UDP 5 > 6, ttl 1], extensions (mpls (label "
           "16, class 1, bottom, ttl 2), object 1025 01020304)",
           "ICMP redirect for the host (5/1), gateway 192.0.2.9 [192.0.2.2 > 198.51.100.1 UDP 5 > 6]",
       })
    expect_line(a4 + line);
}

TEST(RoundTrip, options_of_extension_headers) {
  for (const char* line : {
           "HBH (jumbo (value 70000)), UDP 1 > 2",
           "HBH (router alert (value 1), option 62 0102), DO (option 139), UDP 1 > 2",
           "RH type 0 left 1 (2001:db8::8 2001:db8::9), UDP 1 > 2",
           "RH type 4 left 1 (octets 0102030405060708090a0b0c), UDP 1 > 2",
       })
    expect_line(a6 + line);
}

// ---- frames ----

TEST(RoundTrip, frames) {
  const std::string ends = "02:00:5e:00:53:01 > 02:00:5e:00:53:02, ";
  for (const char* rest : {
           "192.0.2.1 > 192.0.2.2  ICMP echo request, id 5, seq 1, length 64",
           "2001:db8::1 > 2001:db8::2  UDP 5 > 6",
           "ARP who has 192.0.2.2, tell 192.0.2.1",
           "ARP who has 192.0.2.2, tell 192.0.2.1, sender mac 02:00:5e:00:53:09, target mac 02:00:5e:00:53:02",
           "ARP probe for 192.0.2.2",
           "ARP announcement of 192.0.2.2",
           "ARP 192.0.2.2 is at 02:00:5e:00:53:01, to 192.0.2.1",
           "ARP 192.0.2.2 is at 02:00:5e:00:53:01",
           "ARP operation 9, sender 192.0.2.1, target 192.0.2.2",
           "Ethernet type 0x88cc, length 60",
       }) {
    const Packet frame = frame_of(ends + rest);
    EXPECT_EQ(frame_line(frame), ends + rest);
    EXPECT_EQ(frame_of(complete_frame_line(frame)), frame);
    const Packet padded = frame + Packet(18, 0);
    EXPECT_EQ(frame_of(complete_frame_line(padded)), padded) << complete_frame_line(padded);
  }
}

TEST(RoundTrip, arp_as_it_is_explained_is_read) {
  const Packet frame = frame_of("ARP who has 192.0.2.2, tell 192.0.2.1, sender mac 02:00:5e:00:53:01");
  EXPECT_EQ(line_of(describe_frame(frame)), "ARP who has 192.0.2.2, tell 192.0.2.1");
  EXPECT_EQ(part(frame, 0, 14), hex("ffffffffffff 02005e005301 0806"));
  for (const char* line :
       {"ARP", "ARP who has 192.0.2.2", "02:00:5e:00:53:01 > 192.0.2.1", "frame 0g", "ARP x is at y"})
    EXPECT_FALSE(parse_frame(line).has_value()) << line;
}

// ---- octets ----

TEST(RoundTrip, every_row_of_the_catalogue_of_icmp_types) {
  std::ifstream file(std::string(TUNSTACK_SOURCE_DIR) + "/docs/spec/icmp-types.csv");
  std::string row;
  std::getline(file, row);
  int rows = 0;
  for (; std::getline(file, row); ++rows) {
    std::istringstream parts(row);
    std::string family, type, code, name, status;
    for (std::string* const column : {&family, &type, &code, &name, &status}) std::getline(parts, *column, ',');
    Packet message{static_cast<std::uint8_t>(std::stoi(type)),
                   static_cast<std::uint8_t>(code == "-" ? 0 : std::stoi(code)), 0, 0};
    for (const std::size_t size : {std::size_t{4}, std::size_t{36}, std::size_t{60}}) {
      const Packet data = counting(size);
      const Packet packet = family == "4" ? ipv4({}, icmpv4(message[0], message[1], 0x01020304, data))
                                          : ipv6({}, icmpv6({}, message[0], message[1], 0x01020304, data));
      expect_octets(packet);
      EXPECT_TRUE(is_in_words(complete_line(packet))) << row;
      const bool has_name = status != "reserved" && name != "-";
      EXPECT_EQ(complete_line(packet).contains(" type "), !has_name) << row << "\n" << complete_line(packet);
    }
  }
  EXPECT_GT(rows, 100);
}

TEST(RoundTrip, every_kind_of_packet_and_any_change_of_it) {
  std::mt19937 random(1);
  for (const Packet& whole :
       {echo4(), echo6(), udp4(), udp6(), ipv4({.protocol = 6}, tcp(Ipv4Fields{}, {}, counting(5))),
        ipv4({.flags_and_offset = 0x20b9}, counting(24)), udp4({.flags_and_offset = 0x2000}), echo4() + counting(9),
        ipv4({}, icmpv4(3, 3, 0, udp4({.ttl = 1}))), ipv4({}, icmpv4(11, 0, 0, part(echo4(), 0, 28))),
        ipv6({}, icmpv6({}, 1, 4, 0, udp6())), ipv4({.options = hex("0707040000000000")}, icmpv4(8, 0, 1)),
        chained_udp({hop_by_hop(), destination_options(), routing(4, 1), fragment_header(0, true)}),
        fragment6({}, counting(80), 40, 80)}) {
    expect_octets(whole);
    EXPECT_TRUE(is_in_words(complete_line(whole)));
    for (int round = 0; round < 300; ++round) {
      Packet packet = whole;
      for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
        packet[random() % packet.size()] = static_cast<std::uint8_t>(random());
      packet.resize(1 + random() % packet.size());
      expect_octets(packet);
      EXPECT_EQ(frame_of(complete_frame_line(packet)), packet);
    }
  }
}

TEST(RoundTrip, ROB_001_seeds_of_all_fuzz_targets) {
  int seeds = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(TUNSTACK_SOURCE_DIR) + "/tests/fuzz/seeds")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const Packet octets(text.begin(), text.end());
    (void)parse_packet(text), (void)parse_frame(text);
    if (!octets.empty()) expect_octets(octets);
    EXPECT_EQ(frame_of(complete_frame_line(octets)), octets);
    ++seeds;
  }
  EXPECT_GT(seeds, 100);
}

}  // namespace
}  // namespace tunstack::test::round_trip_test
