// Which IPv4 datagrams a host takes, and the header of what it sends back.
#include <algorithm>
#include <set>

#include "protocols/wire/ipv4.hpp"
#include "tests/conformance/node/interfaces.hpp"
#include "tunstack/node/interface_config.hpp"

namespace tunstack::test::ipv4_reception_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct AddressCase {
  std::string_view address;
  Reason reason;
};

/// One datagram of each kind that a host answers.
std::vector<Packet> answered_kinds(const Ipv4Fields& fields = {}) {
  Ipv4Fields tcp_ip = fields;
  tcp_ip.protocol = 6;
  Ipv4Fields unknown = fields;
  unknown.protocol = 253;
  return {echo4(fields), udp4(fields), ipv4(tcp_ip, tcp(tcp_ip, TcpFields{})), ipv4(unknown, counting(8))};
}

Packet with_octet(Packet packet, std::size_t at, unsigned value) {
  packet.at(at) = static_cast<std::uint8_t>(value);
  return packet;
}

// ---- the device ----

TEST(Device, TUN_002_the_first_nibble_selects_the_parser) {
  Host host;
  for (const unsigned version : {0U, 1U, 2U, 3U, 5U, 7U, 8U, 9U, 10U, 11U, 12U, 13U, 14U, 15U})
    EXPECT_SILENT(host, with_octet(Packet(20), 0, version << 4), Reason::ip_version_unknown);
  EXPECT_SILENT(host, Packet{}, Reason::empty_read);
  EXPECT_THAT(host.send(echo4()), SizeIs(1));
  EXPECT_THAT(host.send(echo6()), SizeIs(1));
}

TEST(Device, TUN_004_our_own_packets_reflected) {
  Host host(node_with({{"192.0.2.2/24", "192.0.2.3/24", "2001:db8::2/64"}, {"198.51.100.2/24", "2001:db8:1::3/64"}}));
  for (const std::string_view own : {"192.0.2.2", "192.0.2.3", "198.51.100.2"})
    EXPECT_SILENT(host, echo4({.source = own}), Reason::ipv4_source_is_own);
  for (const std::string_view own : {"2001:db8::2", "fe80::2", "2001:db8:1::3"})
    EXPECT_SILENT(host, echo6({.source = own}), Reason::ipv6_source_is_own);
  EXPECT_SILENT(host, udp4({.source = "192.0.2.2"}), Reason::ipv4_source_is_own);
  EXPECT_SILENT(host, udp6({.source = "2001:db8::2"}), Reason::ipv6_source_is_own);
}

TEST(Device, TUN_006_the_smallest_mtu_of_each_family) {
  const auto fault = [](std::string_view prefix, std::size_t mtu) {
    return mtu_fault({"tun0", {parse_prefix(prefix).value()}, mtu});
  };
  EXPECT_THAT(fault("192.0.2.2/24", 67).value_or(""), testing::HasSubstr("68"));
  EXPECT_EQ(fault("192.0.2.2/24", 68), std::nullopt);
  EXPECT_THAT(fault("2001:db8::2/64", 1279).value_or(""), testing::HasSubstr("1280"));
  EXPECT_EQ(fault("2001:db8::2/64", 1280), std::nullopt);
  EXPECT_EQ(fault("192.0.2.2/24", 65535), std::nullopt);
  EXPECT_TRUE(fault("192.0.2.2/24", 65536).has_value()) << "no IPv4 datagram is longer than 65535";
}

// TUN-006: one IPv6 address among others is enough for the larger minimum.
TEST(Device, TUN_006_both_families_on_a_link) {
  const InterfaceConfig both{"tun0", {*parse_prefix("192.0.2.2/24"), *parse_prefix("2001:db8::2/64")}, 1279};
  EXPECT_THAT(mtu_fault(both).value_or(""), testing::HasSubstr("1280"));
}

// ---- shape ----

