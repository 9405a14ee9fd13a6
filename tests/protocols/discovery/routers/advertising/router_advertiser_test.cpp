// When a router advertises itself unasked, and for the last time.
#include "tests/protocols/discovery/routers/advertising/advertising_router.hpp"

namespace tunstack::test::router_advertiser_test {
namespace {

using namespace advertising;

// ---- unsolicited (RFC 4861 6.2.4) ----

TEST(RouterAdvertiser, ND_RA_002_the_first_one_comes_as_soon_as_an_answer_would) {
  std::vector<Duration> delays;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Router router({}, seed);
    const Sent first = router.next();
    EXPECT_TRUE(first.is_multicast() && !first.is_final);
    delays.push_back(first.at - start);
  }
  expect_uniform(delays, Duration(0), milliseconds(500));
}

TEST(RouterAdvertiser, ND_RA_002_gaps_are_uniform_between_minimum_and_maximum) {
  Router router(config_of(4, 8));
  std::vector<Sent> sent;
  for (unsigned i = 0; i < 200; ++i) sent.push_back(router.next());
  expect_uniform(gaps_of(sent), seconds(4), seconds(8));
}

TEST(RouterAdvertiser, ND_RA_002_the_minimum_may_be_left_to_the_default) {
  Router router;
  router.settle();
  std::vector<Sent> sent;
  for (unsigned i = 0; i < 200; ++i) sent.push_back(router.next());
  expect_uniform(gaps_of(sent), seconds(198), seconds(600));
}

TEST(RouterAdvertiser, ND_RA_002_the_first_three_are_at_most_16_s_apart) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Router router({}, seed);
    std::vector<Sent> sent;
    for (unsigned i = 0; i < 5; ++i) sent.push_back(router.next());
    const auto gaps = gaps_of(sent);
    EXPECT_EQ(gaps[0], seconds(16)) << "as the chosen ones are above";
    EXPECT_EQ(gaps[1], seconds(16));
    EXPECT_GE(gaps[2], seconds(198));
    EXPECT_GE(gaps[3], seconds(198));
  }
}

TEST(RouterAdvertiser, ND_RA_002_short_intervals_are_not_made_longer_at_first) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Router router(config_of(3, 4), seed);
    EXPECT_THAT(gaps_of(router.until(start + seconds(10))), AllOf(SizeIs(Ge(2U)), Each(Le(seconds(4)))));
  }
}

TEST(RouterAdvertiser, ND_RA_002_who_comes_late_sends_one_and_counts_from_there) {
  Router router(config_of(4, 8));
  router.settle();
  const Instant late = start + seconds(1000);
  EXPECT_TRUE(router.take_due(late));
  EXPECT_FALSE(router.take_due(late));
  EXPECT_THAT(router->next_deadline() - late, AllOf(Ge(seconds(4)), Le(seconds(8))));
}

TEST(RouterAdvertiser, ND_GEN_008_constants_can_be_changed) {
  AdvertisingConfig config;
  config.constants = {.max_initial_interval = seconds(2),
                      .initial_advertisements = 2,
                      .final_advertisements = 1,
                      .min_delay_between = seconds(5),
                      .max_answer_delay = Duration(0)};
  Router router(config);
  EXPECT_EQ(router.next().at, start);
  EXPECT_EQ(router.next().at, start + seconds(2));
  EXPECT_GE(router->next_deadline(), start + seconds(198)) << "two are initial ones";
  router.solicit(unspecified, start + seconds(3));
  EXPECT_EQ(router.next().at, start + seconds(7));
  router->stop(start + seconds(8));
  EXPECT_EQ(router.until(Instant::max() - Duration(1)).size(), 1U);
}

// ---- the last ones (RFC 4861 6.2.5) ----

TEST(RouterAdvertiser, ND_RA_006_three_final_ones_the_first_at_once) {
  Router router;
  const Instant stopped = router.settle() + seconds(1);
  router->stop(stopped);
  for (const Duration wait : {seconds(0), seconds(3), seconds(6)}) {
    const Sent one = router.next();
    EXPECT_EQ(one.at, stopped + wait);
    EXPECT_TRUE(one.is_multicast() && one.is_final);
  }
  EXPECT_EQ(router->next_deadline(), Instant::max());
  EXPECT_FALSE(router.take_due(stopped + std::chrono::hours(24)));
}

TEST(RouterAdvertiser, ND_RA_006_who_has_ceased_answers_nobody) {
  for (const bool unicast : {false, true}) {
    Router router(unicast ? by_unicast() : AdvertisingConfig{});
    const Instant stopped = router.settle() + seconds(10);
    router.solicit(host(1), stopped);
    router->stop(stopped);
    router.solicit(host(2), stopped);
    const auto sent = router.until(stopped + seconds(1000));
    EXPECT_EQ(sent.size(), 3U);
    for (const Sent& one : sent) EXPECT_TRUE(one.is_multicast() && one.is_final);
    router.solicit(host(3), stopped + seconds(1000));
    EXPECT_EQ(router->next_deadline(), Instant::max());
  }
}

TEST(RouterAdvertiser, ND_RA_006_stopping_twice_is_stopping_once) {
  Router router;
  const Instant stopped = router.settle();
  router->stop(stopped);
  router.next();
  router->stop(stopped + seconds(1));
  EXPECT_EQ(router.next().at, stopped + seconds(3));
}

TEST(RouterAdvertiser, ND_RA_006_what_was_never_said_is_not_withdrawn) {
  Router router;
  router->stop(start);
  EXPECT_EQ(router->next_deadline(), Instant::max());
}

// The address changes: one says farewell from the old address, another begins from the new one.
TEST(RouterAdvertiser, ND_RA_023_the_old_one_stops_while_the_new_one_starts) {
  Router old;
  const Instant changed = old.settle() + seconds(5);
  old->stop(changed);
  EXPECT_TRUE(old.next().is_final);
  Random random(2);
  RouterAdvertiser renewed({}, 1, changed + seconds(3), random);
  EXPECT_FALSE(renewed.take_due(changed + seconds(3) - Duration(1), random));
  const auto first = renewed.take_due(changed + milliseconds(3500), random);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->lifetime_is_zero);
}

}  // namespace
}  // namespace tunstack::test::router_advertiser_test
