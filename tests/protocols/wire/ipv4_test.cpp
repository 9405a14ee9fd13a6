// The view of an IPv4 header: which shapes hold, and its fields.
#include "protocols/wire/ipv4.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::ipv4_test {
namespace {

Packet copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

MaybeReason fault_of(const Packet& packet) {
  const auto view = Ipv4View::parse(packet);
  return view ? MaybeReason{} : MaybeReason(view.error());
}

Packet with_octet(Packet packet, std::size_t at, unsigned value) {
  packet.at(at) = static_cast<std::uint8_t>(value);
  return packet;
}

Packet with_total_length(Packet packet, unsigned length) {
  set_be16(packet, 2, length);
  return packet;
}

const Packet eight = counting(8);

TEST(Ipv4View, gives_every_field) {
  const Packet packet = ipv4({.source = "192.0.2.200",
                              .destination = "198.51.100.3",
                              .protocol = 253,
                              .tos = 0xb9,
                              .ttl = 3,
                              .identification = 0xfedc,
                              .flags_and_offset = 0x4000},
                             eight);
  const auto view = Ipv4View::parse(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(to_text(view->source()), "192.0.2.200");
  EXPECT_EQ(to_text(view->destination()), "198.51.100.3");
  EXPECT_EQ(view->protocol(), 253);
  EXPECT_EQ(view->type_of_service(), 0xb9);
  EXPECT_EQ(view->ttl(), 3);
  EXPECT_EQ(view->identification(), 0xfedc);
  EXPECT_TRUE(view->dont_fragment());
  EXPECT_EQ(view->header_size(), 20U);
  EXPECT_TRUE(view->options().empty());
  EXPECT_EQ(copy(view->payload()), eight);
  EXPECT_EQ(copy(view->bytes()), packet);
}

TEST(Ipv4View, options_lie_between_header_and_payload) {
  const Packet options = hex("94040000 01010101 00000000");
  const Packet packet = ipv4({.options = options}, eight);
  const auto view = Ipv4View::parse(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header_size(), 32U);
  EXPECT_EQ(copy(view->options()), options);
  EXPECT_EQ(copy(view->payload()), eight);
}

struct FragmentCase {
  unsigned field;
  bool dont_fragment, more_fragments, is_fragment;
  std::size_t offset;
};

TEST(Ipv4View, flags_and_fragment_offset) {
  for (const auto& [field, dont_fragment, more_fragments, is_fragment, offset] :
       {FragmentCase{0x0000, false, false, false, 0}, FragmentCase{0x4000, true, false, false, 0},
        FragmentCase{0x8000, false, false, false, 0}, FragmentCase{0x2000, false, true, true, 0},
        FragmentCase{0x0001, false, false, true, 8}, FragmentCase{0x20b9, false, true, true, 1480},
        FragmentCase{0x1fff, false, false, true, 65528}, FragmentCase{0x7fff, true, true, true, 65528}}) {
    const Packet packet = ipv4({.flags_and_offset = field}, eight);
    const auto view = Ipv4View::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->dont_fragment(), dont_fragment) << std::hex << field;
    EXPECT_EQ(view->more_fragments(), more_fragments) << std::hex << field;
    EXPECT_EQ(view->is_fragment(), is_fragment) << std::hex << field;
    EXPECT_EQ(view->fragment_offset(), offset) << std::hex << field;
  }
}

TEST(Ipv4View, V4_RX_001_version_is_4) {
  for (unsigned version = 0; version < 16; ++version)
    EXPECT_EQ(fault_of(with_octet(ipv4({}, eight), 0, version << 4 | 5)),
              version == 4 ? MaybeReason{} : MaybeReason(Reason::ipv4_version_not_4))
        << version;
}

TEST(Ipv4View, V4_RX_003_header_length) {
  EXPECT_EQ(fault_of({}), MaybeReason(Reason::ipv4_shorter_than_header));
  for (unsigned words = 0; words < 5; ++words)
    EXPECT_EQ(fault_of(with_octet(ipv4({}, eight), 0, 0x40 | words)), MaybeReason(Reason::ipv4_header_length_below_5));
  const Packet forty = ipv4({}, counting(20));
  EXPECT_EQ(fault_of(with_octet(forty, 0, 0x4a)), MaybeReason{}) << "the header may be all there is";
  for (unsigned words = 11; words < 16; ++words)
    EXPECT_EQ(fault_of(with_octet(forty, 0, 0x40 | words)), MaybeReason(Reason::ipv4_header_beyond_total_length));
}

TEST(Ipv4View, V4_RX_003_total_length_below_the_header) {
  const Packet packet = ipv4({}, eight);
  for (const unsigned length : {0U, 19U})
    EXPECT_EQ(fault_of(with_total_length(packet, length)), MaybeReason(Reason::ipv4_header_beyond_total_length));
  EXPECT_EQ(fault_of(with_total_length(packet, 20)), MaybeReason{});
}

TEST(Ipv4View, V4_RX_004_every_truncation_is_refused) {
  const Packet whole = ipv4({.options = hex("01010100")}, eight);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Packet cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(fault_of(cut), MaybeReason(size < 20 ? Reason::ipv4_shorter_than_header : Reason::ipv4_truncated))
        << size;
  }
  EXPECT_EQ(fault_of(with_total_length(whole, 0xffff)), MaybeReason(Reason::ipv4_truncated));
}

TEST(Ipv4View, V4_RX_005_octets_beyond_the_total_length_are_ignored) {
  const Packet packet = ipv4({}, eight);
  const Packet longer = packet + Packet(30, 0xaa);
  const auto view = Ipv4View::parse(longer);
  ASSERT_TRUE(view);
  EXPECT_EQ(copy(view->bytes()), packet);
  EXPECT_EQ(copy(view->payload()), eight);
}

TEST(Ipv4View, V4_RX_002_header_sum_covers_the_header_with_its_options_only) {
  for (const Packet& options : {Packet{}, hex("94040000"), counting(40)}) {
    const Packet packet = ipv4({.options = options}, eight);
    EXPECT_TRUE(checksum_is_intact(Ipv4View::parse(packet)->header_sum()));
    for (std::size_t at = 1; at < packet.size() - eight.size(); ++at) {
      if (at == 2 || at == 3) continue;  // lengths change the shape
      const Packet changed = with_octet(packet, at, packet[at] ^ 1U);
      EXPECT_FALSE(checksum_is_intact(Ipv4View::parse(changed)->header_sum())) << "octet " << at;
    }
    const Packet payload_changed = with_octet(packet, packet.size() - 1, 0xff);
    EXPECT_TRUE(checksum_is_intact(Ipv4View::parse(payload_changed)->header_sum()));
  }
}

}  // namespace
}  // namespace tunstack::test::ipv4_test
