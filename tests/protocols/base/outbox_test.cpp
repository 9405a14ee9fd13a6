// The outbox: room, order and what happens when it is full.
#include "protocols/base/outbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tunstack::test::outbox_test {
namespace {

TEST(Outbox, keeps_packets_in_order_with_their_interface_and_bytes) {
  Outbox out(4096, 16);
  for (std::uint8_t i = 1; i <= 9; ++i) {
    const MutableBytes room = out.add(InterfaceId{i}, i * 7U);
    ASSERT_EQ(room.size(), i * 7U);
    std::ranges::fill(room, i);
  }
  ASSERT_EQ(out.packets().size(), 9U);
  for (std::uint8_t i = 1; i <= 9; ++i) {
    const OutgoingPacket& packet = out.packets()[i - 1U];
    EXPECT_EQ(packet.interface, InterfaceId{i});
    EXPECT_EQ(packet.bytes.size(), i * 7U);
    EXPECT_EQ(std::ranges::count(packet.bytes, i), i * 7) << "packet " << int{i} << " was overwritten";
  }
}

TEST(Outbox, is_full_when_its_octets_are_used) {
  Outbox out(64, 16);
  EXPECT_TRUE(out.add(InterfaceId{0}, 65).empty());
  EXPECT_EQ(out.add(InterfaceId{0}, 48).size(), 48U);
  EXPECT_TRUE(out.add(InterfaceId{0}, 17).empty());
  EXPECT_EQ(out.add(InterfaceId{0}, 16).size(), 16U) << "what still fits is taken after one that did not";
  EXPECT_TRUE(out.add(InterfaceId{0}, 1).empty());
  EXPECT_EQ(out.packets().size(), 2U) << "what was refused is not sent";
}

TEST(Outbox, takes_one_packet_of_its_whole_size) {
  Outbox out(64, 16);
  EXPECT_EQ(out.add(InterfaceId{0}, 64).size(), 64U);
  EXPECT_TRUE(out.add(InterfaceId{0}, 1).empty());
}

TEST(Outbox, is_full_when_its_packets_are_used) {
  Outbox out(4096, 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(out.add(InterfaceId{0}, 20).size(), 20U);
  EXPECT_TRUE(out.add(InterfaceId{0}, 20).empty());
  EXPECT_EQ(out.packets().size(), 3U);
}

TEST(Outbox, has_all_its_room_again_after_clear) {
  Outbox out(64, 2);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(out.add(InterfaceId{0}, 32).size(), 32U) << "round " << round;
    EXPECT_EQ(out.add(InterfaceId{0}, 32).size(), 32U) << "round " << round;
    EXPECT_TRUE(out.add(InterfaceId{0}, 1).empty());
    out.clear();
    EXPECT_TRUE(out.packets().empty());
  }
}

TEST(Outbox, holds_the_largest_packet_and_many_small_ones_by_default) {
  Outbox out;
  EXPECT_EQ(out.add(InterfaceId{0}, 65535).size(), 65535U);
  out.clear();
  std::size_t taken = 0;
  while (!out.add(InterfaceId{0}, 84).empty()) ++taken;
  EXPECT_EQ(taken, 2048U);
}

}  // namespace
}  // namespace tunstack::test::outbox_test
