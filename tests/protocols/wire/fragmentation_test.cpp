// Cutting datagrams, and fragments of datagrams.
#include "protocols/wire/fragmentation.hpp"

#include <algorithm>

#include "tests/support/ipv4_parts.hpp"
#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test::fragmentation_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

FirstFragment add4(Bytes datagram, const Link& link, Outbox& out) {
  const auto view = Ipv4View::parse(datagram).value();
  return add_ipv4_fragments({view.header(), view.payload()}, link, out);
}

std::vector<Packet> fragments_of(const Packet& datagram, std::size_t mtu) {
  Outbox out;
  EXPECT_TRUE(add4(datagram, {InterfaceId{5}, mtu}, out));
  for (const OutgoingPacket& packet : out.packets()) EXPECT_EQ(packet.interface, InterfaceId{5});
  return packets_in(out);
}

std::vector<unsigned> fields_of(const std::vector<Packet>& fragments) {
  std::vector<unsigned> fields;
  for (const Packet& fragment : fragments) fields.push_back(be16(fragment, 6));
  return fields;
}

// Where the whole is never written in one piece, its start is finished in the first fragment.
TEST(Fragmentation, V4_TX_006_the_data_of_the_first_fragment_is_given_back) {
  Outbox out;
  const Packet datagram = ipv4({}, counting(1000));
  const FirstFragment first = add4(datagram, {InterfaceId{0}, 576}, out);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->data(), out.packets()[0].bytes.data() + 20);
  EXPECT_EQ(first->size(), 552U);
}

// The example of V4-TX-011: a fragment at offset 185 units on its way to a link of 576.
TEST(Fragmentation, V4_TX_011_a_fragment_is_cut_again) {
  const auto middle =
      fragments_of(ipv4({.identification = 0xbeef, .flags_and_offset = 0x2000 | 185}, counting(1480)), 576);
  EXPECT_EQ(fields_of(middle), (std::vector<unsigned>{0x2000 | 185, 0x2000 | 254, 0x2000 | 323}));
  EXPECT_TRUE(put_together(middle, 1480, true) == counting(1480));
  for (const Packet& fragment : middle) EXPECT_EQ(be16(fragment, 4), 0xbeef);
}

TEST(Fragmentation, V4_TX_011_the_last_fragment_is_cut_again) {
  const auto last = fragments_of(ipv4({.flags_and_offset = 185}, counting(1001)), 576);
  EXPECT_EQ(fields_of(last), (std::vector<unsigned>{0x2000 | 185, 254}));
  EXPECT_TRUE(put_together(last, 1480) == counting(1001));
}

TEST(Fragmentation, V4_TX_011_the_greatest_offset) {
  const auto last = fragments_of(ipv4({.flags_and_offset = 0x1fff - 6}, counting(55)), 68);
  EXPECT_EQ(fields_of(last), (std::vector<unsigned>{0x2000 | 0x1ff9, 0x1fff}));
}

// RFC 791 3.2: the header is copied, but for what depends on the cut.
TEST(Fragmentation, V4_TX_011_the_other_fields_of_the_header_are_kept) {
  const Ipv4Fields fields{.source = "203.0.113.9",
                          .destination = "198.51.100.7",
                          .protocol = 17,
                          .tos = 0xb9,
                          .ttl = 3,
                          .identification = 0xbeef};
  for (const Packet& fragment : fragments_of(ipv4(fields, counting(3000)), 576)) {
    Ipv4Fields expected = fields;
    expected.flags_and_offset = be16(fragment, 6);
    EXPECT_EQ(fragment, ipv4(expected, payload_of(fragment)));
  }
  for (const Packet& fragment : fragments_of(ipv4({.flags_and_offset = 0x4000}, counting(600)), 576))
    EXPECT_EQ(be16(fragment, 6) & 0xc000, 0x4000);
}

TEST(Fragmentation, V4_TX_008_copied_options_go_into_every_fragment) {
  struct Case {
    std::string_view first;
    std::string_view later;
  };
  for (const Case& c : std::initializer_list<Case>{{"07 07 04 00000000 00", ""},
                                                   {"83 07 08 0a000001 00", "83 07 08 0a000001 00"},
                                                   {"07 07 04 00000000 83 07 08 0a000001 0000", "83 07 08 0a000001 00"},
                                                   {"83 07 08 0a000001 07 07 04 00000000 0000", "83 07 08 0a000001 00"},
                                                   {"01 01 94 04 0000 01 88 04 0001 00", "94 04 0000 88 04 0001"},
                                                   {"82 03 01 44 04 05 00 89 03 04 00 00", "82 03 01 89 03 04 0000"},
                                                   {"01 01 01 01", ""},
                                                   {"01 00 94 04 0000 0000", ""},
                                                   {"de 02 00 00", "de 02 00 00"},
                                                   {"7f 02 80 02", "80 02 00 00"}}) {
    SCOPED_TRACE(c.first);
    const auto fragments = fragments_of(ipv4({.options = hex(c.first)}, counting(200)), 100);
    ASSERT_GE(fragments.size(), 3U);
    EXPECT_EQ(options_of(fragments[0]), hex(c.first));
    for (std::size_t i = 1; i < fragments.size(); ++i) EXPECT_EQ(options_of(fragments[i]), hex(c.later));
    EXPECT_TRUE(put_together(fragments) == counting(200));
  }
}