// Only a link layer can bring another version here; in TUN mode the first nibble chose the parser.
TEST(Ipv4Reception, V4_RX_001_version_other_than_4) {
  for (const unsigned version : {0U, 5U, 6U, 15U}) {
    const Packet packet = with_octet(echo4(), 0, version << 4 | 5);
    EXPECT_EQ(Ipv4View::parse(packet).error(), Reason::ipv4_version_not_4) << version;
  }
  EXPECT_TRUE(Ipv4View::parse(echo4()).has_value());
}

TEST(Ipv4Reception, V4_RX_002_wrong_header_checksum) {
  Host host;
  Packet packet = echo4();
  packet[11] ^= 1;
  EXPECT_SILENT(host, packet, Reason::ipv4_header_checksum_wrong);
}

TEST(Ipv4Reception, V4_RX_002_any_bit_of_the_header_flipped) {
  Host host;
  for (std::size_t bit = 0; bit < 160; ++bit) {
    Packet packet = echo4();
    packet[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
    EXPECT_THAT(host.send(packet), IsEmpty()) << "bit " << bit;
  }
  EXPECT_THAT(host.send(echo4()), SizeIs(1));
}

TEST(Ipv4Reception, V4_RX_002_the_header_checksum_covers_the_options) {
  Host host;
  Packet packet = echo4({.options = hex("01010100")});
  packet[22] ^= 1;
  EXPECT_SILENT(host, packet, Reason::ipv4_header_checksum_wrong);
}

TEST(Ipv4Reception, V4_RX_003_header_lengths) {
  struct Case {
    std::size_t received;
    unsigned header_words;
    unsigned total_length;
    Reason reason;
  };
  constexpr Case cases[] = {
      {1, 5, 84, Reason::ipv4_shorter_than_header},
      {19, 5, 19, Reason::ipv4_shorter_than_header},
      {84, 4, 84, Reason::ipv4_header_length_below_5},
      {84, 0, 84, Reason::ipv4_header_length_below_5},
      {84, 15, 40, Reason::ipv4_header_beyond_total_length},
      {84, 5, 19, Reason::ipv4_header_beyond_total_length},
      {84, 5, 0, Reason::ipv4_header_beyond_total_length},
      {40, 15, 59, Reason::ipv4_header_beyond_total_length},
      {40, 15, 60, Reason::ipv4_truncated},
  };
  Host host;
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.received << " octets, IHL " << c.header_words << ", total " << c.total_length);
    Packet packet = with_octet(echo4(), 0, 0x40 | c.header_words);
    set_be16(packet, 2, c.total_length);
    // Nothing but the lengths may be wrong, as far as the header that is declared is there at all.
    if (c.header_words >= 5) mend_header_checksum(packet);
    EXPECT_SILENT(host, part(packet, 0, c.received), c.reason);
  }
}

TEST(Ipv4Reception, V4_RX_004_fewer_octets_than_the_total_length) {
  Host host;
  for (const unsigned total : {61U, 100U, 65535U}) {
    Packet packet = echo4({}, counting(32));
    ASSERT_EQ(packet.size(), 60U);
    set_be16(packet, 2, total);
    mend_header_checksum(packet);
    EXPECT_SILENT(host, packet, Reason::ipv4_truncated);
  }
}

TEST(Ipv4Reception, V4_RX_005_octets_beyond_the_total_length_are_ignored) {
  Host host;
  const Packet request = echo4({}, counting(4));
  ASSERT_EQ(request.size(), 32U);
  const Packet reply = host.answer(request + Packet(32, 0xff));
  EXPECT_EQ(be16(reply, 2), 32U);
  EXPECT_EQ(from(reply, 24), from(request, 24));
}

// ROB-002
TEST(Ipv4Reception, ROB_002_every_truncation_stays_unanswered) {
  for (const Packet& whole : answered_kinds()) {
    Host host;
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_THAT(host.send(part(whole, 0, size)), IsEmpty()) << size << " octets of protocol " << unsigned{whole[9]};
    EXPECT_THAT(host.send(whole), SizeIs(1));
  }
}

/// The first `size` octets with an IPv4 header that is right for them.
Packet cut_to(const Packet& whole, std::size_t size) {
  Packet packet = part(whole, 0, size);
  set_be16(packet, 2, static_cast<unsigned>(size));
  mend_header_checksum(packet);
  return packet;
}

