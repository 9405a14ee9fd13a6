// Packets on their way: out in the order of their times, never more than there may be, in memory that is used again.
#include "tunstack/network/in_flight.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>

namespace tunstack::test::in_flight_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::size_t plenty = 1 << 24, chunk = PacketMemory::octets_of_a_chunk;

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
  InFlight packets({10, plenty});
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
  InFlight packets({2000, plenty});
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
  InFlight packets({3, plenty});
  EXPECT_TRUE(add(packets, 1ms, 1) && add(packets, 1ms, 2) && add(packets, 1ms, 3));
  EXPECT_FALSE(add(packets, 1ms, 4));
  EXPECT_TRUE(packets.take(Instant(1ms)));
  EXPECT_TRUE(add(packets, 1ms, 5));
  EXPECT_FALSE(add(packets, 1ms, 6));
  EXPECT_THAT(take_all(packets, 1ms), ElementsAre(2U, 3U, 5U));
}

TEST(InFlight, so_many_octets_at_most) {
  const std::size_t in_one = PacketMemory::blocks_of_a_chunk(600);
  EXPECT_GE(in_one, 2U);
  InFlight packets({1000, 2 * chunk + chunk - 1});
  for (std::size_t i = 0; i < in_one; ++i) EXPECT_TRUE(add(packets, 1ms, i, 600));
  EXPECT_EQ(packets.octets(), chunk);
  EXPECT_TRUE(add(packets, 2ms, 1, 1));
  EXPECT_EQ(packets.octets(), 2 * chunk) << "of another size, and in another chunk";
  EXPECT_FALSE(add(packets, 2ms, 2, 600)) << "a part of a chunk is none";
  EXPECT_TRUE(add(packets, 2ms, 3, 128));
  EXPECT_FALSE(add(packets, 2ms, 4, 129));
  EXPECT_TRUE(packets.take(Instant(1ms)));
  EXPECT_FALSE(add(packets, 2ms, 5, 600)) << "its bytes are good until the next call";
  EXPECT_TRUE(packets.take(Instant(1ms)));
  EXPECT_TRUE(add(packets, 2ms, 6, 600));
  EXPECT_FALSE(add(packets, 2ms, 7, 600));
  EXPECT_EQ(packets.octets(), 2 * chunk);
}

TEST(InFlight, ROB_003_memory_serves_any_size_again) {
  InFlight packets({100'000, 4 * chunk});
  for (const std::size_t size : {1U, 65'000U, 600U, 129U, 9000U, 128U}) {
    const std::size_t fit = 4 * PacketMemory::blocks_of_a_chunk(size);
    for (std::size_t i = 0; i < fit; ++i) EXPECT_TRUE(add(packets, 1ms, i, size)) << size;
    EXPECT_FALSE(add(packets, 1ms, fit, size)) << size;
    EXPECT_EQ(take_all(packets, 1ms).size(), fit) << size;
    EXPECT_EQ(packets.octets(), 4 * chunk);
  }
}

/// What is left over of each chunk keeps that for its size, and no memory is taken beside it.
TEST(InFlight, ROB_003_what_stays_behind_makes_no_more_memory) {
  const std::size_t in_one = PacketMemory::blocks_of_a_chunk(1);
  InFlight packets({100'000, 4 * chunk});
  for (std::size_t i = 0; i < 4 * in_one; ++i) add(packets, i % in_one == 7 ? 2ms : 1ms, i, 1);
  EXPECT_EQ(take_all(packets, 1ms).size(), 4 * (in_one - 1));
  EXPECT_FALSE(add(packets, 3ms, 1, 600));
  for (std::size_t i = 0; i < 4 * (in_one - 1); ++i) EXPECT_TRUE(add(packets, 3ms, i, 1));
  EXPECT_FALSE(add(packets, 3ms, 1, 1));
  EXPECT_EQ(take_all(packets, 2ms).size(), 4U);
  EXPECT_EQ(take_all(packets, 3ms).size(), 4 * (in_one - 1));
  EXPECT_TRUE(add(packets, 4ms, 1, 600));
  EXPECT_EQ(packets.octets(), 4 * chunk);
}

TEST(InFlight, ROB_003_chunks_are_free_again_in_any_order) {
  const std::size_t in_one = PacketMemory::blocks_of_a_chunk(1), of_others = PacketMemory::blocks_of_a_chunk(600);
  std::array<int, 4> order{0, 1, 2, 3};
  do {
    InFlight packets({100'000, 4 * chunk});
    for (std::size_t i = 0; i < 4 * in_one; ++i)
      add(packets, i % in_one == 0 ? 1ms : (10 + order[i / in_one]) * 1ms, i, 1);
    EXPECT_EQ(take_all(packets, 1ms).size(), 4U) << "now each has room";
    EXPECT_EQ(take_all(packets, 11ms).size(), 2 * (in_one - 1)) << "and two of them nothing else";
    for (std::uint64_t i = 0; i < 2 * of_others; ++i) EXPECT_TRUE(add(packets, 30ms, i, 600));
    EXPECT_FALSE(add(packets, 30ms, 0, 600));
    EXPECT_TRUE(add(packets, 30ms, 0, 1) && add(packets, 30ms, 1, 1));
    EXPECT_FALSE(add(packets, 30ms, 2, 1)) << "the other two had room for one each";
    EXPECT_EQ(take_all(packets, 30ms).size(), 2 * in_one + 2 * of_others) << "each with its own octets";
  } while (std::ranges::next_permutation(order).found);
}

/// Any order of any sizes: each packet has its own octets, and the memory is what it may be.
TEST(InFlight, ROB_003_memory_under_random_sizes_and_times) {
  InFlight packets({400, 8 * chunk});
  std::mt19937 random(3);
  std::size_t refused = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const std::size_t limits[] = {128, 512, 2048, 9000, 65'000};
    if (!add(packets, (i + random() % 300) * 1us, i, limits[random() % 5] - random() % 100)) ++refused;
    take_all(packets, i * 1us);
    EXPECT_LE(packets.octets(), 8 * chunk);
  }
  EXPECT_GT(refused, 1000U);
  EXPECT_LT(refused, 19'000U);
  take_all(packets, 1h);
  EXPECT_EQ(packets.packets(), 0U);
}

TEST(InFlight, as_large_as_a_frame_can_be) {
  InFlight packets({10, plenty});
  EXPECT_TRUE(add(packets, 1ms, 1, 65'535 + 14));
  EXPECT_TRUE(add(packets, 1ms, 2, PacketMemory::largest));
  EXPECT_FALSE(add(packets, 1ms, 3, PacketMemory::largest + 1));
  EXPECT_TRUE(add(packets, 1ms, 4, 0)) << "and without octets";
  EXPECT_THAT(take_all(packets, 1ms), ElementsAre(1U, 2U, 4U));
}

TEST(InFlight, packets_of_all_sizes_do_not_touch_each_other) {
  InFlight packets({3000, plenty});
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
    InFlight packets({100, plenty});
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
  InFlight packets({10, plenty});
  add(packets, 1ms, 1), add(packets, 1ms, 2);
  const auto first = packets.take(Instant(1ms));
  for (std::uint64_t i = 3; i < 9; ++i) add(packets, 2ms, i);
  for (const std::uint8_t octet : first->bytes) EXPECT_EQ(octet, 1);
}

TEST(InFlight, a_copy_has_none_of_them) {
  InFlight packets({2, plenty});
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