// V4-TX-007: later fragments have shorter headers and hold more.
TEST(Fragmentation, V4_TX_007_the_room_of_options_that_are_not_copied_is_used) {
  const Packet datagram = ipv4({.options = hex("07 27 04") + Packet(37, 0)}, counting(40 + 80 + 80));
  const auto fragments = fragments_of(datagram, 100);
  ASSERT_THAT(fragments, SizeIs(3));
  EXPECT_EQ(payload_of(fragments[0]).size(), 40U);
  EXPECT_EQ(payload_of(fragments[1]).size(), 80U);
  EXPECT_EQ(payload_of(fragments[2]).size(), 80U);
}

/// The least number: all but the last hold whole units of 8 octets, the last all that fits.
std::size_t least(std::size_t payload, std::size_t first_room, std::size_t later_room) {
  if (payload <= first_room) return 1;
  const std::size_t behind_first = payload - first_room / 8 * 8;
  if (behind_first <= later_room) return 2;
  const std::size_t unit = later_room / 8 * 8;
  return 2 + (behind_first - later_room + unit - 1) / unit;
}

TEST(Fragmentation, V4_TX_007_least_number_for_every_size_and_link) {
  const Packet options = hex("07 0b 04 0000000000000000 83 07 08 0a000001 0000");
  for (std::size_t mtu = 68; mtu <= 84; ++mtu)
    for (std::size_t size = mtu - 40 + 1; size <= 400; ++size) {
      const auto fragments = fragments_of(ipv4({.options = options}, counting(size)), mtu);
      SCOPED_TRACE(std::to_string(size) + " octets on a link of " + std::to_string(mtu));
      ASSERT_THAT(fragments, SizeIs(least(size, mtu - 40, mtu - 28)));
      for (const Packet& fragment : fragments) ASSERT_LE(fragment.size(), mtu);
      ASSERT_TRUE(put_together(fragments) == counting(size));
    }
}

TEST(Fragmentation, V4_TX_006_the_largest_datagram) {
  const auto fragments = fragments_of(ipv4({}, counting(65515)), 68);
  EXPECT_THAT(fragments, SizeIs(1365));
  EXPECT_TRUE(put_together(fragments) == counting(65515));
}

// ---- room ----

TEST(Fragmentation, V4_TX_006_all_or_nothing) {
  const Packet datagram = ipv4({}, counting(200));  // 5 fragments of 48 octets or less
  for (std::size_t octets = 0; octets <= 1024; octets += 16)
    for (std::size_t packets = 0; packets <= 7; ++packets) {
      Outbox out(octets, packets);
      const FirstFragment added = add4(datagram, {InterfaceId{0}, 68}, out);
      if (!added) {
        EXPECT_EQ(added.error(), Reason::outbox_full);
        EXPECT_THAT(out.packets(), IsEmpty()) << octets << " octets, " << packets << " packets";
      } else {
        EXPECT_TRUE(put_together(packets_in(out)) == counting(200));
      }
      EXPECT_FALSE(!added && octets == 1024 && packets >= 5);
    }
}

// What is cut may stand at the far end of the outbox: no fragment may reach into it before it is read.
TEST(Fragmentation, V4_TX_006_a_datagram_in_the_scratch_of_the_outbox) {
  const Packet datagram = ipv4({}, counting(1000));
  std::size_t sent = 0;
  for (std::size_t octets = 1040; octets <= 4096; octets += 16) {
    Outbox out(octets, 100);
    const MutableBytes scratch = out.scratch(datagram.size());
    ASSERT_EQ(scratch.size(), datagram.size());
    std::ranges::copy(datagram, scratch.begin());
    if (!add4(scratch, {InterfaceId{0}, 68}, out)) continue;
    ++sent;
    ASSERT_TRUE(put_together(packets_in(out)) == counting(1000)) << octets;
  }
  EXPECT_GT(sent, 0U);
}

