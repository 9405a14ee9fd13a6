// What people read at a terminal: first what hurts, within the width, and nothing that a terminal would obey.
#include "tunstack/firewall/report/text_report.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <sstream>

#include "tests/tunstack/firewall/report/sample_run.hpp"
#include "tunstack/firewall/report/plain_text.hpp"

namespace tunstack::firewall::text_report_test {
namespace {

using sample::SampleRun;

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(TextReport, FW_015_begins_with_failures_and_ends_with_the_sum) {
  EXPECT_EQ(text_report(sample::run(), {.width = 100}),
            R"(rules/<my>.nft: host, 6 cases, Linux 6.18.0, 1.9 s
FAIL  H4-E-0304  fragmentation needed & <more>  (must-pass, RFC 1191 6)
      arrives       192.0.2.2 > 192.0.2.1  ICMP echo request, id 1281, seq 1, length 64
      verdict       dropped by inet filter input: ip protocol icmp drop comment "a&b"
                    (rules/<my>.nft:5)
      because       dropped, nothing to be seen; without rules passed, path MTU 1280
      what it costs large transfers from this host hang
      mended by     ct state established,related accept

precondition  H4-E-0304T  fragmentation needed about TCP: no SYN-ACK came for the host's connection

warn  H4-Q-13  timestamp request: answered

  icmp4-query          #######...      3/4  1 warn
  icmp4-error-related  ..........      0/2  1 FAIL  1 precondition
The kernel decides 1 of 6 cases, whatever the rules say: 0 before all rules, 1 between their hooks,
0 as fragments that wait. rp_filter=0: forged sources are up to the rules.
summary  1 ok  1 ok by the kernel  1 warn  1 FAIL  1 not testable  1 precondition
)");
}

TEST(TextReport, fits_a_screen_when_all_is_well) {
  SampleRun run = sample::run();
  run.cases.clear();
  for (int group = 0; group < 17; ++group)
    for (int i = 0; i < 20; ++i) {
      run.cases.push_back(i % 2 == 0 ? sample::ok("H4-Q-08") : sample::kernels("H4-SP-LO"));
      run.cases.back().a_case.group = "group-" + std::to_string(group);
    }
  const auto lines = lines_of(text_report(run, {.width = 80}));
  EXPECT_LE(lines.size(), 24U);
  EXPECT_EQ(lines.back(), "summary  170 ok  170 ok by the kernel");
}

TEST(TextReport, keeps_within_its_width) {
  SampleRun run = sample::run();
  run.rules[1].text = std::string(300, 'x') + " äöü " + std::string(90, 'y');
  run.cases[0].a_case.group = std::string(90, 'g');
  for (const std::size_t width : {40U, 60U, 80U, 132U})
    for (const std::string& line : lines_of(text_report(run, {.width = width})))
      EXPECT_LE(columns(line), width) << line;
}

TEST(TextReport, colour_changes_nothing_but_colour) {
  const std::string coloured = text_report(sample::run(), {.width = 70, .has_colour = true});
  EXPECT_THAT(coloured, HasSubstr("\x1b[31mFAIL\x1b[0m  H4-E-0304"));
  EXPECT_THAT(coloured, HasSubstr("\x1b[33mwarn\x1b[0m"));
  EXPECT_EQ(std::regex_replace(coloured, std::regex("\x1b\\[[0-9]+m"), ""), text_report(sample::run(), {.width = 70}));
}

TEST(TextReport, nothing_that_terminals_obey_comes_from_rulesets) {
  SampleRun run = sample::run();
  run.ruleset = "a\x1b[2Jb\x7f";
  run.rules[1].text = "drop comment \"\x1b]0;x\x07\xc2\x9b\xff\"";
  run.cases[1].a_case.title = "\x1b[31m";
  const std::string text = text_report(run, {});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, Not(HasSubstr("\xc2\x9b")));
  EXPECT_THAT(text, HasSubstr("a?[2Jb?"));
  EXPECT_THAT(text, HasSubstr("\"?]0;x??\xef\xbf\xbd\""));
}

TEST(TextReport, many_failures_are_told_in_a_line_each) {
  SampleRun run = sample::run();
  for (int i = 0; i < 50; ++i) run.cases.push_back(sample::failed("H4-E-" + std::to_string(i)));
  const std::string text = text_report(run, {});
  EXPECT_THAT(text, HasSubstr("\nFAIL  H4-E-49  fragmentation needed & <more>: dropped\n"));
  EXPECT_EQ(std::ranges::count_if(lines_of(text), [](const auto& line) { return line.contains("mended by"); }), 10);
}

TEST(TextReport, who_decides_without_a_rule_is_told) {
  SampleRun run = sample::run();
  run.cases = {sample::failed("H4-E-0304")};
  run.cases[0].verdict.rule.reset();
  run.cases[0].verdict.decider = Decider::unknown;
  EXPECT_THAT(text_report(run, {}), HasSubstr("dropped by a rule, of which there is no trace here"));
  run.cases[0].verdict.decider = Decider::conntrack;
  run.cases[0].verdict.fate = Fate::held;
  EXPECT_THAT(text_report(run, {.width = 120}), HasSubstr("held by connection tracking"));
  run.cases[0].verdict = sample::kernels("x").verdict;
  EXPECT_THAT(text_report(run, {.width = 120}),
              HasSubstr("kernel-route by the kernel, between the hooks of rules: InAddrErrors"));
  run.cases[0].verdict = sample::ok("x").verdict;
  EXPECT_THAT(text_report(run, {.width = 120}), HasSubstr("answered, let in by inet filter input: icmp type"));
  run.rules.clear();
  EXPECT_THAT(text_report(run, {.width = 120}), HasSubstr("let in by inet filter input: rule handle 5"));
}

TEST(Run, a_row_is_judged_with_all_that_is_known) {
  sample::SampleRun run = sample::run();
  run.profile = Profile::strict;
  run.rules[1].text = "reject";
  Case a_case;
  a_case.level = Level::should_pass;
  const Verdict passed = sample::ok("x").verdict;
  const CaseRun row = judged(run, a_case, sample::failed("x").observation, {.none = passed, .conntrack = passed});
  EXPECT_EQ(row.a_case.level, Level::must_pass);
  EXPECT_EQ(verdict_text(row.verdict), "dropped (by a reject rule that stays silent)");
  EXPECT_EQ(row.judgement.result, Result::fail);
  const CaseRun early = sample::kernels("x");
  EXPECT_EQ(judged(run, a_case, early.observation, {.none = passed, .conntrack = early.verdict}).verdict.decider,
            Decider::conntrack);
}

TEST(Run, FW_015_its_exit_status_tells_failures_from_what_is_open) {
  SampleRun run = sample::run();
  EXPECT_EQ(exit_status_of(run, false), 1);
  run.cases.erase(run.cases.begin() + 1);
  EXPECT_EQ(exit_status_of(run, false), exit_inconclusive);
  EXPECT_EQ(exit_status_of(run, true), 1) << "a warning is a failure when strict";
  for (CaseRun& one : run.cases) one.a_case.level = Level::informational;
  EXPECT_EQ(exit_status_of(run, false), 0) << "what had not to be decided may stay open";
  run.cases = {sample::ok("H4-Q-08"), sample::kernels("H4-SP-LO")};
  EXPECT_EQ(exit_status_of(run, true), 0);
}

TEST(PlainText, is_broken_at_blanks_and_within_words_that_are_too_long) {
  EXPECT_EQ(wrapped("head  ", "a list of some words which is long", 26),
            "head  a list of some words\n      which is long\n");
  EXPECT_EQ(wrapped("", "0123456789012345678901234 x", 20), "01234567890123456789\n01234 x\n");
  EXPECT_EQ(wrapped("", "", 20), "\n");
  EXPECT_EQ(wrapped("sum  ", {"10 ok", "2 ok by the kernel", "1 FAIL"}, 24),
            "sum  10 ok\n     2 ok by the kernel\n     1 FAIL\n");
  EXPECT_EQ(cut("äöü and more", 6), "äöü...");
  EXPECT_EQ(cut("äöü", 3), "äöü");
}

TEST(TextReport, a_rule_that_mends_several_is_told_once_with_all_of_them) {
  SampleRun run = sample::run();
  run.cases = {sample::failed("A"), sample::failed("B"), sample::failed("C")};
  run.cases[2].mend = "nft insert rule inet filter input icmp type 3 accept";
  EXPECT_THAT(text_report(run, {}), testing::HasSubstr("rules that would mend failures, each tried with all cases\n"
                                                       "  ct state established,related accept\n"
                                                       "      2  A  B\n"
                                                       "  nft insert rule inet filter input icmp type 3 accept\n"
                                                       "      1  C\n"));
  run.cases.pop_back();
  run.cases.pop_back();
  EXPECT_THAT(text_report(run, {}), testing::Not(testing::HasSubstr("rules that would"))) << "it stands beside it";
}

}  // namespace
}  // namespace tunstack::firewall::text_report_test
