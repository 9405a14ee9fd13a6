// The jumbo payload option on a link that no jumbogram fits (RFC 2675 3).
#include "tests/conformance/ipv6/ipv6_line.hpp"

namespace tunstack::test::ipv6_jumbo_test {
namespace {

/// An echo request behind hop-by-hop options with a jumbo payload option of this value.
Packet jumbo(std::string_view value, unsigned payload_length) {
  Packet packet = with_headers(echo6(), {hop_by_hop(hex("c2 04") + hex(value))});
  set_be16(packet, 4, payload_length);
  return packet;
}
Packet without_length(Packet packet) {
  set_be16(packet, 4, 0);
  return packet;
}

/// The answer is a parameter problem with this code and pointer; a packet whose payload length is 0 has no end that
/// the quote could be compared with.
void expect_pointer(const Packet& packet, unsigned code, std::uint32_t pointer) {
  Host host({"ip6.jumbo=on"});
  const Packets sent = host.send(packet);
  ASSERT_THAT(sent, testing::SizeIs(1));
  EXPECT_EQ(icmp6_type(sent[0]), 4U);
  EXPECT_EQ(icmp6_code(sent[0]), code);
  EXPECT_EQ(be32(sent[0], 44), pointer);
  EXPECT_EQ(part(sent[0], 48, 40), part(packet, 0, 40));
  EXPECT_THAT(host.send(echo6()), testing::SizeIs(1)) << "a plain echo";
}

TEST(Ipv6Jumbo, V6_EXT_019_off_it_is_an_option_like_others) {
  const Packet packet = with_headers(echo6(), {hop_by_hop("c2 04 00010000")});
  expect_outcomes({{"default", packet, problem(2, 42)}});
  expect_outcomes({{"off", packet, problem(2, 42)}}, {"ip6.jumbo=off"});
  Host host;
  EXPECT_SILENT(host, with_headers(echo6({.destination = "ff02::1"}), {hop_by_hop("c2 04 00010000")}),
                Reason::ipv6_option_unrecognized_to_group);
  EXPECT_SILENT(host, jumbo("00010000", 0), Reason::ipv6_extension_header_missing);
}

TEST(Ipv6Jumbo, V6_EXT_019_with_a_payload_length) {
  for (const char* value : {"00010000", "00000010", "ffffffff"})
    expect_outcomes({{value, with_headers(echo6(), {hop_by_hop(hex("c2 04") + hex(value))}), problem(0, 42)}},
                    {"ip6.jumbo=on"});
  expect_outcomes(
      {{"behind others", with_headers(echo6(), {hop_by_hop("1e 00 c2 04 00010000")}), problem(0, 44)},
       {"behind a silent one", with_headers(echo6(), {hop_by_hop("5e 00 c2 04 00010000")}), silence},
       {"with a fragment header", with_headers(echo6(), {hop_by_hop("c2 04 00010000"), atomic()}), problem(0, 42)},
       {"of a wrong length", with_headers(echo6(), {hop_by_hop("c2 02 0001")}), problem(0, 42)}},
      {"ip6.jumbo=on"});
}

// It belongs into hop-by-hop options; elsewhere nobody knows it (RFC 2675 2).
TEST(Ipv6Jumbo, V6_EXT_019_in_destination_options) {
  expect_outcomes({{"", with_headers(echo6(), {destination("c2 04 00010000")}), problem(2, 42)}}, {"ip6.jumbo=on"});
}

TEST(Ipv6Jumbo, V6_EXT_019_a_value_below_65536) {
  for (const char* value : {"00000000", "00000040", "0000ffff"}) expect_pointer(jumbo(value, 0), 0, 44);
  expect_pointer(without_length(with_headers(echo6(), {hop_by_hop("01 02 0000 c2 04 00000040")})), 0, 48);
}

TEST(Ipv6Jumbo, V6_EXT_019_an_option_that_has_not_4_octets) {
  expect_pointer(without_length(with_headers(echo6(), {hop_by_hop("c2 02 0001")})), 0, 43);
  expect_pointer(without_length(with_headers(echo6(), {hop_by_hop("c2 08 0001000000010000")})), 0, 43);
}

// A jumbogram that no link of ours can have brought whole.
TEST(Ipv6Jumbo, V6_EXT_019_fewer_octets_than_the_option_says) {
  for (const char* value : {"00010000", "7fffffff", "ffffffff"}) {
    Host host({"ip6.jumbo=on"});
    EXPECT_SILENT(host, jumbo(value, 0), Reason::ipv6_truncated);
  }
}

TEST(Ipv6Jumbo, V6_EXT_019_a_jumbogram_with_a_fragment_header) {
  expect_pointer(without_length(with_headers(echo6(), {hop_by_hop("c2 04 00010000"), atomic()})), 0, 48);
}

TEST(Ipv6Jumbo, V6_EXT_028_payload_length_0_without_the_option) {
  for (const Packet& packet : {without_length(with_headers(echo6(), {hop_by_hop("")})),
                               without_length(with_headers(echo6(), {hop_by_hop("05 02 0000")})),
                               without_length(with_headers(echo6(), {hop_by_hop("01 7f")})),
                               part(without_length(with_headers(echo6(), {hop_by_hop("")})), 0, 40),
                               part(without_length(with_headers(echo6(), {hop_by_hop("")})), 0, 45)}) {
    expect_pointer(packet, 0, 4);
    Host off;
    EXPECT_SILENT(off, packet, Reason::ipv6_extension_header_missing);
  }
}

// Payload length 0 is fine where no hop-by-hop options follow.
TEST(Ipv6Jumbo, V6_EXT_028_payload_length_0_with_other_next_headers) {
  Host host({"ip6.jumbo=on"});
  EXPECT_SILENT(host, without_length(echo6()), Reason::icmp6_too_short);
  EXPECT_SILENT(host, without_length(with_headers(echo6(), {destination("")})), Reason::ipv6_extension_header_missing);
  EXPECT_SILENT(host, ipv6({.next_header = 59}, {}), Reason::ipv6_no_next_header);
}

TEST(Ipv6Jumbo, ICMP6_SUP_003_misuse_is_not_reported_from_groups) {
  Host host({"ip6.jumbo=on"});
  const Packet packet = with_headers(echo6({.destination = "ff02::1"}), {hop_by_hop("c2 04 00000010")});
  EXPECT_SILENT(host, packet, Reason::icmp6_destination_multicast);
  EXPECT_SILENT(host, without_length(packet), Reason::icmp6_destination_multicast);
}

// ICMP6-SUP-006: an ICMPv6 error is one behind a wrong jumbo payload option too.
TEST(Ipv6Jumbo, ICMP6_SUP_006_misuse_in_an_icmpv6_error) {
  const Packet error = ipv6({}, icmpv6({}, 1, 4, 0, counting(48)));
  Host host({"ip6.jumbo=on"});
  EXPECT_SILENT(host, with_headers(error, {hop_by_hop("c2 04 00010000")}), Reason::icmp6_about_icmp_error);
  EXPECT_SILENT(host, without_length(with_headers(error, {hop_by_hop("c2 04 00000040")})),
                Reason::icmp6_about_icmp_error);
}

}  // namespace
}  // namespace tunstack::test::ipv6_jumbo_test
