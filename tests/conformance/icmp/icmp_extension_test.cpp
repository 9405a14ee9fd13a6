// Errors that leave with an extension structure behind the quote (RFC 4884, RFC 5837), and the TOS of errors.
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::icmp_extension_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const std::initializer_list<std::string_view> with_extensions = {
    "icmp.extensions=on", "icmp4.error_rate=0", "icmp6.error_rate=0", "tcp.closed=port", "icmp.amplify_rate=0"};

constexpr std::size_t header4 = 20 + 8;
constexpr std::size_t header6 = 40 + 8;

// For tun0 of the default host: index 1, the address, the name with its length octet, MTU 1500.
Packet object4() { return hex("001c 020f 00000001 00010000c0000202 0874756e30000000 000005dc"); }
Packet object6() {
  return hex("0028 020f 00000001 00020000 20010db8000000000000000000000002 0874756e30000000 000005dc");
}

/// An error whose quote was declared to have a length, taken apart.
struct Extended {
  Packet quote;      // with its padding
  Packet structure;  // empty without a length
};

Extended taken_apart(const Packet& error) {
  const bool is_ipv4 = error.at(0) >> 4 == 4;
  const std::size_t start = is_ipv4 ? header4 : header6;
  const std::size_t size = is_ipv4 ? error.at(25) * 4U : error.at(44) * 8U;
  if (size == 0) return {from(error, start), {}};
  return {part(error, start, size), from(error, start + size)};
}

/// The objects behind the header of a structure, whose version, reserved bits and checksum must be right.
Packet objects_of(const Packet& structure) {
  EXPECT_EQ(part(structure, 0, 2), hex("2000")) << "version 2, reserved bits zero";
  EXPECT_NE(be16(structure, 2), 0U) << "a checksum";
  EXPECT_EQ(plain_checksum(structure), 0U) << "over the structure alone";
  return from(structure, 4);
}

Packet sized4(std::size_t size, const Ipv4Fields& ip = {}) { return udp4(ip, 33434, counting(size - 28)); }
Packet sized6(std::size_t size, const Ipv6Fields& ip = {}) { return udp6(ip, 33434, counting(size - 48)); }

Packet padded(const Packet& quote, std::size_t size) { return quote + Packet(size - quote.size()); }

// ---- the form ----

TEST(IcmpExtension, ICMP4_EXT_001_off_by_default) {
  Host host;
  for (const std::size_t size : {60U, 128U, 1400U}) {
    EXPECT_EQ(be32(host.answer(sized4(size)), 24), 0U) << "no length";
    EXPECT_EQ(be32(host.answer(sized6(size)), 44), 0U);
  }
  EXPECT_THAT(host.answer(sized4(60)), SizeIs(header4 + 60));
  EXPECT_THAT(host.answer(sized6(60)), SizeIs(header6 + 60));
}

// ICMP4-EXT-001, ICMP4-EXT-002
TEST(IcmpExtension, ICMP4_EXT_002_a_short_packet_is_padded_to_128_octets) {
  Host host(with_extensions);
  const Packet packet = sized4(60);
  const Packet error = host.answer(packet);
  EXPECT_EQ(part(error, 20, 2), hex("03 03"));
  EXPECT_EQ(part(error, 24, 4), hex("00 20 0000")) << "32 words";
  EXPECT_EQ(part(error, header4, 128), packet + Packet(68));
  EXPECT_EQ(be16(error, 2), error.size());
}

// ICMP6-EXT-001, ICMP6-EXT-002
TEST(IcmpExtension, ICMP6_EXT_001_a_short_packet_is_padded_to_128_octets) {
  Host host(with_extensions);
  const Packet packet = sized6(60);
  const Packet error = host.answer(packet);
  EXPECT_EQ(part(error, 40, 2), hex("01 04"));
  EXPECT_EQ(part(error, 44, 4), hex("10 000000")) << "16 words of 64 bits";
  EXPECT_EQ(part(error, header6, 128), packet + Packet(68));
}