// ROB-002: the IP header is right, so that the length checks of the protocols are what is tested.
TEST(Ipv4Reception, ROB_002_every_truncation_of_the_payload) {
  for (const Packet& whole : answered_kinds()) {
    if (whole[9] == 253) continue;
    Host host;
    for (std::size_t size = 20; size < whole.size(); ++size)
      EXPECT_THAT(host.send(cut_to(whole, size)), IsEmpty()) << size << " octets of protocol " << unsigned{whole[9]};
    EXPECT_THAT(host.send(whole), SizeIs(1));
  }
}

// ROB-002: nothing behind the header says how long an unknown protocol is, so each length gets its error.
TEST(Ipv4Reception, ROB_002_a_short_datagram_is_quoted_whole_and_no_further) {
  const Packet whole = answered_kinds().back();
  for (std::size_t size = 20; size <= whole.size(); ++size) {
    Host host;
    const Packet packet = cut_to(whole, size);
    EXPECT_EQ(from(host.answer(packet), 28), packet);
  }
}

// ---- destinations ----

TEST(Ipv4Reception, V4_RX_006_destinations_that_are_not_ours) {
  Host host;
  for (const std::string_view other : {"192.0.2.3", "192.0.3.2", "203.0.113.9", "0.0.0.1", "0.255.255.255", "240.0.0.1",
                                       "255.255.255.254", "224.0.0.2", "224.0.0.251", "239.255.255.255"}) {
    SCOPED_TRACE(other);
    EXPECT_SILENT(host, echo4({.destination = other}), Reason::ipv4_destination_not_ours);
    EXPECT_SILENT(host, udp4({.destination = other}), Reason::ipv4_destination_not_ours);
  }
}

// V4-RX-006: "a broadcast address valid for the arrival link"
TEST(Ipv4Reception, V4_RX_006_the_broadcast_address_of_another_link) {
  Host host(node_with({{"192.0.2.2/24"}, {"198.51.100.2/24"}}, {"icmp4.echo_broadcast=on"}));
  EXPECT_THAT(send_on(host, 1, {echo4({.source = "198.51.100.1", .destination = "198.51.100.255"})}), SizeIs(1));
  EXPECT_THAT(host.send(echo4({.destination = "198.51.100.255"})), IsEmpty());
}

TEST(Ipv4Reception, V4_RX_007_broadcasts_are_delivered_and_get_no_error) {
  Host host(node_with({{"192.0.2.2/24", "198.51.100.130/25", "10.1.2.1/30"}}));
  for (const std::string_view broadcast : {"255.255.255.255", "192.0.2.255", "198.51.100.255", "10.1.2.3"}) {
    SCOPED_TRACE(broadcast);
    EXPECT_SILENT(host, udp4({.destination = broadcast}), Reason::udp4_port_closed);
  }
  EXPECT_EQ(host.count(Reason::icmp4_destination_broadcast), 4U);
  EXPECT_SILENT(host, udp4({.destination = "198.51.100.127"}), Reason::ipv4_destination_not_ours);
}

TEST(Ipv4Reception, V4_RX_008_obsolete_zero_broadcasts_are_dropped) {
  Host host;
  for (const std::string_view zero : {"0.0.0.0", "192.0.2.0"}) {
    EXPECT_SILENT(host, echo4({.destination = zero}), Reason::ipv4_destination_zero_broadcast);
    EXPECT_SILENT(host, udp4({.destination = zero}), Reason::ipv4_destination_zero_broadcast);
  }
}

TEST(Ipv4Reception, V4_RX_008_obsolete_zero_broadcasts_by_option) {
  Host host({"ip4.zero_broadcast=on", "icmp4.echo_broadcast=on"});
  for (const std::string_view zero : {"0.0.0.0", "192.0.2.0"}) {
    EXPECT_EQ(source_of(host.answer(echo4({.destination = zero}))), "192.0.2.2");
    EXPECT_SILENT(host, udp4({.destination = zero}), Reason::icmp4_destination_broadcast);
  }
}

