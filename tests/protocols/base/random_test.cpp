// Seeded randomness.
#include "protocols/base/random.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tunstack::test::random_test {
namespace {

TEST(Random, ROB_004_one_seed_gives_the_same_numbers) {
  Random first(42);
  Random second(42);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(first.next(), second.next());
}

// The stream of RFC 8439 A.1 for a key of zeros, blocks 0 and 1: the same on every machine.
TEST(Random, ROB_004_numbers_are_the_same_everywhere) {
  Random random(0);
  EXPECT_EQ(random.next(), 0x903df1a0ade0b876U);
  for (int i = 1; i < 8; ++i) random.next();
  EXPECT_EQ(random.next(), 0x7a385155bee7079fU);
}

TEST(Random, seeds_give_different_numbers) {
  EXPECT_NE(Random(1).next(), Random(2).next());
  EXPECT_NE(Random(1).next(), Random(std::uint64_t{1} << 32).next());
  for (std::size_t word = 0; word < 8; ++word) {
    ChaCha20Key key{};
    key[word] = 1U << 31;
    EXPECT_NE(Random(key).next(), Random(0).next()) << word;
  }
}

// One purpose draws nothing from another.
TEST(Random, ROB_004_purposes_have_streams_of_their_own) {
  Random one(7, "keys"), other(7, "limits"), again(7, "keys");
  EXPECT_NE(one.next(), other.next());
  again.next();
  for (int i = 0; i < 100; ++i) other.next();
  EXPECT_EQ(one.next(), again.next());
}

TEST(Random, bits_are_used_once_and_all_of_them) {
  Random random(3), same(3);
  const std::uint64_t first = same.next();
  const std::uint64_t second = same.next();
  for (unsigned i = 0; i < 32; ++i) ASSERT_EQ(random.bits(2), first >> 2 * i & 3) << i;
  EXPECT_EQ(random.bits(31), second & 0x7fffffff);
  EXPECT_EQ(random.bits(31), second >> 31 & 0x7fffffff);
}

TEST(Random, below_reaches_every_number_below_the_bound_and_no_other) {
  Random random(1);
  std::array<int, 3> seen{};
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t number = random.below(seen.size());
    ASSERT_LT(number, seen.size());
    ++seen[number];
  }
  for (const int count : seen) EXPECT_NEAR(count, 1000, 150);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, durations_reach_both_of_their_ends_and_nothing_beyond) {
  Random random(1);
  std::array<int, 5> between{}, up_to{};
  for (int i = 0; i < 3000; ++i) {
    const Duration some = random.between(Duration(-1), Duration(3));
    ASSERT_GE(some, Duration(-1));
    ASSERT_LE(some, Duration(3));
    ++between[static_cast<std::size_t>(some.count() + 1)];
    const Duration other = random.up_to(Duration(4));
    ASSERT_GE(other, Duration(0));
    ASSERT_LE(other, Duration(4));
    ++up_to[static_cast<std::size_t>(other.count())];
  }
  for (const int count : between) EXPECT_NEAR(count, 600, 120);
  for (const int count : up_to) EXPECT_NEAR(count, 600, 120);
  EXPECT_EQ(random.up_to(Duration(0)), Duration(0));
  EXPECT_EQ(random.between(Duration(7), Duration(7)), Duration(7));
}

// ROB-004: seeded runs are the same as ever only if a duration stays the remainder of one number.
TEST(Random, ROB_004_a_duration_is_one_number) {
  Random first(3), second(3);
  const Duration longest = std::chrono::seconds(10);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(first.up_to(longest).count(), second.below(static_cast<std::uint64_t>(longest.count()) + 1));
}

}  // namespace
}  // namespace tunstack::test::random_test
