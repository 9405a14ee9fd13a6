// Answers to queries in MLDv2 and IGMPv3: when they leave, and what they hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/protocols/discovery/groups/group_member.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::group_answers_test {

using namespace groups;
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using enum GroupVersion;

const Ipv6Address seven = ip6("ff05::7");

// ---- queries for all groups ----

TEST(GroupAnswers, MLD_004_one_answer_with_all_groups_within_the_maximum_response_time) {
  std::set<Duration> times;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    auto member = settled({five, six, seven}, seed);
    const Duration asked = member.now() - Instant{};
    member.query(current, 1s);
    const auto sent = member.sent_within(400s);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].what, "ff02::16 IS_EX ff02::5 IS_EX ff02::6 IS_EX ff05::7");
    EXPECT_GT(sent[0].at, asked);
    EXPECT_LE(sent[0].at, asked + 1s);
    times.insert(sent[0].at - asked);
  }
  EXPECT_GT(times.size(), 190U);
  EXPECT_LT(*times.begin(), 100ms);
  EXPECT_GT(*times.rbegin(), 900ms);
}

TEST(GroupAnswers, IGMP_002_general_query) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    IgmpMember member(seed);
    member.join(ip4("239.1.1.1"));
    member.sent_within(2s);
    member.query(current, 1s);
    EXPECT_THAT(member.texts_within(1s), ElementsAre("224.0.0.22 IS_EX 239.1.1.1"));
  }
}

TEST(GroupAnswers, MLD_004_nobody_answers_for_no_group) {
  MldMember member;
  member.query(current, 1s);
  member.query(current, 1s, five);
  EXPECT_THAT(member.texts_within(2s), IsEmpty());
  member.join(five);
  member.sent_within(10s);
  member.query(current, 1s, five);
  EXPECT_THAT(member.texts_within(2s), testing::SizeIs(1));
}

TEST(GroupAnswers, MLD_004_a_maximum_response_time_of_0_is_at_once) {
  auto member = settled({five});
  member.query(current, 0s);
  EXPECT_EQ(member->next_deadline(), member.now());
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 IS_EX ff02::5"));
}

TEST(GroupAnswers, MLD_004_delays_reach_from_above_0_to_the_maximum) {
  std::set<Duration> delays;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    auto member = settled({five}, seed);
    member.query(current, 3ns);
    delays.insert(member->next_deadline() - member.now());
  }
  EXPECT_THAT(delays, ElementsAre(1ns, 2ns, 3ns));
}

struct TwoQueries {
  Duration first, second, answered_within;
  const char* why;
};

// RFC 3810 6.2: rules 1 and 2
TEST(GroupAnswers, MLD_004_the_sooner_of_two_answers_is_sent_alone) {
  for (const TwoQueries& q : {
           TwoQueries{1s, 8000s, 1s, "the pending one is sooner and stays"},
           TwoQueries{8000s, 1s, 1s, "the new one is sooner and replaces it"},
           TwoQueries{8000s, 0s, 0s, "at once"},
       }) {
    auto member = settled({five});
    member.query(current, q.first);
    member.query(current, q.second);
    EXPECT_THAT(member.texts_within(q.answered_within), ElementsAre("ff02::16 IS_EX ff02::5")) << q.why;
    EXPECT_THAT(member.texts_within(9000s), IsEmpty()) << q.why;
  }
}

TEST(GroupAnswers, MLD_001_changes_go_on_beside_answers) {
  MldMember member;
  member.join(five);
  member.sent_now();
  member.query(current, 0s);
  EXPECT_THAT(member.texts_within(2s), ElementsAre("ff02::16 IS_EX ff02::5", "ff02::16 TO_EX ff02::5"));
}

TEST(GroupAnswers, MLD_001_the_change_comes_before_the_answer_where_both_are_due) {
  MldMember member(1, {.robustness = 1});
  member.join(five);
  member.query(current, 0s);
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 TO_EX ff02::5", "ff02::16 IS_EX ff02::5"));
}

