// The way out: whole packets against packets that tests build octet by octet.
#include "protocols/wire/emit.hpp"

#include <gtest/gtest.h>

#include "protocols/wire/icmp_error.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/tcp.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::emit_test {
namespace {

constexpr Link link{InterfaceId{3}, 1500};

Ipv4Header header4(std::uint8_t protocol) {
  return {.source = Ipv4Address{0xc0000202},
          .destination = Ipv4Address{0xc0000201},
          .protocol = protocol,
          .type_of_service = 0xb8,
          .ttl = 61,
          .identification = 0xfedc};
}

Ipv4Fields fields4(unsigned protocol) {
  return {.source = "192.0.2.2",
          .destination = "192.0.2.1",
          .protocol = protocol,
          .tos = 0xb8,
          .ttl = 61,
          .identification = 0xfedc};
}

Ipv6Header header6(std::uint8_t next_header) {
  return {.source = parse_address("2001:db8::2")->ipv6(),
          .destination = parse_address("fe80::9")->ipv6(),
          .next_header = next_header,
          .traffic_class = 0xb8,
          .flow_label = 0xabcde,
          .hop_limit = 61};
}

Ipv6Fields fields6(unsigned next_header) {
  return {.source = "2001:db8::2",
          .destination = "fe80::9",
          .next_header = next_header,
          .traffic_class = 0xb8,
          .flow_label = 0xabcde,
          .hop_limit = 61};
}

template <class Header, class Message>
Packet emitted(const Header& header, const Message& message) {
  Outbox out;
  EXPECT_EQ(emit(header, message, link, out), MaybeReason{});
  EXPECT_EQ(out.packets().size(), 1U);
  EXPECT_EQ(out.packets()[0].interface, InterfaceId{3});
  return {out.packets()[0].bytes.begin(), out.packets()[0].bytes.end()};
}

TEST(Emit, CKSUM_004_icmpv4_error_in_ipv4) {
  const Packet quote = counting(29);
  EXPECT_EQ(emitted(header4(1), IcmpError{3, 3, 0, quote}), ipv4(fields4(1), icmpv4(3, 3, 0, quote)));
}

TEST(Emit, icmpv4_echo_reply_in_ipv4) {
  const Packet request = icmpv4(8, 0, 0x05010001, counting(56));
  EXPECT_EQ(emitted(header4(1), Icmpv4EchoReply{request}), ipv4(fields4(1), icmpv4(0, 0, 0x05010001, counting(56))));
}

// CKSUM-004, CKSUM-005, V4-TX-006, V6-TX-005: replies that are cut from the request itself carry what whole ones do,
// also where the checksum must be summed again: of a message of zeros, and of a reply from another address.
template <class Header, class Message>
void expect_cut_like_whole(const Header& header, const Message& reply, std::size_t headers) {
  Outbox whole;
  ASSERT_EQ(emit(header, reply, {InterfaceId{3}, 65535}, whole), MaybeReason{});
  Outbox cut;
  ASSERT_EQ(emit(header, reply, {InterfaceId{3}, 1300}, cut), MaybeReason{});
  ASSERT_GT(cut.packets().size(), 2U);
  Packet together;
  for (const OutgoingPacket& fragment : cut.packets())
    together.insert(together.end(), fragment.bytes.begin() + static_cast<std::ptrdiff_t>(headers),
                    fragment.bytes.end());
  const Bytes expected = whole.packets()[0].bytes.subspan(header_size(header));
  EXPECT_EQ(together, Packet(expected.begin(), expected.end()));
  EXPECT_TRUE(checksums_are_right({whole.packets()[0].bytes.begin(), whole.packets()[0].bytes.end()}));
}

TEST(Emit, V4_TX_006_an_echo_reply_in_fragments) {
  for (const Packet& data : {counting(4001), Packet(4000, 0)}) {
    Packet request = icmpv4(8, 0, 0, data);
    expect_cut_like_whole(header4(1), Icmpv4EchoReply{request}, 20);
    const Packet code_7 = icmpv4(8, 7, 0xfff80000, data);
    expect_cut_like_whole(header4(1), Icmpv4EchoReply{code_7}, 20);
  }
}

TEST(Emit, V6_TX_005_an_echo_reply_in_fragments) {
  const Ipv6Fields to_us{.source = "fe80::9", .destination = "2001:db8::2"};
  const Packet request = icmpv6(to_us, 128, 0, 0x05010001, counting(4001));
  expect_cut_like_whole(header6(58), Icmpv6EchoReply{request}, 48);
  const Ipv6Fields to_all{.source = "fe80::9", .destination = "ff02::1"};
  const Packet to_group = icmpv6(to_all, 128, 0, 0x05010001, counting(4001));
  expect_cut_like_whole(header6(58), Icmpv6EchoReply{to_group, false}, 48);
}

TEST(Emit, CKSUM_005_icmpv6_error_in_ipv6) {
  const Packet quote = counting(29);
  EXPECT_EQ(emitted(header6(58), IcmpError{4, 1, 6, quote}), ipv6(fields6(58), icmpv6(fields6(58), 4, 1, 6, quote)));
}

TEST(Emit, tcp_reset_is_summed_with_the_pseudo_header_of_its_family) {
  const TcpReset reset{81, 40000, 0, 1001, tcp_flag::rst | tcp_flag::ack};
  EXPECT_TRUE(checksums_are_right(emitted(header4(6), reset)));
  EXPECT_TRUE(checksums_are_right(emitted(header6(6), reset)));
  EXPECT_EQ(emitted(header4(6), reset).size(), 40U);
  EXPECT_EQ(emitted(header6(6), reset).size(), 60U);
}

TEST(Emit, dont_fragment_is_a_flag_of_the_header) {
  Ipv4Header header = header4(1);
  header.dont_fragment = true;
  Ipv4Fields fields = fields4(1);
  fields.flags_and_offset = 0x4000;
  EXPECT_EQ(emitted(header, IcmpError{11, 0, 0, {}}), ipv4(fields, icmpv4(11, 0, 0)));
}

// The header is summed from words, not read back: every checksum must come out as the plain sum has it.
TEST(Emit, header_checksum_is_right_for_every_identification) {
  Ipv4Header header = header4(1);
  Ipv4Fields fields = fields4(1);
  Packet packet(20);
  for (unsigned identification = 0; identification <= 0xffff; ++identification) {
    header.identification = static_cast<std::uint16_t>(identification);
    fields.identification = identification;
    write_header(packet, packet.size(), header);
    ASSERT_EQ(packet, ipv4(fields, {})) << identification;
  }
}

TEST(Emit, header_of_the_largest_values) {
  const Ipv4Address ones{0xffffffff};
  Packet packet(65535);
  write_header(packet, packet.size(), Ipv4Header{ones, ones, 255, 255, 255, 0xffff, true});
  EXPECT_EQ(Packet(packet.begin(), packet.begin() + 10), hex("45 ff ffff ffff 4000 ff ff"));
  EXPECT_EQ(plain_checksum(Packet(packet.begin(), packet.begin() + 20)), 0);
}

TEST(Emit, TUN_003_nothing_longer_than_the_mtu_leaves) {
  const Packet fits = counting(1500 - 28);
  const Packet too_long = counting(1500 - 27);
  Ipv4Header uncut = header4(1);
  uncut.dont_fragment = true;
  Outbox out;
  EXPECT_EQ(emit(uncut, IcmpError{3, 3, 0, too_long}, link, out), MaybeReason(Reason::larger_than_link_mtu));
  EXPECT_TRUE(out.packets().empty());
  EXPECT_EQ(emit(header4(1), IcmpError{3, 3, 0, fits}, link, out), MaybeReason{});
  ASSERT_EQ(out.packets().size(), 1U);
  EXPECT_EQ(out.packets()[0].bytes.size(), 1500U);
  Ipv6Header uncut6 = header6(58);
  uncut6.dont_fragment = true;
  EXPECT_EQ(emit(uncut6, IcmpError{1, 4, 0, fits}, link, out), MaybeReason(Reason::larger_than_link_mtu))
      << "an IPv6 header is longer";
}

Packet bytes_of(const OutgoingPacket& packet) { return {packet.bytes.begin(), packet.bytes.end()}; }

// TUN-003: one octet more than fits, and the datagram may be cut; RFC 791 3.2.
TEST(Emit, TUN_003_fragments_where_the_header_allows_them) {
  const Packet quote = counting(1500 - 27);
  const Packet message = icmpv4(3, 3, 0, quote);
  Outbox out;
  EXPECT_EQ(emit(header4(1), IcmpError{3, 3, 0, quote}, link, out), MaybeReason{});
  ASSERT_EQ(out.packets().size(), 2U);
  Ipv4Fields fields = fields4(1);
  fields.flags_and_offset = 0x2000;
  EXPECT_EQ(bytes_of(out.packets()[0]), ipv4(fields, {message.begin(), message.begin() + 1480}));
  fields.flags_and_offset = 185;
  EXPECT_EQ(bytes_of(out.packets()[1]), ipv4(fields, {message.begin() + 1480, message.end()}));
  for (const OutgoingPacket& packet : out.packets()) EXPECT_EQ(packet.interface, link.interface);
}

TEST(Emit, V4_OPT_011_options_stand_between_header_and_message) {
  const Packet options = hex("07 0b 08 c0000201 00000000 00");
  Ipv4Header header = header4(1);
  header.options = options;
  Ipv4Fields fields = fields4(1);
  fields.options = options;
  EXPECT_EQ(emitted(header, IcmpError{3, 3, 0, counting(8)}), ipv4(fields, icmpv4(3, 3, 0, counting(8))));
}

TEST(Emit, full_outbox_is_a_reason) {
  Outbox out(4096, 1);
  EXPECT_EQ(emit(header4(1), IcmpError{3, 3, 0, {}}, link, out), MaybeReason{});
  EXPECT_EQ(emit(header4(1), IcmpError{3, 3, 0, {}}, link, out), MaybeReason(Reason::outbox_full));
  EXPECT_EQ(out.packets().size(), 1U);
}

}  // namespace
}  // namespace tunstack::test::emit_test
