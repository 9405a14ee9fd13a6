// The limits on errors, for each destination, prefix and node.
#include "protocols/icmp/rate_limit.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tunstack::test::rate_limit_test {
namespace {

using namespace std::chrono_literals;
using icmp::ErrorLimiter;
using icmp::ErrorLimits;

constexpr Instant start{};

IpAddress destination(std::uint32_t number) { return Ipv4Address{0x0a000000 + number}; }

IpAddress in_prefix(const std::string& prefix, int number) {
  return parse_address(prefix + std::to_string(number)).value();
}

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

TEST(ErrorLimiter, ICMP6_RATE_001_addresses_of_a_prefix_share_a_bucket) {
  Limited limited;
  limited.limits.node.rate = 0;
  limited.limits.prefix = {100, 20};
  int sum = 0;
  for (int run = 0; run < 100; ++run) {
    const Instant now = start + run * 10s;
    for (int i = 0; i < 100; ++i) sum += limited.allows(in_prefix("2001:db8:0:1::", i), now);
    EXPECT_TRUE(limited.allows(in_prefix("2001:db8:0:2::", 1), now)) << "another prefix";
    EXPECT_TRUE(limited.allows(destination(1), now)) << "IPv4 has none";
  }
  EXPECT_NEAR(sum / 100.0, 20, 2);
}

TEST(ErrorLimiter, ICMP6_RATE_001_what_the_node_refuses_takes_nothing_from_the_prefix) {
  Limited limited;
  limited.limits.prefix = {1, 20};
  limited.limits.node = {1, 1};
  int allowed = 0;
  for (int i = 0; i < 1000; ++i) allowed += limited.allows(in_prefix("2001:db8:0:1::", i));
  limited.limits.node.rate = 0;
  for (int i = 0; i < 1000; ++i) allowed += limited.allows(in_prefix("2001:db8:0:1::", i));
  EXPECT_GE(allowed, 10);
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