// ICMP4-EXT-003, ICMP4-EXT-006, ICMP4-EXT-011, ICMP4-EXT-012, ICMP4-EXT-013: one object, of role 0, with all parts
TEST(IcmpExtension, ICMP4_EXT_011_the_structure_tells_the_interface) {
  Host host(with_extensions);
  EXPECT_EQ(objects_of(taken_apart(host.answer(sized4(60))).structure), object4());
}

// ICMP6-EXT-003, ICMP4-EXT-003, ICMP4-EXT-013
TEST(IcmpExtension, ICMP6_EXT_003_the_structure_tells_the_interface_with_its_ipv6_address) {
  Host host(with_extensions);
  EXPECT_EQ(objects_of(taken_apart(host.answer(sized6(60))).structure), object6());
  const Packet link_local = host.answer(sized6(60, {.source = "fe80::1", .destination = "fe80::2"}));
  EXPECT_EQ(part(objects_of(taken_apart(link_local).structure), 12, 16), hex("fe80000000000000 0000000000000002"));
}

// ICMP4-EXT-002, ICMP4-EXT-004: 576 octets at most, and as much of the packet as there is room for
TEST(IcmpExtension, ICMP4_EXT_004_sizes_of_ipv4_errors) {
  Host host(with_extensions);
  constexpr std::size_t most = 576 - header4 - 32;
  for (std::size_t size = 28; size <= 1500; size += size < 600 ? 1 : 97) {
    const Packet packet = sized4(size);
    const Packet error = host.answer(packet);
    ASSERT_LE(error.size(), 576U) << size;
    const Extended extended = taken_apart(error);
    const Packet quoted = part(packet, 0, std::min(size, most));
    EXPECT_EQ(extended.quote, padded(quoted, std::max<std::size_t>(128, (quoted.size() + 3) / 4 * 4))) << size;
    EXPECT_EQ(objects_of(extended.structure), object4()) << size;
  }
}

// ICMP6-EXT-002, ICMP4-EXT-004
TEST(IcmpExtension, ICMP6_EXT_002_sizes_of_ipv6_errors) {
  Host host(with_extensions);
  constexpr std::size_t most = (1280 - header6 - 44) / 8 * 8;
  for (std::size_t size = 48; size <= 1500; size += size > 160 && size < 1150 ? 97 : 1) {
    const Packet packet = sized6(size);
    const Packet error = host.answer(packet);
    ASSERT_LE(error.size(), 1280U) << size;
    const Extended extended = taken_apart(error);
    const Packet quoted = part(packet, 0, std::min(size, most));
    EXPECT_EQ(extended.quote, padded(quoted, std::max<std::size_t>(128, (quoted.size() + 7) / 8 * 8))) << size;
    EXPECT_EQ(objects_of(extended.structure), object6()) << size;
  }
}

// ---- the types that take it ----

TEST(IcmpExtension, ICMP4_EXT_001_all_errors_of_types_3_11_and_12) {
  struct Case {
    Packet packet;
    Packet start;  // type and code, and the octets 4 to 7 with the length of the quote
  };
  Host host(with_extensions);
  const Ipv4Fields tcp_4{.protocol = 6};
  const Ipv4Fields bad_option{.protocol = 17, .options = hex("07 01 04 00")};
  const Ipv4Fields unfinished{.protocol = 17, .options = hex("83 07 04 0a000001 00")};
  for (const Case& c :
       {Case{sized4(60), hex("0303 00200000")}, Case{ipv4({.protocol = 99}, counting(40)), hex("0302 00200000")},
        Case{ipv4(tcp_4, tcp(tcp_4, {})), hex("0303 00200000")}, Case{udp4(unfinished), hex("0305 00200000")},
        Case{udp4(bad_option), hex("0c00 15200000")}}) {
    const Packet error = host.answer(c.packet);
    EXPECT_EQ(part(error, 20, 2) + part(error, 24, 4), c.start);
    EXPECT_EQ(objects_of(taken_apart(error).structure), object4());
  }
}

