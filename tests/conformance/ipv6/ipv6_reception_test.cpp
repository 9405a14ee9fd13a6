// Which IPv6 packets a host takes, and the header of what it sends back.
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::ipv6_reception_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct AddressCase {
  std::string_view address;
  Reason reason;
};

/// One packet of each kind that a host answers.
std::vector<Packet> answered_kinds(const Ipv6Fields& fields = {}) {
  Ipv6Fields tcp_ip = fields;
  tcp_ip.next_header = 6;
  Ipv6Fields unknown = fields;
  unknown.next_header = 200;
  return {echo6(fields), udp6(fields), ipv6(tcp_ip, tcp(tcp_ip, TcpFields{})), ipv6(unknown, counting(8))};
}

// ---- shape ----

TEST(Ipv6Reception, V6_RX_001_shorter_than_the_header) {
  Host host;
  for (const std::size_t size : {1U, 20U, 39U})
    EXPECT_SILENT(host, part(echo6(), 0, size), Reason::ipv6_shorter_than_header);
}

TEST(Ipv6Reception, V6_RX_001_fewer_octets_than_the_payload_length) {
  Host host;
  for (const unsigned length : {21U, 100U, 65535U}) {
    Packet packet = echo6({}, counting(12));
    ASSERT_EQ(packet.size(), 60U);
    set_be16(packet, 4, length);
    EXPECT_SILENT(host, packet, Reason::ipv6_truncated);
  }
}

// Only a link layer can bring another version here; in TUN mode the first nibble chose the parser.
TEST(Ipv6Reception, V6_RX_001_version_other_than_6) {
  for (const unsigned version : {0U, 4U, 5U, 15U}) {
    Packet packet = echo6();
    packet[0] = static_cast<std::uint8_t>(version << 4);
    EXPECT_EQ(Ipv6View::parse(packet).error(), Reason::ipv6_version_not_6) << version;
  }
  EXPECT_TRUE(Ipv6View::parse(echo6()).has_value());
}

TEST(Ipv6Reception, V6_RX_001_octets_beyond_the_payload_length_are_ignored) {
  Host host;
  const Packet request = echo6({}, counting(5));
  const Packet reply = host.answer(request + Packet(20, 0xff));
  EXPECT_EQ(be16(reply, 4), 13U);
  EXPECT_EQ(from(reply, 44), from(request, 44));
}

TEST(Ipv6Reception, V6_RX_010_payload_length_0_is_an_empty_payload) {
  Host host;
  Packet packet = echo6({}, counting(8));
  set_be16(packet, 4, 0);
  ASSERT_EQ(packet.size(), 56U);
  EXPECT_SILENT(host, packet, Reason::icmp6_too_short);
}

// ROB-002
TEST(Ipv6Reception, ROB_002_every_truncation_stays_unanswered) {
  for (const Packet& whole : answered_kinds()) {
    Host host;
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_THAT(host.send(part(whole, 0, size)), IsEmpty()) << size << " octets, next header " << unsigned{whole[6]};
    EXPECT_THAT(host.send(whole), SizeIs(1));
  }
}

/// The first `size` octets with a payload length that is right for them.
Packet cut_to(const Packet& whole, std::size_t size) {
  Packet packet = part(whole, 0, size);
  set_be16(packet, 4, static_cast<unsigned>(size - 40));
  return packet;
}

// ROB-002: the IP header is right, so that the length checks of the protocols are what is tested.
TEST(Ipv6Reception, ROB_002_every_truncation_of_the_payload) {
  for (const Packet& whole : answered_kinds()) {
    if (whole[6] == 200) continue;
    Host host;
    for (std::size_t size = 40; size < whole.size(); ++size)
      EXPECT_THAT(host.send(cut_to(whole, size)), IsEmpty()) << size << " octets, next header " << unsigned{whole[6]};
    EXPECT_THAT(host.send(whole), SizeIs(1));
  }
}

// ROB-002: nothing behind the header says how long an unknown protocol is, so each length gets its error.
TEST(Ipv6Reception, ROB_002_a_short_packet_is_quoted_whole_and_no_further) {
  const Packet whole = answered_kinds().back();
  for (std::size_t size = 40; size <= whole.size(); ++size) {
    Host host;
    const Packet packet = cut_to(whole, size);
    EXPECT_EQ(from(host.answer(packet), 48), packet);
  }
}

// ---- destinations ----

