// Where the datagram begins in frames of every link type.
#include "tunstack/capture/link_layer.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::link_layer_test {
namespace {

const Packet ip4 = echo4();
const Packet ip6 = echo6();
const Packet to_one = hex("020000000001 020000000002");

struct Frame {
  const char* name;
  LinkType type;
  Packet frame;
  bool group;
};

TEST(LinkLayer, the_datagram_is_found_in_every_kind_of_frame) {
  const Frame frames[] = {
      {"raw", LinkType::raw_ip, ip4, false},
      {"ethernet", LinkType::ethernet, to_one + hex("0800") + ip4, false},
      {"ethernet multicast", LinkType::ethernet, hex("01005e000001 020000000002 0800") + ip4, true},
      {"ethernet broadcast", LinkType::ethernet, hex("ffffffffffff 020000000002 0800") + ip4, true},
      {"vlan", LinkType::ethernet, to_one + hex("8100 0007 0800") + ip4, false},
      {"two vlans", LinkType::ethernet, to_one + hex("88a8 0007 8100 0008 0800") + ip4, false},
      {"cooked", LinkType::linux_cooked, hex("0000 0001 0006 020000000001 0000 0800") + ip4, false},
      {"cooked broadcast", LinkType::linux_cooked, hex("0001 0001 0006 020000000001 0000 0800") + ip4, true},
      {"cooked multicast", LinkType::linux_cooked, hex("0002 0001 0006 020000000001 0000 0800") + ip4, true},
      {"cooked outgoing", LinkType::linux_cooked, hex("0004 0001 0006 020000000001 0000 0800") + ip4, false},
      {"cooked 2", LinkType::linux_cooked_2, hex("0800 0000 00000003 0001 00 06 0200000000010000") + ip4, false},
      {"cooked 2 group", LinkType::linux_cooked_2, hex("0800 0000 00000003 0001 02 06 0200000000010000") + ip4, true},
      {"loopback", LinkType::loopback, hex("02000000") + ip4, false},
  };
  for (const Frame& row : frames) {
    const auto found = datagram_in(row.type, row.frame);
    ASSERT_TRUE(found) << row.name;
    EXPECT_EQ(Packet(found->bytes.begin(), found->bytes.end()), ip4) << row.name;
    EXPECT_EQ(found->link_layer_group, row.group) << row.name;
  }
}

TEST(LinkLayer, ethertypes_of_both_families) {
  const Packet frame = to_one + hex("86dd") + ip6;
  const auto found = datagram_in(LinkType::ethernet, frame);
  ASSERT_TRUE(found);
  EXPECT_EQ(Packet(found->bytes.begin(), found->bytes.end()), ip6);
}

// V4-RX-004: what a capture left out is missing for the stack too; padding stays, for the stack to ignore.
TEST(LinkLayer, V4_RX_004_the_bytes_arrive_as_they_are) {
  const Packet padded = to_one + hex("0800") + ip4 + hex("aabb");
  EXPECT_EQ(datagram_in(LinkType::ethernet, padded)->bytes.size(), ip4.size() + 2);
  const Packet cut(padded.begin(), padded.begin() + 24);
  EXPECT_EQ(datagram_in(LinkType::ethernet, cut)->bytes.size(), 10U);
}

TEST(LinkLayer, frames_without_ip_and_every_truncation_give_nothing) {
  EXPECT_FALSE(datagram_in(LinkType::ethernet, to_one + hex("0806") + counting(28))) << "ARP";
  EXPECT_FALSE(datagram_in(LinkType::linux_cooked, hex("0000 0001 0006 020000000001 0000 0806") + counting(28)));
  EXPECT_FALSE(datagram_in(LinkType::linux_cooked_2, hex("0806 0000 00000003 0001 00 06 0200000000010000")));
  const Packet tagged = to_one + hex("8100 0007 0800");
  for (std::size_t size = 0; size < tagged.size(); ++size) {
    const Packet cut(tagged.begin(), tagged.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(datagram_in(LinkType::ethernet, cut)) << size;
  }
  for (std::size_t size = 0; size < 16; ++size)
    EXPECT_FALSE(datagram_in(LinkType::linux_cooked, Packet(size, 8))) << size;
  for (std::size_t size = 0; size < 20; ++size)
    EXPECT_FALSE(datagram_in(LinkType::linux_cooked_2, Packet(size, 8))) << size;
  for (std::size_t size = 0; size < 4; ++size) EXPECT_FALSE(datagram_in(LinkType::loopback, Packet(size, 2))) << size;
}

}  // namespace
}  // namespace tunstack::test::link_layer_test
