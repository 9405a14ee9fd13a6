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

// The number that the C++ standard gives for std::mt19937_64: the same on every machine.
TEST(Random, ROB_004_numbers_are_the_same_everywhere) {
  Random random(5489);
  for (int i = 1; i < 10000; ++i) random.next();
  EXPECT_EQ(random.next(), 9981545732273789042U);
}

TEST(Random, seeds_give_different_numbers) { EXPECT_NE(Random(1).next(), Random(2).next()); }

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

}  // namespace
}  // namespace tunstack::test::random_test
