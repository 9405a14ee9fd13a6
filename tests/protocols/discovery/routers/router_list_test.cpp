// The default routers of an interface: coming, going and bounds.
#include "protocols/discovery/routers/router_list.hpp"

#include <gtest/gtest.h>

#include "tests/protocols/discovery/routers/router_choice.hpp"

namespace tunstack::test::router_list_test {

using namespace choosing;
namespace {

using namespace std::chrono_literals;
using discovery::ConfiguredRouter;
using discovery::never_preferred;
using discovery::no_end;
using discovery::RouterList;

// ---- coming and going ----

TEST(RouterList, ND_RA_012_a_lifetime_makes_a_default_router_and_zero_ends_it_at_once) {
  RouterList list;
  EXPECT_EQ(chosen6(list), "");
  list.learn(v6(1), 0, lifetime, start);
  EXPECT_EQ(chosen6(list), "fe80::1");
  list.learn(v6(2), 0, 0, start);
  EXPECT_EQ(list.routers().size(), 1U) << "one that never was a default router";
  list.learn(v6(1), 0, 0, start);
  EXPECT_EQ(chosen6(list), "");
}

TEST(RouterList, ND_RA_018_a_router_goes_when_its_lifetime_is_over) {
  struct Step {
    Duration wait;  // from the one before
    std::uint16_t heard;
    std::size_t held;
    const char* why;
  };
  RouterList list;
  Instant now = start;
  for (const Step& step : {
           Step{0s, 10, 1, "new"},
           Step{9s, 0, 1, "its lifetime lasts"},
           Step{0s, 10, 1, "renewed, not made twice"},
           Step{10s - 1ns, 0, 1, "until 10 s after the last advertisement"},
           Step{1ns, 0, 0, "and no longer"},
           Step{0s, 100, 1, "back again"},
           Step{1s, 5, 1, "a shorter lifetime counts too"},
           Step{5s, 0, 0, "though the first would last"},
       }) {
    now += step.wait;
    list.expire(now);
    if (step.heard != 0) list.learn(v6(1), 0, step.heard, now);
    EXPECT_EQ(list.routers().size(), step.held) << step.why;
    EXPECT_EQ(list.next_deadline() == no_end, step.held == 0) << step.why;
  }
}

TEST(RouterList, ND_RA_018_the_deadline_is_that_of_the_first_to_expire) {
  RouterList list;
  EXPECT_EQ(list.next_deadline(), no_end);
  list.learn(v6(1), 0, 30, start);
  list.learn(v6(2), 0, 20, start);
  list.learn(v4(3), 0, 25, start);
  EXPECT_EQ(list.next_deadline(), start + 20s);
  list.expire(start + 20s);
  EXPECT_EQ(list.next_deadline(), start + 25s);
  EXPECT_EQ(chosen6(list), "fe80::1") << "the next router";
}

TEST(RouterList, ND_NA_010_who_is_no_router_any_more_goes) {
  RouterList list;
  list.learn(v6(1), 1, lifetime, start);
  list.learn(v6(2), 0, lifetime, start);
  list.withdraw(v6(1));
  EXPECT_EQ(list.find(v6(1)), nullptr);
  EXPECT_EQ(chosen6(list), "fe80::2");
  list.withdraw(v6(7));
  list.withdraw(v6(2));
  EXPECT_EQ(chosen6(list), "");
}

TEST(RouterList, ICMP4_RD_017_the_lowest_preference_of_all_means_no_default_router) {
  RouterList list;
  list.learn(v4(1), never_preferred, lifetime, start);
  EXPECT_EQ(chosen4(list), "");
  list.learn(v4(1), never_preferred + 1, lifetime, start);
  EXPECT_EQ(chosen4(list), "192.0.2.1");
  list.learn(v4(1), never_preferred, lifetime, start);
  EXPECT_EQ(chosen4(list), "") << "also for one that was a default router before";
  EXPECT_TRUE(RouterList(std::array{ConfiguredRouter{v4(1), never_preferred}}).routers().empty());
}

TEST(RouterList, routers_of_the_two_families_do_not_mix) {
  RouterList list;
  list.learn(v4(1), 100, lifetime, start);
  EXPECT_EQ(chosen6(list), "");
  list.learn(v6(1), -1, lifetime, start);
  EXPECT_EQ(chosen6(list), "fe80::1");
  EXPECT_EQ(chosen4(list), "192.0.2.1");
}

// ---- configured routers ----

TEST(RouterList, ICMP4_RD_020_configured_routers_stay_as_they_are) {
  RouterList list(std::array{ConfiguredRouter{v4(1), 7}});
  list.learn(v4(2), 5, lifetime, start);
  EXPECT_EQ(chosen4(list), "192.0.2.1") << "nothing better was heard";
  list.learn(v4(1), -7, 10, start);
  EXPECT_EQ(list.find(v4(1))->preference, 7);
  list.expire(start + 24h);
  EXPECT_EQ(list.next_deadline(), no_end);
  EXPECT_EQ(chosen4(list), "192.0.2.1");
  list.learn(v4(3), 8, lifetime, start);
  EXPECT_EQ(chosen4(list), "192.0.2.3");
}

TEST(RouterList, ND_NA_010_a_configured_router_that_denies_it_comes_last) {
  RouterList list(std::array{ConfiguredRouter{v6(1), 7}});
  list.learn(v6(2), 0, lifetime, start);
  list.withdraw(v6(1));
  EXPECT_EQ(chosen6(list), "fe80::2");
  list.withdraw(v6(2));
  EXPECT_EQ(chosen6(list), "fe80::1") << "rather than none";
}

// ---- bounds ----

void fill(RouterList& list, std::int32_t preference, std::uint16_t seconds) {
  for (unsigned number = 1; number <= RouterList::capacity; ++number)
    list.learn(v6(number), preference, static_cast<std::uint16_t>(seconds + number), start);
}

TEST(RouterList, ND_RA_019_a_full_list_keeps_the_best) {
  struct Case {
    const char* what;
    std::int32_t preference;
    std::uint16_t seconds;
    bool taken;
  };
  for (const Case& c : {
           Case{"preferred", 1, 1, true},
           Case{"lasts longer than the first", 0, 1002, true},
           Case{"lasts as long as the first", 0, 1001, false},
           Case{"is over before it", 0, 1000, false},
           Case{"lasts, but is not preferred", -1, 9000, false},
       }) {
    RouterList list(std::array{ConfiguredRouter{v6(200), -1}});
    fill(list, 0, 1000);  // fe80::1 for 1001 s, fe80::2 for 1002 s and so on
    list.learn(v6(100), c.preference, c.seconds, start);
    EXPECT_EQ(list.find(v6(100)) != nullptr, c.taken) << c.what;
    EXPECT_EQ(list.find(v6(1)) == nullptr, c.taken) << c.what;
    EXPECT_NE(list.find(v6(200)), nullptr) << c.what << ": a configured one is never displaced";
    EXPECT_EQ(list.routers().size(), RouterList::capacity + 1) << c.what;
  }
}

TEST(RouterList, ND_RA_019_the_least_preferred_gives_way_before_the_one_that_expires_first) {
  RouterList list;
  fill(list, 0, 1000);
  list.learn(v6(5), -1, 9000, start);
  list.learn(v6(100), 0, 500, start);
  EXPECT_EQ(list.find(v6(5)), nullptr);
  EXPECT_NE(list.find(v6(1)), nullptr);
}

TEST(RouterList, ND_RA_019_a_full_list_still_renews_and_forgets) {
  RouterList list;
  fill(list, 1, 1000);
  list.learn(v6(3), 1, 9000, start);
  EXPECT_EQ(list.find(v6(3))->expires, start + 9000s);
  list.learn(v6(100), -1, 10, start + 1001s);
  EXPECT_NE(list.find(v6(100)), nullptr) << "fe80::1 is over by then, though nobody said so";
}

TEST(RouterList, a_flood_of_one_family_leaves_the_other_alone) {
  RouterList list;
  list.learn(v6(1), -1, 10, start);
  for (unsigned number = 0; number < 200; ++number) list.learn(v4(number), INT32_MAX, 9000, start);
  EXPECT_EQ(list.routers().size(), RouterList::capacity + 1);
  EXPECT_EQ(chosen6(list), "fe80::1");
  for (unsigned number = 0; number < 200; ++number) list.learn(v6(number), 1, 9000, start);
  EXPECT_EQ(list.routers().size(), 2 * RouterList::capacity);
  const auto* memory = list.routers().data();
  for (unsigned number = 200; number < 255; ++number) list.learn(v6(number), 2, 9000, start);
  EXPECT_EQ(list.routers().size(), 2 * RouterList::capacity);
  EXPECT_EQ(list.routers().data(), memory) << "no packet takes more memory";
}

}  // namespace
}  // namespace tunstack::test::router_list_test
