// What is reported of labs that ran, for people and for machines.
#include <nlohmann/json.hpp>

#include "tests/tunstack/lab/closed_lab.hpp"
#include "tunstack/lab/run_json.hpp"

namespace tunstack::test::lab_report_test {
namespace {

using lab::LabRun;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string one_holds_one_fails = R"([[event]]
do = "ping host server -c 1"
[[expect]]
of = "ping 1"
received = 1
[[expect]]
node = "r1"
match = "icmp[icmptype] == 8 or icmp6"
reason = "forward4_ttl_exceeded"
)";

LabRun one_run() {
  return {.name = "row <&\"", .file = "labs/a,b:100%.toml", .seed = 3, .outcome = run_row(one_holds_one_fails)};
}

TEST(LabReport, people_read_what_programs_printed_and_what_holds) {
  const std::string text = lab::run_text(one_run(), false);
  EXPECT_THAT(text, StartsWith("0.000 s  ping host server -c 1\n  PING server (198.51.100.2) 56(84) bytes of data.\n"));
  EXPECT_THAT(text, AllOf(HasSubstr("\nok    labs/a,b:100%.toml:22  ping 1, received 1 (received is 1)\n"),
                          HasSubstr("\nFAIL  labs/a,b:100%.toml:25  r1, reason forward4_ttl_exceeded, match icmp"),
                          HasSubstr("        r1: "), HasSubstr(": 1 of 2 expectations hold; 1.020 s of virtual time")));
  const std::string quiet = lab::run_text(one_run(), true);
  EXPECT_THAT(quiet, AllOf(StartsWith("FAIL"), Not(HasSubstr("PING"))));
}

TEST(LabReport, programs_read_json) {
  const auto json = nlohmann::json(lab::json_of(one_run()));
  EXPECT_EQ(json["holds"], false);
  EXPECT_EQ(json["seed"], 3);
  EXPECT_EQ(json["programs"][0]["received"], 1);
  EXPECT_EQ(json["expectations"][0]["holds"], true);
  EXPECT_EQ(json["expectations"][1]["line"], 25);
  EXPECT_EQ(json["hash"].get<std::string>().size(), 16U);
}

TEST(LabReport, TAP_has_a_line_for_each_expectation) {
  const std::vector<LabRun> runs{one_run(), one_run()};
  const std::string text = lab::tap_text(runs);
  EXPECT_THAT(text, StartsWith("TAP version 13\n1..4\nok 1 - "));
  EXPECT_THAT(text, AllOf(HasSubstr("\nnot ok 2 - "), HasSubstr(", seed 3 "), HasSubstr("\nok 3 - "),
                          HasSubstr("\nnot ok 4 - "), HasSubstr("\n# r1: ")));
}

TEST(LabReport, annotations_name_the_line_and_end_nowhere_else) {
  const std::vector<LabRun> runs{one_run()};
  const std::string text = lab::annotation_text(runs);
  EXPECT_THAT(
      text, StartsWith("::error file=labs/a%2Cb%3A100%25.toml,line=25,title=lab row <&\" seed 3::r1, reason forward4"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1) << "of the one that fails";
}

TEST(LabReport, JUnit_escapes_what_XML_would_read) {
  const std::vector<LabRun> runs{one_run()};
  EXPECT_THAT(lab::junit_text(runs),
              AllOf(HasSubstr("<testsuite name=\"row &lt;&amp;&quot; seed 3\" tests=\"2\" failures=\"1\">"),
                    HasSubstr("<failure message=\"0 times\">r1: "), Not(HasSubstr("row <"))));
}

TEST(LabReport, what_is_blessed_holds_in_the_next_run) {
  const std::string events = R"([[event]]
do = "ping host server -c 3"
[[event]]
at = "5s"
set = { "link.core.mtu" = 1300, "link.core.loss" = "30%" }
[[event]]
at = "6s"
do = "ping host server -c 9 -s 1400 -M do"
[[event]]
at = "20s"
do = "traceroute host server -q 1"
)";
  const std::string blessed = lab::blessed_text(run_row(events), {});
  const auto outcome = run_row(events + blessed);
  EXPECT_EQ(outcome.expectations.size(), 3U) << blessed;
  for (const auto& one : outcome.expectations) EXPECT_TRUE(one.holds) << one.what << " (" << one.found << ")";
  EXPECT_FALSE(run_row(events + blessed + "[[event]]\nset = { \"link.core.loss\" = 1.0 }\n").holds()) << blessed;
}

TEST(LabReport, what_something_is_expected_of_is_not_blessed_again) {
  const lab::LabOutcome outcome =
      run_row("[[event]]\ndo = \"ping host server -c 1\"\n[[event]]\nat = \"2s\"\ndo = \"ping host server -c 1\"\n");
  lab::LabExpectation of_first;
  of_first.of = {.value = "ping 1"};
  const std::vector<lab::LabExpectation> known{of_first};
  EXPECT_THAT(lab::blessed_text(outcome, known), AllOf(HasSubstr("of = \"ping 2\""), Not(HasSubstr("ping 1"))));
  lab::LabExpectation of_hop;
  of_hop.of = {.value = "ping 2"};
  of_hop.hop = {.value = 2};
  EXPECT_THAT(lab::blessed_text(outcome, std::vector{of_first, of_hop}), HasSubstr("of = \"ping 2\""));
}

}  // namespace
}  // namespace tunstack::test::lab_report_test
