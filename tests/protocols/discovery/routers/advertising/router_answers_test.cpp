// When a router answers solicitations (RFC 4861 6.2.6).
#include "tests/protocols/discovery/routers/advertising/advertising_router.hpp"

namespace tunstack::test::router_answers_test {
namespace {

using namespace advertising;

// ---- by multicast ----

TEST(RouterAnswers, ND_RS_006_an_answer_comes_within_half_a_second) {
  std::vector<Duration> delays;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Router router({}, seed);
    const Instant asked = router.settle() + seconds(10);
    router.solicit(host(1), asked);
    const Sent answer = router.next();
    EXPECT_TRUE(answer.is_multicast() && !answer.is_final);
    delays.push_back(answer.at - asked);
  }
  expect_uniform(delays, Duration(0), milliseconds(500));
}

// RFC 4861 6.2.6: "at a time corresponding to MIN_DELAY_BETWEEN_RAS plus the random value after the previous".
TEST(RouterAnswers, ND_RS_006_multicasts_are_3_s_apart) {
  struct Case {
    milliseconds wait, least, most;
    const char* why;
  };
  for (const Case& c : {
           Case{milliseconds(0), milliseconds(3000), milliseconds(3500), "at once"},
           Case{milliseconds(2999), milliseconds(3000), milliseconds(3500), "just within the 3 s"},
           Case{milliseconds(3000), milliseconds(3000), milliseconds(3500), "just behind them"},
           Case{milliseconds(3100), milliseconds(3100), milliseconds(3600), "behind them"},
       }) {
    std::vector<Duration> gaps;
    for (unsigned seed = 0; seed < seeds; ++seed) {
      Router router({}, seed);
      const Instant last = router.settle();
      router.solicit(host(1), last + c.wait);
      gaps.push_back(router.next().at - last);
    }
    SCOPED_TRACE(c.why);
    expect_uniform(gaps, c.least, c.most);
  }
}

TEST(RouterAnswers, ND_RS_006_one_answer_for_many) {
  Router router;
  const Instant asked = router.settle() + seconds(10);
  for (unsigned i = 0; i < 10; ++i) router.solicit(host(i), asked);
  EXPECT_EQ(router.until(asked + seconds(100)).size(), 1U);
}

TEST(RouterAnswers, ND_RS_006_a_flood_gets_one_each_3_s_at_most) {
  Router router;
  const Instant from = router.settle();
  std::vector<Sent> sent;
  for (unsigned tenth = 0; tenth < 300; ++tenth) {
    const Instant now = from + tenth * milliseconds(100);
    for (const Sent& one : router.until(now)) sent.push_back(one);
    router.solicit(host(tenth), now);
  }
  EXPECT_THAT(gaps_of(sent), Each(AllOf(Ge(seconds(3)), Le(milliseconds(3500)))));
  EXPECT_GE(sent.size(), 8U);
}

TEST(RouterAnswers, ND_RS_006_the_interval_begins_anew_with_an_answer) {
  Router router;
  const Instant asked = router.settle() + seconds(190);
  router.solicit(unspecified, asked);
  const Instant answered = router.next().at;
  EXPECT_THAT(router.next().at - answered, AllOf(Ge(seconds(198)), Le(seconds(600))));
}

// RFC 4861 6.2.6: a delay beyond the next multicast is ignored, that one is the answer.
TEST(RouterAnswers, ND_RS_006_a_multicast_that_comes_sooner_is_the_answer) {
  for (unsigned seed = 0; seed < seeds; ++seed)
    for (const bool unicast : {false, true}) {
      Router router(unicast ? by_unicast() : AdvertisingConfig{}, seed);
      router.settle();
      const Instant due = router->next_deadline();
      router.solicit(host(1), due - Duration(1));
      const auto sent = router.until(due + seconds(3));
      ASSERT_EQ(sent.size(), 1U) << "seed " << seed;
      EXPECT_TRUE(sent[0].is_multicast());
      EXPECT_LE(sent[0].at, due);
    }
}

TEST(RouterAnswers, ND_RS_006_the_first_one_answers_who_asked_before) {
  for (const bool unicast : {false, true}) {
    Router router(unicast ? by_unicast() : AdvertisingConfig{});
    const Instant first = router->next_deadline();
    router.solicit(host(1), start - seconds(1));
    router.solicit(host(2), start);
    EXPECT_EQ(router->next_deadline(), first) << "not before the address can be used";
    const auto sent = router.until(start + seconds(3));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_TRUE(sent[0].is_multicast());
  }
}

TEST(RouterAnswers, ND_RA_002_answers_count_as_initial_ones) {
  Router router;
  const Sent first = router.next();
  router.solicit(unspecified, first.at);
  const Sent second = router.next();
  EXPECT_LE(second.at - first.at, milliseconds(3500));
  EXPECT_EQ(router.next().at - second.at, seconds(16));
  EXPECT_GE(router->next_deadline() - second.at, seconds(198));
}

// ---- by unicast ----

TEST(RouterAnswers, ND_RS_006_by_unicast_each_gets_an_answer_within_half_a_second) {
  std::vector<Duration> delays;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Router router(by_unicast(), seed);
    const Instant asked = router.settle();
    const Instant unsolicited = router->next_deadline();
    router.solicit(host(1), asked);
    const Sent answer = router.next();
    EXPECT_EQ(answer.destination, host(1));
    EXPECT_FALSE(answer.is_final);
    EXPECT_EQ(router->next_deadline(), unsolicited) << "the interval goes on";
    delays.push_back(answer.at - asked);
  }
  expect_uniform(delays, Duration(0), milliseconds(500));
}

