// Identifications of datagrams, and what errors may quote of them.
#include "protocols/ip/identification.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace tunstack::test::identification_test {
namespace {

using Identifications = ip::Identifications<Ipv4Address>;
using std::chrono::seconds;

constexpr Ipv4Address peer{0xc0000201};
constexpr Instant start{};

Ipv4Address other(std::uint32_t number) { return {0x0a000000 + number}; }
std::uint16_t low(std::uint32_t identification) { return static_cast<std::uint16_t>(identification); }

/// The first identification for each of many peers.
std::vector<std::uint32_t> starts(std::uint64_t seed) {
  Random random(seed);
  Identifications identifications(random);
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < 200; ++i) numbers.push_back(identifications.next(other(i * 77), {84, 1}, start));
  return numbers;
}

TEST(Identifications, ROB_004_one_seed_gives_the_same_ones) { EXPECT_EQ(starts(7), starts(7)); }

TEST(Identifications, V4_TX_005_starts_depend_on_seed_and_destination) {
  EXPECT_NE(starts(7), starts(8));
  std::set<std::uint16_t> different;
  for (const std::uint32_t number : starts(7)) different.insert(low(number));
  EXPECT_GT(different.size(), 195U) << "one start for all peers";
}

// RFC 6864 4.3: 16 bits last for 32768 datagrams at least, whatever the steps are.
TEST(Identifications, V4_TX_005_does_not_repeat_before_half_of_all_were_used) {
  Random random(1);
  Identifications identifications(random);
  std::set<std::uint16_t> seen;
  Instant now = start;
  for (int i = 0; i < 32768; ++i, now += std::chrono::milliseconds(3))
    ASSERT_TRUE(seen.insert(low(identifications.next(peer, {84, 1}, now))).second) << "after " << i;
}

// RFC 7739 5: who sees some of them cannot tell the next one for sure.
TEST(Identifications, V6_TX_006_steps_are_of_two_kinds_without_a_pattern) {
  Random random(1);
  Identifications identifications(random);
  std::vector<int> steps;
  std::uint32_t before = identifications.next(peer, {84, 1}, start);
  for (int i = 0; i < 3100; ++i) {
    const std::uint32_t next = identifications.next(peer, {84, 1}, start);
    steps.push_back(static_cast<int>(next - before));
    before = next;
  }
  EXPECT_EQ(std::set<int>(steps.begin(), steps.end()), (std::set<int>{1, 2}));
  EXPECT_NEAR(static_cast<double>(std::ranges::count(steps, 2)), 1550, 150);
  for (std::size_t period = 1; period <= 64; ++period) {
    int same = 0;
    for (std::size_t i = period; i < steps.size(); ++i) same += steps[i] == steps[i - period];
    EXPECT_NEAR(same, 1550, 200) << "a period of " << period;
  }
}

// What goes to others does not show at all.
TEST(Identifications, V4_TX_005_the_traffic_to_others_changes_nothing) {
  const auto seen_by_peer = [](std::uint32_t others) {
    Random random(1);
    Identifications identifications(random);
    std::vector<std::uint32_t> seen;
    for (int i = 0; i < 200; ++i) {
      const Instant now = start + seconds(i);
      seen.push_back(identifications.next(peer, {84, 1}, now));
      for (std::uint32_t k = 0; k < others; ++k) identifications.next(other(k), {84, 1}, now);
    }
    return seen;
  };
  EXPECT_EQ(seen_by_peer(0), seen_by_peer(1));
  EXPECT_EQ(seen_by_peer(0), seen_by_peer(50));
}

// A destination that had to make room begins anew somewhere else, so that nothing comes again.
TEST(Identifications, V4_TX_005_who_made_room_begins_elsewhere) {
  Random random(1);
  Identifications identifications(random);
  const std::uint32_t first = identifications.next(peer, {84, 1}, start);
  for (std::uint32_t i = 0; i < 20000; ++i) identifications.next(other(i), {84, 1}, start + seconds(1));
  const std::uint32_t again = identifications.next(peer, {84, 1}, start + seconds(2));
  EXPECT_GT(static_cast<std::uint16_t>(again - first), 100U);
}

// ---- which datagrams an error can quote (ICMP4-RX-006, PMTU4-006) ----

