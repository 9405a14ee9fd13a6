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
using discovery::Standing;
using discovery::Teller;

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
  list.learn(v4(3), INT32_MAX, lifetime, start);
  EXPECT_EQ(chosen4(list), "192.0.2.1") << "whatever somebody says of himself";
  EXPECT_EQ(chosen4(list, {{"192.0.2.1", down}}), "192.0.2.3") << "but not if it fails";
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

/// What a neighbor cache would say; unproven unless it is written here.
using Standings = std::map<std::string, Standing>;
Teller teller(const IpAddress& address, const Standings& standings) {
  return {address, [standings](const IpAddress& other) {
            const auto found = standings.find(to_text(other));
            return found == standings.end() ? Standing::unproven : found->second;
          }};
}

TEST(RouterList, ND_RA_019_a_full_list_takes_none_that_is_not_better_proven) {
  struct Case {
    const char* what;
    std::int32_t preference;
    std::uint16_t seconds;
    Standings standings;
    std::string_view gone;  // in its favour
  };
  for (const Case& c : {
           Case{"made up, though preferred and lasting", 1, 9000, {}, ""},
           Case{"it answers, the others do not: the least preferred of them",
                -1,
                1,
                {{"fe80::64", Standing::answered}},
                "fe80::5"},
           Case{"likewise, but that one answers: the first to expire",
                -1,
                1,
                {{"fe80::64", Standing::answered}, {"fe80::5", Standing::answered}},
                "fe80::1"},
           Case{"one has failed", -1, 1, {{"fe80::9", Standing::failed}}, "fe80::9"},
           Case{"it has failed", 1, 9000, {{"fe80::64", Standing::failed}, {"fe80::9", Standing::failed}}, ""},
       }) {
    RouterList list(std::array{ConfiguredRouter{v6(200), -1}});
    fill(list, 0, 1000);  // fe80::1 for 1001 s, fe80::2 for 1002 s and so on
    list.learn(v6(5), -1, 9000, start);
    const auto refused = list.learn(v6(100), c.preference, c.seconds, start, teller(v6(100), c.standings));
    EXPECT_EQ(list.find(v6(100)) != nullptr, !c.gone.empty()) << c.what;
    EXPECT_EQ(refused ? info(*refused).name : "", c.gone.empty() ? "router_list_full" : "") << c.what;
    for (unsigned number = 1; number <= RouterList::capacity; ++number)
      EXPECT_EQ(list.find(v6(number)) == nullptr, to_text(v6(number)) == c.gone) << c.what << ", " << number;
    EXPECT_NE(list.find(v6(200)), nullptr) << c.what << ": a configured one is never displaced";
    EXPECT_EQ(list.routers().size(), RouterList::capacity + 1) << c.what;
  }
}

TEST(RouterList, ND_RA_019_a_full_list_is_not_searched_for_each_of_a_flood) {
  RouterList list;
  fill(list, 0, 1000);
  std::size_t asked = 0;
  const auto counting = [&asked](const IpAddress&) {
    ++asked;
    return Standing::unproven;
  };
  for (unsigned number = 101; number <= 200; ++number) list.learn(v6(number), 1, 9000, start, {v6(number), counting});
  EXPECT_LE(asked, 100 + 3 * RouterList::capacity) << "each newcomer, and once those held";
  EXPECT_FALSE(list.learn(v6(99), -1, 10, start, teller(v6(99), {{"fe80::63", Standing::answered}})))
      << "who answers is looked at all the same";
}

TEST(RouterList, ICMP4_RD_016_one_teller_has_a_share) {
  RouterList list;
  for (unsigned number = 1; number <= 100; ++number) {
    const auto refused = list.learn(v4(number), INT32_MAX, 9000, start, {.address = v4(250)});
    EXPECT_EQ(refused ? info(*refused).name : "", number <= RouterList::share ? "" : "router_share_used") << number;
  }
  EXPECT_EQ(list.routers().size(), RouterList::share);
  EXPECT_FALSE(list.learn(v4(1), 5, 9000, start, {.address = v4(250)})) << "those held are renewed";
  EXPECT_FALSE(list.learn(v4(200), 0, 9000, start)) << "others have theirs";
}

TEST(RouterList, ND_RA_019_a_full_list_still_renews_and_forgets) {
  RouterList list;
  fill(list, 1, 1000);
  list.learn(v6(3), 1, 9000, start);
  EXPECT_EQ(list.find(v6(3))->expires, start + 9000s);
  EXPECT_FALSE(list.learn(v6(100), -1, 10, start + 1001s));
  EXPECT_NE(list.find(v6(100)), nullptr) << "fe80::1 is over by then, though nobody said so";
}

TEST(RouterList, a_flood_of_one_family_leaves_the_other_alone) {
  RouterList list;
  list.learn(v6(1), -1, 10, start);
  for (unsigned number = 0; number < 200; ++number) list.learn(v4(number), INT32_MAX, 9000, start);
  EXPECT_EQ(list.routers().size(), RouterList::capacity + 1);
  EXPECT_EQ(chosen6(list), "fe80::1");
  for (unsigned number = 0; number < 100; ++number) list.learn(v6(number), 1, 9000, start);
  EXPECT_EQ(list.routers().size(), 2 * RouterList::capacity);
  const auto* memory = list.routers().data();
  for (unsigned number = 100; number < 200; ++number) list.learn(v6(number), 1, 9000, start);
  EXPECT_EQ(list.routers().size(), 2 * RouterList::capacity);
  EXPECT_EQ(list.routers().data(), memory) << "nothing takes memory any more";
}

}  // namespace
}  // namespace tunstack::test::router_list_test
