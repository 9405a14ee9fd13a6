// The errors that a host sends: format, source, quote. Both families side by side.
#include "protocols/icmp/quote.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test::icmp_error_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// Where the quote begins in an error: behind the IP header and 8 octets of ICMP.
constexpr std::size_t quote4 = 20 + 8;
constexpr std::size_t quote6 = 40 + 8;

/// A datagram of a protocol that nobody handles.
Packet unknown4(Ipv4Fields ip, const Packet& payload, unsigned protocol = 99) {
  ip.protocol = protocol;
  return ipv4(ip, payload);
}

Packet unknown6(Ipv6Fields ip, const Packet& payload, unsigned next_header = 200) {
  ip.next_header = next_header;
  return ipv6(ip, payload);
}

Packet tcp4(Ipv4Fields ip = {}) {
  ip.protocol = 6;
  return ipv4(ip, tcp(ip, {}));
}

Packet tcp6(Ipv6Fields ip = {}) {
  ip.next_header = 6;
  return ipv6(ip, tcp(ip, {}));
}

/// UDP datagrams whose IP datagram has `total` octets.
Packet udp4_of(std::size_t total) { return udp4({}, 33434, counting(total - 28)); }
Packet udp6_of(std::size_t total) { return udp6({}, 33434, counting(total - 48)); }

/// Two interfaces, the first with two addresses of each family.
NodeConfig two_interfaces() {
  NodeConfig config = host_config();
  config.interfaces[0].addresses.push_back(*parse_prefix("192.0.2.3/24"));
  config.interfaces[0].addresses.push_back(*parse_prefix("2001:db8::3/64"));
  config.interfaces.push_back({"tun1", {*parse_prefix("198.51.100.2/24"), *parse_prefix("2001:db8:1::2/64")}, 1500});
  return config;
}

// ---- which error ----

// ICMP4-DU-003, ICMP4-DU-004, ICMP6-ERR-008, V6-RX-013
TEST(IcmpError, ICMP4_DU_004_type_and_code_of_each_problem) {
  const struct {
    Packet packet;
    unsigned type, code;
    const char* what;
  } rows[] = {
      {udp4(), 3, 3, "UDP to a closed port"},
      {udp4({}, 0), 3, 3, "UDP to port 0"},
      {unknown4({}, counting(20)), 3, 2, "protocol 99"},
      {unknown4({}, counting(20), 0), 3, 2, "protocol 0"},
      {unknown4({}, counting(20), 58), 3, 2, "ICMPv6 is no protocol of IPv4"},
      {unknown4({}, counting(20), 255), 3, 2, "protocol 255"},
      {unknown4({}, {}), 3, 2, "protocol 99 without payload"},
      {udp6(), 1, 4, "UDP to a closed port"},
      {unknown6({}, counting(20)), 4, 1, "next header 200"},
      {unknown6({}, counting(20), 1), 4, 1, "ICMPv4 is no next header of IPv6"},
      {unknown6({}, counting(20), 255), 4, 1, "next header 255"},
      {unknown6({}, {}), 4, 1, "next header 200 without payload"},
  };
  for (const auto& row : rows) {
    Host host;
    const Packet error = host.answer(row.packet);
    const bool v4 = row.packet[0] >> 4 == 4;
    EXPECT_EQ(v4 ? icmp4_type(error) : icmp6_type(error), row.type) << row.what;
    EXPECT_EQ(v4 ? icmp4_code(error) : icmp6_code(error), row.code) << row.what;
    EXPECT_EQ(from(error, v4 ? quote4 : quote6), row.packet) << row.what;
  }
}

// V6-EXT-025, decision D-27: without AH and ESP they are unknown protocols like any other.
TEST(IcmpError, V6_EXT_025_authentication_and_encryption_are_unknown_protocols) {
  for (const unsigned protocol : {50U, 51U}) {
    Host host;
    const Packet error4 = host.answer(unknown4({}, counting(24), protocol));
    EXPECT_EQ(be16(error4, 20), 0x0302) << protocol;
    const Packet error6 = host.answer(unknown6({}, counting(24), protocol));
    EXPECT_EQ(be16(error6, 40), 0x0401) << protocol;
    EXPECT_EQ(be32(error6, 44), 6U) << protocol;
  }
}