TEST(Identifications, ICMP4_RX_006_what_was_given_is_known_for_a_while) {
  Random random(1);
  Identifications identifications(random);
  const std::uint16_t first = low(identifications.next(peer, {84, 1}, start));
  EXPECT_TRUE(identifications.may_have_sent(peer, first, {84, 1}, start));
  EXPECT_TRUE(identifications.may_have_sent(peer, first, {84, 1}, start + seconds(29)));
  EXPECT_TRUE(identifications.may_have_sent(peer, first, {84, 1}, start + seconds(59)));
  EXPECT_FALSE(identifications.may_have_sent(peer, first, {84, 1}, start + seconds(60)));
}

// PMTU4-006: a minute of traffic, not more, is what can be quoted.
TEST(Identifications, PMTU4_006_old_ones_are_not_believed_while_new_ones_follow) {
  Random random(1);
  Identifications identifications(random);
  std::vector<std::uint16_t> given;
  for (int i = 0; i <= 200; ++i) given.push_back(low(identifications.next(peer, {84, 1}, start + seconds(i))));
  const Instant now = start + seconds(200);
  for (int age = 0; age < 30; ++age)
    EXPECT_TRUE(identifications.may_have_sent(peer, given[200 - static_cast<std::size_t>(age)], {84, 1}, now)) << age;
  for (int age = 61; age <= 200; ++age)
    EXPECT_FALSE(identifications.may_have_sent(peer, given[200 - static_cast<std::size_t>(age)], {84, 1}, now)) << age;
}

/// How many of all identifications are taken for given lately.
int believed(const Identifications& identifications, Instant now, Ipv4Address destination = peer) {
  int count = 0;
  for (unsigned number = 0; number < 65536; ++number)
    count += identifications.may_have_sent(destination, static_cast<std::uint16_t>(number), {84, 1}, now);
  return count;
}

TEST(Identifications, ICMP4_RX_006_a_flood_does_not_make_every_number_right) {
  Random random(1);
  Identifications identifications(random);
  for (int i = 0; i < 100'000; ++i) identifications.next(peer, {84, 1}, start);
  EXPECT_EQ(believed(identifications, start), Identifications::most_remembered);
}

// What was never sent cannot be quoted: not before the first, nor to another destination.
TEST(Identifications, PMTU4_006_nothing_that_was_not_given) {
  Random random(1);
  Identifications identifications(random);
  EXPECT_EQ(believed(identifications, start), 0) << "nothing was given";
  for (int given = 1; given <= 5; ++given) {
    identifications.next(peer, {84, 1}, start);
    EXPECT_LE(believed(identifications, start), 2 * given);
    EXPECT_GE(believed(identifications, start), given);
  }
  EXPECT_EQ(believed(identifications, start, other(1)), 0);
}

// PMTU4-006: nobody was sent anything larger than what was sent.
TEST(Identifications, PMTU4_006_no_larger_than_the_largest_of_the_last_minute) {
  Random random(1);
  Identifications identifications(random);
  const std::uint16_t small = low(identifications.next(peer, {84, 1}, start));
  EXPECT_TRUE(identifications.may_have_sent(peer, small, {84, 1}, start));
  EXPECT_FALSE(identifications.may_have_sent(peer, small, {85, 1}, start));
  identifications.next(peer, {1500, 1}, start + seconds(10));
  EXPECT_TRUE(identifications.may_have_sent(peer, small, {1500, 1}, start + seconds(10)));
  std::uint16_t latest = 0;
  for (int i = 11; i <= 80; ++i) latest = low(identifications.next(peer, {84, 1}, start + seconds(i)));
  EXPECT_FALSE(identifications.may_have_sent(peer, latest, {1500, 1}, start + seconds(80))) << "a minute and more ago";
  EXPECT_TRUE(identifications.may_have_sent(peer, latest, {84, 1}, start + seconds(80)));
}

TEST(Identifications, PMTU4_006_of_no_protocol_that_was_not_sent) {
  Random random(1);
  Identifications identifications(random);
  const std::uint16_t given = low(identifications.next(peer, {84, 1}, start));
  for (const unsigned another : {2U, 6U, 17U, 50U})
    EXPECT_FALSE(identifications.may_have_sent(peer, given, {84, static_cast<std::uint8_t>(another)}, start))
        << another;
  identifications.next(peer, {84, 17}, start + seconds(10));
  EXPECT_TRUE(identifications.may_have_sent(peer, given, {84, 17}, start + seconds(10)));
}

}  // namespace
}  // namespace tunstack::test::identification_test