TEST(GroupAnswers, MLD_005_a_pending_answer_ends_with_the_membership) {
  auto member = settled({five});
  member.query(current, 100s, five);
  member.leave(five);
  EXPECT_THAT(member.texts_within(200s), ElementsAre("ff02::16 TO_IN ff02::5", "ff02::16 TO_IN ff02::5"));
}

TEST(GroupAnswers, MLD_004_a_group_that_was_left_is_not_among_the_answers) {
  auto member = settled({five, six});
  member.query(current, 1s, six);
  member.leave(six);
  member.sent_within(2s);
  member.query(current, 0s);
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 IS_EX ff02::5"));
  auto leaving = settled({five, six});
  leaving.leave(six);
  leaving.sent_now();
  leaving.query(current, 0s);
  leaving.query(current, 0s, six);
  EXPECT_THAT(leaving.sent_now(), ElementsAre("ff02::16 IS_EX ff02::5")) << "while its leave is still to be repeated";
}

// ---- queries for one group ----

TEST(GroupAnswers, MLD_005_query_for_a_group) {
  auto member = settled({five, six});
  member.query(current, 1s, five);
  EXPECT_THAT(member.texts_within(1s), ElementsAre("ff02::16 IS_EX ff02::5"));
  member.query(current, 1s, seven);
  EXPECT_THAT(member.texts_within(10s), IsEmpty()) << "of others nothing is told";
}

TEST(GroupAnswers, MLD_005_a_general_answer_that_is_sooner_answers_for_the_group_too) {
  auto member = settled({five});
  member.query(current, 0s);
  member.query(current, 8000s, five);
  EXPECT_THAT(member.texts_within(9000s), ElementsAre("ff02::16 IS_EX ff02::5"));
}

TEST(GroupAnswers, MLD_005_a_general_answer_takes_pending_ones_along) {
  auto member = settled({five, six});
  const Packet source(16, 0x20);
  member.query(current, 8000s, five, source);
  member.query(current, 0s);
  EXPECT_THAT(member.texts_within(9000s), ElementsAre("ff02::16 IS_EX ff02::5 IS_EX ff02::6"));
}

const Packet source_1 = hex("20010db8000000000000000000000001");
const Packet source_2 = hex("20010db8000000000000000000000002");

struct SourceCase {
  const char* what;
  std::vector<Packet> queries;
  const char* answer;
};

Packet many_sources(unsigned count) {
  Packet sources;
  for (unsigned i = 0; i < count; ++i) {
    sources = sources + source_1;
    sources[sources.size() - 2] = static_cast<std::uint8_t>(i);
  }
  return sources;
}

// RFC 3810 6.2 rules 3 to 5, and 6.3: we exclude nothing, so of the wanted sources all are included
TEST(GroupAnswers, MLD_005_query_for_a_group_and_sources) {
  for (const SourceCase& c : {
           SourceCase{"one", {source_1}, " IS_IN ff02::5,2001:db8::1"},
           SourceCase{"two", {source_1 + source_2}, " IS_IN ff02::5,2001:db8::1,2001:db8::2"},
           SourceCase{"one after the other", {source_1, source_2}, " IS_IN ff02::5,2001:db8::1,2001:db8::2"},
           SourceCase{"the same again", {source_1, source_1 + source_1}, " IS_IN ff02::5,2001:db8::1"},
           SourceCase{"then the whole group", {source_1, {}}, " IS_EX ff02::5"},
           SourceCase{"first the whole group", {{}, source_1}, " IS_EX ff02::5"},
           SourceCase{"more than are kept", {many_sources(17)}, " IS_EX ff02::5"},
           SourceCase{"many more than are kept", {many_sources(80)}, " IS_EX ff02::5"},
           SourceCase{"more than are kept, then one", {many_sources(17), source_1}, " IS_EX ff02::5"},
       }) {
    auto member = settled({five, six});
    for (const Packet& sources : c.queries) member.query(current, 1s, five, sources);
    EXPECT_THAT(member.texts_within(1s), ElementsAre(std::string("ff02::16") + c.answer)) << c.what;
    member.query(current, 0s, five, source_2);
    EXPECT_THAT(member.texts_within(1s), ElementsAre("ff02::16 IS_IN ff02::5,2001:db8::2")) << "as if new " << c.what;
  }
}

