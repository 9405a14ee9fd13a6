// What the tester says of each shipped ruleset, case by case, with the rule that decided. Each line was read before it
// was frozen; TUNSTACK_WRITE_FROZEN=1 writes them anew, to be read again.
#include <nlohmann/json.hpp>

#include "tests/firewall/system/tested_rulesets.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::verdicts_test {
namespace {

using nlohmann::json;

class Tester : public SystemTest {
 protected:
  std::string verdicts(const TestedRuleset& ruleset) const { return verdicts_in(tunstack(test_of(ruleset)).out); }

  /// "29 of 36": how many cases of a mode and level failed.
  std::string failed(const std::string& name, const std::string& mode, const std::string& level,
                     const Command& more = {}) const {
    Command arguments = test_of(tested_ruleset(name));
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::size_t all = 0, failed = 0;
    const json run = json::parse(tunstack(arguments).out);
    for (const json& one : run.at("cases")) {
      if (one.at("case").at("mode") != mode || one.at("case").at("level") != level) continue;
      ++all;
      if (one.at("result") == "FAIL" || one.at("result") == "warn") ++failed;
    }
    return std::to_string(failed) + " of " + std::to_string(all);
  }
};

class Verdicts : public Tester, public testing::WithParamInterface<TestedRuleset> {};

TEST_P(Verdicts, are_those_that_are_frozen) {
  EXPECT_EQ(difference_from_frozen("verdicts", GetParam().name, verdicts(GetParam())), "");
}

INSTANTIATE_TEST_SUITE_P(OfRulesets, Verdicts, testing::ValuesIn(tested_rulesets()), [](const auto& ruleset) {
  std::string name = ruleset.param.name;
  std::ranges::replace_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
});

// With legacy iptables no rule is named, but what happens to packets is the same (finding F13).
TEST_F(Tester, both_kinds_of_iptables_treat_packets_alike) {
  for (const char* name : {"classic", "ufw", "docker"}) {
    const json nft = json::parse(tunstack(test_of(tested_ruleset(std::string(name) + ".iptables-nft"))).out);
    const json legacy = json::parse(tunstack(test_of(tested_ruleset(std::string(name) + ".iptables-legacy"))).out);
    ASSERT_EQ(nft.at("cases").size(), legacy.at("cases").size());
    for (std::size_t i = 0; i < nft.at("cases").size(); ++i) {
      const json &a = nft.at("cases")[i], &b = legacy.at("cases")[i];
      EXPECT_EQ(a.at("result"), b.at("result")) << name << " " << a.at("case").at("id");
      EXPECT_EQ(a.at("verdict").at("fate"), b.at("verdict").at("fate")) << name << " " << a.at("case").at("id");
      EXPECT_EQ(a.at("verdict").at("reactions"), b.at("verdict").at("reactions")) << name << a.at("case").at("id");
    }
  }
}

TEST_F(Tester, careful_rulesets_have_neither_failures_nor_warnings) {
  for (const char* name : {"careful-host", "careful-router"}) {
    const Outcome outcome = tunstack(test_of(tested_ruleset(name)));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const json found = json::parse(outcome.out).at("summary");
    EXPECT_EQ(found.at("FAIL"), 0) << name;
    EXPECT_EQ(found.at("warn"), 0) << name;
    EXPECT_EQ(found.at("precondition"), 0) << name;
    EXPECT_EQ(found.at("not testable"), 0) << name;
  }
}

// The table of docs/firewall-testing.md, in which careful rulesets fail nothing, first ones fail most of what must
// pass, and no rules at all fail what must be dropped.
TEST_F(Tester, results_tell_good_rulesets_from_bad_ones) {
  EXPECT_EQ(failed("none", "host", "must-pass"), "0 of 36");
  EXPECT_EQ(failed("none", "host", "must-drop"), "15 of 76");
  EXPECT_EQ(failed("naive", "host", "must-pass"), "29 of 36");
  EXPECT_EQ(failed("naive", "host", "must-drop"), "0 of 76");
  EXPECT_EQ(failed("stateless", "host", "must-pass"), "3 of 36");
  EXPECT_EQ(failed("rejecting", "host", "must-pass"), "2 of 36");
  EXPECT_EQ(failed("none.router", "router", "must-pass"), "0 of 32");
  EXPECT_EQ(failed("icmp-black-hole-router", "router", "must-pass"), "26 of 32");
}

// Where groups are not joined the kernel drops two of those that naive rules drop: the figures that were measured on
// TUN.
TEST_F(Tester, a_device_without_ethernet_has_the_kernel_decide_more) {
  EXPECT_EQ(failed("naive", "host", "must-pass", {"--link", "tun"}), "27 of 36");
  EXPECT_EQ(failed("rejecting", "host", "must-pass", {"--link", "tun"}), "1 of 36");
}

TEST_F(Tester, five_runs_in_a_row_say_the_same) {
  for (const char* name : {"careful-router", "laptop", "docker.iptables-nft"}) {
    const std::string first = verdicts(tested_ruleset(name));
    for (int again = 0; again < 4; ++again) EXPECT_EQ(verdicts(tested_ruleset(name)), first) << name;
  }
}

TEST_F(Tester, runs_beside_each_other_do_not_disturb_each_other) {
  std::vector<std::unique_ptr<Process>> runs;
  std::vector<std::string> names{"careful-host", "laptop", "ufw.iptables-legacy", "careful-host"};
  for (const std::string& name : names) runs.push_back(start_tunstack(test_of(tested_ruleset(name))));
  for (std::size_t i = 0; i < runs.size(); ++i)
    EXPECT_EQ(difference_from_frozen("verdicts", names[i], verdicts_in(runs[i]->wait(3 * patience).out)), "");
}

}  // namespace
}  // namespace tunstack::test::verdicts_test