// A datagram whose second fragment never comes: type 11 code 1.
TEST(IcmpExtension, ICMP4_EXT_001_time_exceeded) {
  Host host(with_extensions);
  const Packet fragment = udp4({.flags_and_offset = 0x2000}, 33434, counting(24));
  host.send(fragment);
  host.wait(std::chrono::seconds(61));
  const auto sent = host.send(echo4());
  ASSERT_THAT(sent, SizeIs(2)) << "the error and the reply";
  EXPECT_EQ(part(sent[0], 20, 2) + part(sent[0], 24, 4), hex("0b01 00200000"));
  EXPECT_EQ(part(sent[0], header4, 128), padded(fragment, 128));
  EXPECT_EQ(objects_of(taken_apart(sent[0]).structure), object4());
}

TEST(IcmpExtension, ICMP4_EXT_005_no_other_type_has_extensions) {
  Host plain({"icmp4.info_reply=on"});
  Host host({"icmp.extensions=on", "icmp4.info_reply=on"});
  for (const Packet& packet : {echo4(), echo6(), ipv4({}, icmpv4(13, 0, 7, Packet(12))),
                               ipv4({}, icmpv4(17, 0, 7, Packet(4))), ipv4({}, icmpv4(15, 0, 7)),
                               ipv6({.next_header = 200}, counting(20)), ipv6({.next_header = 200}, counting(1400))})
    EXPECT_EQ(host.answer(packet), plain.answer(packet));
}

TEST(IcmpExtension, ICMP4_EXT_005_an_ipv6_parameter_problem_keeps_its_pointer) {
  Host host(with_extensions);
  const Packet packet = ipv6({.next_header = 200}, counting(20));
  const Packet error = host.answer(packet);
  EXPECT_EQ(part(error, 40, 2) + part(error, 44, 4), hex("0401 00000006"));
  EXPECT_EQ(from(error, header6), packet) << "neither padding nor structure";
}

// ---- links and interfaces ----

// With less than 128 octets of quote and the structure in one packet, the error goes without.
TEST(IcmpExtension, ICMP4_EXT_004_a_narrow_link_has_no_room_for_extensions) {
  for (const std::size_t mtu : {68U, 100U, 187U, 188U, 200U, 575U}) {
    NodeConfig config = node_with({{"192.0.2.2/24"}}, with_extensions);
    config.interfaces[0].mtu = mtu;
    Host host(config);
    const Packet packet = sized4(576);
    const Packet error = host.answer(packet);
    EXPECT_LE(error.size(), mtu);
    const Extended extended = taken_apart(error);
    EXPECT_EQ(extended.quote, part(packet, 0, extended.quote.size()));
    if (mtu < 188) {
      EXPECT_THAT(extended.structure, IsEmpty()) << mtu;
      EXPECT_EQ(error.size(), mtu) << "more of the packet instead";
    } else {
      EXPECT_THAT(objects_of(extended.structure), SizeIs(28)) << mtu;
      EXPECT_EQ(extended.quote.size(), (mtu - header4 - 32) / 4 * 4) << mtu;
    }
  }
}

// RFC 5837 4: the parts tell one interface, that by which the packet came.
TEST(IcmpExtension, ICMP4_EXT_011_the_interface_that_the_packet_came_by) {
  NodeConfig config = node_with({{"192.0.2.2/24"}, {"198.51.100.2/24"}}, with_extensions);
  config.interfaces[1].mtu = 9000;
  config.interfaces[1].name = "r1";
  Host host(config);
  const auto sent = send_on(host, 1, {sized4(60, {.source = "198.51.100.1", .destination = "198.51.100.2"})});
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(objects_of(taken_apart(sent[0].packet).structure),
            hex("0018 020f 00000002 00010000c6336402 04723100 00002328"));
}

