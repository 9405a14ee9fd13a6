// One case rule by rule, and runs as captures.
#include "tunstack/firewall/report/case_story.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/tunstack/firewall/report/sample_run.hpp"
#include "tunstack/capture/reader.hpp"
#include "tunstack/firewall/report/html_report.hpp"
#include "tunstack/firewall/report/run_capture.hpp"
#include "tunstack/firewall/report/run_json.hpp"

namespace tunstack::firewall::case_story_test {
namespace {

using sample::SampleRun;
using testing::HasSubstr;

SampleRun with_chains() {
  SampleRun run = sample::run();
  run.chains = {{"inet", "filter", "input", "input", "filter", 0}};
  return run;
}

/// A packet that went to another chain and back, and then to the policy.
CaseRun after_a_jump() {
  return sample::one("packet", "a packet", Level::informational,
                     observed::Seen()
                         .at({Point::prerouting, Point::input_first})
                         .traced(observed::rule_step("jump never", 8))
                         .traced(observed::rule_step("continue", 0, "never"))
                         .traced(observed::policy_step()),
                     {});
}

TEST(CaseStory, goes_from_hook_to_hook_and_from_rule_to_rule) {
  EXPECT_EQ(story_text(with_chains(), after_a_jump(), {}),
            "arrives      192.0.2.2 > 192.0.2.1  ICMP echo request, id 1281, seq 1, length 64\n"
            "input        inet filter input: tcp dport 22 accept (rules/<my>.nft:6)  -> jump\n"
            "             never\n"
            "input        inet filter never: no further rule matches\n"
            "input        inet filter input: policy drop (rules/<my>.nft:2)\n"
            "verdict      dropped by inet filter input: policy drop (rules/<my>.nft:2)\n"
            "comes out    nothing\n");
}

TEST(CaseStory, tells_what_came_out_and_what_the_machine_sends) {
  CaseRun answered = sample::ok("packet");
  answered.observation.trace.push_back(observed::answer_step("accept"));
  answered.observation.trace.back().packet = 1;
  answered.observation.effects = {{Effect::data, "delivered"}};
  const std::string text = story_text(with_chains(), answered, {});
  EXPECT_THAT(text, HasSubstr("what arrives\ninput "));
  EXPECT_THAT(text, HasSubstr("what the machine sends\nrules "));
  EXPECT_THAT(text, HasSubstr("comes out    outside: 192.0.2.1 > 192.0.2.2  ICMP echo reply"));
  EXPECT_THAT(text, HasSubstr("effect       delivered\n"));
}

TEST(CaseStory, as_json) {
  const auto json = nlohmann::json::parse(story_json(with_chains(), after_a_jump()));
  ASSERT_EQ(json.at("steps").size(), 3U);
  EXPECT_EQ(json["steps"][0]["line"], 6);
  EXPECT_EQ(json["steps"][1]["hook"], "input") << "of the chain that jumped";
  EXPECT_EQ(json["steps"][1]["rule"], nullptr);
  EXPECT_EQ(json["verdict"], "dropped");
}

TEST(CaseStory, hooks_are_saved_and_shown) {
  SampleRun run = with_chains();
  run.cases = {after_a_jump()};
  EXPECT_EQ(run_from_json(to_json(run), "saved").hook_of(run.cases[0].observation, 1), "input");
  EXPECT_THAT(html_report(run), HasSubstr("packet 0, input: <code>inet filter never"));
  run.chains.clear();
  EXPECT_EQ(run.hook_of(run.cases[0].observation, 1), "");
}

TEST(RunCapture, has_each_packet_with_its_case_and_rule) {
  SampleRun run = sample::run();
  run.cases = {sample::ok("A"), sample::failed("B")};
  const std::string path = testing::TempDir() + "firewall_capture_" + std::to_string(::getpid());
  write_capture(run, path);
  CaptureReader reader(path);
  std::vector<std::string> told;
  std::vector<CaptureTime> times;
  while (const auto frame = reader.next()) {
    told.push_back((frame->direction == Direction::out ? "out: " : "in: ") + std::string(frame->comment));
    times.push_back(frame->time);
  }
  std::remove(path.c_str());
  EXPECT_THAT(told, testing::ElementsAre(
                        "in: A echo request, unicast: answered, let in by inet filter input: icmp type echo-request "
                        "accept (rules/<my>.nft:4) (ok)",
                        "out: A echo request, unicast: came of it",
                        "in: B fragmentation needed & <more>: dropped by inet filter input: ip protocol icmp drop "
                        "comment \"a&b\" (rules/<my>.nft:5) (FAIL)"));
  EXPECT_TRUE(std::ranges::is_sorted(times));
  EXPECT_EQ(times.at(2), std::chrono::seconds(2));
}

}  // namespace
}  // namespace tunstack::firewall::case_story_test
