// Token buckets at their boundaries.
#include "protocols/base/token_bucket.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::token_bucket_test {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{};

int taken_at(TokenBucket& bucket, const RateLimit& limit, Instant now, int attempts) {
  int taken = 0;
  for (int i = 0; i < attempts; ++i) taken += bucket.take(limit, now);
  return taken;
}

TEST(TokenBucket, ICMP4_RATE_001_gives_the_burst_at_once_and_no_more) {
  for (const std::uint32_t burst : {1U, 2U, 10U, 50U}) {
    TokenBucket bucket;
    EXPECT_EQ(taken_at(bucket, {10, burst}, start, 200), static_cast<int>(burst));
  }
}

TEST(TokenBucket, next_token_comes_exactly_after_its_interval) {
  TokenBucket bucket;
  EXPECT_EQ(taken_at(bucket, {10, 10}, start, 10), 10);
  EXPECT_FALSE(bucket.take({10, 10}, start + 100ms - 1ns));
  EXPECT_TRUE(bucket.take({10, 10}, start + 100ms));
  EXPECT_FALSE(bucket.take({10, 10}, start + 200ms - 1ns));
  EXPECT_TRUE(bucket.take({10, 10}, start + 200ms));
}

TEST(TokenBucket, refusals_take_nothing) {
  TokenBucket bucket;
  EXPECT_EQ(taken_at(bucket, {10, 1}, start, 1000), 1);
  EXPECT_TRUE(bucket.take({10, 1}, start + 100ms));
}

TEST(TokenBucket, ICMP4_RATE_001_refills_by_the_rate_and_never_beyond_the_burst) {
  TokenBucket bucket;
  EXPECT_EQ(taken_at(bucket, {10, 10}, start, 100), 10);
  EXPECT_EQ(taken_at(bucket, {10, 10}, start + 350ms, 100), 3);
  EXPECT_EQ(taken_at(bucket, {10, 10}, start + 1350ms, 100), 10);
  EXPECT_EQ(taken_at(bucket, {10, 10}, start + 24h, 100), 10) << "idle time does not add up";
}

TEST(TokenBucket, lets_the_rate_through_in_the_long_run) {
  TokenBucket bucket;
  int taken = 0;
  for (Instant now = start; now < start + 10s; now += 1ms) taken += bucket.take({100, 5}, now);
  EXPECT_EQ(taken, 1000 + 4) << "one at the start of each 10 ms, and the rest of the burst";
}

TEST(TokenBucket, extremes_of_the_options) {
  TokenBucket fastest;
  EXPECT_EQ(taken_at(fastest, {1000000, 1}, start, 2), 1);
  EXPECT_EQ(taken_at(fastest, {1000000, 1}, start + 1us, 2), 1);
  TokenBucket deepest;
  EXPECT_EQ(taken_at(deepest, {1, 1000000}, start, 1000001), 1000000);
  EXPECT_EQ(taken_at(deepest, {1, 1000000}, start + 1s, 2), 1);
}

TEST(TokenBucket, level_says_how_many_may_be_taken) {
  struct Step {
    Duration wait;
    std::uint64_t spent;
    std::uint32_t level;
    const char* why;
  };
  constexpr RateLimit limit{10, 5};
  TokenBucket bucket;
  EXPECT_EQ(bucket.level(limit, start), 5U) << "full at first";
  Instant now = start;
  for (const Step& step : std::initializer_list<Step>{{0ms, 1, 4, "one is gone"},
                                                      {100ms - 1ns, 0, 4, "the next is not whole yet"},
                                                      {1ns, 0, 5, "it is"},
                                                      {0ms, 4, 1, "one is left"},
                                                      {0ms, 2, 0, "one more than there was"},
                                                      {100ms, 0, 0, "that one is paid back first"},
                                                      {100ms, 0, 1, "and then it fills"},
                                                      {1h, 0, 5, "never beyond the burst"}}) {
    now += step.wait;
    bucket.spend(limit, now, step.spent);
    EXPECT_EQ(bucket.level(limit, now), step.level) << step.why;
    EXPECT_EQ(bucket.is_empty(limit, now), step.level == 0) << step.why;
  }
}

TEST(TokenBucket, rate_0_is_no_limit) {
  TokenBucket bucket;
  EXPECT_EQ(taken_at(bucket, {0, 1}, start, 1000), 1000);
  bucket.spend({0, 1}, start, 1000);
  EXPECT_EQ(bucket.next_token({0, 1}, start), start);
}

TEST(TokenBucket, tells_when_the_next_token_comes) {
  constexpr RateLimit limit{10, 5};
  TokenBucket bucket;
  EXPECT_EQ(bucket.next_token(limit, start), start);
  taken_at(bucket, limit, start, 5);
  EXPECT_EQ(bucket.next_token(limit, start), start + 100ms);
  EXPECT_TRUE(bucket.is_empty(limit, start + 100ms - 1ns));
  EXPECT_FALSE(bucket.is_empty(limit, start + 100ms));
  bucket.spend(limit, start, 3);
  EXPECT_EQ(bucket.next_token(limit, start), start + 400ms) << "what was spent beyond the last one too";
}

TEST(TokenBucket, two_tokens_may_be_taken_where_one_is_there_and_none_costs_nothing) {
  TokenBucket bucket;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(bucket.take({10, 1}, start, 0));
  EXPECT_TRUE(bucket.take({10, 1}, start, 2));
  EXPECT_FALSE(bucket.take({10, 1}, start, 0)) << "even none needs a token to be there";
  EXPECT_FALSE(bucket.take({10, 1}, start + 200ms - 1ns));
  EXPECT_TRUE(bucket.take({10, 1}, start + 200ms));
}

}  // namespace
}  // namespace tunstack::test::token_bucket_test
