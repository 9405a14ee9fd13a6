// Groups of one interface where an older querier is: MLDv1, IGMPv2, IGMPv1.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/protocols/discovery/groups/group_member.hpp"

namespace tunstack::test::older_group_membership_test {

using namespace groups;
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using enum GroupVersion;

constexpr Ipv4Address g1{0xef000001};
constexpr const char* report_5 = "ff02::5 131 ff02::5";
constexpr const char* done_5 = "ff02::2 132 ff02::5";

// ---- answers ----

TEST(OlderGroupMembership, MLD_008_each_group_is_reported_to_itself) {
  MldMember member;
  member.join(five);
  member.join(six);
  member.sent_within(2s);
  member.query(older, 5s);
  EXPECT_EQ(member->version(), older);
  EXPECT_THAT(member.texts_within(5s), UnorderedElementsAre(report_5, "ff02::6 131 ff02::6"));
  EXPECT_THAT(member.texts_within(200s), IsEmpty());
}

TEST(OlderGroupMembership, IGMP_002_reports_of_versions_1_and_2) {
  auto v2 = answered<IgmpMember>(older, {g1});
  v2.query(older, 10s);
  EXPECT_THAT(v2.texts_within(10s), ElementsAre("239.0.0.1 22 239.0.0.1"));
  auto v1 = answered<IgmpMember>(oldest, {g1});
  v1.query(oldest, 10s);
  EXPECT_THAT(v1.texts_within(10s), ElementsAre("239.0.0.1 18 239.0.0.1"));
}

TEST(OlderGroupMembership, MLD_009_each_group_has_its_own_delay_within_the_maximum) {
  std::set<Duration> times;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto member = answered<MldMember>(older, {five, six}, seed);
    const Duration asked = member.now() - Instant{};
    member.query(older, 5s);
    const auto sent = member.sent_within(200s);
    ASSERT_EQ(sent.size(), 2U);
    for (const Sent& s : sent) {
      EXPECT_GT(s.at, asked);
      EXPECT_LE(s.at, asked + 5s);
      times.insert(s.at - asked);
    }
  }
  EXPECT_GT(times.size(), 190U);
  EXPECT_LT(*times.begin(), 500ms);
  EXPECT_GT(*times.rbegin(), 4500ms);
}

TEST(OlderGroupMembership, MLD_009_query_for_a_group) {
  auto member = answered<MldMember>(older, {five, six});
  member.query(older, 1s, five);
  EXPECT_THAT(member.texts_within(1s), ElementsAre(report_5));
  member.query(older, 1s, ip6("ff02::7"));
  EXPECT_THAT(member.texts_within(10s), IsEmpty());
}

TEST(OlderGroupMembership, MLD_008_queries_of_version_2_are_answered_in_version_1) {
  auto member = answered<MldMember>(older, {five});
  const std::vector<std::uint8_t> source(16, 0x20);
  member.query(current, 1s);
  EXPECT_THAT(member.texts_within(1s), ElementsAre(report_5));
  member.query(current, 1s, five);
  EXPECT_THAT(member.texts_within(1s), ElementsAre(report_5));
  member.query(current, 1s, five, source);
  EXPECT_THAT(member.texts_within(1s), ElementsAre(report_5));
}

struct Running {
  Duration remaining_most, asked, answered_within;
  const char* why;
};

// RFC 2710 4: a running timer is reset only if the maximum is less than what remains of it
TEST(OlderGroupMembership, MLD_009_a_running_timer) {
  for (const Running& r : {
           Running{1s, 8000s, 1s, "it stays if it ends soon enough"},
           Running{8000s, 1s, 1s, "it is reset if it ends too late"},
           Running{8000s, 0s, 0s, "at once"},
       }) {
    auto member = answered<MldMember>(older, {five});
    member.query(older, r.remaining_most);
    member.query(older, r.asked);
    EXPECT_THAT(member.texts_within(r.answered_within), ElementsAre(report_5)) << r.why;
    EXPECT_THAT(member.texts_within(200s), IsEmpty()) << r.why;
  }
}

TEST(OlderGroupMembership, MLD_009_a_timer_that_ends_soon_enough_keeps_its_time) {
  auto member = answered<MldMember>(older, {five});
  member.query(older, 5s);
  const Instant due = member->next_deadline();
  for (int i = 0; i < 50; ++i) {
    member.query(older, 5s);
    EXPECT_EQ(member->next_deadline(), due);
  }
}

// ---- joining ----

TEST(OlderGroupMembership, MLD_009_join_is_told_at_once_and_once_more_within_10_seconds) {
  std::set<Duration> times;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto member = answered<MldMember>(older, {}, seed);
    const Duration start = member.now() - Instant{};
    member.join(five);
    const auto sent = member.sent_within(100s);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].what, report_5);
    EXPECT_EQ(sent[0].at, start);
    EXPECT_EQ(sent[1].what, report_5);
    EXPECT_GT(sent[1].at, start);
    EXPECT_LE(sent[1].at, start + 10s);
    times.insert(sent[1].at - start);
  }
  EXPECT_GT(times.size(), 90U);
  EXPECT_LT(*times.begin(), 1s);
  EXPECT_GT(*times.rbegin(), 9s);
}

