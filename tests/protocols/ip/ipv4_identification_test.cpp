// Identifications of IPv4 datagrams.
#include "protocols/ip/ipv4_identification.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace tunstack::test {
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

}  // namespace
}  // namespace tunstack::test
