// Groups of one interface that speaks MLDv2 or IGMPv3: joining, leaving, and what is kept.
#include "protocols/discovery/groups/group_membership.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "tests/protocols/discovery/groups/group_member.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::group_membership_test {

using namespace groups;
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using enum GroupVersion;

const Ipv6Address seven = ip6("ff05::7");
constexpr auto long_enough = 400s;

// ---- joining and leaving ----

TEST(GroupMembership, MLD_001_join_is_told_at_once_and_once_more_within_1_second) {
  std::set<Duration> times;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    MldMember member(seed);
    EXPECT_TRUE(member.join(five));
    const auto sent = member.sent_within(long_enough);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].what, "ff02::16 TO_EX ff02::5");
    EXPECT_EQ(sent[0].at, 0s);
    EXPECT_EQ(sent[1].what, "ff02::16 TO_EX ff02::5");
    EXPECT_GT(sent[1].at, 0s);
    EXPECT_LE(sent[1].at, 1s);
    times.insert(sent[1].at);
  }
  EXPECT_GT(times.size(), 190U);
  EXPECT_LT(*times.begin(), 100ms);
  EXPECT_GT(*times.rbegin(), 900ms);
}

TEST(GroupMembership, IGMP_001_join_goes_to_the_routers_of_version_3) {
  IgmpMember member;
  EXPECT_TRUE(member.join(ip4("239.1.1.1")));
  EXPECT_THAT(member.texts_within(1s), ElementsAre("224.0.0.22 TO_EX 239.1.1.1", "224.0.0.22 TO_EX 239.1.1.1"));
}

TEST(GroupMembership, MLD_001_robustness_is_how_often_a_change_is_told) {
  for (const std::uint8_t robustness : std::to_array<std::uint8_t>({1, 2, 3, 7})) {
    MldMember member(1, {.robustness = robustness});
    member.join(five);
    EXPECT_EQ(member.sent_within(10s).size(), robustness);
  }
}

TEST(GroupMembership, MLD_003_leave_is_a_change_to_include_without_sources) {
  auto member = settled({five});
  member.leave(five);
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 TO_IN ff02::5"));
  EXPECT_THAT(member.texts_within(1s), ElementsAre("ff02::16 TO_IN ff02::5"));
  EXPECT_THAT(member.texts_within(long_enough), IsEmpty());
  EXPECT_EQ(member->next_deadline(), Instant::max());
}

TEST(GroupMembership, IGMP_004_leave_is_a_change_to_include_without_sources) {
  IgmpMember member;
  member.join(ip4("239.1.1.1"));
  member.sent_within(1s);
  member.leave(ip4("239.1.1.1"));
  EXPECT_THAT(member.texts_within(1s), ElementsAre("224.0.0.22 TO_IN 239.1.1.1", "224.0.0.22 TO_IN 239.1.1.1"));
}

// RFC 3810 6.1: the newest state replaces what is still to be told, and counts from the start.
TEST(GroupMembership, MLD_001_a_change_replaces_the_pending_one) {
  MldMember member;
  member.join(five);
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 TO_EX ff02::5"));
  member.leave(five);
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 TO_IN ff02::5"));
  member.join(five);
  EXPECT_THAT(member.texts_within(5s), ElementsAre("ff02::16 TO_EX ff02::5", "ff02::16 TO_EX ff02::5"));
}

TEST(GroupMembership, MLD_001_changes_that_are_due_together_share_a_report) {
  MldMember member;
  member.join(five);
  member.join(six);
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 TO_EX ff02::5 TO_EX ff02::6"));
}

// Who counts those that need a group is ip::LocalAddresses, which may say again that it is joined.
TEST(GroupMembership, MLD_010_a_group_that_is_joined_again_is_not_reported_again) {
  const Ipv6Address group = solicited_node_group(ip6("2001:db8::1"));
  auto member = settled({group});
  member.join(group);
  EXPECT_THAT(member.texts_within(2s), IsEmpty()) << "reported already";
  EXPECT_THAT(member->groups(), ElementsAre(group));
  member.leave(group);
  EXPECT_THAT(member.texts_within(2s), ElementsAre("ff02::16 TO_IN ff02::1:ff00:1", "ff02::16 TO_IN ff02::1:ff00:1"));
  EXPECT_THAT(member->groups(), IsEmpty());
}

TEST(GroupMembership, leave_of_what_was_not_joined_changes_nothing) {
  auto member = settled({five});
  member.leave(six);
  member.leave(five);
  member.sent_within(2s);
  member.leave(five);
  EXPECT_THAT(member.texts_within(2s), IsEmpty());
}

