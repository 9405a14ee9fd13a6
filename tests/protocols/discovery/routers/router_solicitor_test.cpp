// When a host asks for routers.
#include "protocols/discovery/routers/router_solicitor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace tunstack::test::router_solicitor_test {
namespace {

using namespace std::chrono_literals;
using discovery::no_end;
using discovery::RouterSolicitor;
using discovery::SolicitorSettings;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant start = Instant{} + 100s;

/// A solicitor at work, woken exactly at its deadlines.
struct Host {
  explicit Host(const SolicitorSettings& settings = {}, std::uint64_t seed = 1)
      : random(seed), solicitor(settings, start, random) {}

  bool is_sent_at_deadline() {
    const Instant due = solicitor.next_deadline();
    return due != no_end && solicitor.take_due(due, random);
  }
  /// The gaps between the first `most` solicitations.
  std::vector<Duration> gaps(std::size_t most) {
    std::vector<Duration> gaps;
    Instant last = solicitor.next_deadline();
    while (gaps.size() < most && is_sent_at_deadline() && solicitor.next_deadline() != no_end) {
      gaps.push_back(solicitor.next_deadline() - last);
      last = solicitor.next_deadline();
    }
    return gaps;
  }

  Random random;
  RouterSolicitor solicitor;
};

TEST(RouterSolicitor, ND_RS_001_three_solicitations_four_seconds_apart) {
  Host host;
  EXPECT_THAT(host.gaps(100), ElementsAre(4s, 4s));
  EXPECT_EQ(host.solicitor.next_deadline(), no_end);
  EXPECT_FALSE(host.solicitor.take_due(start + 24h, host.random));
}

TEST(RouterSolicitor, ND_RS_001_nothing_before_its_time) {
  Host host;
  const Instant first = host.solicitor.next_deadline();
  struct Step {
    Duration wait;  // after the one before
    bool sent;
    const char* why;
  };
  Instant now = first;
  for (const Step& step : {
           Step{-1ns, false, "the delay is not over"},
           Step{1ns, true, "the first"},
           Step{0s, false, "each once"},
           Step{4s - 1ns, false, "at least 4 s apart"},
           Step{1ns, true, "the second"},
           Step{7s, true, "the third, taken late"},
           Step{100s, false, "no fourth"},
       }) {
    now += step.wait;
    EXPECT_EQ(host.solicitor.take_due(now, host.random), step.sent) << step.why;
  }
}

TEST(RouterSolicitor, ND_RS_001_one_that_is_late_does_not_hasten_the_next) {
  Host host;
  ASSERT_TRUE(host.solicitor.take_due(start + 60s, host.random));
  EXPECT_EQ(host.solicitor.next_deadline(), start + 64s);
}

TEST(RouterSolicitor, ND_RS_001_the_first_after_a_random_delay_of_up_to_a_second) {
  std::set<Instant> firsts;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Instant first = Host({}, seed).solicitor.next_deadline();
    EXPECT_GE(first, start);
    EXPECT_LE(first, start + 1s);
    firsts.insert(first);
  }
  EXPECT_GT(firsts.size(), 190U);
  EXPECT_LT(*firsts.begin(), start + 100ms);
  EXPECT_GT(*firsts.rbegin(), start + 900ms);
}

TEST(RouterSolicitor, ND_RS_001_an_answer_ends_it) {
  for (const int sent_before : {1, 2}) {
    Host host;
    for (int i = 0; i < sent_before; ++i) ASSERT_TRUE(host.is_sent_at_deadline());
    host.solicitor.on_router_advertisement();
    EXPECT_EQ(host.solicitor.next_deadline(), no_end);
    EXPECT_FALSE(host.solicitor.take_due(start + 1h, host.random));
  }
}

// RFC 4861 6.3.7: a host SHOULD send one where an advertisement comes before it asked.
TEST(RouterSolicitor, ND_RS_001_who_hears_a_router_too_early_asks_once) {
  Host host;
  const Instant first = host.solicitor.next_deadline();
  host.solicitor.on_router_advertisement();
  EXPECT_EQ(host.solicitor.next_deadline(), first);
  EXPECT_TRUE(host.is_sent_at_deadline());
  EXPECT_EQ(host.solicitor.next_deadline(), no_end);
}

TEST(RouterSolicitor, ND_RS_001_begins_anew) {
  Host host;
  ASSERT_TRUE(host.is_sent_at_deadline());
  host.solicitor.on_router_advertisement();
  host.solicitor.restart(start + 1h, host.random);
  EXPECT_GE(host.solicitor.next_deadline(), start + 1h);
  EXPECT_LE(host.solicitor.next_deadline(), start + 1h + 1s);
  EXPECT_THAT(host.gaps(100), ElementsAre(4s, 4s));
}

TEST(RouterSolicitor, ND_GEN_008_count_interval_and_delay_are_settings) {
  EXPECT_EQ(Host({.delay = 0s}).solicitor.next_deadline(), start);
  EXPECT_THAT(Host({.count = 2, .interval = 3s}).gaps(100), ElementsAre(3s));
  EXPECT_THAT(Host({.count = 1}).gaps(100), IsEmpty());
  for (const bool backoff : {false, true})
    EXPECT_EQ(Host({.count = 0, .backoff = backoff}).solicitor.next_deadline(), no_end);
}

// ---- RFC 7559 ----

TEST(RouterSolicitor, ND_RS_003_each_interval_is_twice_the_one_before_up_to_an_hour) {
  std::set<Duration> thirds;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto gaps = Host({.backoff = true}, seed).gaps(30);
    ASSERT_EQ(gaps.size(), 30U) << "it does not end";
    EXPECT_GE(gaps[0], 3600ms);
    EXPECT_LE(gaps[0], 4400ms);
    for (std::size_t i = 1; i < gaps.size(); ++i) {
      const bool may_be_an_hour = gaps[i - 1] * 2.1 > 1h;
      EXPECT_TRUE(gaps[i] >= gaps[i - 1] * 1.9 - 2ns || (may_be_an_hour && gaps[i] >= 0.9 * 1h)) << i;
      EXPECT_TRUE(gaps[i] <= gaps[i - 1] * 2.1 + 2ns || (may_be_an_hour && gaps[i] <= 1.1 * 1h)) << i;
      EXPECT_LE(gaps[i], 1.1 * 1h) << i;
    }
    for (std::size_t i = 14; i < gaps.size(); ++i) EXPECT_GE(gaps[i], 0.9 * 1h) << i;
    thirds.insert(gaps[2]);
  }
  EXPECT_GT(thirds.size(), 95U) << "hosts that start together drift apart";
}

TEST(RouterSolicitor, ND_RS_003_the_randomness_goes_both_ways) {
  int shorter = 0, longer = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto gaps = Host({.backoff = true}, seed).gaps(20);
    shorter += gaps[19] < 3500s;
    longer += gaps[19] > 3700s;
  }
  EXPECT_GT(shorter, 10);
  EXPECT_GT(longer, 10);
}

TEST(RouterSolicitor, ND_RS_003_an_answer_ends_it_and_the_next_start_is_quick) {
  Host host({.backoff = true});
  ASSERT_EQ(host.gaps(6).size(), 6U);
  host.solicitor.on_router_advertisement();
  EXPECT_EQ(host.solicitor.next_deadline(), no_end);
  host.solicitor.restart(start + 1h, host.random);
  EXPECT_LE(host.gaps(1).front(), 4400ms);
}

}  // namespace
}  // namespace tunstack::test::router_solicitor_test
