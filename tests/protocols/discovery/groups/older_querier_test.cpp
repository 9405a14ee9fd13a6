// Which version an interface speaks, by the queriers it heard, and what a change of version does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocols/discovery/groups/group_member.hpp"

namespace tunstack::test::older_querier_test {

using namespace groups;
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using enum GroupVersion;

constexpr Ipv4Address g1{0xef000001};
constexpr const char* report_5 = "ff02::5 131 ff02::5";

struct Wait {
  Duration wait;
  GroupVersion expected;
  const char* why;
};

// robustness * query interval + query response interval
constexpr Wait timeouts[] = {
    {0s, older, "at once"}, {260s - 1ns, older, "to the end of the timeout"}, {260s, current, "260 s are over"}};

TEST(OlderQuerier, MLD_008_the_older_version_ends_with_its_timeout) {
  for (const Wait& w : timeouts) {
    auto member = answered<MldMember>(older, {five});
    member.sent_within(w.wait);
    EXPECT_EQ(member->version(), w.expected) << w.why;
    member.query(current, 0s);
    EXPECT_THAT(member.sent_now(), ElementsAre(w.expected == older ? report_5 : "ff02::16 IS_EX ff02::5")) << w.why;
  }
}

TEST(OlderQuerier, IGMP_002_the_older_versions_end_with_their_timeout) {
  for (const GroupVersion version : {oldest, older})
    for (const Wait& w : timeouts) {
      auto member = answered<IgmpMember>(version, {g1});
      member.sent_within(w.wait);
      EXPECT_EQ(member->version(), w.expected == older ? version : current) << w.why;
    }
}

TEST(OlderQuerier, MLD_008_every_query_of_version_1_starts_the_timeout_anew) {
  for (const Ipv6Address& group : {Ipv6Address{}, five, six}) {
    auto member = answered<MldMember>(older, {five});
    member.sent_within(200s);
    member.query(older, 1s, group);
    member.sent_within(259s);
    EXPECT_EQ(member->version(), older);
    member.query(current, 1s);
    member.sent_within(1s);
    EXPECT_EQ(member->version(), current) << "a query of version 2 does not";
  }
}

TEST(OlderQuerier, MLD_008_the_timeout_follows_the_configuration) {
  MldMember member(1, {.robustness = 3, .query_interval = 20s, .query_response_interval = 5s});
  member.query(older, 0s);
  member.sent_within(64s);
  EXPECT_EQ(member->version(), older);
  member.sent_within(1s);
  EXPECT_EQ(member->version(), current);
}

TEST(OlderQuerier, MLD_008_a_query_of_version_1_for_a_group_shows_the_older_querier) {
  MldMember member;
  member.query(older, 1s, five);
  EXPECT_EQ(member->version(), older);
}

// RFC 3376 7.2.1: of version 2 only general queries do.
TEST(OlderQuerier, IGMP_002_a_query_of_version_2_for_a_group_does_not) {
  IgmpMember member;
  member.join(g1);
  member.sent_within(2s);
  member.query(older, 1s, g1);
  EXPECT_EQ(member->version(), current);
  EXPECT_THAT(member.texts_within(1s), ElementsAre("224.0.0.22 IS_EX 239.0.0.1"));
}

TEST(OlderQuerier, IGMP_002_version_1_goes_before_version_2) {
  auto member = answered<IgmpMember>(oldest, {g1});
  member.sent_within(100s);
  member.query(older, 1s);
  EXPECT_EQ(member->version(), oldest);
  EXPECT_THAT(member.texts_within(1s), ElementsAre("239.0.0.1 18 239.0.0.1"));
  member.sent_within(160s);
  EXPECT_EQ(member->version(), older) << "260 s after version 1, 161 s after version 2";
  member.sent_within(98s);
  EXPECT_EQ(member->version(), older);
  member.sent_within(1s);
  EXPECT_EQ(member->version(), current);
}

// RFC 3376 7.2.1: a change of version cancels pending answers and repetitions.
TEST(OlderQuerier, MLD_008_a_change_of_version_cancels_what_is_pending) {
  MldMember joined;
  joined.join(five);
  joined.sent_now();
  joined.query(older, 0s, six);
  EXPECT_THAT(joined.texts_within(20s), IsEmpty()) << "the repetition of the join";

  MldMember asked;
  asked.join(five);
  asked.sent_within(2s);
  asked.query(current, 5s);
  asked.query(older, 0s, six);
  EXPECT_THAT(asked.texts_within(20s), IsEmpty()) << "a general answer";

  auto late = answered<MldMember>(older, {five});
  late.query(older, 100'000s);
  EXPECT_THAT(late.texts_within(200'000s), IsEmpty()) << "an answer that version 2 overtakes";
}

TEST(OlderQuerier, MLD_008_a_change_of_version_ends_pending_leaves) {
  MldMember member;
  member.join(five);
  member.sent_within(2s);
  member.leave(five);
  member.sent_now();
  member.query(older, 0s);
  EXPECT_THAT(member.texts_within(20s), IsEmpty());
}

// Several packets may come before the node sends: what they made due is not lost.
TEST(OlderQuerier, MLD_008_what_is_due_already_is_not_cancelled) {
  MldMember member;
  member.join(five);
  member.query(older, 5s, six);
  EXPECT_THAT(member.sent_now(), ElementsAre(report_5));
}

TEST(OlderQuerier, MLD_001_back_in_version_2_a_change_is_told_in_it) {
  auto member = answered<MldMember>(older, {five});
  member.sent_within(260s);
  member.join(six);
  member.leave(five);
  EXPECT_THAT(member.texts_within(2s), ElementsAre("ff02::16 TO_IN ff02::5 TO_EX ff02::6", testing::_, testing::_));
}

// The node may learn of a leave before it wakes for the end of the timeout.
TEST(OlderQuerier, MLD_008_a_leave_at_the_end_of_the_timeout_is_of_version_2) {
  auto member = answered<MldMember>(older, {five});
  const Instant end = member.now() + 260s;
  EXPECT_EQ(member->next_deadline(), end);
  member->leave(five, end);
  const auto sending = member.take_due(end);
  ASSERT_TRUE(sending);
  EXPECT_EQ(sending->destination, mld_report_destination);
  EXPECT_LE(member->next_deadline(), end + 1s) << "told twice";
}

}  // namespace
}  // namespace tunstack::test::older_querier_test