TEST(Ipv6Reception, V6_RX_002_accepted_destinations) {
  Host host(node_with({{"2001:db8::2/64", "2001:db8::abcd:1234/64", "192.0.2.2/24"}}));
  for (const std::string_view own :
       {"2001:db8::2", "2001:db8::abcd:1234", "fe80::2", "ff02::1", "ff02::1:ff00:2", "ff02::1:ffcd:1234"})
    EXPECT_THAT(host.send(echo6({.destination = own})), SizeIs(1)) << own;
}

TEST(Ipv6Reception, V6_RX_002_destinations_that_are_not_ours) {
  Host host;
  for (const std::string_view other : {"2001:db8::3", "2001:db8::", "2001:db8:1::2", "fe80::3", "fc00::2", "100::2"}) {
    SCOPED_TRACE(other);
    EXPECT_SILENT(host, echo6({.destination = other}), Reason::ipv6_destination_not_ours);
    EXPECT_SILENT(host, udp6({.destination = other}), Reason::ipv6_destination_not_ours);
  }
}

TEST(Ipv6Reception, V6_RX_002_groups_that_were_not_joined) {
  Host host;
  for (const std::string_view other : {"ff02::1:ff00:0", "ff02::1:ff00:3", "ff02::1:fe00:2", "ff02::2", "ff05::1",
                                       "ff05::2", "ff02::fb", "ff12::1", "ff02::1:2", "ff03::1:ff00:2"}) {
    SCOPED_TRACE(other);
    EXPECT_SILENT(host, echo6({.destination = other}), Reason::ipv6_group_not_joined);
  }
}

// V6-RX-002: a group is joined on an interface, not on the node.
TEST(Ipv6Reception, V6_RX_002_the_solicited_node_group_of_another_interface) {
  Host host(node_with({{"2001:db8::2/64", "192.0.2.2/24"}, {"2001:db8:1::3/64"}}));
  const Packet packet = echo6({.destination = "ff02::1:ff00:3"});
  EXPECT_SILENT(host, packet, Reason::ipv6_group_not_joined);
  EXPECT_THAT(send_on(host, 1, {packet}), SizeIs(1));
}

// V6-RX-002: the addresses of all interfaces are the node's, as in IPv4 with ip4.strong_es off.
TEST(Ipv6Reception, V6_RX_002_the_address_of_another_interface) {
  Host host(node_with({{"2001:db8::2/64"}, {"2001:db8:1::3/64"}}));
  const auto sent = send_on(host, 0, {echo6({.destination = "2001:db8:1::3"})});
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(source_of(sent[0].packet), "2001:db8:1::3");
  EXPECT_EQ(sent[0].interface, InterfaceId{0});
}

// ICMP6-ECHO-008: a link-local address means something on its own link only (RFC 4007 5).
TEST(Ipv6Reception, ICMP6_ECHO_008_the_link_local_address_of_another_link) {
  Host host(node_with({{"2001:db8::2/64", "192.0.2.2/24"}, {"2001:db8:1::3/64"}}));
  EXPECT_THAT(host.send(echo6({.source = "fe80::9", .destination = "fe80::3"})), IsEmpty());
  EXPECT_THAT(host.send(echo6({.source = "fe80::9", .destination = "fe80::2"})), SizeIs(1));
}

// ICMP6-ECHO-008: a neighbour may have the link-local address that this node has on another link.
TEST(Ipv6Reception, ICMP6_ECHO_008_a_neighbour_with_our_link_local_address_of_another_link) {
  Host host(node_with({{"2001:db8::2/64"}, {"2001:db8:1::3/64"}}));
  const auto answers = host.send(echo6({.source = "fe80::3", .destination = "fe80::2"}));
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(source_of(answers[0]), "fe80::2");
}

// V6-RX-002, ICMP6-ECHO-008: one link-local address on two links
TEST(Ipv6Reception, ICMP6_ECHO_008_the_same_link_local_address_on_two_links) {
  Host host(node_with({{"2001:db8::2/64"}, {"2001:db8:1::2/64"}}));
  for (const std::uint8_t interface : {std::uint8_t{0}, std::uint8_t{1}}) {
    const auto sent = send_on(host, interface, {echo6({.source = "fe80::1", .destination = "fe80::2"})});
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(source_of(sent[0].packet), "fe80::2");
    EXPECT_EQ(sent[0].interface, InterfaceId{interface});
  }
}

