// What a change of rules changed, and which rules the cases reached.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/tunstack/firewall/report/sample_run.hpp"
#include "tunstack/firewall/report/coverage.hpp"
#include "tunstack/firewall/report/run_diff.hpp"

namespace tunstack::firewall::comparison_test {
namespace {

using sample::SampleRun;

using testing::HasSubstr;

SampleRun of(std::vector<CaseRun> cases) {
  SampleRun run = sample::run();
  run.cases = std::move(cases);
  return run;
}

CaseRun warned(std::string id) {
  CaseRun made = sample::ok(std::move(id));
  made.judgement.result = Result::warn;
  return made;
}

TEST(RunDiff, FW_015_tells_only_what_changed_new_failures_first) {
  const SampleRun before =
      of({sample::ok("A"), sample::failed("B"), sample::ok("C"), sample::ok("D"), sample::ok("E"), sample::ok("G")});
  const SampleRun after = of(
      {sample::ok("A"), sample::ok("B"), sample::kernels("C"), sample::failed("D"), warned("E"), sample::failed("F")});
  EXPECT_EQ(diff_text(before, after, {}),
            "FAIL  D  fragmentation needed & <more>: answered -> dropped (was ok)\n"
            "FAIL  F  fragmentation needed & <more>: dropped (new case)\n"
            "warn  E  echo request, unicast: answered (was ok)\n"
            "ok    B  echo request, unicast: dropped -> answered (was FAIL)\n"
            "ok by the kernel  C  loopback source: answered -> kernel-route (was ok)\n"
            "gone  G  echo request, unicast: answered (no such case any more)\n"
            "6 of 6 cases changed\n");
}

TEST(RunDiff, a_verdict_may_change_while_the_result_does_not) {
  SampleRun before = of({sample::failed("A")}), after = before;
  after.cases[0].verdict.fate = Fate::rejected;
  after.cases[0].verdict.detail = "3/13";
  EXPECT_THAT(diff_text(before, after, {}),
              HasSubstr("FAIL  A  fragmentation needed & <more>: dropped -> rejected 3/13\n"));
  EXPECT_TRUE(new_failures(before, after).empty());
}

TEST(RunDiff, counters_of_the_kernel_are_no_change) {
  SampleRun before = of({sample::kernels("A")}), after = before;
  after.cases[0].verdict.detail = "InHdrErrors";
  EXPECT_EQ(diff_text(before, after, {}), "no verdict changed in 1 cases\n");
}

TEST(RunDiff, FW_015_against_an_accepted_run_only_new_failures_count) {
  const SampleRun accepted = of({sample::failed("A"), sample::ok("B"), sample::ok("C")});
  EXPECT_EQ(against_text(accepted, of({sample::failed("A"), warned("B"), sample::ok("C")}), {}),
            "no new failure in 3 cases\n");
  EXPECT_EQ(against_text(accepted, of({sample::ok("A"), sample::failed("B"), sample::ok("C")}), {}),
            "FAIL  B  fragmentation needed & <more>: answered -> dropped (was ok)\n1 new in 3 cases\n");
}

TEST(RunDiff, a_failure_that_was_a_warning_is_new) {
  EXPECT_EQ(new_failures(of({warned("A")}), of({sample::failed("A")})).size(), 1U);
}

TEST(RunDiff, as_json_with_the_kind_of_each_change) {
  const auto json = nlohmann::json::parse(diff_json(of({sample::ok("A"), sample::ok("B")}), of({sample::failed("A")})));
  EXPECT_EQ(json["cases"], 1);
  ASSERT_EQ(json["changes"].size(), 2U);
  EXPECT_EQ(json["changes"][0]["change"], "new-failure");
  EXPECT_EQ(json["changes"][0]["result_before"], "ok");
  EXPECT_EQ(json["changes"][1]["change"], "gone");
  EXPECT_EQ(json["changes"][1]["result_after"], nullptr);
}

TEST(Coverage, counts_cases_not_steps) {
  SampleRun run = of({sample::ok("A"), sample::failed("B"), sample::failed("C")});
  run.cases[1].observation.trace.insert(run.cases[1].observation.trace.begin(), 3, observed::rule_step("continue", 5));
  EXPECT_EQ(coverage_text(run, 80),
            "2 of 3 rules matched in 3 cases\n"
            "matched in no case:\n"
            "  rules/<my>.nft:6  tcp dport 22 accept\n"
            "matched, decided:\n"
            "     2    1  rules/<my>.nft:4  icmp type echo-request accept\n"
            "     2    2  rules/<my>.nft:5  ip protocol icmp drop comment \"a&b\"\n");
}

TEST(Coverage, a_rule_without_a_place_is_told_by_its_chain) {
  SampleRun run = of({});
  run.rules = {sample::loaded(5, "accept", 0)};
  run.rules[0].file.clear();
  EXPECT_EQ(coverage_text(run, 80),
            "0 of 1 rules matched in 0 cases\nmatched in no case:\n  inet filter input  accept\n");
}

TEST(Coverage, a_rule_behind_one_that_takes_everything_or_the_same_once_more_is_shadowed) {
  const auto run_of = [](std::vector<std::string> texts) {
    sample::SampleRun run = of({});
    run.rules.clear();
    std::uint64_t handle = 0;
    for (std::string& text : texts)
      run.rules.push_back(
          {"inet", "filter", "input", ++handle, std::move(text), "fw.nft", static_cast<unsigned>(handle)});
    return run;
  };
  const auto shadow_of_last = [&](std::vector<std::string> texts) {
    const auto run = run_of(std::move(texts));
    const LoadedRule* const by = coverage_of(run).back().shadowed_by;
    return by == nullptr ? 0U : by->line;
  };
  EXPECT_EQ(shadow_of_last({"tcp dport 22 accept", "counter drop", "tcp dport 80 accept"}), 2U);
  EXPECT_EQ(shadow_of_last({"tcp dport 22 accept", "tcp dport 80 accept", "tcp dport 22 accept"}), 1U);
  EXPECT_EQ(shadow_of_last({"-A INPUT -j DROP", "-A INPUT -p icmp -j ACCEPT"}), 1U);
  EXPECT_EQ(shadow_of_last({"counter packets 3 bytes 200 reject", "tcp dport 80 accept"}), 1U);
  EXPECT_EQ(shadow_of_last({"tcp dport 22 drop", "-A INPUT -s 192.0.2.1 -j DROP", "counter", "tcp dport 80 accept"}),
            0U);
  const auto run = run_of({"drop", "tcp dport 80 accept"});
  EXPECT_NE(coverage_text(run, 120).find("(shadowed by fw.nft:1: drop)"), std::string::npos);
}

TEST(Coverage, as_json) {
  const auto json = nlohmann::json::parse(coverage_json(of({sample::failed("B")})));
  EXPECT_EQ(json["cases"], 1);
  ASSERT_EQ(json["rules"].size(), 3U) << "policies are no rules";
  EXPECT_EQ(json["rules"][1]["decided"], 1);
  EXPECT_EQ(json["rules"][2]["matched"], 0);
  EXPECT_EQ(json["rules"][2]["line"], 6);
}

TEST(Coverage, rules_of_other_chains_with_the_same_handle_are_others) {
  SampleRun run = of({sample::failed("B")});
  run.rules.insert(run.rules.begin(), sample::loaded(7, "drop", 9, "forward"));
  EXPECT_EQ(coverage_of(run).front().matched, 0U);
}

}  // namespace
}  // namespace tunstack::firewall::comparison_test