TEST(OlderGroupMembership, IGMP_001_join_is_told_to_the_group) {
  auto member = answered<IgmpMember>(older, {});
  member.join(g1);
  EXPECT_THAT(member.texts_within(10s), ElementsAre("239.0.0.1 22 239.0.0.1", "239.0.0.1 22 239.0.0.1"));
}

// One timer for each group: the repetition of a join is an answer as well.
TEST(OlderGroupMembership, MLD_009_a_query_finds_the_repetition_of_a_join_pending) {
  auto member = answered<MldMember>(older, {});
  member.join(five);
  EXPECT_THAT(member.sent_now(), ElementsAre(report_5));
  member.query(older, 10s);
  EXPECT_THAT(member.texts_within(10s), ElementsAre(report_5)) << "it comes soon enough";
  member.join(six);
  member.sent_now();
  member.query(older, 1ms, six);
  EXPECT_THAT(member.texts_within(1ms), ElementsAre("ff02::6 131 ff02::6"));
  EXPECT_THAT(member.texts_within(100s), IsEmpty()) << "the answer replaced it";
}

// ---- reports of others ----

TEST(OlderGroupMembership, MLD_009_a_report_of_another_cancels_ours) {
  auto member = answered<MldMember>(older, {five, six});
  member.query(older, 5s);
  member.report(five);
  member.report(ip6("ff02::7"));
  EXPECT_THAT(member.texts_within(5s), ElementsAre("ff02::6 131 ff02::6"));
}

TEST(OlderGroupMembership, IGMP_002_a_report_of_another_cancels_ours) {
  for (const GroupVersion version : {oldest, older}) {
    for (const bool is_alone : {true, false}) {
      auto member = answered<IgmpMember>(version, {g1});
      member.query(version, 10s);
      if (!is_alone) member.report(g1);
      EXPECT_THAT(member.texts_within(20s), testing::SizeIs(is_alone ? 1 : 0));
    }
  }
}

TEST(OlderGroupMembership, MLD_009_the_repetition_of_a_join_is_cancelled_but_not_its_first_report) {
  auto member = answered<MldMember>(older, {});
  member.join(five);
  member.report(five);
  EXPECT_THAT(member.sent_now(), ElementsAre(report_5)) << "due before the other one came";
  member.report(five);
  EXPECT_THAT(member.texts_within(20s), IsEmpty());
}

TEST(OlderGroupMembership, MLD_009_reports_of_others_do_not_matter_in_version_2) {
  MldMember member;
  member.join(five);
  member.sent_now();
  member.query(current, 1s, five);
  member.report(five);
  EXPECT_THAT(member.texts_within(2s), UnorderedElementsAre("ff02::16 IS_EX ff02::5", "ff02::16 TO_EX ff02::5"));
}

// ---- leaving ----

struct Leaving {
  const char* what;
  void (*before)(MldMember&);
  bool done;
};

TEST(OlderGroupMembership, MLD_009_done_only_if_nobody_else_reported_last) {
  for (const Leaving& l : {
           Leaving{"we reported", [](MldMember&) {}, true},
           Leaving{"another reported, though we had nothing pending", [](MldMember& m) { m.report(five); }, true},
           Leaving{"another reported instead of us",
                   [](MldMember& m) {
                     m.query(older, 5s);
                     m.report(five);
                   },
                   false},
           Leaving{"another reported instead of us, later we did",
                   [](MldMember& m) {
                     m.query(older, 5s);
                     m.report(five);
                     m.query(older, 0s);
                     m.sent_now();
                   },
                   true},
           Leaving{"we left and joined anew",
                   [](MldMember& m) {
                     m.query(older, 5s);
                     m.report(five);
                     m.leave(five);
                     m.join(five);
                     m.sent_now();
                   },
                   true},
           Leaving{"with a repetition of the join pending",
                   [](MldMember& m) {
                     m->announce_all(m.now());
                     m.sent_now();
                   },
                   true},
       }) {
    auto member = answered<MldMember>(older, {five});
    l.before(member);
    member.leave(five);
    EXPECT_EQ(member.texts_within(100s), l.done ? std::vector<std::string>{done_5} : std::vector<std::string>{})
        << l.what;
    EXPECT_THAT(member->groups(), IsEmpty());
  }
}

TEST(OlderGroupMembership, IGMP_004_leave_of_version_2_and_none_in_version_1) {
  auto v2 = answered<IgmpMember>(older, {g1});
  v2.leave(g1);
  EXPECT_THAT(v2.texts_within(100s), ElementsAre("224.0.0.2 23 239.0.0.1"));
  auto v1 = answered<IgmpMember>(oldest, {g1});
  v1.leave(g1);
  EXPECT_THAT(v1.texts_within(100s), IsEmpty());
}

TEST(OlderGroupMembership, MLD_009_a_pending_answer_is_not_sent_for_a_group_that_was_left) {
  auto member = answered<MldMember>(older, {five});
  member.query(older, 5s);
  member.leave(five);
  EXPECT_THAT(member.texts_within(100s), ElementsAre(done_5));
}

}  // namespace
}  // namespace tunstack::test::older_group_membership_test