// V4-RX-022, ICMP4-DU-004, ICMP6-ERR-008
TEST(IcmpError, ICMP4_DU_004_closed_tcp_ports_as_port_unreachable_where_configured) {
  Host host({"tcp.closed=port"});
  const Packet error4 = host.answer(tcp4());
  EXPECT_EQ(be16(error4, 20), 0x0303);
  EXPECT_EQ(from(error4, quote4), tcp4());
  const Packet error6 = host.answer(tcp6());
  EXPECT_EQ(be16(error6, 40), 0x0104);
  EXPECT_EQ(from(error6, quote6), tcp6());
}

TEST(IcmpError, ICMP4_DU_017_no_unreachable_for_what_is_not_addressed_to_the_host) {
  Host host;
  EXPECT_SILENT(host, udp4({.destination = "198.51.100.9"}), Reason::ipv4_destination_not_ours);
  EXPECT_SILENT(host, unknown4({.destination = "192.0.2.77"}, counting(8)), Reason::ipv4_destination_not_ours);
  EXPECT_SILENT(host, udp6({.destination = "2001:db8:9::9"}), Reason::ipv6_destination_not_ours);
  EXPECT_SILENT(host, unknown6({.destination = "2001:db8::77"}, counting(8)), Reason::ipv6_destination_not_ours);
}

TEST(IcmpError, ICMP6_ERR_013_destination_unreachable_switched_off) {
  Host host({"icmp6.unreach=off", "tcp.closed=port"});
  EXPECT_SILENT(host, udp6(), Reason::icmp6_unreachable_off);
  EXPECT_SILENT(host, tcp6(), Reason::icmp6_unreachable_off);
  EXPECT_THAT(host.send(unknown6({}, counting(8))), SizeIs(1)) << "a parameter problem is no unreachable";
  EXPECT_THAT(host.send(udp4()), SizeIs(1)) << "the option is IPv6's";
}

// A full queue is congestion: the packet is lost, and nothing is said about it.
TEST(IcmpError, ICMP6_ERR_012_no_error_for_a_drop_by_congestion) {
  Host host;
  host.replace_outbox(Outbox(2000, 1));
  const auto sent = packets_of(host.receive({echo6(), echo6()}));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(icmp6_type(sent[0]), 129U) << "the echo reply that had room";
  EXPECT_EQ(host.count(Reason::outbox_full), 1U);
  EXPECT_EQ(icmp6_type(host.answer(echo6())), 129U) << "nothing was saved up";
}

// ---- the quote ----

TEST(IcmpError, ICMP4_ERR_001_quote_of_the_header_with_options_and_8_octets) {
  const Packet packet = udp4({.options = Packet(20, 1)});
  Host classic({"icmp4.quote=8"});
  EXPECT_EQ(from(classic.answer(packet), 28), part(packet, 0, 40 + 8));
  Host host;
  EXPECT_EQ(from(host.answer(packet), 28), packet);
}

TEST(IcmpError, ICMP4_ERR_001_all_of_a_payload_shorter_than_8_octets) {
  for (const std::size_t payload : {0U, 1U, 3U, 7U, 8U}) {
    Host host({"icmp4.quote=8"});
    const Packet packet = unknown4({}, counting(payload));
    EXPECT_EQ(from(host.answer(packet), quote4), packet) << payload << " octets of payload";
  }
}

TEST(IcmpError, ICMP4_ERR_002_as_much_as_fits_in_576_octets) {
  const struct {
    std::size_t invoking, error;
  } rows[] = {{28, 56}, {547, 575}, {548, 576}, {549, 576}, {1400, 576}, {1500, 576}};
  for (const auto& row : rows) {
    Host host;
    const Packet packet = udp4_of(row.invoking);
    const Packet error = host.answer(packet);
    EXPECT_THAT(error, SizeIs(row.error)) << row.invoking;
    EXPECT_EQ(be16(error, 2), row.error) << "total length";
    EXPECT_EQ(from(error, quote4), part(packet, 0, row.error - quote4)) << row.invoking;
  }
}

