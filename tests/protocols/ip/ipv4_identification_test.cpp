// Identifications of IPv4 datagrams.
#include "protocols/ip/ipv4_identification.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace tunstack::test::ipv4_identification_test {
namespace {

constexpr Ipv4Address us{0xc0000202};
constexpr Ipv4Address peer{0xc0000201};

/// The first identification for each of many peers.
std::vector<std::uint16_t> starts(std::uint64_t seed) {
  Random random(seed);
  ip::Ipv4Identification identification(random);
  std::vector<std::uint16_t> numbers;
  for (std::uint32_t i = 0; i < 200; ++i)
    numbers.push_back(identification.next(us, Ipv4Address{peer.value + i * 77}, 1));
  return numbers;
}

TEST(Ipv4Identification, ROB_004_one_seed_gives_the_same_identifications) { EXPECT_EQ(starts(7), starts(7)); }

TEST(Ipv4Identification, V4_TX_005_does_not_repeat_before_all_65536_were_used) {
  Random random(1);
  ip::Ipv4Identification identification(random);
  std::set<std::uint16_t> seen;
  for (int i = 0; i < 65536; ++i) ASSERT_TRUE(seen.insert(identification.next(us, peer, 1)).second) << "after " << i;
}

TEST(Ipv4Identification, V4_TX_005_starts_depend_on_the_seed) {
  EXPECT_NE(starts(7), starts(8));
  const auto numbers = starts(7);
  EXPECT_GT(std::set<std::uint16_t>(numbers.begin(), numbers.end()).size(), 150U) << "one start for all peers";
}

// Few pairs share a counter, so the traffic to one peer does not show in that to another.
TEST(Ipv4Identification, V4_TX_005_most_peers_do_not_see_the_traffic_of_others) {
  Random random(1);
  ip::Ipv4Identification identification(random);
  const std::uint16_t before = identification.next(us, peer, 1);
  for (std::uint32_t i = 1; i <= 100; ++i) identification.next(us, Ipv4Address{peer.value + i}, 1);
  const auto gap = static_cast<std::uint16_t>(identification.next(us, peer, 1) - before);
  EXPECT_GE(gap, 1);
  EXPECT_LE(gap, 5);
}

TEST(Ipv4Identification, V4_TX_005_each_part_of_the_key_counts) {
  int same_source = 0;
  int same_destination = 0;
  int same_protocol = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    ip::Ipv4Identification identification(random);
    const std::uint16_t next = static_cast<std::uint16_t>(identification.next(us, peer, 1) + 1);
    same_source += identification.next(Ipv4Address{us.value + 1}, peer, 1) == next;
    same_destination += identification.next(us, Ipv4Address{peer.value + 1}, 1) == next;
    same_protocol += identification.next(us, peer, 17) == next;
  }
  EXPECT_LT(same_source, 5);
  EXPECT_LT(same_destination, 5);
  EXPECT_LT(same_protocol, 5);
}

// ---- which identifications an error can quote (ICMP4-RX-006, PMTU4-006) ----

TEST(Ipv4Identification, ICMP4_RX_006_what_was_given_is_known_for_a_while) {
  Random random(1);
  ip::Ipv4Identification identification(random);
  const std::uint16_t first = identification.next(us, peer, 1);
  EXPECT_TRUE(identification.was_given_lately(us, peer, 1, first));
  for (int i = 1; i < 1024; ++i) {
    const std::uint16_t latest = identification.next(us, peer, 1);
    ASSERT_TRUE(identification.was_given_lately(us, peer, 1, latest));
    ASSERT_TRUE(identification.was_given_lately(us, peer, 1, first)) << i;
  }
  identification.next(us, peer, 1);
  EXPECT_FALSE(identification.was_given_lately(us, peer, 1, first)) << "1024 later";
}

/// How many of all identifications `identification` takes for given lately.
int believed(const ip::Ipv4Identification& identification, Ipv4Address destination = peer, std::uint8_t protocol = 1) {
  int count = 0;
  for (unsigned number = 0; number < 65536; ++number)
    count += identification.was_given_lately(us, destination, protocol, static_cast<std::uint16_t>(number));
  return count;
}

TEST(Ipv4Identification, ICMP4_RX_006_at_most_1024_of_65536) {
  Random random(1);
  ip::Ipv4Identification identification(random);
  std::uint16_t latest = 0;
  for (int i = 0; i < 100'000; ++i) latest = identification.next(us, peer, 1);
  EXPECT_EQ(believed(identification), 1024);
  EXPECT_TRUE(identification.was_given_lately(us, peer, 1, latest));
  EXPECT_TRUE(identification.was_given_lately(us, peer, 1, static_cast<std::uint16_t>(latest - 1023)));
  EXPECT_FALSE(identification.was_given_lately(us, peer, 1, static_cast<std::uint16_t>(latest - 1024)));
  EXPECT_FALSE(identification.was_given_lately(us, peer, 1, static_cast<std::uint16_t>(latest + 1)));
}

// What was never sent cannot be quoted: not before the first, and not more than there were.
TEST(Ipv4Identification, PMTU4_006_nothing_that_was_not_given) {
  Random random(1);
  ip::Ipv4Identification identification(random);
  EXPECT_EQ(believed(identification), 0) << "nothing was given";
  for (int given = 1; given <= 5; ++given) {
    identification.next(us, peer, 1);
    EXPECT_EQ(believed(identification), given);
  }
}

// Each pair and protocol has its counter (but for few that share one): the same number means nothing elsewhere.
TEST(Ipv4Identification, ICMP4_RX_006_of_the_same_pair_and_protocol) {
  int elsewhere = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    ip::Ipv4Identification identification(random);
    const std::uint16_t given = identification.next(us, peer, 1);
    elsewhere += identification.was_given_lately(us, Ipv4Address{peer.value + 1}, 1, given);
    elsewhere += identification.was_given_lately(Ipv4Address{us.value + 1}, peer, 1, given);
    elsewhere += identification.was_given_lately(us, peer, 17, given);
  }
  EXPECT_LE(elsewhere, 30) << "of 600, 1 in 64 by chance";
}

}  // namespace
}  // namespace tunstack::test::ipv4_identification_test
