// Packets on their way: out in the order of their times, never more than there may be, in memory that is used again.
#include "tunstack/network/in_flight.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace tunstack::test::in_flight_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::size_t plenty = 1 << 24;

bool add(InFlight& packets, Duration due, std::uint64_t number, std::size_t size = 4) {
  const MutableBytes room = packets.add(Instant(due), number + 1000, number, size);
  if (room.data() == nullptr) return false;
  EXPECT_EQ(room.size(), size);
  std::ranges::fill(room, static_cast<std::uint8_t>(number));
  return true;
}
std::vector<std::uint64_t> take_all(InFlight& packets, Duration now) {
  std::vector<std::uint64_t> numbers;
  while (const auto packet = packets.take(Instant(now))) {
    EXPECT_LE(packet->due, Instant(now));
    EXPECT_EQ(packet->tag, packet->number + 1000);
    for (const std::uint8_t octet : packet->bytes) EXPECT_EQ(octet, static_cast<std::uint8_t>(packet->number));
    numbers.push_back(packet->number);
  }
  return numbers;
}

TEST(InFlight, out_in_the_order_of_time_and_not_before) {
  InFlight packets(10, plenty);
  EXPECT_EQ(packets.next_due(), Instant::max());
  EXPECT_FALSE(packets.take(Instant(1h)));
  add(packets, 3ms, 3), add(packets, 1ms, 1), add(packets, 2ms, 2);
  EXPECT_EQ(packets.next_due(), Instant(1ms));
  EXPECT_EQ(packets.packets(), 3U);
  EXPECT_FALSE(packets.take(Instant(1ms - 1ns)));
  EXPECT_THAT(take_all(packets, 2ms), ElementsAre(1U, 2U));
  EXPECT_EQ(packets.next_due(), Instant(3ms));
  EXPECT_THAT(take_all(packets, 3ms), ElementsAre(3U));
  EXPECT_EQ(packets.packets(), 0U);
  EXPECT_EQ(packets.next_due(), Instant::max());
}

TEST(InFlight, of_equal_times_who_came_first) {
  InFlight packets(2000, plenty);
  std::mt19937 random(1);
  std::vector<std::pair<int, std::uint64_t>> expected;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const int ms = static_cast<int>(random() % 5);
    add(packets, ms * 1ms, i);
    expected.emplace_back(ms, i);
  }
  std::ranges::sort(expected);
  const auto taken = take_all(packets, 1s);
  ASSERT_EQ(taken.size(), expected.size());
  for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], expected[i].second);
}

TEST(InFlight, so_many_packets_at_most) {
  InFlight packets(3, plenty);
  EXPECT_TRUE(add(packets, 1ms, 1) && add(packets, 1ms, 2) && add(packets, 1ms, 3));
  EXPECT_FALSE(add(packets, 1ms, 4));
  EXPECT_TRUE(packets.take(Instant(1ms)));
  EXPECT_TRUE(add(packets, 1ms, 5));
  EXPECT_FALSE(add(packets, 1ms, 6));
  EXPECT_THAT(take_all(packets, 1ms), ElementsAre(2U, 3U, 5U));
}

TEST(InFlight, so_many_octets_at_most) {
  const std::size_t large = PacketMemory::block_size(600), small = PacketMemory::block_size(1);
  EXPECT_GE(large, 600U);
  InFlight packets(100, large + 2 * small);
  EXPECT_TRUE(add(packets, 1ms, 1, 600));
  EXPECT_FALSE(add(packets, 1ms, 2, 600));
  EXPECT_TRUE(add(packets, 1ms, 3, small)) << "a block counts, however full";
  EXPECT_FALSE(add(packets, 1ms, 4, small + 1));
  EXPECT_TRUE(add(packets, 1ms, 5, 1));
  EXPECT_FALSE(add(packets, 1ms, 6, 1));
  EXPECT_TRUE(packets.take(Instant(1ms)));
  EXPECT_TRUE(add(packets, 1ms, 7, 600));
  EXPECT_FALSE(add(packets, 1ms, 8, 1));
}

TEST(InFlight, as_large_as_a_frame_can_be) {
  InFlight packets(10, plenty);
  EXPECT_TRUE(add(packets, 1ms, 1, 65'535 + 14));
  EXPECT_TRUE(add(packets, 1ms, 2, PacketMemory::largest));
  EXPECT_FALSE(add(packets, 1ms, 3, PacketMemory::largest + 1));
  EXPECT_TRUE(add(packets, 1ms, 4, 0)) << "and without octets";
  EXPECT_THAT(take_all(packets, 1ms), ElementsAre(1U, 2U, 4U));
}

TEST(InFlight, packets_of_all_sizes_do_not_touch_each_other) {
  InFlight packets(3000, plenty);
  std::mt19937 random(2);
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const std::size_t limits[] = {128, 512, 2048, 9000};
    add(packets, 1ms, i, limits[random() % 4] - random() % 3);
    expected.push_back(i);
  }
  EXPECT_EQ(take_all(packets, 1ms), expected) << "each with its own octets";
}

TEST(InFlight, memory_is_used_again) {
  for (const std::size_t size : {1U, 128U, 129U, 512U, 2048U, 2049U, 65'549U}) {
    InFlight packets(100, plenty);
    std::set<const void*> blocks;
    for (int i = 0; i < 5000; ++i) {
      for (int j = 0; j < 3; ++j) blocks.insert(packets.add(Instant(1ms), 0, 0, size).data());
      while (packets.take(Instant(1ms))) {
      }
    }
    EXPECT_LE(blocks.size(), 3U) << size;
  }
}

TEST(InFlight, what_was_taken_stays_until_the_next_is) {
  InFlight packets(10, plenty);
  add(packets, 1ms, 1), add(packets, 1ms, 2);
  const auto first = packets.take(Instant(1ms));
  for (std::uint64_t i = 3; i < 9; ++i) add(packets, 2ms, i);
  for (const std::uint8_t octet : first->bytes) EXPECT_EQ(octet, 1);
}

TEST(InFlight, a_copy_has_none_of_them) {
  InFlight packets(2, plenty);
  add(packets, 1ms, 1);
  InFlight copy(packets);
  EXPECT_EQ(copy.packets(), 0U);
  EXPECT_TRUE(add(copy, 1ms, 7) && add(copy, 1ms, 8));
  EXPECT_FALSE(add(copy, 1ms, 9)) << "with the same bounds";
  EXPECT_THAT(take_all(packets, 1ms), ElementsAre(1U));
  InFlight moved(std::move(copy));
  EXPECT_THAT(take_all(moved, 1ms), ElementsAre(7U, 8U));
}

}  // namespace
}  // namespace tunstack::test::in_flight_test
