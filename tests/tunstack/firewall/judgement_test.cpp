// What a verdict means for its case: every level with every fate, measured by what the kernel does without rules.
#include <gmock/gmock.h>

#include "tests/tunstack/firewall/observations.hpp"

namespace tunstack::firewall::judgement_test {
namespace {

using testing::HasSubstr;

Case of_level(Level level) {
  Case a_case;
  a_case.level = level;
  return a_case;
}

Verdict verdict(Fate fate, std::vector<std::string> reactions = {}, bool is_positive = false) {
  Verdict made;
  made.fate = fate;
  made.reactions = std::move(reactions);
  made.is_positive = is_positive;
  return made;
}

const std::vector<std::string> reply{"ICMP echo reply"};
const Verdict answered = verdict(Fate::answered, reply, true);
const Verdict silent = verdict(Fate::passed);

Result result(Level level, const Verdict& now, const Verdict& none = answered) {
  return judge(of_level(level), now, {.none = none, .conntrack = none}).result;
}

/// Every fate as it is when nothing comes of the packet, and the results for a packet that is answered without rules.
TEST(Judgement, of_each_fate_where_the_bare_kernel_answers) {
  struct Row {
    Fate fate;
    Result must_pass, should_pass, must_drop, should_drop, informational;
  };
  using enum Result;
  const Row rows[] = {
      {Fate::passed, fail, warn, tolerated, tolerated, info},
      {Fate::dropped, fail, warn, ok, ok, info},
      {Fate::rejected, fail, warn, ok, ok, info},
      {Fate::kernel_early, fail, warn, ok_by_kernel, ok_by_kernel, info},
      {Fate::kernel_route, fail, warn, ok_by_kernel, ok_by_kernel, info},
      {Fate::held, fail, warn, ok_by_kernel, ok_by_kernel, info},
      {Fate::answer_dropped, fail, warn, tolerated, tolerated, info},
      {Fate::limited, fail, warn, tolerated, tolerated, info},
      {Fate::not_observable, not_testable, not_testable, not_testable, not_testable, not_testable},
      {Fate::precondition_failed, precondition, precondition, precondition, precondition, precondition},
  };
  for (const Row& row : rows) {
    const Verdict now = verdict(row.fate);
    EXPECT_EQ(result(Level::must_pass, now), row.must_pass) << fate_name(row.fate);
    EXPECT_EQ(result(Level::should_pass, now), row.should_pass) << fate_name(row.fate);
    EXPECT_EQ(result(Level::must_drop, now), row.must_drop) << fate_name(row.fate);
    EXPECT_EQ(result(Level::should_drop, now), row.should_drop) << fate_name(row.fate);
    EXPECT_EQ(result(Level::informational, now), row.informational) << fate_name(row.fate);
  }
}

TEST(Judgement, of_what_is_positive) {
  const Verdict forwarded = verdict(Fate::forwarded, {"forwarded"}, true);
  const Verdict effect = verdict(Fate::passed, {"path MTU 1280"}, true);
  const Verdict some = verdict(Fate::limited, reply, true);
  for (const Verdict& now : {answered, forwarded, effect}) {
    EXPECT_EQ(result(Level::must_pass, now, now), Result::ok);
    EXPECT_EQ(result(Level::should_pass, now, now), Result::ok);
  }
  for (const Verdict& now : {answered, forwarded, effect, some}) {
    EXPECT_EQ(result(Level::must_drop, now, now), Result::fail);
    EXPECT_EQ(result(Level::should_drop, now, now), Result::warn);
    EXPECT_EQ(result(Level::informational, now, now), Result::info);
  }
  EXPECT_EQ(result(Level::must_pass, some), Result::fail);
}

TEST(Judgement, what_passes_in_silence_without_rules_may_do_so_with_rules) {
  EXPECT_EQ(result(Level::must_pass, silent, silent), Result::ok);
  EXPECT_EQ(result(Level::must_pass, verdict(Fate::dropped), silent), Result::fail);
}

TEST(Judgement, an_effect_that_is_missing_fails) {
  const Verdict none = verdict(Fate::passed, {"path MTU 1280"}, true);
  EXPECT_EQ(result(Level::must_pass, silent, none), Result::fail);
  EXPECT_EQ(result(Level::must_pass, verdict(Fate::passed, {"path MTU 1400"}, true), none), Result::fail);
}

TEST(Judgement, what_the_kernel_refuses_is_nobodys_failure) {
  for (const Fate fate : {Fate::kernel_early, Fate::kernel_route, Fate::held}) {
    EXPECT_EQ(result(Level::must_pass, verdict(fate), verdict(fate)), Result::ok_by_kernel);
    EXPECT_EQ(result(Level::should_pass, verdict(Fate::dropped), verdict(fate)), Result::ok_by_kernel);
  }
}

TEST(Judgement, an_error_of_the_kernel_that_rules_drop_fails) {  // a router's time exceeded
  const Verdict none = verdict(Fate::kernel_route, {"ICMP time exceeded, in transit 11/0"});
  EXPECT_EQ(result(Level::must_pass, none, none), Result::ok_by_kernel);
  EXPECT_EQ(result(Level::must_pass, verdict(Fate::answer_dropped), none), Result::fail);
  EXPECT_EQ(result(Level::should_pass, verdict(Fate::dropped), none), Result::warn);
}

TEST(Judgement, an_error_from_behind_the_rules_is_not_positive) {  // a closed port
  EXPECT_EQ(result(Level::must_drop, verdict(Fate::passed, {"ICMP port unreachable 3/3"})), Result::tolerated);
}

TEST(Judgement, tells_both_sides_of_a_failure) {
  const Judgement made =
      judge(of_level(Level::must_pass), verdict(Fate::dropped), {.none = answered, .conntrack = answered});
  EXPECT_EQ(made.why, "dropped, nothing to be seen; without rules answered, ICMP echo reply");
}

TEST(Judgement, a_conversation_that_cannot_be_opened_without_rules_either_says_so) {
  Verdict none = verdict(Fate::precondition_failed);
  none.detail = "the port is taken";
  const Judgement made = judge(of_level(Level::must_pass), silent, {.none = none, .conntrack = none});
  EXPECT_EQ(made.result, Result::precondition);
  EXPECT_EQ(made.why, "also without rules: the port is taken");
}

TEST(Judgement, what_needs_a_tap_is_not_testable) {
  Case a_case = of_level(Level::must_pass);
  a_case.needs_tap = true;
  EXPECT_EQ(judge(a_case, silent, {.none = silent, .conntrack = silent}).result, Result::not_testable);
}

// ---- of users ----

Judgement of_user(const Case& a_case, const Verdict& now) {
  return judge(a_case, now, {.none = answered, .conntrack = answered});
}

TEST(Judgement, of_a_user_compares_the_verdict) {
  Case a_case;
  a_case.wanted = Fate::dropped;
  EXPECT_EQ(of_user(a_case, verdict(Fate::dropped)).result, Result::ok);
  const Judgement made = of_user(a_case, answered);
  EXPECT_EQ(made.result, Result::fail);
  EXPECT_EQ(made.why, "wanted: dropped; answered");
}

TEST(Judgement, of_a_user_who_wants_it_to_pass_is_met_by_what_comes_of_it_too) {
  Case a_case;
  a_case.wanted = Fate::passed;
  EXPECT_EQ(of_user(a_case, silent).result, Result::ok);
  EXPECT_EQ(of_user(a_case, answered).result, Result::ok);
  EXPECT_EQ(of_user(a_case, verdict(Fate::forwarded, {"forwarded"}, true)).result, Result::ok);
  EXPECT_EQ(of_user(a_case, verdict(Fate::answer_dropped)).result, Result::fail);
  a_case.wanted = Fate::answered;
  EXPECT_EQ(of_user(a_case, silent).result, Result::fail);
}

TEST(Judgement, of_a_user_who_wants_it_dropped_is_met_by_the_kernel_too) {
  Case a_case;
  a_case.wanted = Fate::dropped;
  EXPECT_EQ(of_user(a_case, verdict(Fate::kernel_route)).result, Result::ok_by_kernel);
  EXPECT_EQ(of_user(a_case, verdict(Fate::held)).result, Result::ok_by_kernel);
  EXPECT_EQ(of_user(a_case, verdict(Fate::rejected)).result, Result::fail);
  a_case.wanted = Fate::rejected;
  EXPECT_EQ(of_user(a_case, verdict(Fate::kernel_early)).result, Result::fail);
}

TEST(Judgement, of_a_user_compares_the_detail_if_one_is_named) {
  Case a_case;
  a_case.wanted = Fate::rejected;
  Verdict rejected = verdict(Fate::rejected);
  rejected.detail = "3/3";
  EXPECT_EQ(of_user(a_case, rejected).result, Result::ok);
  a_case.wanted_detail = "3/13";
  EXPECT_EQ(of_user(a_case, rejected).why, "wanted: rejected 3/13; rejected 3/3");
  EXPECT_EQ(of_user(a_case, rejected).result, Result::fail);
}

TEST(Judgement, of_a_user_compares_what_translation_made_of_the_packet) {
  Case a_case;
  a_case.wanted = Fate::forwarded;
  a_case.wanted_packet = "192.0.2.1 > 203.0.113.7  UDP 40000 > 53, length 8";
  test::Ipv4Fields left{.source = "192.0.2.1", .destination = "203.0.113.7", .protocol = 17};
  Verdict now = verdict(Fate::forwarded, {"forwarded"}, true);
  now.left_as = test::ipv4(left, test::udp(left, 40000, 53));
  EXPECT_EQ(of_user(a_case, now).result, Result::ok) << of_user(a_case, now).why;
  now.left_as = test::ipv4(left, test::udp(left, 40001, 53));
  EXPECT_EQ(
      of_user(a_case, now).why,
      "wanted to leave as 192.0.2.1 40000 > 203.0.113.7 53, protocol 17; left as 192.0.2.1 40001 > 203.0.113.7 53, "
      "protocol 17");
  EXPECT_EQ(of_user(a_case, now).result, Result::fail);
  a_case.wanted_packet = "nonsense";
  EXPECT_THAT(of_user(a_case, now).why, HasSubstr("cannot be read"));
}

TEST(Judgement, of_a_user_takes_names_in_the_wanted_packet_for_what_they_stood_for) {
  Case a_case;
  a_case.wanted = Fate::forwarded;
  a_case.wanted_packet = "router > far  UDP 40000 > 53, length 8";
  const test::Ipv4Fields left{.source = "192.0.2.1", .destination = "203.0.113.7", .protocol = 17};
  Verdict now = verdict(Fate::forwarded, {"forwarded"}, true);
  now.left_as = test::ipv4(left, test::udp(left, 40000, 53));
  Observation seen;
  seen.wanted = now.left_as;
  EXPECT_EQ(of_user(with_wanted_octets(a_case, seen), now).result, Result::ok);
  now.left_as = test::ipv4(left, test::udp(left, 40000, 54));
  EXPECT_EQ(of_user(with_wanted_octets(a_case, seen), now).result, Result::fail);
}

}  // namespace
}  // namespace tunstack::firewall::judgement_test