constexpr AddressCase bad_destinations[] = {
    {"::", Reason::ipv6_destination_unspecified},                // V6-RX-004
    {"::1", Reason::ipv6_destination_loopback},                  // V6-RX-005
    {"::ffff:192.0.2.2", Reason::ipv6_destination_embeds_ipv4},  // V6-RX-006, and so on
    {"::ffff:0.0.0.0", Reason::ipv6_destination_embeds_ipv4},
    {"::192.0.2.2", Reason::ipv6_destination_embeds_ipv4},
    {"::2", Reason::ipv6_destination_embeds_ipv4},
    {"ff00::1", Reason::ipv6_destination_scope_too_narrow},
    {"ff01::1", Reason::ipv6_destination_scope_too_narrow},  // V6-RX-007, and so on
    {"ff10::1", Reason::ipv6_destination_scope_too_narrow},
    {"ff31::1", Reason::ipv6_destination_scope_too_narrow},
};

// V6-RX-004, V6-RX-005, V6-RX-006, V6-RX-007
TEST(Ipv6Reception, V6_RX_004_destinations_that_no_link_may_carry) {
  Host host;
  for (const AddressCase& c : bad_destinations) {
    SCOPED_TRACE(c.address);
    for (const Packet& packet : answered_kinds({.destination = c.address})) EXPECT_SILENT(host, packet, c.reason);
  }
}

TEST(Ipv6Reception, V6_RX_007_scope_f_is_a_scope_like_any_other) {
  Host host;
  EXPECT_SILENT(host, echo6({.destination = "ff0f::1"}), Reason::ipv6_group_not_joined);
  EXPECT_SILENT(host, echo6({.destination = "ff0e::1"}), Reason::ipv6_group_not_joined);
}

// ---- sources ----

constexpr AddressCase bad_sources[] = {
    {"ff02::1", Reason::ipv6_source_multicast},  // V6-RX-004, and so on
    {"ff0e::1234", Reason::ipv6_source_multicast},
    {"ff00::", Reason::ipv6_source_multicast},
    {"ff01::1", Reason::ipv6_source_multicast},
    {"ff02::1:ff00:2", Reason::ipv6_source_multicast},
    {"::1", Reason::ipv6_source_loopback},                 // V6-RX-005
    {"::ffff:10.0.0.1", Reason::ipv6_source_embeds_ipv4},  // V6-RX-006, and so on
    {"::10.0.0.1", Reason::ipv6_source_embeds_ipv4},
    {"::2", Reason::ipv6_source_embeds_ipv4},
    {"::", Reason::ipv6_source_unspecified},  // V6-RX-008
};

// V6-RX-004, V6-RX-005, V6-RX-006, V6-RX-008, ICMP6-ECHO-005
TEST(Ipv6Reception, V6_RX_004_sources_that_cannot_send) {
  Host host;
  for (const AddressCase& c : bad_sources) {
    SCOPED_TRACE(c.address);
    for (const Packet& packet : answered_kinds({.source = c.address})) EXPECT_SILENT(host, packet, c.reason);
    EXPECT_SILENT(host, echo6({.source = c.address, .destination = "ff02::1"}), c.reason);
  }
}

// V6-RX-004, V6-RX-006: the neighbours of the forbidden ones
TEST(Ipv6Reception, V6_RX_006_sources_next_to_the_forbidden_ones) {
  Host host;
  for (const std::string_view good :
       {"::fffe:a00:1", "::ff:a00:1", "::1:0:0", "1::1", "0:0:0:0:1::", "feff::1", "64:ff9b::a00:1"})
    EXPECT_EQ(host.send(echo6({.source = good})).size(), 1U) << good;
}

TEST(Ipv6Reception, V6_RX_008_what_may_come_from_the_unspecified_address) {
  Host host;
  const auto send = [&](unsigned type, const Packet& body) {
    const Ipv6Fields ip{.source = "::", .destination = "ff02::1", .hop_limit = 255};
    const auto before = host.count(Reason::ipv6_source_unspecified);
    EXPECT_THAT(host.send(ipv6(ip, icmpv6(ip, type, 0, 0, body))), IsEmpty());
    return host.count(Reason::ipv6_source_unspecified) == before;
  };
  for (const unsigned type : {131U, 133U, 135U, 143U}) EXPECT_TRUE(send(type, Packet(16))) << type;
  for (const unsigned type : {1U, 2U, 3U, 4U, 128U, 129U, 130U, 134U, 136U, 137U, 160U, 200U})
    EXPECT_FALSE(send(type, Packet(16))) << type;
}

