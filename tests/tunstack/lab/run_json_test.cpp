// What came of a lab as JSON, and back again.
#include "tunstack/lab/run_json.hpp"

#include <nlohmann/json.hpp>

#include "tests/tunstack/lab/closed_lab.hpp"

namespace tunstack::test::run_json_test {
namespace {

using lab::ExpectationOutcome;
using lab::LabJson;
using lab::LabRun;
using lab::ProgramRun;

/// In which nothing is as if it was left out.
LabRun full_run() {
  LabRun run{.name = "row \"<\n", .file = "labs/row.toml", .seed = 18446744073709551615U, .outcome = {}};
  run.outcome.is_live = true;
  run.outcome.lasted = std::chrono::milliseconds(12'345);
  ProgramRun& program = run.outcome.programs.emplace_back();
  program = {
      .words = "ping host server -c 3", .began = std::chrono::milliseconds(1500), .text = "a\n\tb\n", .result = {}};
  program.result = {.sent = 7, .received = 5, .duplicates = 2, .errors = 1, .is_reached = true, .hops = 4};
  run.outcome.programs.push_back({.words = "traceroute host r1", .began = {}, .text = "", .result = {}});
  run.outcome.expectations = {
      {.place = {.line = 12, .column = 1}, .what = "r1 sends", .holds = true, .found = "3 times", .against = {}},
      {.place = {.line = 15, .column = 1},
       .what = "ping 1, received 7",
       .holds = false,
       .found = "received is 5",
       .against = {"r1: one", "r2: two"}},
      {.place = {.line = 20, .column = 1},
       .what = "host.state",
       .holds = true,
       .found = "it is about the kernel",
       .against = {},
       .is_left_out = true},
  };
  return run;
}

void expect_same(const ProgramRun& one, const ProgramRun& other) {
  EXPECT_EQ(one.words, other.words);
  EXPECT_EQ(one.began, other.began);
  EXPECT_EQ(one.text, other.text);
  EXPECT_EQ(one.result.sent, other.result.sent);
  EXPECT_EQ(one.result.received, other.result.received);
  EXPECT_EQ(one.result.duplicates, other.result.duplicates);
  EXPECT_EQ(one.result.errors, other.result.errors);
  EXPECT_EQ(one.result.is_reached, other.result.is_reached);
  EXPECT_EQ(one.result.hops, other.result.hops);
}

void expect_same(const ExpectationOutcome& one, const ExpectationOutcome& other) {
  EXPECT_EQ(one.place.line, other.place.line);
  EXPECT_EQ(one.what, other.what);
  EXPECT_EQ(one.holds, other.holds);
  EXPECT_EQ(one.found, other.found);
  EXPECT_EQ(one.against, other.against);
  EXPECT_EQ(one.is_left_out, other.is_left_out);
}

TEST(RunJson, a_run_is_read_as_it_was_written) {
  const LabRun run = full_run();
  const std::string line = lab::line_of(lab::json_of(run));
  EXPECT_FALSE(line.contains('\n'));
  const LabRun again = lab::run_in(LabJson::parse(line));
  EXPECT_EQ(again.name, run.name);
  EXPECT_EQ(again.file, run.file);
  EXPECT_EQ(again.seed, run.seed);
  EXPECT_TRUE(again.outcome.is_live);
  EXPECT_EQ(again.outcome.lasted, run.outcome.lasted);
  EXPECT_FALSE(again.outcome.holds());
  ASSERT_EQ(again.outcome.programs.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) expect_same(again.outcome.programs[i], run.outcome.programs[i]);
  ASSERT_EQ(again.outcome.expectations.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) expect_same(again.outcome.expectations[i], run.outcome.expectations[i]);
  EXPECT_EQ(lab::line_of(lab::json_of(again)), line);
}

TEST(RunJson, behind_the_kernel_there_is_no_hash_and_no_count_of_packets) {
  LabRun run = full_run();
  EXPECT_EQ(lab::json_of(run)["live"], true);
  EXPECT_FALSE(lab::json_of(run).contains("hash") || lab::json_of(run).contains("packets"));
  run.outcome.is_live = false;
  run.outcome.hash = 0xabc;
  run.outcome.packets = 5;
  EXPECT_FALSE(lab::json_of(run).contains("live"));
  EXPECT_EQ(lab::json_of(run)["hash"], "0000000000000abc");
  EXPECT_EQ(lab::json_of(run)["packets"], 5);
}

TEST(RunJson, what_is_not_there_or_of_another_kind_is_as_if_nothing_had_happened) {
  for (const char* const text :
       {"{}", R"({"lab":5,"file":[],"seed":"x","seconds":"y","live":1,"programs":5,"expectations":{}})",
        R"({"programs":[],"expectations":[]})", "[]", "null"}) {
    const LabRun run = lab::run_in(LabJson::parse(text));
    EXPECT_EQ(run.name + run.file, "") << text;
    EXPECT_EQ(run.seed, 0U) << text;
    EXPECT_TRUE(run.outcome.programs.empty() && run.outcome.expectations.empty()) << text;
    EXPECT_FALSE(run.outcome.is_live) << text;
  }
  const ProgramRun program = lab::program_in(LabJson::parse(R"({"words":5,"sent":"many","reached":"yes"})"));
  EXPECT_EQ(program.words, "");
  EXPECT_EQ(program.result.sent, 0U);
  EXPECT_FALSE(program.result.is_reached);
  const ExpectationOutcome outcome = lab::expectation_in(LabJson::parse(R"({"holds":1,"against":["a",5,"b"]})"));
  EXPECT_FALSE(outcome.holds) << "what is not said to hold does not";
  EXPECT_EQ(outcome.against, (std::vector<std::string>{"a", "b"}));
}

TEST(RunJson, octets_that_are_no_text_do_not_end_it) {
  LabRun run = full_run();
  run.outcome.programs[0].text =
      "a\xff"
      "b";
  const LabJson json = LabJson::parse(lab::line_of(lab::json_of(run)));
  EXPECT_EQ(lab::run_in(json).outcome.programs.at(0).text,
            "a\xef\xbf\xbd"
            "b");
}

}  // namespace
}  // namespace tunstack::test::run_json_test
