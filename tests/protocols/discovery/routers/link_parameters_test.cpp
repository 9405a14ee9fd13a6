// What routers tell of a link.
#include "protocols/discovery/routers/link_parameters.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tunstack::test::link_parameters_test {
namespace {

using namespace std::chrono_literals;
using discovery::LinkParameters;
using discovery::LinkValues;

constexpr Instant start = Instant{} + 100s;

struct Link {
  explicit Link(const LinkValues& own = {}, std::uint64_t seed = 1) : random(seed), parameters(own, start, random) {}

  const LinkValues& learn(const RouterAdvertisementHeader& told, std::optional<std::uint32_t> mtu = {}) {
    parameters.learn(told, mtu, start, random);
    return parameters.values();
  }
  Random random;
  LinkParameters parameters;
};

TEST(LinkParameters, V6_TX_001_ND_RA_013_ND_RA_014_the_hop_limit) {
  Link link;
  EXPECT_EQ(link.parameters.values().hop_limit, 64);
  EXPECT_EQ(link.learn({.hop_limit = 0}).hop_limit, 64);
  EXPECT_EQ(link.learn({.hop_limit = 33}).hop_limit, 33);
  EXPECT_EQ(link.learn({.hop_limit = 0}).hop_limit, 33);
  EXPECT_EQ(link.learn({.hop_limit = 255}).hop_limit, 255);
}

TEST(LinkParameters, ND_RA_013_ND_RA_014_the_retransmit_time) {
  Link link;
  EXPECT_EQ(link.parameters.values().retransmit_time, 1s);
  EXPECT_EQ(link.learn({.retransmit_time = 2000}).retransmit_time, 2s);
  EXPECT_EQ(link.learn({.retransmit_time = 0}).retransmit_time, 2s);
  EXPECT_EQ(link.learn({.retransmit_time = 0xffffffff}).retransmit_time, 4294967295ms);
}

TEST(LinkParameters, ND_RA_013_ND_RA_014_the_base_of_the_reachable_time) {
  Link link;
  EXPECT_EQ(link.parameters.values().base_reachable_time, 30s);
  EXPECT_EQ(link.learn({.reachable_time = 1000}).base_reachable_time, 1s);
  EXPECT_LE(link.parameters.reachable_time(), 1500ms) << "drawn anew at once";
  const Duration drawn = link.parameters.reachable_time();
  EXPECT_EQ(link.learn({.reachable_time = 0}).base_reachable_time, 1s);
  EXPECT_EQ(link.learn({.reachable_time = 1000}).base_reachable_time, 1s);
  EXPECT_EQ(link.parameters.reachable_time(), drawn) << "not for the same base";
  link.learn({.reachable_time = 0xffffffff});
  EXPECT_GE(link.parameters.reachable_time(), 2147483647ms);
}

TEST(LinkParameters, ND_RA_014_the_reachable_time_is_half_to_one_and_a_half_of_its_base) {
  for (const Duration base : {30s, 1s}) {
    std::set<Duration> drawn;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const Duration time = Link({.base_reachable_time = base}, seed).parameters.reachable_time();
      EXPECT_GE(time, base / 2);
      EXPECT_LE(time, base * 3 / 2);
      drawn.insert(time);
    }
    EXPECT_GT(drawn.size(), 190U);
    EXPECT_LT(*drawn.begin(), base * 6 / 10);
    EXPECT_GT(*drawn.rbegin(), base * 14 / 10);
  }
}

TEST(LinkParameters, ND_RA_014_the_reachable_time_is_drawn_anew_every_two_hours) {
  Link link;
  const Duration first = link.parameters.reachable_time();
  EXPECT_EQ(link.parameters.next_deadline(), start + 2h);
  link.parameters.tick(start + 2h - 1ns, link.random);
  EXPECT_EQ(link.parameters.reachable_time(), first);
  link.parameters.tick(start + 2h, link.random);
  EXPECT_NE(link.parameters.reachable_time(), first);
  EXPECT_EQ(link.parameters.next_deadline(), start + 4h);
  link.parameters.learn({.reachable_time = 5000}, {}, start + 3h, link.random);
  EXPECT_EQ(link.parameters.next_deadline(), start + 5h) << "two hours from the last draw";
}

TEST(LinkParameters, ND_RA_016_V6_TX_009_the_mtu) {
  struct Case {
    const char* what;
    std::uint32_t own;
    std::optional<std::uint32_t> told;
    std::uint32_t mtu;
  };
  for (const Case& c : {
           Case{"no option", 1500, {}, 1500},
           Case{"lower", 1500, 1400, 1400},
           Case{"the least of IPv6", 1500, 1280, 1280},
           Case{"below", 1500, 1279, 1500},
           Case{"0", 1500, 0, 1500},
           Case{"the link's own", 1500, 1500, 1500},
           Case{"above", 1500, 1501, 1500},
           Case{"far above", 1500, 0xffffffff, 1500},
           Case{"on a larger link", 9000, 9000, 9000},
           Case{"between", 9000, 1501, 1501},
           Case{"on a link that is too small for IPv6", 1000, 1280, 1000},
       })
    EXPECT_EQ(Link({.mtu = c.own}).learn({}, c.told).mtu, c.mtu) << c.what;
}

TEST(LinkParameters, ND_RA_016_ND_RA_020_the_mtu_stays_until_another_is_told) {
  Link link;
  link.learn({}, 1400);
  EXPECT_EQ(link.learn({}).mtu, 1400U) << "an advertisement without the option";
  EXPECT_EQ(link.learn({}, 9000).mtu, 1400U);
  EXPECT_EQ(link.learn({}, 1500).mtu, 1500U) << "up to the link's own again";
}

TEST(LinkParameters, SLAAC_012_the_flags_are_those_of_the_last_advertisement) {
  Link link;
  EXPECT_FALSE(link.parameters.values().managed || link.parameters.values().other);
  EXPECT_TRUE(link.learn({.managed = true}).managed);
  EXPECT_FALSE(link.parameters.values().other);
  EXPECT_TRUE(link.learn({.other = true}).other);
  EXPECT_FALSE(link.parameters.values().managed);
}

}  // namespace
}  // namespace tunstack::test::link_parameters_test