TEST(RouterAnswers, ND_RS_006_by_unicast_who_asks_again_gets_one_answer_after_the_first_delay) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Router router(by_unicast(), seed);
    const Instant asked = router.settle();
    router.solicit(host(1), asked);
    const Instant due = router->next_deadline();
    for (unsigned i = 0; i < 20; ++i) router.solicit(host(1), asked);
    EXPECT_EQ(router->next_deadline(), due);
    EXPECT_EQ(router.until(asked + seconds(10)).size(), 1U);
    router.solicit(host(1), asked + seconds(20));
    EXPECT_EQ(router.until(asked + seconds(30)).size(), 1U) << "later it is a new question";
  }
}

TEST(RouterAnswers, ND_RS_006_from_the_unspecified_address_always_by_multicast) {
  Router router(by_unicast());
  const Instant asked = router.settle() + seconds(10);
  router.solicit(unspecified, asked);
  const auto sent = router.until(asked + milliseconds(500));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].is_multicast());
}

TEST(RouterAnswers, ND_RS_006_eight_wait_for_unicasts) {
  Router router(by_unicast());
  const Instant asked = router.settle() + seconds(10);
  for (unsigned i = 0; i < 8; ++i) router.solicit(host(i), asked);
  std::set<unsigned> answered;
  for (const Sent& one : router.until(asked + seconds(3))) {
    EXPECT_FALSE(one.is_multicast());
    answered.insert(one.destination.octets[15]);
  }
  EXPECT_EQ(answered.size(), 8U);
}

TEST(RouterAnswers, ND_RS_006_one_more_and_a_multicast_serves_all_that_still_wait) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Router router(by_unicast(), seed);
    const Instant asked = router.settle() + seconds(10);
    for (unsigned i = 0; i < 1000; ++i) router.solicit(host(i % 256), asked);
    const auto sent = router.until(asked + seconds(3));
    ASSERT_FALSE(sent.empty());
    EXPECT_LE(sent.size(), 9U);
    EXPECT_TRUE(sent.back().is_multicast());
    EXPECT_EQ(std::ranges::count_if(sent, &Sent::is_multicast), 1);
  }
}

}  // namespace
}  // namespace tunstack::test::router_answers_test