// Two addresses make a /31 and one a /32: neither has a broadcast in any form.
TEST(Ipv4Reception, V4_RX_009_prefixes_without_a_broadcast) {
  Host host(node_with({{"192.0.2.2/24", "10.0.0.1/31", "10.0.1.4/31", "10.0.2.255/32"}}));
  EXPECT_EQ(source_of(host.answer(echo4({.source = "10.0.0.0", .destination = "10.0.0.1"}))), "10.0.0.1");
  EXPECT_EQ(source_of(host.answer(echo4({.source = "10.0.1.5", .destination = "10.0.1.4"}))), "10.0.1.4");
  EXPECT_EQ(source_of(host.answer(echo4({.source = "10.0.2.0", .destination = "10.0.2.255"}))), "10.0.2.255");
  EXPECT_SILENT(host, echo4({.destination = "10.0.0.0"}), Reason::ipv4_destination_not_ours);
  EXPECT_SILENT(host, echo4({.destination = "10.0.1.5"}), Reason::ipv4_destination_not_ours);
  EXPECT_SILENT(host, udp4({.destination = "255.255.255.255"}), Reason::icmp4_destination_broadcast);
}

TEST(Ipv4Reception, V4_RX_012_destination_in_127) {
  Host host;
  for (const std::string_view loopback : {"127.0.0.0", "127.0.0.1", "127.255.255.255"}) {
    EXPECT_SILENT(host, echo4({.destination = loopback}), Reason::ipv4_destination_loopback);
    EXPECT_SILENT(host, udp4({.source = "203.0.113.9", .destination = loopback}), Reason::ipv4_destination_loopback);
  }
}

TEST(Ipv4Reception, V4_RX_018_the_address_of_another_interface) {
  const auto config = [](std::string_view strong) {
    return node_with({{"192.0.2.2/24"}, {"198.51.100.2/24"}}, {strong});
  };
  const Packet to_second = echo4({.destination = "198.51.100.2"});
  Host weak(config("ip4.strong_es=off"));
  const auto sent = send_on(weak, 0, {to_second});
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(source_of(sent[0].packet), "198.51.100.2");
  EXPECT_EQ(sent[0].interface, InterfaceId{0});
  Host strong(config("ip4.strong_es=on"));
  EXPECT_SILENT(strong, to_second, Reason::ipv4_destination_on_other_interface);
  EXPECT_THAT(send_on(strong, 1, {to_second}), SizeIs(1)) << "on its own interface";
}

TEST(Ipv4Reception, V4_RX_019_all_systems_is_joined_on_every_interface) {
  Host host(node_with({{"192.0.2.2/24"}, {"198.51.100.2/24"}}));
  EXPECT_SILENT(host, udp4({.destination = "224.0.0.1"}), Reason::udp4_port_closed);
  EXPECT_THAT(send_on(host, 1, {udp4({.destination = "224.0.0.1"})}), IsEmpty());
  EXPECT_EQ(host.count(Reason::icmp4_destination_multicast), 2U) << "delivered, no error";
  EXPECT_SILENT(host, udp4({.destination = "224.0.0.2"}), Reason::ipv4_destination_not_ours);
}

// ---- sources ----

constexpr AddressCase bad_sources[] = {
    {"224.0.0.0", Reason::ipv4_source_multicast},       {"224.0.0.5", Reason::ipv4_source_multicast},
    {"224.0.0.1", Reason::ipv4_source_multicast},       {"239.255.255.255", Reason::ipv4_source_multicast},
    {"255.255.255.255", Reason::ipv4_source_broadcast}, {"192.0.2.255", Reason::ipv4_source_broadcast},
    {"198.51.100.255", Reason::ipv4_source_broadcast},  {"240.0.0.0", Reason::ipv4_source_reserved},
    {"240.0.0.1", Reason::ipv4_source_reserved},        {"255.255.255.254", Reason::ipv4_source_reserved},
    {"127.0.0.0", Reason::ipv4_source_loopback},        {"127.0.0.1", Reason::ipv4_source_loopback},
    {"127.255.255.255", Reason::ipv4_source_loopback},  {"0.0.0.0", Reason::ipv4_source_this_network},
    {"0.0.0.1", Reason::ipv4_source_this_network},      {"0.255.255.255", Reason::ipv4_source_this_network},
};