TEST(GroupMembership, MLD_001_groups_that_are_never_reported) {
  for (const char* group : {"ff02::1", "ff00::5", "ff01::5", "ff11::5", "2001:db8::1", "::"}) {
    auto member = settled({ip6(group)});
    EXPECT_TRUE(member.join(ip6(group))) << group;
    member.query(current, 1s);
    member.query(current, 1s, ip6(group));
    EXPECT_THAT(member.texts_within(2s), IsEmpty()) << group;
    member.query(older, 1s);
    member.query(older, 1s, ip6(group));
    member.leave(ip6(group));
    EXPECT_THAT(member.texts_within(2s), IsEmpty()) << group;
  }
  for (const char* group : {"ff02::2", "ff03::1", "ff05::1", "ff0e::1", "ff12::1"})
    EXPECT_EQ(settled({ip6(group)})->groups().size(), 1U) << group;
}

TEST(GroupMembership, IGMP_005_all_systems_is_never_reported) {
  IgmpMember member;
  for (const char* group : {"224.0.0.1", "192.0.2.1", "0.0.0.0", "255.255.255.255"})
    EXPECT_TRUE(member.join(ip4(group)));
  EXPECT_THAT(member.texts_within(2s), IsEmpty());
  member.join(ip4("224.0.0.251"));
  member.sent_within(2s);
  member.query(current, 1s);
  EXPECT_THAT(member.texts_within(2s), ElementsAre("224.0.0.22 IS_EX 224.0.0.251"));
}

// RFC 3590 4: routers ignore reports from ::, so all is told again once there is a link-local address.
TEST(GroupMembership, MLD_002_all_groups_are_told_anew) {
  auto member = settled({five, six});
  member.join(seven);
  member.leave(seven);
  member.sent_within(2s);
  member->announce_all(member.now());
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 TO_EX ff02::5 TO_EX ff02::6"));
  EXPECT_THAT(member.texts_within(1s), UnorderedElementsAre("ff02::16 TO_EX ff02::5", "ff02::16 TO_EX ff02::6"));
}

// ---- bounds ----

TEST(GroupMembership, groups_are_bounded) {
  MldMember member;
  for (unsigned i = 0; i < 64; ++i) EXPECT_TRUE(member.join(numbered(i)));
  EXPECT_FALSE(member.join(numbered(64)));
  EXPECT_TRUE(member.join(numbered(63))) << "a group that has a place";
  EXPECT_TRUE(member.join(ipv6_all_nodes)) << "a group that needs none";
  EXPECT_EQ(member->groups().size(), 64U);
  member.sent_within(2s);
  member.leave(numbered(5));
  member.sent_within(2s);
  EXPECT_TRUE(member.join(numbered(64))) << "in the place of the one that was left";
  EXPECT_FALSE(member.join(numbered(5)));
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 TO_EX ff05::140"));
}

// A join matters more than the repetition of a leave, and the leave reported more often goes first.
TEST(GroupMembership, a_join_takes_the_place_of_a_group_that_is_being_left) {
  MldMember member(1, {.robustness = 3});
  for (unsigned i = 0; i < 64; ++i) member.join(numbered(i));
  member.sent_within(4s);
  member.leave(numbered(7));
  member.leave(numbered(8));
  EXPECT_EQ(member.sent_now().size(), 1U);
  const Instant repeat = member->next_deadline();
  const auto repeated = member.take_due(repeat);
  ASSERT_TRUE(repeated);
  const Ipv6Address told_twice = std::get<MldReport>(repeated->message).records[0].group;
  const Ipv6Address told_once = told_twice == numbered(7) ? numbered(8) : numbered(7);
  EXPECT_TRUE(member->join(numbered(64), repeat));
  std::vector<Ipv6Address> left;
  for (Instant now = repeat; now != Instant::max(); now = member->next_deadline())
    while (const auto sending = member.take_due(now))
      for (const MldRecord& record : std::get<MldReport>(sending->message).records)
        if (record.type == GroupRecordType::change_to_include) left.push_back(record.group);
  EXPECT_THAT(left, ElementsAre(told_once, told_once));
}

TEST(GroupMembership, rejoining_takes_the_place_that_the_group_still_has) {
  auto member = settled({five, six});
  member.leave(six);
  member.sent_now();
  member.join(six);
  EXPECT_THAT(member.texts_within(3s), ElementsAre("ff02::16 TO_EX ff02::6", "ff02::16 TO_EX ff02::6"));
  ASSERT_EQ(member->groups().size(), 2U);
  member.leave(six);
  EXPECT_EQ(member->groups().size(), 1U);
}

TEST(GroupMembership, nothing_is_due_at_the_start) {
  MldMember member;
  EXPECT_EQ(member->next_deadline(), Instant::max());
  EXPECT_FALSE(member.take_due(member.now()));
  EXPECT_THAT(member->groups(), IsEmpty());
  EXPECT_EQ(member->version(), current);
}

}  // namespace
}  // namespace tunstack::test::group_membership_test
