// What the notation writes is what libtins crafts, octet for octet; and what libtins crafts is printed as it is read.
// Where libtins has no words (MLDv2, PREF64, faults), round trips and tcpdump have to do.
#include <algorithm>

#include "tests/oracle/oracle.hpp"
#include "tunstack/notation/complete_line.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::test::oracle_notation {
namespace {

using Tins::ICMP;
using Tins::ICMPv6;
using Tins::IP;
using Tins::IPv6;
using Tins::RawPDU;
using Tins::TCP;
using Tins::UDP;

/// `header` with the plainest values of the notation.
IP plain(IP header) {
  header.ttl(64);
  header.id(0);
  return header;
}
IP ip4() { return plain(IP(host4, peer4)); }
IPv6 ip6(std::uint8_t hop_limit = 64) {
  IPv6 ip(host6, peer6);
  ip.hop_limit(hop_limit);
  return ip;
}

void expect_same_octets(const std::string& line, const Packet& octets) {
  const auto written = notation::parse_packet(line);
  ASSERT_TRUE(written.has_value()) << line << ": " << written.error().what << " at " << written.error().at;
  EXPECT_EQ(Packet(*written), octets) << line;
  const std::string printed = notation::complete_line(octets);
  const auto again = notation::parse_packet(printed);
  ASSERT_TRUE(again.has_value()) << printed;
  EXPECT_EQ(Packet(*again), octets) << printed;
  EXPECT_NE(printed.find(" > "), std::string::npos) << "words, not octets: " << printed;
}

template <class Pdu>
void expect_same(const std::string& line, Pdu crafted) {
  expect_same_octets(line, crafted.serialize());
}

ICMP echo_request(std::uint16_t id, std::uint16_t sequence) {
  ICMP echo(ICMP::ECHO_REQUEST);
  echo.id(id);
  echo.sequence(sequence);
  return echo;
}

RawPDU zeros(std::size_t size) { return RawPDU(std::vector<std::uint8_t>(size)); }

TEST(OracleNotation, ICMP4_ECHO_001_echo) {
  expect_same("192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, length 64",
              ip4() / echo_request(5, 1) / zeros(56));
  expect_same("192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, body 0102ff",
              ip4() / echo_request(5, 1) / RawPDU(std::vector<std::uint8_t>{0x01, 0x02, 0xff}));
}

TEST(OracleNotation, V4_RX_001_what_the_header_of_ipv4_says) {
  IP ip = ip4();
  ip.ttl(1);
  ip.tos(0xb8);
  ip.id(0x4242);
  ip.flags(IP::DONT_FRAGMENT);
  expect_same("192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, length 16, ttl 1, tos 0xb8, ip id 16962, df",
              ip / echo_request(5, 1) / zeros(8));
}

/// Behind options libtins overwrites an octet of the message (oracle_options.cpp), which is put in place once more.
Packet echo_behind(const IP& header) {
  Packet packet = (header / echo_request(5, 1)).serialize();
  const Packet message = echo_request(5, 1).serialize();
  std::ranges::copy(message, packet.end() - static_cast<std::ptrdiff_t>(message.size()));
  return packet;
}

TEST(OracleNotation, V4_OPT_001_options_of_ipv4) {
  IP recorded = ip4();
  recorded.record_route({4, {"0.0.0.0", "0.0.0.0", "0.0.0.0"}});
  expect_same_octets("192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, length 8, options rr free 3",
                     echo_behind(recorded));
  IP routed = ip4();
  routed.lsrr({4, {"198.51.100.1", "198.51.100.2"}});
  expect_same_octets(
      "192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, length 8, options lsrr 198.51.100.1 198.51.100.2",
      echo_behind(routed));
}

TEST(OracleNotation, V4_FRAG_001_fragments) {
  IP first = ip4();
  first.id(7);
  first.flags(IP::MORE_FRAGMENTS);
  expect_same("192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 1, length 16, ip id 7, checksum 0xf7f9, mf",
              first / echo_request(5, 1) / zeros(8));
}

TEST(OracleNotation, CKSUM_001_udp_and_tcp) {
  expect_same("192.0.2.1 > 192.0.2.2 UDP 4444 > 33434, length 12", ip4() / UDP(33434, 4444) / zeros(12));
  expect_same("2001:db8::1 > 2001:db8::2 UDP 4444 > 53, body 61", ip6() / UDP(53, 4444) / RawPDU("a"));
  TCP segment(80, 4444);
  segment.flags(TCP::SYN | TCP::ACK);
  segment.seq(0x01020304);
  segment.ack_seq(77);
  segment.window(1024);
  expect_same("192.0.2.1 > 192.0.2.2 TCP 4444 > 80, flags [S.], seq 16909060, ack 77, win 1024", ip4() / segment);
  expect_same("2001:db8::1 > 2001:db8::2 TCP 4444 > 80, flags [S.], seq 16909060, ack 77, win 1024", ip6() / segment);
}

TEST(OracleNotation, ICMP4_ERR_001_errors_quote_packets) {
  const auto quoted = (plain(IP(peer4, host4)) / UDP(33434, 4444)).serialize();
  ICMP unreachable(ICMP::DEST_UNREACHABLE);
  unreachable.code(3);
  expect_same(
      "192.0.2.1 > 192.0.2.2 ICMP destination unreachable, port unreachable [192.0.2.2 > 192.0.2.1 UDP 4444 > "
      "33434]",
      ip4() / unreachable / RawPDU(quoted));
  ICMP needed(ICMP::DEST_UNREACHABLE);
  needed.code(4);
  needed.mtu(1280);
  expect_same(
      "192.0.2.1 > 192.0.2.2 ICMP destination unreachable, fragmentation needed, mtu 1280 [192.0.2.2 > "
      "192.0.2.1 UDP 4444 > 33434]",
      ip4() / needed / RawPDU(quoted));
  ICMP redirect(ICMP::REDIRECT);
  redirect.code(1);
  redirect.gateway("254.2.0.192");  // which libtins writes backwards
  expect_same(
      "192.0.2.1 > 192.0.2.2 ICMP redirect for the host, gateway 192.0.2.254 [192.0.2.2 > 192.0.2.1 UDP 4444 > "
      "33434]",
      ip4() / redirect / RawPDU(quoted));
}

TEST(OracleNotation, ICMP4_TS_001_queries) {
  ICMP stamp(ICMP::TIMESTAMP_REQUEST);
  stamp.id(9);
  stamp.sequence(2);
  stamp.original_timestamp(0x87d61200);  // 1234567: libtins writes it backwards
  expect_same("192.0.2.1 > 192.0.2.2 ICMP timestamp request, id 9, seq 2, originate 1234567", ip4() / stamp);
  ICMP mask(ICMP::ADDRESS_MASK_REPLY);
  mask.id(9);
  mask.sequence(2);
  mask.address_mask("255.255.255.0");
  expect_same("192.0.2.1 > 192.0.2.2 ICMP address mask reply, id 9, seq 2, mask 255.255.255.0", ip4() / mask);
}

TEST(OracleNotation, ICMP6_ECHO_001_echo_of_ipv6) {
  ICMPv6 echo(ICMPv6::ECHO_REQUEST);
  echo.identifier(5);
  echo.sequence(1);
  IPv6 ip = ip6(9);
  ip.traffic_class(0xb8);
  ip.flow_label(0x12345);
  expect_same("2001:db8::1 > 2001:db8::2 ICMP6 echo request, id 5, seq 1, length 16, hop limit 9, tos 0xb8, flow 74565",
              ip / echo / zeros(8));
}

TEST(OracleNotation, ND_NS_001_discovery) {
  ICMPv6 solicitation(ICMPv6::NEIGHBOUR_SOLICIT);
  solicitation.target_addr(host6);
  solicitation.source_link_layer_addr("02:00:5e:00:53:01");
  expect_same(
      "2001:db8::1 > 2001:db8::2 ICMP6 neighbor solicitation of 2001:db8::2, source link-address "
      "02:00:5e:00:53:01",
      ip6(255) / solicitation);
  ICMPv6 advertisement(ICMPv6::NEIGHBOUR_ADVERT);
  advertisement.target_addr(peer6);
  advertisement.router(1);
  advertisement.override(1);
  advertisement.target_link_layer_addr("02:00:5e:00:53:01");
  expect_same(
      "2001:db8::1 > 2001:db8::2 ICMP6 neighbor advertisement of 2001:db8::1, router, override, target "
      "link-address 02:00:5e:00:53:01",
      ip6(255) / advertisement);
}

TEST(OracleNotation, ND_RA_001_router_advertisements) {
  ICMPv6 router(ICMPv6::ROUTER_ADVERT);
  router.hop_limit(64);
  router.managed(1);
  router.router_lifetime(1800);
  router.reachable_time(30000);
  router.retransmit_timer(1000);
  router.mtu({0, 1400});
  ICMPv6::prefix_info_type prefix;
  prefix.prefix_len = 64;
  prefix.L = 1;
  prefix.A = 1;
  prefix.valid_lifetime = 86400;
  prefix.preferred_lifetime = 3600;
  prefix.prefix = "2001:db8:5::";
  router.prefix_info(prefix);
  expect_same(
      "2001:db8::1 > 2001:db8::2 ICMP6 router advertisement, cur hop limit 64, managed, router lifetime 1800, "
      "reachable time 30000, retrans timer 1000, mtu 1400, prefix 2001:db8:5::/64 (onlink, auto, valid 86400, "
      "preferred 3600)",
      ip6(255) / router);
}

TEST(OracleNotation, ARP_001_frames) {
  const auto arp = Tins::ARP::make_arp_request("192.0.2.2", "192.0.2.1", "02:00:5e:00:53:01");
  Tins::EthernetII frame("ff:ff:ff:ff:ff:ff", "02:00:5e:00:53:01");
  frame /= *arp.inner_pdu();
  const auto crafted = frame.serialize();
  const auto written =
      notation::parse_frame("02:00:5e:00:53:01 > ff:ff:ff:ff:ff:ff, ARP who has 192.0.2.2, tell 192.0.2.1");
  ASSERT_TRUE(written.has_value()) << written.error().what;
  // libtins fills frames up to 60 octets; the notation writes what it says.
  ASSERT_LE(written->size(), crafted.size());
  EXPECT_EQ(Packet(*written), Packet(crafted.begin(), crafted.begin() + static_cast<std::ptrdiff_t>(written->size())));
}

TEST(OracleNotation, CKSUM_001_other_octets_would_be_noticed) {
  const auto written = notation::parse_packet("192.0.2.1 > 192.0.2.2 ICMP echo request, id 5, seq 2, length 8");
  ASSERT_TRUE(written.has_value());
  EXPECT_NE(Packet(*written), Packet((ip4() / echo_request(5, 1)).serialize()));
}

}  // namespace
}  // namespace tunstack::test::oracle_notation