// V4-RX-010, V4-RX-011, ICMP4-ECHO-008
TEST(Ipv4Reception, V4_RX_010_sources_that_cannot_send) {
  Host host(node_with({{"192.0.2.2/24"}, {"198.51.100.2/24"}}));
  for (const AddressCase& c : bad_sources) {
    SCOPED_TRACE(c.address);
    for (const Packet& packet : answered_kinds({.source = c.address})) EXPECT_SILENT(host, packet, c.reason);
  }
}

// V4-RX-010, V4-RX-011: the neighbours of the forbidden ranges
TEST(Ipv4Reception, V4_RX_010_sources_next_to_the_forbidden_ones) {
  Host host;
  for (const std::string_view good :
       {"1.0.0.0", "126.255.255.255", "128.0.0.0", "223.255.255.255", "192.0.2.254", "192.0.3.255", "198.51.100.255"})
    EXPECT_EQ(destination_of(host.answer(echo4({.source = good}))), good);
}

// ICMP4-ECHO-008: the all-zeros form is a broadcast too (RFC 1122 3.3.6), whether it is taken as destination or not.
TEST(Ipv4Reception, ICMP4_ECHO_008_source_is_the_zero_broadcast) {
  for (const std::string_view setting : {"ip4.zero_broadcast=off", "ip4.zero_broadcast=on"}) {
    Host host({setting});
    EXPECT_THAT(host.send(echo4({.source = "192.0.2.0"})), IsEmpty()) << setting;
    EXPECT_THAT(host.send(echo4({.source = "192.0.2.1"})), SizeIs(1)) << setting;
  }
}

// ---- header fields that do not matter ----

TEST(Ipv4Reception, V4_RX_013_ttl_0_and_1) {
  Host host;
  for (const unsigned ttl : {0U, 1U})
    for (const Packet& packet : answered_kinds({.ttl = ttl})) EXPECT_THAT(host.send(packet), SizeIs(1)) << ttl;
}

// V4-RX-014, V4-TX-004
TEST(Ipv4Reception, V4_RX_014_the_reserved_flag_is_not_looked_at_and_not_sent) {
  Host host;
  for (const unsigned flags : {0x8000U, 0xc000U})
    for (const Packet& packet : answered_kinds({.tos = 1, .flags_and_offset = flags}))
      EXPECT_EQ(be16(host.answer(packet), 6) & 0x8000, 0);
}

TEST(Ipv4Reception, V4_RX_015_broadcasts_are_answered_from_an_address_of_the_arrival_interface) {
  Host host(node_with({{"192.0.2.2/24", "198.51.100.2/24"}, {"203.0.113.2/24"}}, {"icmp4.echo_broadcast=on"}));
  const auto source = [&](std::string_view from, std::string_view to) {
    return source_of(host.answer(echo4({.source = from, .destination = to})));
  };
  EXPECT_EQ(source("192.0.2.1", "192.0.2.255"), "192.0.2.2");
  EXPECT_EQ(source("198.51.100.1", "198.51.100.255"), "198.51.100.2");
  EXPECT_EQ(source("198.51.100.1", "255.255.255.255"), "198.51.100.2");
  EXPECT_EQ(source("10.9.9.9", "224.0.0.1"), "192.0.2.2");
  EXPECT_EQ(source("203.0.113.1", "255.255.255.255"), "192.0.2.2") << "not from the other interface";
}

TEST(Ipv4Reception, V4_RX_016_unicast_in_a_link_layer_group_frame) {
  Host host({"icmp4.echo_broadcast=on"});
  for (const Packet& packet : answered_kinds()) EXPECT_THAT(host.send_in_group_frame(packet), IsEmpty());
  EXPECT_EQ(host.count(Reason::ipv4_unicast_in_link_layer_group), answered_kinds().size());
  EXPECT_THAT(host.send_in_group_frame(echo4({.destination = "192.0.2.255"})), SizeIs(1)) << "a broadcast may";
}

