// Token buckets at their boundaries, and the limits on errors.
#include "protocols/icmp/rate_limit.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tunstack::test::rate_limit_test {
namespace {

using namespace std::chrono_literals;
using icmp::ErrorLimiter;
using icmp::ErrorLimits;
using icmp::TokenBucket;

constexpr Instant start{};

int taken_at(TokenBucket& bucket, const icmp::RateLimit& limit, Instant now, int attempts) {
  int taken = 0;
  for (int i = 0; i < attempts; ++i) taken += bucket.take(limit, now);
  return taken;
}

// ---- one bucket ----

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
  constexpr icmp::RateLimit limit{10, 5};
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

TEST(TokenBucket, two_tokens_may_be_taken_where_one_is_there_and_none_costs_nothing) {
  TokenBucket bucket;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(bucket.take({10, 1}, start, 0));
  EXPECT_TRUE(bucket.take({10, 1}, start, 2));
  EXPECT_FALSE(bucket.take({10, 1}, start, 0)) << "even none needs a token to be there";
  EXPECT_FALSE(bucket.take({10, 1}, start + 200ms - 1ns));
  EXPECT_TRUE(bucket.take({10, 1}, start + 200ms));
}

// ---- the limits on errors ----

IpAddress destination(std::uint32_t number) { return Ipv4Address{0x0a000000 + number}; }

/// A limiter with randomness of its own.
struct Limited {
  explicit Limited(std::uint64_t seed = 1) : random(seed), limiter(icmp::ipv4_error_limit_reasons, random) {}

  bool allows(const IpAddress& to, Instant now = start) { return !limiter.refuses(to, limits, now, random); }
  int allowed(const IpAddress& to, Instant now, int attempts) {
    int count = 0;
    for (int i = 0; i < attempts; ++i) count += allows(to, now);
    return count;
  }

  ErrorLimits limits;
  Random random;
  ErrorLimiter limiter;
};

TEST(ErrorLimiter, ICMP4_RATE_001_ten_at_once_to_a_destination_and_ten_more_each_second) {
  Limited limited;
  EXPECT_EQ(limited.allowed(destination(1), start, 100), 10);
  EXPECT_EQ(limited.allowed(destination(1), start + 1s, 100), 10);
  EXPECT_EQ(limited.limiter.refuses(destination(1), limited.limits, start + 1s, limited.random),
            Reason::icmp4_error_rate_of_destination);
}

TEST(ErrorLimiter, ICMP4_RATE_001_destinations_have_buckets_of_their_own) {
  Limited limited;
  EXPECT_EQ(limited.allowed(destination(1), start, 100), 10);
  EXPECT_EQ(limited.allowed(destination(2), start, 5), 5);
  EXPECT_EQ(limited.allowed(parse_address("2001:db8::1").value(), start, 5), 5);
}

TEST(ErrorLimiter, ICMP6_RATE_001_addresses_that_differ_in_one_octet_are_different_destinations) {
  Limited limited;
  limited.limits.node.rate = 0;
  for (const std::string_view text : {"2001:db8::1", "2001:db8::2", "2001:db9::1", "2101:db8::1"})
    EXPECT_EQ(limited.allowed(parse_address(text).value(), start, 20), 10) << text;
}

TEST(ErrorLimiter, ICMP4_RATE_002_rate_0_is_no_limit) {
  Limited limited;
  limited.limits.destination.rate = 0;
  EXPECT_EQ(limited.allowed(destination(1), start, 1000), 1000) << "and none of the node";
}

TEST(ErrorLimiter, node_rate_0_leaves_the_limit_of_each_destination) {
  Limited limited;
  limited.limits.node.rate = 0;
  for (std::uint32_t i = 0; i < 500; ++i) EXPECT_EQ(limited.allowed(destination(i), start, 20), 10) << i;
}

TEST(ErrorLimiter, ICMP6_RATE_002_three_within_a_millisecond) {
  Limited limited;
  for (const auto after : {0us, 300us, 900us}) EXPECT_TRUE(limited.allows(destination(1), start + after));
}

int allowed_to_many(std::uint64_t seed) {
  Limited limited(seed);
  int count = 0;
  for (std::uint32_t i = 0; i < 300; ++i) count += limited.allows(destination(i));
  return count;
}

TEST(ErrorLimiter, ICMP4_RATE_001_the_node_sends_a_burst_of_50_on_average) {
  constexpr int runs = 400;
  int sum = 0;
  std::set<int> seen;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    const int count = allowed_to_many(seed);
    EXPECT_GE(count, 25) << "no error takes more than two tokens";
    sum += count;
    seen.insert(count);
  }
  EXPECT_NEAR(sum / static_cast<double>(runs), 50, 2);
  EXPECT_GT(seen.size(), 10U) << "the burst of the node must not be exact";
}

TEST(ErrorLimiter, ICMP4_RATE_001_the_node_sends_1000_a_second_on_average) {
  Limited limited;
  int count = 0;
  std::uint32_t number = 0;
  for (Instant now = start; now < start + 10s; now += 100us) count += limited.allows(destination(number++), now);
  EXPECT_NEAR(count, 10050, 300);
}

TEST(ErrorLimiter, tells_that_the_node_refused) {
  Limited limited;
  limited.limits.node = {1, 1};
  std::uint32_t number = 0;
  while (limited.allows(destination(number))) ASSERT_LT(++number, 100U);
  EXPECT_EQ(limited.limiter.refuses(destination(1000), limited.limits, start, limited.random),
            Reason::icmp4_error_rate_of_node);
}

TEST(ErrorLimiter, refusals_have_names_of_their_family) {
  EXPECT_EQ(icmp::ipv4_error_limit_reasons.destination, Reason::icmp4_error_rate_of_destination);
  EXPECT_EQ(icmp::ipv4_error_limit_reasons.node, Reason::icmp4_error_rate_of_node);
  EXPECT_EQ(icmp::ipv6_error_limit_reasons.destination, Reason::icmp6_error_rate_of_destination);
  EXPECT_EQ(icmp::ipv6_error_limit_reasons.node, Reason::icmp6_error_rate_of_node);
}

// Whoever floods from many addresses must not make the node forget an emptied bucket.
TEST(ErrorLimiter, an_emptied_bucket_survives_a_flood_of_other_destinations) {
  Limited limited;
  limited.limits.node.rate = 0;
  EXPECT_EQ(limited.allowed(destination(0), start, 100), 10);
  for (std::uint32_t i = 1; i <= 20000; ++i) EXPECT_TRUE(limited.allows(destination(i)));
  EXPECT_FALSE(limited.allows(destination(0)));
}

TEST(ErrorLimiter, ROB_004_one_seed_gives_the_same_refusals) {
  EXPECT_EQ(allowed_to_many(3), allowed_to_many(3));
  Limited first(5);
  Limited second(5);
  for (std::uint32_t i = 0; i < 1000; ++i)
    ASSERT_EQ(first.allows(destination(i), start + i * 100us), second.allows(destination(i), start + i * 100us));
}

}  // namespace
}  // namespace tunstack::test::rate_limit_test