// V6-RX-008: it is the message that may come from there, not any payload that begins with the same octet.
TEST(Ipv6Reception, V6_RX_008_udp_that_begins_like_a_neighbor_solicitation) {
  Host host;
  const Ipv6Fields ip{.source = "::", .next_header = 17};
  EXPECT_SILENT(host, ipv6(ip, udp(ip, 135U << 8, 33434)), Reason::ipv6_source_unspecified);
}

// ---- header fields that do not matter ----

TEST(Ipv6Reception, V6_RX_009_hop_limit_0_and_1) {
  Host host;
  for (const unsigned hops : {0U, 1U})
    for (const Packet& packet : answered_kinds({.hop_limit = hops})) EXPECT_THAT(host.send(packet), SizeIs(1)) << hops;
}

TEST(Ipv6Reception, V6_RX_015_any_flow_label) {
  Host host;
  for (const unsigned label : {1U, 0x80000U, 0xfffffU})
    EXPECT_THAT(host.send(echo6({.flow_label = label})), SizeIs(1)) << label;
}

// ---- next headers ----

TEST(Ipv6Reception, V6_RX_011_no_next_header) {
  Host host;
  EXPECT_SILENT(host, ipv6({.next_header = 59}, counting(20)), Reason::ipv6_no_next_header);
  EXPECT_SILENT(host, ipv6({.next_header = 59}, {}), Reason::ipv6_no_next_header);
}

TEST(Ipv6Reception, V6_RX_013_unrecognised_next_headers) {
  for (const unsigned next : {1U, 2U, 4U, 41U, 50U, 51U, 132U, 135U, 139U, 140U, 200U, 253U, 255U}) {
    Host host;
    const Packet packet = ipv6({.next_header = next}, counting(8));
    const Packet error = host.answer(packet);
    EXPECT_EQ(icmp6_type(error), 4U) << next;
    EXPECT_EQ(icmp6_code(error), 1U) << next;
    EXPECT_EQ(be32(error, 44), 6U) << "the pointer";
    EXPECT_EQ(from(error, 48), packet);
    EXPECT_EQ(host.count(Reason::ipv6_next_header_unrecognized), 1U);
  }
}

// ---- what is sent ----

// V6-TX-001 without router advertisements
TEST(Ipv6Transmission, V6_TX_001_hop_limit_64_or_as_configured_and_never_copied) {
  for (const unsigned hops : {0U, 3U, 255U}) {
    Host host;
    Host far({"ip6.hop_limit=255"});
    for (const Packet& packet : answered_kinds({.hop_limit = hops})) {
      EXPECT_EQ(host.answer(packet)[7], 64);
      EXPECT_EQ(far.answer(packet)[7], 255);
    }
  }
}

// V6-TX-002 rules 1 and 2, V6-TX-004
TEST(Ipv6Transmission, V6_TX_002_to_a_group_the_source_has_the_scope_of_the_peer) {
  Host host(node_with({{"2001:db8::2/64", "2001:db8:f::2/64"}, {"2001:db8:1::3/64"}}));
  const auto source = [&](std::string_view from, std::string_view to) {
    return source_of(host.answer(echo6({.source = from, .destination = to})));
  };
  EXPECT_EQ(source("fe80::1", "ff02::1"), "fe80::2");
  EXPECT_EQ(source("2001:db8::1", "ff02::1"), "2001:db8::2");
  EXPECT_EQ(source("2001:db8:f::1", "ff02::1"), "2001:db8:f::2");
  EXPECT_EQ(source("2001:db8:1::1", "ff02::1"), "2001:db8::2") << "never from another interface";
  EXPECT_EQ(source("fd00::1", "ff02::1"), "2001:db8::2") << "scope, though fe80:: shares more bits with the peer";
  EXPECT_EQ(source("fe80::1", "ff02::1:ff00:2"), "fe80::2");
}

// V6-TX-004, ICMP6-ECHO-003
TEST(Ipv6Transmission, V6_TX_004_answers_come_from_the_address_that_was_asked) {
  Host host(node_with({{"2001:db8::2/64", "2001:db8::3/64", "2001:db8:f::2/64"}}));
  for (const std::string_view own : {"2001:db8::2", "2001:db8::3", "2001:db8:f::2", "fe80::2"})
    for (const Packet& packet : answered_kinds({.destination = own})) {
      const Packet answer = host.answer(packet);
      EXPECT_EQ(source_of(answer), own);
      EXPECT_EQ(destination_of(answer), "2001:db8::1");
    }
}

}  // namespace
}  // namespace tunstack::test::ipv6_reception_test
