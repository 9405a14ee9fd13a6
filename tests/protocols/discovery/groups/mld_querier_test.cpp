// Which groups have listeners, and who asks for them: a querier of MLD, in virtual time.
#include "protocols/discovery/groups/mld_querier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "protocols/base/address.hpp"

namespace tunstack::test::mld_querier_test {
namespace {

using namespace std::chrono_literals;
using discovery::MldQuerier;
using discovery::MldQuerierConfig;
using testing::ElementsAre;
using testing::IsEmpty;
using enum GroupRecordType;

Ipv6Address address(std::string_view text) { return parse_address(text)->ipv6(); }
const Ipv6Address own = address("fe80::5"), lower = address("fe80::4"), higher = address("fe80::6");
const Ipv6Address group = address("ff05::7"), other_group = address("ff05::8"), host = address("fe80::77");

std::string seconds_text(Duration time) {
  std::string text = std::to_string(std::chrono::duration<double>(time).count());
  text.erase(text.find_last_not_of('0') + 1);
  return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

/// A querier, driven as a node does: it wakes at its deadlines, and what leaves is text.
class Link {
 public:
  explicit Link(const MldQuerierConfig& config = {}, const std::optional<Ipv6Address>& from = own)
      : querier_(config, Instant{}) {
    querier_.use_address(from, now_);
  }

  MldQuerier* operator->() { return &querier_; }
  Instant now() const { return now_; }

  /// "TIME GROUP" of each query within `time` from now, now and its end included; " S" if it leaves timers.
  std::vector<std::string> asked_within(Duration time) {
    std::vector<std::string> asked;
    const Instant end = now_ + time;
    for (;; now_ = querier_.next_deadline()) {
      while (const auto query = querier_.take_due(now_)) {
        asked.push_back(seconds_text(now_ - Instant{}) + " " + to_text(IpAddress(query->group)) +
                        (query->leaves_timers ? " S" : ""));
        if (asked.size() > 1000) throw std::runtime_error("it never ends");
      }
      if (querier_.next_deadline() <= now_) throw std::runtime_error("a deadline that is over");
      if (querier_.next_deadline() > end) break;
    }
    now_ = end;
    return asked;
  }
  void wait(Duration time) { asked_within(time); }

  MaybeReason hear(GroupRecordType type, const Ipv6Address& about = group, bool has_sources = false,
                   const Ipv6Address& reporter = host) {
    return querier_.on_record(reporter, {type, about, has_sources}, now_);
  }
  MaybeReason hear_query(const Ipv6Address& from, const MldQuery& query = {}) {
    return querier_.on_query(from, query, now_);
  }
  std::vector<std::string> listened() {
    std::vector<std::string> groups;
    for (const MldQuerier::Group& kept : querier_.groups())
      if (kept.expires > now_) groups.push_back(to_text(IpAddress(kept.address)));
    return groups;
  }
  /// How long it is kept; 0 if it is not.
  Duration lifetime(const Ipv6Address& about = group) {
    for (const MldQuerier::Group& kept : querier_.groups())
      if (kept.address == about) return kept.expires - now_;
    return Duration(0);
  }

 private:
  Instant now_{};
  MldQuerier querier_;
};

/// After the queries of the start, `since` before the next one.
Link settled(Duration since = 100s) {
  Link link;
  link.wait(156250ms - since);
  return link;
}

// ---- general queries ----

TEST(MldQuerier, MLD_011_asks_at_once_after_31_s_and_then_each_125_s) {
  EXPECT_THAT(Link().asked_within(500s), ElementsAre("0 ::", "31.25 ::", "156.25 ::", "281.25 ::", "406.25 ::"));
}

TEST(MldQuerier, MLD_011_robustness_is_how_often_the_start_asks) {
  struct Row {
    std::uint8_t robustness;
    std::vector<std::string> asked;
  };
  for (const Row& row : {Row{1, {"0 ::", "100 ::", "200 ::"}}, Row{2, {"0 ::", "25 ::", "125 ::", "225 ::"}},
                         Row{3, {"0 ::", "25 ::", "50 ::", "150 ::", "250 ::"}}})
    EXPECT_EQ(Link({.robustness = row.robustness, .query_interval = 100s}).asked_within(250s), row.asked);
}

TEST(MldQuerier, MLD_011_what_a_general_query_says) {
  Link link;
  const auto query = link->take_due(link.now());
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->maximum_response, 10s);
  EXPECT_EQ(query->group, Ipv6Address{});
  EXPECT_FALSE(query->leaves_timers);
  EXPECT_EQ(query->robustness, 2);
  EXPECT_EQ(query->query_interval, 125s);
}

TEST(MldQuerier, MLD_011_asks_from_a_link_local_address_only) {
  Link link({}, std::nullopt);
  EXPECT_THAT(link.asked_within(500s), IsEmpty());
  EXPECT_FALSE(link->is_querier());
  link->use_address(own, link.now());
  EXPECT_THAT(link.asked_within(100s), ElementsAre("500 ::", "531.25 ::"));
  link->use_address(own, link.now());
  EXPECT_THAT(link.asked_within(50s), IsEmpty()) << "no news";
  link->use_address(higher, link.now());
  EXPECT_THAT(link.asked_within(50s), ElementsAre("650 ::", "681.25 ::")) << "anew";
  link.hear(is_exclude);
  link.hear(change_to_include);
  EXPECT_THAT(link.asked_within(0s), ElementsAre("700 ff05::7"));
  link->use_address(std::nullopt, link.now());
  EXPECT_THAT(link.asked_within(500s), IsEmpty()) << "not even the second one about the group";
}

// ---- listeners ----

TEST(MldQuerier, MLD_011_which_records_show_a_listener) {
  struct Row {
    GroupRecordType type;
    bool has_sources;
    bool shows;
    const char* why;
  };
  for (const Row& row : {
           Row{is_exclude, false, true, "all sources"},
           Row{is_exclude, true, true, "all but some"},
           Row{change_to_exclude, false, true, "all sources, from now on"},
           Row{change_to_exclude, true, true, "all but some, from now on"},
           Row{is_include, true, true, "some"},
           Row{is_include, false, false, "none"},
           Row{change_to_include, true, true, "some, from now on"},
           Row{change_to_include, false, false, "none, from now on"},
           Row{allow_new_sources, true, true, "some more"},
           Row{allow_new_sources, false, false, "none more"},
           Row{block_old_sources, true, false, "nothing about the others"},
           Row{block_old_sources, false, false, "nothing"},
           Row{GroupRecordType{0}, true, false, "no such type"},
           Row{GroupRecordType{7}, true, false, "no such type"},
       }) {
    Link link = settled();
    EXPECT_FALSE(link.hear(row.type, group, row.has_sources));
    EXPECT_EQ(link.listened().size(), row.shows ? 1U : 0U) << row.why;
    EXPECT_THAT(link.asked_within(3s), IsEmpty()) << row.why;
  }
}

TEST(MldQuerier, MLD_011_groups_that_are_never_reported_are_not_kept) {
  for (const char* text : {"ff02::1", "ff00::5", "ff01::5", "ff11::5", "2001:db8::1", "::"}) {
    Link link = settled();
    EXPECT_FALSE(link.hear(is_exclude, address(text)));
    EXPECT_THAT(link.listened(), IsEmpty()) << text;
  }
  for (const char* text : {"ff02::2", "ff02::1:ff00:1", "ff05::1", "ff0e::1"}) {
    Link link = settled();
    link.hear(is_exclude, address(text));
    EXPECT_THAT(link.listened(), ElementsAre(text));
  }
}

// RFC 3810 9.4: 2 * 125 s + 10 s
TEST(MldQuerier, MLD_011_a_group_is_kept_for_260_s_after_its_last_report) {
  struct Row {
    Duration wait;
    bool reported;
    Duration left;
    const char* why;
  };
  Link link;
  for (const Row& row : {Row{0s, true, 260s, "new"}, Row{100s, false, 160s, "nothing heard"},
                         Row{50s, true, 260s, "heard again"}, Row{260s - 1ns, false, 1ns, "nearly over"}}) {
    link.wait(row.wait);
    if (row.reported) link.hear(is_exclude);
    EXPECT_EQ(link.lifetime(), row.left) << row.why;
  }
  link.wait(1ns);
  EXPECT_EQ(link.lifetime(), 0s) << "over to the instant";
  EXPECT_THAT(link->groups(), IsEmpty());
}

TEST(MldQuerier, MLD_011_who_reported_last) {
  Link link;
  link.hear(is_exclude, group, false, host);
  EXPECT_EQ(link->groups().at(0).reporter, host);
  link.hear(is_exclude, group, false, higher);
  EXPECT_EQ(link->groups().at(0).reporter, higher);
  EXPECT_EQ(link->groups().size(), 1U);
}

TEST(MldQuerier, MLD_011_groups_are_of_bounded_number) {
  const auto numbered = [](std::size_t number) {
    Ipv6Address made = address("ff05::1:0");
    made.octets[14] = static_cast<std::uint8_t>(number >> 8);
    made.octets[15] = static_cast<std::uint8_t>(number);
    return made;
  };
  Link link = settled();
  for (std::size_t i = 0; i < MldQuerier::capacity; ++i) EXPECT_FALSE(link.hear(is_exclude, numbered(i)));
  EXPECT_EQ(link.hear(is_exclude, numbered(1000)), MaybeReason(Reason::mld_listeners_full));
  EXPECT_EQ(link.listened().size(), MldQuerier::capacity);
  EXPECT_FALSE(link.hear(is_exclude, numbered(7))) << "those that are kept still count";
  link.hear(change_to_include, numbered(0));
  link.wait(2s);
  EXPECT_FALSE(link.hear(is_exclude, numbered(1000))) << "a place that came free";
  EXPECT_EQ(link.lifetime(numbered(1000)), 260s);
}

// ---- the last listener ----

TEST(MldQuerier, MLD_011_a_leave_is_followed_by_two_queries_and_then_the_group_is_gone) {
  Link link = settled();
  link.hear(is_exclude);
  link.hear(is_exclude, other_group);
  link.hear(change_to_include);
  EXPECT_EQ(link.lifetime(), 260s) << "until it is asked about";
  EXPECT_THAT(link.asked_within(0ms), ElementsAre("56.25 ff05::7"));
  EXPECT_EQ(link.lifetime(), 2s);
  EXPECT_THAT(link.asked_within(1999ms), ElementsAre("57.25 ff05::7"));
  EXPECT_THAT(link.listened(), ElementsAre("ff05::7", "ff05::8"));
  EXPECT_THAT(link.asked_within(1ms), IsEmpty());
  EXPECT_THAT(link.listened(), ElementsAre("ff05::8"));
}

TEST(MldQuerier, MLD_011_what_a_query_about_a_group_says) {
  Link link;
  link->take_due(link.now());
  link.hear(is_exclude);
  link.hear(change_to_include);
  const auto query = link->take_due(link.now());
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->maximum_response, 1s);
  EXPECT_EQ(query->group, group);
  EXPECT_EQ(query->robustness, 2);
  EXPECT_EQ(query->query_interval, 125s);
}

// RFC 3810 7.6.3.1: the second query goes out all the same, and changes nothing.
TEST(MldQuerier, MLD_011_a_listener_that_answers_keeps_the_group) {
  Link link = settled();
  link.hear(is_exclude);
  link.hear(change_to_include);
  EXPECT_THAT(link.asked_within(500ms), ElementsAre("56.25 ff05::7"));
  link.hear(is_exclude);
  EXPECT_EQ(link.lifetime(), 260s);
  EXPECT_THAT(link.asked_within(10s), ElementsAre("57.25 ff05::7 S"));
  EXPECT_EQ(link.lifetime(), 250s);
  link.hear(change_to_include);
  EXPECT_THAT(link.asked_within(10s), ElementsAre("66.75 ff05::7", "67.75 ff05::7")) << "asked for anew";
}

TEST(MldQuerier, MLD_011_leaves_while_it_is_asked_for_change_nothing) {
  Link link = settled();
  link.hear(is_exclude);
  for (int i = 0; i < 4; ++i) {
    link.hear(change_to_include);
    link.wait(400ms);
  }
  EXPECT_EQ(link.lifetime(), 400ms);
  link.hear(change_to_include);
  EXPECT_THAT(link.asked_within(10s), IsEmpty());
}

TEST(MldQuerier, MLD_011_a_leave_of_an_unknown_group_changes_nothing) {
  Link link = settled();
  link.hear(is_exclude);
  link.hear(change_to_include, other_group);
  EXPECT_THAT(link.asked_within(10s), IsEmpty());
  EXPECT_THAT(link.listened(), ElementsAre("ff05::7"));
}

// ---- other queriers ----

TEST(MldQuerier, MLD_011_gives_way_to_lower_addresses_only) {
  struct Row {
    const char* querier;
    bool gives_way;
    const char* why;
  };
  for (const Row& row : {Row{"fe80::4", true, "lower"}, Row{"fe80::6", false, "higher"}, Row{"fe80::5", false, "equal"},
                         Row{"fe80::", true, "the lowest"}, Row{"fe80::100:0:0:0", false, "an octet further left"},
                         Row{"fe80::1:0", false, "higher, though its last octet is lower"}}) {
    Link link = settled();
    const MaybeReason said = link.hear_query(address(row.querier));
    EXPECT_EQ(said, row.gives_way ? MaybeReason(Reason::mld_other_querier_elected) : MaybeReason()) << row.why;
    EXPECT_EQ(link->is_querier(), !row.gives_way) << row.why;
    EXPECT_EQ(link->querier(), row.gives_way ? address(row.querier) : own) << row.why;
    EXPECT_EQ(link.asked_within(100s).size(), row.gives_way ? 0U : 1U) << row.why;
  }
}

// RFC 3810 9.5: 2 * 125 s + 10 s / 2
TEST(MldQuerier, MLD_011_takes_over_when_the_other_was_silent_for_255_s) {
  Link link = settled(125s);  // at 31.25 s
  EXPECT_TRUE(link.hear_query(lower));
  EXPECT_THAT(link.asked_within(200s), IsEmpty());
  EXPECT_FALSE(link.hear_query(lower)) << "no news";
  EXPECT_THAT(link.asked_within(255s - 1ns), IsEmpty());
  EXPECT_FALSE(link->is_querier());
  EXPECT_THAT(link.asked_within(200s), ElementsAre("486.25 ::", "611.25 ::"));
  EXPECT_TRUE(link->is_querier());
  EXPECT_EQ(link->querier(), own);
  EXPECT_TRUE(link.hear_query(lower)) << "news again";
}

TEST(MldQuerier, MLD_011_a_query_of_version_1_counts_as_well) {
  Link link = settled();
  EXPECT_TRUE(link.hear_query(lower, {.version = GroupVersion::older}));
  EXPECT_FALSE(link->is_querier());
}

TEST(MldQuerier, MLD_011_without_an_address_there_is_nothing_to_give_up) {
  Link link({}, std::nullopt);
  EXPECT_FALSE(link.hear_query(lower));
  link->use_address(own, link.now());
  EXPECT_THAT(link.asked_within(1s), ElementsAre("0 ::"));
}

TEST(MldQuerier, MLD_011_who_does_not_ask_keeps_groups_and_leaves_the_rest_to_the_querier) {
  Link link = settled();
  link.hear(is_exclude);
  link.hear(change_to_include);
  EXPECT_THAT(link.asked_within(0s), ElementsAre("56.25 ff05::7"));
  link.hear_query(lower);
  EXPECT_THAT(link.asked_within(10s), IsEmpty()) << "the second one is the other's";
  link.hear(is_exclude);
  link.hear(change_to_include);
  EXPECT_THAT(link.asked_within(10s), IsEmpty());
  EXPECT_EQ(link.lifetime(), 250s);
}

// RFC 3810 7.6.1
TEST(MldQuerier, MLD_011_a_query_about_a_group_shortens_its_time) {
  constexpr std::array<std::uint8_t, 16> source{0x20};
  struct Row {
    MldQuery query;
    Duration left;
    const char* why;
  };
  for (const Row& row : {
           Row{{.group = group}, 2s, "asked for"},
           Row{{.group = group, .leaves_timers = true}, 260s, "the S flag"},
           Row{{.group = group, .sources = source}, 260s, "only some sources"},
           Row{{.group = other_group}, 260s, "another one"},
           Row{{}, 260s, "all of them"},
       }) {
    Link link = settled();
    link.hear(is_exclude);
    link.hear_query(lower, row.query);
    EXPECT_EQ(link.lifetime(), row.left) << row.why;
  }
  Link link = settled();
  link.hear(is_exclude);
  link.wait(259s);
  link.hear_query(lower, {.group = group});
  EXPECT_EQ(link.lifetime(), 1s) << "never longer";
}

// RFC 3810 5.1.8 and 5.1.9
TEST(MldQuerier, MLD_011_values_of_the_querier_are_in_force_while_it_asks) {
  Link link = settled();
  link.hear_query(lower, {.robustness = 3, .query_interval = 20s});
  link.hear(is_exclude);
  EXPECT_EQ(link.lifetime(), 70s) << "3 * 20 s + 10 s";
  EXPECT_THAT(link.asked_within(65s - 1ns), IsEmpty()) << "3 * 20 s + 10 s / 2";
  link.hear_query(lower, {});
  link.hear(is_exclude);
  EXPECT_EQ(link.lifetime(), 70s) << "who tells nothing changes nothing";
  EXPECT_THAT(link.asked_within(65s + 124s), ElementsAre("186.25 ::"));
  link.hear(is_exclude);
  EXPECT_EQ(link.lifetime(), 260s) << "its own ones again";
  EXPECT_EQ(link.hear_query(higher, {.robustness = 7, .query_interval = 1s}), MaybeReason());
  link.hear(is_exclude);
  EXPECT_EQ(link.lifetime(), 260s) << "of no querier";
}

TEST(MldQuerier, MLD_011_with_a_new_address_its_own_values_are_in_force) {
  Link link = settled();
  link.hear_query(lower, {.robustness = 3, .query_interval = 20s});
  link->use_address(higher, link.now());
  link.hear(is_exclude);
  EXPECT_EQ(link.lifetime(), 260s);
}

}  // namespace
}  // namespace tunstack::test::mld_querier_test