TEST(GroupAnswers, MLD_005_as_many_sources_as_are_kept) {
  auto member = settled({five});
  const Packet sources = many_sources(16);
  member.query(current, 0s, five, sources);
  const auto sent = member.sent_now();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(std::ranges::count(sent[0], ','), 16);
  EXPECT_THAT(sent[0], testing::HasSubstr(" IS_IN ff02::5,"));
}

TEST(GroupAnswers, MLD_005_the_sooner_of_two_answers_for_a_group) {
  for (const TwoQueries& q :
       {TwoQueries{1s, 8000s, 1s, "the pending one stays"}, TwoQueries{8000s, 1s, 1s, "the new one is sooner"}}) {
    auto member = settled({five});
    member.query(current, q.first, five);
    member.query(current, q.second, five);
    EXPECT_THAT(member.texts_within(q.answered_within), ElementsAre("ff02::16 IS_EX ff02::5")) << q.why;
    EXPECT_THAT(member.texts_within(9000s), IsEmpty()) << q.why;
  }
}

TEST(GroupAnswers, MLD_005_a_wanted_source_is_forgotten_with_the_group) {
  auto member = settled({five});
  member.query(current, 1s, five, source_1);
  member.leave(five);
  member.join(five);
  member.sent_within(2s);
  member.query(current, 0s, five, source_2);
  EXPECT_THAT(member.sent_now(), ElementsAre("ff02::16 IS_IN ff02::5,2001:db8::2"));
}

// ---- many groups ----

struct Division {
  std::size_t mtu;
  std::vector<std::size_t> records;
  const char* why;
};

TEST(GroupAnswers, MLD_004_an_answer_is_divided_by_the_mtu) {
  const auto with = [](std::size_t groups) { return 40 + 8 + 8 + groups * 20; };
  for (const Division& d : {
           Division{1500, {64}, "all fit"},
           Division{with(64), {64}, "just so"},
           Division{with(64) - 1, {63, 1}, "one octet too few"},
           Division{1280, {61, 3}, "the least MTU"},
           Division{with(10), {10, 10, 10, 10, 10, 10, 4}, "many parts"},
           Division{with(0), std::vector<std::size_t>(64, 1), "one is always sent"},
       }) {
    MldMember member(1, {.mtu = d.mtu, .answers = {.rate = 0}});
    for (unsigned i = 0; i < 64; ++i) member.join(numbered(i));
    member.sent_within(2s);
    member.query(current, 0s);
    std::vector<std::size_t> records;
    std::set<std::string> groups;
    while (const auto sending = member.take_due(member.now())) {
      const auto& report = std::get<MldReport>(sending->message);
      records.push_back(report.records.size());
      for (const MldRecord& record : report.records) groups.insert(to_text(record.group));
      if (records.size() > 100) break;
    }
    EXPECT_EQ(records, d.records) << d.why;
    EXPECT_EQ(groups.size(), 64U) << d.why;
  }
}

TEST(GroupAnswers, IGMP_002_an_answer_is_divided_by_the_mtu) {
  for (const std::size_t mtu : {20U + 4 + 8 + 2 * 8, 20U + 4 + 8 + 3 * 8 - 1}) {
    IgmpMember member(1, {.mtu = mtu});
    for (unsigned i = 0; i < 5; ++i) member.join(Ipv4Address{0xef000000 + i});
    EXPECT_THAT(member.sent_now(),
                ElementsAre("224.0.0.22 TO_EX 239.0.0.0 TO_EX 239.0.0.1", "224.0.0.22 TO_EX 239.0.0.2 TO_EX 239.0.0.3",
                            "224.0.0.22 TO_EX 239.0.0.4"))
        << mtu;
  }
}

}  // namespace
}  // namespace tunstack::test::group_answers_test
