// How a router answers solicitations, over many seeds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/protocols/discovery/routers/irdp_simulation.hpp"

namespace tunstack::test::irdp_answers_test {
namespace {

using namespace irdp;
using discovery::IrdpRouter;
using discovery::IrdpRouterConfig;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

TEST(IrdpAnswers, ICMP4_RD_006_a_host_is_answered_alone_after_a_random_delay) {
  std::set<Duration> delays;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    IrdpSimulation run = settled(plain_config(), seed);
    const Instant unsolicited = run.router().next_deadline();
    const Instant asked = run.now();
    run.solicit(first_host);
    const auto sent = run.for_time(seconds(60));
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].what, (IrdpRouter::Due{first_host, false}));
    EXPECT_LE(sent[0].at - asked, seconds(2));
    delays.insert(sent[0].at - asked);
    EXPECT_EQ(run.router().next_deadline(), unsolicited) << "the timer goes on";
  }
  EXPECT_GT(delays.size(), seeds / 2);
  EXPECT_LT(*delays.begin(), milliseconds(100));
  EXPECT_GT(*delays.rbegin(), milliseconds(1900));
}

TEST(IrdpAnswers, ICMP4_RD_006_answers_to_all) {
  IrdpRouterConfig multicast = plain_config();
  multicast.solicited_unicast = false;
  struct Case {
    const char* what;
    IrdpRouterConfig config;
    Ipv4Address source;
  };
  for (const Case& c : {Case{"from 0.0.0.0", plain_config(), nobody}, Case{"as configured", multicast, first_host}}) {
    std::set<Duration> delays;
    for (unsigned seed = 0; seed < seeds; ++seed) {
      IrdpSimulation run = settled(c.config, seed);
      const Instant asked = run.now();
      run.solicit(c.source);
      const auto sent = run.for_time(seconds(60));
      ASSERT_THAT(sent, SizeIs(1)) << c.what;
      EXPECT_EQ(sent[0].what, (IrdpRouter::Due{ipv4_all_systems, false})) << c.what;
      EXPECT_LE(sent[0].at - asked, seconds(2)) << c.what;
      delays.insert(sent[0].at - asked);
      EXPECT_EQ(run.router().next_deadline(), sent[0].at + seconds(600)) << c.what << ": the timer is reset";
    }
    EXPECT_GT(delays.size(), seeds / 2) << c.what;
    EXPECT_LT(*delays.begin(), milliseconds(100)) << c.what;
    EXPECT_GT(*delays.rbegin(), milliseconds(1900)) << c.what;
  }
}

TEST(IrdpAnswers, ICMP4_RD_007_many_questions_are_answered_by_one_multicast) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    IrdpSimulation run = settled(plain_config(), seed);
    std::vector<Sent> sent;
    for (int i = 0; i < 10; ++i) {
      run.solicit(nobody);
      std::ranges::copy(run.for_time(milliseconds(100)), std::back_inserter(sent));
    }
    std::ranges::copy(run.for_time(seconds(10)), std::back_inserter(sent));
    EXPECT_THAT(sent, SizeIs(testing::AllOf(testing::Ge(1U), testing::Le(2U))));
    for (const Duration gap : gaps(sent)) EXPECT_GE(gap, seconds(2)) << "one in a delay window";
  }
}

TEST(IrdpAnswers, ICMP4_RD_007_a_flood_does_not_multiply_and_nobody_waits_too_long) {
  IrdpSimulation run = settled(plain_config());
  std::vector<Sent> sent;
  std::vector<Instant> asked;
  for (int i = 0; i < 2000; ++i) {
    run.solicit(nobody);
    asked.push_back(run.now());
    std::ranges::copy(run.for_time(milliseconds(10)), std::back_inserter(sent));
  }
  std::ranges::copy(run.for_time(seconds(2)), std::back_inserter(sent));
  EXPECT_THAT(sent, SizeIs(testing::AllOf(testing::Ge(10U), testing::Le(11U)))) << "in 22 s";
  for (const Duration gap : gaps(sent)) EXPECT_GE(gap, seconds(2));
  for (const Instant at : asked)
    EXPECT_TRUE(std::ranges::any_of(sent, [&](const Sent& s) { return s.at >= at && s.at <= at + seconds(2); }));
}

// The unsolicited advertisement is due 1 s after each question: it is the answer, or a host is answered before it.
TEST(IrdpAnswers, ICMP4_RD_007_what_is_due_sooner_is_the_answer) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    for (const Ipv4Address source : {nobody, first_host}) {
      IrdpSimulation run = settled(plain_config(), seed);
      const Instant unsolicited = run.router().next_deadline();
      ASSERT_THAT(run.until(unsolicited - seconds(1)), IsEmpty());
      run.solicit(source);
      const auto sent = run.for_time(seconds(5));
      ASSERT_THAT(sent, SizeIs(testing::AllOf(testing::Ge(1U), testing::Le(source == nobody ? 1U : 2U))));
      EXPECT_EQ(sent.back().at, unsolicited);
      EXPECT_EQ(sent.back().what.destination, ipv4_all_systems);
      EXPECT_LE(sent.front().at, unsolicited) << "no answer behind it";
    }
  }
}

TEST(IrdpAnswers, ICMP4_RD_006_a_bounded_number_of_hosts_is_answered_alone) {
  for (const std::uint32_t hosts : {8U, 9U, 5000U}) {
    IrdpSimulation run = settled(plain_config());
    for (std::uint32_t i = 0; i < hosts; ++i) run.solicit({first_host.value + i});
    const auto sent = run.for_time(seconds(60));
    std::set<Ipv4Address> alone;
    unsigned multicasts = 0;
    for (const Sent& s : sent) {
      if (s.what.destination == ipv4_all_systems)
        ++multicasts;
      else
        alone.insert(s.what.destination);
    }
    EXPECT_EQ(multicasts, hosts > 8 ? 1U : 0U);
    EXPECT_EQ(alone.size() + multicasts, sent.size()) << "nobody twice";
    EXPECT_LE(alone.size(), 8U);
    EXPECT_TRUE(hosts > 8 ? sent.back().what.destination == ipv4_all_systems : alone.size() == 8)
        << "a multicast answers those that still wait";
  }
}

TEST(IrdpAnswers, ICMP4_RD_006_who_asks_again_waits_no_longer_and_may_ask_later) {
  IrdpSimulation run = settled(plain_config());
  for (int i = 0; i < 20; ++i) run.solicit(first_host);
  EXPECT_THAT(run.for_time(seconds(60)), SizeIs(1));
  run.solicit(first_host);
  EXPECT_THAT(run.for_time(seconds(60)), SizeIs(1));
}

TEST(IrdpAnswers, ICMP4_RD_006_late_calls_hand_out_all_that_is_due) {
  IrdpSimulation run = settled(plain_config());
  for (std::uint32_t i = 0; i < 5; ++i) run.solicit({first_host.value + i});
  std::set<Ipv4Address> alone;
  Random random(1);
  while (const auto sending = run.router().take_due(run.now() + seconds(3), random)) alone.insert(sending->destination);
  EXPECT_THAT(alone, SizeIs(5));
}

}  // namespace
}  // namespace tunstack::test::irdp_answers_test
