// What a router advertises unasked, and its configuration, over many seeds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/protocols/discovery/routers/irdp_simulation.hpp"

namespace tunstack::test::irdp_router_test {
namespace {

using namespace irdp;
using discovery::fault_of;
using discovery::IrdpRouter;
using discovery::IrdpRouterConfig;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(IrdpRouter, ICMP4_RD_001_values_that_are_refused) {
  struct Case {
    const char* what;
    IrdpRouterConfig config;
    const char* text;  // nullptr: taken
  };
  const std::vector<IrdpRouterConfig::Address> twice{{{0xc0000201}}, {{0xc0000202}}, {{0xc0000201}}};
  std::vector<IrdpRouterConfig::Address> many(69);
  for (std::uint32_t i = 0; i < 69; ++i) many[i].address.value = 0xc0000201 + i;
  for (const Case& c : {
           Case{"defaults", {}, nullptr},
           Case{"broadcast", {.advertisement_address = ipv4_limited_broadcast}, nullptr},
           Case{"to routers", {.advertisement_address = ipv4_all_routers}, "224.0.0.1 or 255.255.255.255"},
           Case{"max 3", {.max_interval = seconds(3)}, "4 to 1800"},
           Case{"max 4", {.max_interval = seconds(4)}, nullptr},
           Case{"max 1800", {.max_interval = seconds(1800)}, nullptr},
           Case{"max 1801", {.max_interval = seconds(1801)}, "4 to 1800"},
           Case{"min 2", {.max_interval = seconds(10), .min_interval = seconds(2)}, "minimum"},
           Case{"min 3", {.max_interval = seconds(10), .min_interval = seconds(3)}, nullptr},
           Case{"min = max", {.max_interval = seconds(10), .min_interval = seconds(10)}, nullptr},
           Case{"min > max", {.max_interval = seconds(10), .min_interval = seconds(11)}, "minimum"},
           Case{"min without end", {.min_interval = seconds::max()}, "minimum"},
           Case{"lifetime < max", {.max_interval = seconds(10), .lifetime = seconds(9)}, "lifetime"},
           Case{"lifetime = max", {.max_interval = seconds(10), .lifetime = seconds(10)}, nullptr},
           Case{"lifetime 9000", {.lifetime = seconds(9000)}, nullptr},
           Case{"lifetime 9001", {.lifetime = seconds(9001)}, "lifetime"},
           Case{"twice", {.addresses = twice}, "once"},
           Case{"68 addresses", {.addresses = {many.begin() + 1, many.end()}}, nullptr},
           Case{"69 addresses", {.addresses = many}, "68"},
       }) {
    const auto fault = fault_of(c.config);
    EXPECT_EQ(fault.has_value(), c.text != nullptr) << c.what;
    if (fault && c.text) {
      EXPECT_THAT(std::string(*fault), HasSubstr(c.text)) << c.what;
    }
  }
}

TEST(IrdpRouter, ICMP4_RD_001_defaults) {
  const IrdpRouterConfig config{.addresses = {{{0xc0000201}}}};
  EXPECT_EQ(config.advertisement_address.value, 0xe0000001);
  EXPECT_EQ(config.max_interval, seconds(600));
  EXPECT_EQ(config.shortest_interval(), seconds(450));
  EXPECT_EQ(config.advertised_lifetime(), seconds(1800));
  EXPECT_EQ((IrdpRouterConfig{.max_interval = seconds(5)}.shortest_interval()), milliseconds(3750));
  IrdpSimulation run(config);
  EXPECT_EQ(run.router().message_of({}).lifetime, 1800);
  EXPECT_THAT(run.router().message_of({}).routers, ElementsAre(AdvertisedRouter{{0xc0000201}, 0}));
}

TEST(IrdpRouter, ICMP4_RD_005_what_is_advertised) {
  IrdpRouterConfig config{.max_interval = seconds(4), .lifetime = seconds(9000)};
  config.addresses = {{{0xc0000201}, true, -7}, {{0xc0000202}, false, 9}, {{0xc0000203}, true, irdp_never_default}};
  IrdpSimulation run(config);
  const auto message = run.router().message_of({});
  EXPECT_EQ(message.lifetime, 9000);
  EXPECT_THAT(message.routers,
              ElementsAre(AdvertisedRouter{{0xc0000201}, -7}, AdvertisedRouter{{0xc0000203}, irdp_never_default}));
}

TEST(IrdpRouter, ICMP4_RD_005_nothing_to_advertise) {
  IrdpRouterConfig off = config_with(seconds(4), seconds(6));
  off.advertise = false;
  IrdpRouterConfig none_left = config_with(seconds(4), seconds(6));
  none_left.addresses[0].advertise = false;
  IrdpRouterConfig no_address = config_with(seconds(4), seconds(6));
  no_address.addresses.clear();
  for (const IrdpRouterConfig& config : {off, none_left, no_address}) {
    IrdpSimulation run(config);
    EXPECT_FALSE(run.router().is_advertising());
    run.solicit(nobody);
    run.solicit(first_host);
    run.router().stop(start);
    EXPECT_EQ(run.router().next_deadline(), Instant::max());
    EXPECT_THAT(run.for_time(seconds(3600)), IsEmpty());
    EXPECT_FALSE(run.take_due());
  }
}

TEST(IrdpRouter, ICMP4_RD_002_intervals_are_random_between_the_limits) {
  std::set<Duration> seen;
  Duration shortest = Duration::max(), longest{};
  for (unsigned seed = 0; seed < seeds; ++seed) {
    IrdpSimulation run(config_with(seconds(4), seconds(6)), seed);
    const auto sent = run.for_time(seconds(60));
    EXPECT_THAT(sent, SizeIs(testing::AllOf(testing::Ge(10U), testing::Le(16U))));
    for (const Duration gap : gaps(sent)) {
      EXPECT_GE(gap, seconds(4));
      EXPECT_LE(gap, seconds(6));
      seen.insert(gap);
      shortest = std::min(shortest, gap);
      longest = std::max(longest, gap);
    }
    for (const Sent& s : sent) EXPECT_EQ(s.what, (IrdpRouter::Due{ipv4_all_systems, false}));
  }
  EXPECT_GT(seen.size(), seeds) << "not all equal";
  EXPECT_LT(shortest, milliseconds(4050)) << "down to the least";
  EXPECT_GT(longest, milliseconds(5950)) << "up to the most";
}

TEST(IrdpRouter, ICMP4_RD_002_uniformly) {
  std::array<unsigned, 4> quarters{};
  for (unsigned seed = 0; seed < seeds; ++seed) {
    IrdpSimulation run(config_with(seconds(4), seconds(8)), seed);
    for (const Duration gap : gaps(run.for_time(seconds(90))))
      ++quarters[std::min<std::size_t>(3, static_cast<std::size_t>((gap - seconds(4)) / seconds(1)))];
  }
  const unsigned all = quarters[0] + quarters[1] + quarters[2] + quarters[3];
  for (const unsigned quarter : quarters) EXPECT_NEAR(quarter, all / 4.0, all / 40.0);
}

TEST(IrdpRouter, ICMP4_RD_001_the_broadcast_address) {
  IrdpRouterConfig config = config_with(seconds(4), seconds(4));
  config.advertisement_address = ipv4_limited_broadcast;
  const auto sent = IrdpSimulation(config).for_time(seconds(30));
  EXPECT_THAT(sent, SizeIs(testing::Ge(7U)));
  for (const Sent& s : sent) EXPECT_EQ(s.what.destination, ipv4_limited_broadcast);
}

TEST(IrdpRouter, ICMP4_RD_003_the_first_ones_follow_each_other_soon) {
  std::set<Instant> first;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    IrdpSimulation run({.addresses = {{{0xc0000201}}}}, seed);
    const auto sent = run.for_time(seconds(3000));
    ASSERT_GE(sent.size(), 6U);
    EXPECT_LE(sent[0].at, start + seconds(2));
    first.insert(sent[0].at);
    const auto between = gaps(sent);
    for (std::size_t i = 0; i < between.size(); ++i) {
      EXPECT_GE(between[i], i < 3 ? seconds(16) : seconds(450)) << "behind number " << i + 1;
      EXPECT_LE(between[i], i < 3 ? seconds(16) : seconds(600)) << "behind number " << i + 1;
    }
  }
  EXPECT_GT(first.size(), seeds / 2) << "routers that come up together differ";
  for (const Duration gap : gaps(IrdpSimulation(config_with(seconds(5), seconds(5))).for_time(seconds(30))))
    EXPECT_EQ(gap, seconds(5)) << "not longer because they are the first";
}

TEST(IrdpRouter, ICMP4_RD_009_the_last_advertisement) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    IrdpSimulation run(config_with(seconds(4), seconds(6)), seed);
    run.for_time(milliseconds(seed * 50));
    run.solicit(first_host);
    run.router().stop(run.now());
    EXPECT_FALSE(run.router().is_advertising());
    EXPECT_EQ(run.router().next_deadline(), run.now());
    const auto sent = run.for_time(seconds(60));
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].what, (IrdpRouter::Due{ipv4_all_systems, true}));
    EXPECT_EQ(run.router().message_of(sent[0].what).lifetime, 0);
    EXPECT_THAT(run.router().message_of(sent[0].what).routers, SizeIs(1)) << "otherwise as before";
    run.solicit(nobody);
    run.solicit(first_host);
    run.router().stop(run.now());
    EXPECT_THAT(run.for_time(seconds(3600)), IsEmpty()) << "one only";
  }
}

}  // namespace
}  // namespace tunstack::test::irdp_router_test