TEST(IcmpExtension, ICMP4_EXT_011_its_address_and_not_that_of_another_interface) {
  Host host(node_with({{"192.0.2.2/24"}, {"198.51.100.2/24"}}, with_extensions));
  const auto sent = send_on(host, 1, {sized4(60, {.source = "198.51.100.1", .destination = "192.0.2.2"})});
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(source_of(sent[0].packet), "192.0.2.2") << "the address that was asked";
  const Packet object = objects_of(taken_apart(sent[0].packet).structure);
  EXPECT_EQ(part(object, 4, 4), hex("00000002"));
  EXPECT_EQ(part(object, 8, 8), hex("00010000 c6336402")) << "the address of interface 2";
}

// A length octet that counts itself, 64 at most, and zeros up to a multiple of 4 (RFC 5837 4.3).
TEST(IcmpExtension, ICMP4_EXT_012_names_of_every_length) {
  for (std::size_t length = 1; length <= 80; ++length) {
    NodeConfig config = node_with({{"192.0.2.2/24"}}, with_extensions);
    config.interfaces[0].name = std::string(length, 'n');
    Host host(config);
    const Packet object = objects_of(taken_apart(host.answer(sized4(60))).structure);
    const std::size_t size = std::min<std::size_t>(64, (1 + length + 3) / 4 * 4);
    const std::size_t letters = std::min<std::size_t>(63, length);
    EXPECT_EQ(be16(object, 0), object.size());
    EXPECT_EQ(part(object, 16, size), padded(Packet{static_cast<std::uint8_t>(size)} + Packet(letters, 'n'), size))
        << length;
    EXPECT_EQ(from(object, 16 + size), hex("000005dc")) << "then the MTU alone";
  }
}

TEST(IcmpExtension, ICMP4_EXT_012_without_a_name_there_is_no_name_part) {
  NodeConfig config = node_with({{"192.0.2.2/24"}}, with_extensions);
  config.interfaces[0].name.clear();
  Host host(config);
  EXPECT_EQ(objects_of(taken_apart(host.answer(sized4(60))).structure),
            hex("0014 020d 00000001 00010000c0000202 000005dc"));
}

// RFC 4884 4: zeros stand for octets that the packet does not have, not for those that an option left out.
TEST(IcmpExtension, ICMP4_EXT_002_zeros_only_where_the_packet_ends) {
  Host host({"icmp.extensions=on", "icmp4.quote=8"});
  const Packet packet = sized4(400);
  EXPECT_EQ(part(host.answer(packet), header4, 128), part(packet, 0, 128));
}

// ---- TOS ----

// ICMP4-ERR-008, ICMP4-ERR-009: RFC 1812 4.3.2.5 keeps the TOS bits and sets the precedence to 6.
TEST(IcmpErrorTos, ICMP4_ERR_009_precedence_6_and_the_TOS_bits_by_option) {
  struct Case {
    unsigned tos;
    unsigned expected;
  };
  Host zero({"icmp4.error_rate=0", "icmp4.error_tos=zero"});
  Host host({"icmp4.error_rate=0", "icmp4.error_tos=rfc1812"});
  for (const Case& c : {Case{0x00, 0xc0}, Case{0x10, 0xd0}, Case{0x08, 0xc8}, Case{0x04, 0xc4}, Case{0x1c, 0xdc},
                        Case{0xb8, 0xd8}, Case{0xe0, 0xc0}, Case{0xfc, 0xdc}}) {
    EXPECT_EQ(host.answer(udp4({.tos = c.tos})).at(1), c.expected) << c.tos;
    EXPECT_EQ(host.answer(ipv4({.protocol = 99, .tos = c.tos}, {})).at(1), c.expected) << c.tos;
    EXPECT_EQ(zero.answer(udp4({.tos = c.tos})).at(1), 0) << c.tos;
  }
  EXPECT_EQ(host.answer(echo4({.tos = 0x10})).at(1), 0x10) << "replies are no errors";
}

}  // namespace
}  // namespace tunstack::test::icmp_extension_test