// V4-RX-017, ICMP4-ECHO-003
TEST(Ipv4Reception, V4_RX_017_answers_come_from_the_address_that_was_asked) {
  Host host(node_with({{"192.0.2.2/24", "192.0.2.3/24", "198.51.100.2/24"}}));
  for (const std::string_view own : {"192.0.2.2", "192.0.2.3", "198.51.100.2"})
    for (const Packet& packet : answered_kinds({.destination = own})) {
      const Packet answer = host.answer(packet);
      EXPECT_EQ(source_of(answer), own);
      EXPECT_EQ(destination_of(answer), "192.0.2.1");
    }
}

TEST(Ipv4Reception, V4_RX_020_unsupported_protocols) {
  for (const unsigned protocol : {0U, 2U, 4U, 41U, 50U, 51U, 58U, 89U, 253U, 255U}) {
    Host host;
    const Packet packet = ipv4({.protocol = protocol}, counting(8));
    const Packet error = host.answer(packet);
    EXPECT_EQ(icmp4_type(error), 3U) << protocol;
    EXPECT_EQ(icmp4_code(error), 2U) << protocol;
    EXPECT_EQ(be32(error, 24), 0U);
    EXPECT_EQ(from(error, 28), packet);
    EXPECT_EQ(host.count(Reason::ipv4_protocol_unsupported), 1U);
  }
}

// ---- what is sent ----

TEST(Ipv4Transmission, V4_TX_001_ttl_64_or_as_configured) {
  Host host;
  Host far({"ip4.ttl=255"});
  Host near({"ip4.ttl=1"});
  for (const Packet& packet : answered_kinds()) {
    EXPECT_EQ(host.answer(packet)[8], 64);
    EXPECT_EQ(far.answer(packet)[8], 255);
    EXPECT_EQ(near.answer(packet)[8], 1);
  }
  NodeOptions options;
  EXPECT_TRUE(set_option(options, "ip4.ttl=0").has_value()) << "nothing leaves with TTL 0";
}

TEST(Ipv4Transmission, V4_TX_002_the_ttl_is_not_copied) {
  for (const unsigned ttl : {0U, 3U, 255U}) {
    Host host;
    for (const Packet& packet : answered_kinds({.ttl = ttl})) EXPECT_EQ(host.answer(packet)[8], 64) << ttl;
  }
}

// V4-TX-003: an interface that has no IPv4 address hears broadcasts, but has nothing to answer from.
TEST(Ipv4Transmission, V4_TX_003_no_source_address_no_answer) {
  Host host(node_with({{"2001:db8::2/64"}, {"192.0.2.2/24"}}, {"icmp4.echo_broadcast=on"}));
  EXPECT_SILENT(host, echo4({.destination = "255.255.255.255"}), Reason::icmp_no_source_address);
}

std::vector<unsigned> identifications(std::uint64_t seed, std::size_t count) {
  NodeConfig config = host_config();
  config.seed = seed;
  Host host(config);
  std::vector<unsigned> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(be16(host.answer(echo4({}, {})), 4));
    host.send(echo4({.source = "192.0.2.77"}, {}));  // other traffic must not disturb it
  }
  return values;
}

TEST(Ipv4Transmission, V4_TX_005_identifications_do_not_repeat) {
  const auto values = identifications(1, 3000);
  EXPECT_THAT(std::set<unsigned>(values.begin(), values.end()), SizeIs(3000));
}

TEST(Ipv4Transmission, V4_TX_005_identifications_start_unpredictably) {
  std::set<unsigned> starts;
  for (std::uint64_t seed = 1; seed <= 32; ++seed) starts.insert(identifications(seed, 1)[0]);
  EXPECT_GT(starts.size(), 28U) << "32 starts among 65536 hardly ever meet";
}

}  // namespace
}  // namespace tunstack::test::ipv4_reception_test
