// Which default router is used.
#include "tests/protocols/discovery/routers/router_choice.hpp"

#include <gtest/gtest.h>

#include "protocols/discovery/routers/router_list.hpp"

namespace tunstack::test::router_choice_test {

using namespace choosing;
namespace {

using discovery::ConfiguredRouter;
using discovery::never_preferred;
using discovery::RouterList;

TEST(RouterList, ND_RA_019_those_that_work_first_then_the_preferred_one) {
  struct Case {
    const char* what;
    Known known;
    const char* chosen;
  };
  RouterList list;
  list.learn(v6(1), -1, lifetime, start);
  list.learn(v6(2), 1, lifetime, start);
  list.learn(v6(3), 0, lifetime, start);
  list.learn(v6(4), 0, lifetime, start);
  for (const Case& c : {
           Case{"nothing is known: the preferred one (RFC 4191 3.2)", {}, "fe80::2"},
           Case{"all work", {{"fe80::1", up}, {"fe80::2", up}, {"fe80::3", up}, {"fe80::4", up}}, "fe80::2"},
           Case{"the preferred one is not known to fail", {{"fe80::1", up}, {"fe80::3", up}}, "fe80::2"},
           Case{"it fails", {{"fe80::2", down}}, "fe80::3"},
           Case{"of two alike the one that is known to work", {{"fe80::2", down}, {"fe80::4", up}}, "fe80::4"},
           Case{"the least preferred one", {{"fe80::2", down}, {"fe80::3", down}, {"fe80::4", down}}, "fe80::1"},
       })
    EXPECT_EQ(chosen6(list, c.known), c.chosen) << c.what;
}

TEST(RouterList, ND_RA_019_preferences_on_the_wire) {
  EXPECT_GT(discovery::preference_of(RouterPreference::high), discovery::preference_of(RouterPreference::medium));
  EXPECT_GT(discovery::preference_of(RouterPreference::medium), discovery::preference_of(RouterPreference::low));
  EXPECT_EQ(discovery::preference_of(RouterPreference::reserved), discovery::preference_of(RouterPreference::medium));
  EXPECT_EQ(discovery::preference_of(RouterPreference::medium), 0) << "as a configured router, and as in RFC 1256";
}

TEST(RouterList, ICMP4_RD_017_preferences_are_signed_and_may_be_large) {
  RouterList list;
  list.learn(v4(1), -1, lifetime, start);
  list.learn(v4(2), 5, lifetime, start);
  list.learn(v4(3), never_preferred, lifetime, start);
  EXPECT_EQ(chosen4(list), "192.0.2.2");
  list.learn(v4(4), INT32_MAX, lifetime, start);
  EXPECT_EQ(chosen4(list), "192.0.2.4");
  list.learn(v4(4), -2, lifetime, start);
  EXPECT_EQ(chosen4(list), "192.0.2.2") << "the last advertisement counts";
}

TEST(RouterList, ND_RA_019_if_none_works_each_has_its_turn) {
  RouterList list;
  for (unsigned number = 1; number <= 3; ++number) list.learn(v6(number), 0, lifetime, start);
  std::string tried;
  for (int turn = 0; turn < 7; ++turn) {
    const std::string router = chosen6(list);
    EXPECT_EQ(chosen6(list), router) << "to look changes nothing";
    tried += router.back();
    list.note_failure(*parse_address(router));
  }
  EXPECT_EQ(tried, "1231231");
}

TEST(RouterList, ND_RA_019_each_has_its_turn_whatever_its_preference) {
  RouterList list;
  list.learn(v6(1), -1, lifetime, start);
  list.learn(v6(2), 1, lifetime, start);
  list.learn(v6(3), 0, lifetime, start);
  const Known none{{"fe80::1", down}, {"fe80::2", down}, {"fe80::3", down}};
  std::string tried;
  for (int turn = 0; turn < 6; ++turn) {
    tried += chosen6(list, none).back();
    list.note_failure(*parse_address(chosen6(list, none)));
  }
  EXPECT_EQ(tried, "231231");
}

// After a failure the neighbor cache has no entry (RFC 4861 7.3.3): unknown must not make it the best again.
TEST(RouterList, ND_NUD_008_V4_TX_013_a_router_that_failed_is_left_for_the_next) {
  RouterList list(std::array{ConfiguredRouter{v4(1), 10}, ConfiguredRouter{v4(2), 0}});
  EXPECT_EQ(chosen4(list), "192.0.2.1");
  list.note_failure(v4(1));
  EXPECT_EQ(chosen4(list), "192.0.2.2");
  EXPECT_EQ(chosen4(list, {{"192.0.2.1", up}}), "192.0.2.1") << "it is there again";
  list.note_failure(v4(2));
  EXPECT_EQ(chosen4(list), "192.0.2.1") << "both fail: the one that failed longer ago";
  list.note_failure(v4(9));
  EXPECT_EQ(chosen4(list), "192.0.2.1") << "somebody else";
}

TEST(RouterList, ND_NUD_008_a_router_that_is_heard_anew_may_be_tried_anew) {
  RouterList list(std::array{ConfiguredRouter{v6(9), 2}});
  list.learn(v6(1), 1, lifetime, start);
  list.learn(v6(2), 0, lifetime, start);
  list.note_failure(v6(9));
  list.note_failure(v6(1));
  EXPECT_EQ(chosen6(list), "fe80::2");
  list.learn(v6(2), 0, lifetime, start);
  EXPECT_EQ(chosen6(list), "fe80::2") << "the advertisement of another says nothing of it";
  list.learn(v6(1), 1, lifetime, start);
  EXPECT_EQ(chosen6(list), "fe80::1");
  list.learn(v6(9), 0, lifetime, start);
  EXPECT_EQ(chosen6(list), "fe80::9");
}

}  // namespace
}  // namespace tunstack::test::router_choice_test