TEST(IcmpError, ICMP4_ERR_002_the_classic_quote) {
  Host host({"icmp4.quote=8"});
  for (const std::size_t total : {28U, 29U, 1400U}) {
    const Packet packet = udp4_of(total);
    const Packet error = host.answer(packet);
    EXPECT_THAT(error, SizeIs(20 + 36)) << total;
    EXPECT_EQ(from(error, quote4), part(packet, 0, 28)) << total;
  }
}

TEST(IcmpError, ICMP6_ERR_001_as_much_as_fits_in_1280_octets) {
  const struct {
    std::size_t invoking, error;
  } rows[] = {{48, 96}, {100, 148}, {1231, 1279}, {1232, 1280}, {1233, 1280}, {1400, 1280}, {1500, 1280}};
  for (const auto& row : rows) {
    Host host({"icmp4.quote=8"});  // which is not IPv6's
    const Packet packet = udp6_of(row.invoking);
    const Packet error = host.answer(packet);
    EXPECT_THAT(error, SizeIs(row.error)) << row.invoking;
    EXPECT_EQ(be16(error, 4), row.error - 40) << "payload length";
    EXPECT_EQ(from(error, quote6), part(packet, 0, row.error - quote6)) << row.invoking;
  }
}

// ICMP4-ERR-003, ICMP6-ERR-001: every field as received, though none is what this host would send.
// ICMP4-ERR-011: an error is never fragmented, so on a narrow link it quotes less.
TEST(IcmpError, ICMP4_ERR_002_a_narrow_link_shortens_the_quote) {
  Host host({{{"tun0", {*parse_prefix("192.0.2.2/24")}, 300}}, NodeOptions{}, 1});
  const Packet received = udp4({}, 33434, counting(272));
  const Packet error = host.answer(received);
  ASSERT_EQ(error.size(), 300U);
  EXPECT_EQ(from(error, 28), part(received, 0, 272));
}

TEST(IcmpError, ICMP4_ERR_003_the_quote_is_byte_identical) {
  Host host;
  const Ipv4Fields ip4{.tos = 0xb9, .ttl = 1, .identification = 0xbeef, .flags_and_offset = 0x4000};
  EXPECT_EQ(from(host.answer(udp4(ip4)), quote4), udp4(ip4));
  Packet unchecked = udp4(ip4);
  set_be16(unchecked, 26, 0);
  EXPECT_EQ(from(host.answer(unchecked), quote4), unchecked) << "UDP without checksum";
  const Ipv6Fields ip6{.traffic_class = 0xb9, .flow_label = 0xabcde, .hop_limit = 1};
  EXPECT_EQ(from(host.answer(udp6(ip6)), quote6), udp6(ip6));
  EXPECT_EQ(from(host.answer(unknown6(ip6, counting(33))), quote6), unknown6(ip6, counting(33)));
}

// ICMP4-ERR-003, TUN-008: padding behind the total length is no part of the datagram.
TEST(IcmpError, ICMP4_ERR_003_octets_behind_the_datagram_are_never_quoted) {
  const Packet padding(30, 0xaa);
  for (const Packet& packet : {unknown4({}, counting(3)), udp4(), udp4_of(540), unknown6({}, {}), udp6()}) {
    Host host;
    const std::size_t quote = packet[0] >> 4 == 4 ? quote4 : quote6;
    EXPECT_EQ(from(host.answer(packet + padding), quote), packet);
  }
  Host classic({"icmp4.quote=8"});
  EXPECT_EQ(from(classic.answer(unknown4({}, counting(3)) + padding), quote4), unknown4({}, counting(3)));
}

// ---- the header of the error ----

// ICMP4-ERR-004, ICMP6-ERR-002
TEST(IcmpError, ICMP4_ERR_004_unused_octets_are_zero) {
  Host host;
  EXPECT_EQ(be32(host.answer(udp4()), 24), 0U);
  EXPECT_EQ(be32(host.answer(udp4_of(1400)), 24), 0U) << "no length of RFC 4884 either: extensions are off";
  EXPECT_EQ(be32(host.answer(unknown4({}, counting(8))), 24), 0U);
  EXPECT_EQ(be32(host.answer(udp6()), 44), 0U);
  EXPECT_EQ(be32(host.answer(udp6_of(1400)), 44), 0U);
}