// ---- IPv6 ----

FirstFragment add6(Bytes packet, std::uint32_t identification, const Link& link, Outbox& out) {
  const auto view = Ipv6View::parse(packet).value();
  return add_ipv6_fragments({view.bytes().first(ipv6_header_size), view.payload()}, identification, link, out);
}

std::vector<Packet> ipv6_fragments_of(const Packet& packet, std::size_t mtu, std::uint32_t identification) {
  Outbox out;
  EXPECT_TRUE(add6(packet, identification, {InterfaceId{5}, mtu}, out));
  for (const OutgoingPacket& fragment : out.packets()) EXPECT_EQ(fragment.interface, InterfaceId{5});
  return packets_in(out);
}

// RFC 8200 4.5: literally, then as the plain builder cuts.
TEST(Fragmentation, V6_TX_005_an_ipv6_packet_of_2500_octets) {
  const Ipv6Fields fields{.next_header = 17, .traffic_class = 0xb8, .flow_label = 0x12345, .hop_limit = 9};
  const Packet packet = ipv6(fields, counting(2460));
  const auto fragments = ipv6_fragments_of(packet, 1280, 0xcafe0123);
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_EQ(part(fragments[0], 0, 8) + part(fragments[0], 40, 8), hex("6b812345 04d8 2c 09 1100 0001 cafe0123"));
  EXPECT_EQ(part(fragments[1], 0, 8) + part(fragments[1], 40, 8), hex("6b812345 04d4 2c 09 1100 04d0 cafe0123"));
  EXPECT_EQ(fragments, fragments6(packet, 1232, 0xcafe0123));
}

TEST(Fragmentation, V6_TX_005_the_room_of_every_link) {
  for (std::size_t mtu = 1280; mtu <= 1304; ++mtu)
    for (std::size_t size = mtu - 40 + 1; size <= 2 * mtu; size += size % 7 + 1) {
      const Packet packet = ipv6({}, counting(size));
      const std::size_t room = (mtu - 48) / 8 * 8;
      auto expected = fragments6(packet, room, 1);
      // The last one need not end on 8 octets: it may hold what would else be a fragment of its own.
      const std::size_t before_last = room * (expected.size() - 2);
      if (size - before_last <= mtu - 48) {
        expected.resize(expected.size() - 2);
        expected.push_back(fragment6(packet, before_last, size, 1));
      }
      if (expected.size() == 1) continue;
      ASSERT_EQ(ipv6_fragments_of(packet, mtu, 1), expected) << size << " octets on a link of " << mtu;
    }
}

TEST(Fragmentation, V6_TX_005_the_largest_ipv6_packet) {
  const Packet packet = ipv6({}, counting(65535));
  EXPECT_EQ(ipv6_fragments_of(packet, 1280, 7), fragments6(packet, 1232, 7));
}

TEST(Fragmentation, V6_TX_005_all_ipv6_fragments_or_none) {
  const Packet packet = ipv6({}, counting(3000));  // 3 fragments of 1280 octets or less
  bool any = false;
  for (std::size_t octets = 0; octets <= 8192; octets += 64)
    for (std::size_t packets = 0; packets <= 4; ++packets) {
      Outbox out(octets, packets);
      const FirstFragment added = add6(packet, 1, {InterfaceId{0}, 1280}, out);
      if (!added) {
        EXPECT_EQ(added.error(), Reason::outbox_full);
        EXPECT_THAT(out.packets(), IsEmpty()) << octets << " octets, " << packets << " packets";
      } else {
        any = true;
        EXPECT_EQ(packets_in(out), fragments6(packet, 1232, 1));
      }
      EXPECT_FALSE(!added && octets == 8192 && packets >= 3);
    }
  EXPECT_TRUE(any);
}

TEST(Fragmentation, V6_TX_005_an_ipv6_packet_in_the_scratch_of_the_outbox) {
  const Packet packet = ipv6({}, counting(3000));
  std::size_t sent = 0;
  for (std::size_t octets = 3040; octets <= 10000; octets += 16) {
    Outbox out(octets, 100);
    const MutableBytes scratch = out.scratch(packet.size());
    ASSERT_EQ(scratch.size(), packet.size());
    std::ranges::copy(packet, scratch.begin());
    if (!add6(scratch, 1, {InterfaceId{0}, 1280}, out)) continue;
    ++sent;
    ASSERT_EQ(packets_in(out), fragments6(packet, 1232, 1)) << octets;
  }
  EXPECT_GT(sent, 0U);
}

}  // namespace
}  // namespace tunstack::test::fragmentation_test