TEST(IcmpError, ICMP4_ERR_005_the_quote_begins_at_octet_8_of_the_message) {
  Host host;
  EXPECT_EQ(host.answer(udp4()).at(20 + 8), 0x45);
  EXPECT_EQ(host.answer(unknown4({}, counting(8))).at(20 + 8), 0x45);
  EXPECT_EQ(host.answer(udp6()).at(40 + 8), 0x60);
}

// ICMP6-ERR-018, V6-RX-013: 32 bits, counted from the start of the invoking packet.
TEST(IcmpError, ICMP6_ERR_018_the_pointer_leads_to_the_next_header_field) {
  Host host;
  const Packet error = host.answer(unknown6({}, counting(8)));
  EXPECT_EQ(be32(error, 44), 6U);
  EXPECT_EQ(error.at(quote6 + 6), 200);
}

// ICMP4-ERR-007, ICMP6-ERR-019
TEST(IcmpError, ICMP4_ERR_007_the_source_is_the_address_that_was_asked) {
  Host host(two_interfaces());
  for (const char* own : {"192.0.2.2", "192.0.2.3", "198.51.100.2"}) {
    EXPECT_EQ(source_of(host.answer(udp4({.destination = own}))), own);
    EXPECT_EQ(source_of(host.answer(unknown4({.destination = own}, counting(8)))), own);
  }
  for (const char* own : {"2001:db8::2", "2001:db8::3", "fe80::2", "2001:db8:1::2"})
    EXPECT_EQ(source_of(host.answer(udp6({.destination = own}))), own);
  EXPECT_EQ(source_of(host.answer(unknown6({.source = "fe80::1", .destination = "fe80::2"}, counting(8)))), "fe80::2");
}

// The requests have every other TOS and TTL.
TEST(IcmpError, ICMP4_ERR_008_errors_have_TOS_0) {
  for (const unsigned tos : {0xb8U, 0xffU, 0x03U}) {
    Host host({"tcp.closed=port"});
    EXPECT_EQ(host.answer(udp4({.tos = tos})).at(1), 0) << tos;
    EXPECT_EQ(host.answer(unknown4({.tos = tos}, counting(8))).at(1), 0) << tos;
    EXPECT_EQ(host.answer(tcp4({.tos = tos})).at(1), 0) << tos;
  }
}

// ICMP4-ERR-011, V4-TX-002
TEST(IcmpError, ICMP4_ERR_011_back_to_the_source_in_one_piece) {
  Host host;
  for (const Packet& packet : {udp4({.source = "203.0.113.9", .ttl = 3, .flags_and_offset = 0x4000}),
                               unknown4({.source = "203.0.113.9", .ttl = 255}, counting(1400))}) {
    const Packet error = host.answer(packet);
    EXPECT_EQ(destination_of(error), "203.0.113.9");
    EXPECT_EQ(error.at(0), 0x45) << "no options";
    EXPECT_EQ(be16(error, 6) & 0xbfff, 0) << "neither a fragment nor the reserved flag";
    EXPECT_EQ(error.at(8), 64) << "TTL";
    EXPECT_EQ(error.at(9), 1) << "protocol";
    EXPECT_LE(error.size(), 576U);
  }
}

// ICMP6-ERR-019 with the other fields of the header.
TEST(IcmpError, ICMP6_ERR_019_header_of_the_error) {
  Host host;
  for (const Packet& packet : {udp6({.source = "2001:db8:77::9", .hop_limit = 3}),
                               unknown6({.source = "2001:db8:77::9", .hop_limit = 255}, counting(1400))}) {
    const Packet error = host.answer(packet);
    EXPECT_EQ(destination_of(error), "2001:db8:77::9");
    EXPECT_EQ(error.at(6), 58) << "next header";
    EXPECT_EQ(error.at(7), 64) << "hop limit";
  }
}

// V4-TX-002: the TTL of errors is set by its own option.
TEST(IcmpError, V4_TX_002_the_TTL_of_errors_is_the_configured_one) {
  Host host({"ip4.ttl=17", "ip6.hop_limit=19"});
  EXPECT_EQ(host.answer(udp4({.ttl = 3})).at(8), 17);
  EXPECT_EQ(host.answer(udp6({.hop_limit = 3})).at(7), 19);
}

}  // namespace
}  // namespace tunstack::test::icmp_error_test
