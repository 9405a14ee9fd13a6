// The tester itself is tested: of a careful ruleset each rule that lets something in is removed, and exactly the cases
// that need it are seen to fail.
#include <nlohmann/json.hpp>

#include "tests/firewall/system/tested_rulesets.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::mutation_test {
namespace {

using nlohmann::json;

class Mutations : public SystemTest {
 protected:
  json mutated(const std::string& name) const {
    Command arguments = test_of(tested_ruleset(name));
    arguments.push_back("--mutate");
    const Outcome outcome = tunstack(arguments, 6 * patience);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json::parse(outcome.out).at("mutations");
  }

  /// What became worse, one case a line: "62 removed  H4-Q-00: ok dropped -> warn answered (rule)".
  static std::string worse_by(const json& mutation) {
    std::string text;
    const std::string rule =
        std::to_string(mutation.at("line").get<unsigned>()) + " " + mutation.at("text").get<std::string>() + "\n";
    for (const json& by : mutation.at("noticed")) {
      const std::string before = by.at("result_before"), after = by.at("result_after");
      if (after != "FAIL" && after != "warn" && after != "precondition") continue;
      text += std::to_string(mutation.at("line").get<unsigned>()) + "  " + by.at("id").get<std::string>() + ": " +
              before + " -> " + after + " " + by.at("after").get<std::string>() + " by " +
              by.at("by").get<std::string>() + "\n";
    }
    return rule + (text.empty() ? std::to_string(mutation.at("line").get<unsigned>()) + "  no case\n" : text);
  }
};

TEST_F(Mutations, without_a_rule_that_accepts_exactly_the_cases_fail_that_need_it) {
  std::string text;
  for (const json& mutation : mutated("careful-host"))
    if (mutation.at("change") == "removed" && mutation.at("text").get<std::string>().contains("accept"))
      text += worse_by(mutation);
  EXPECT_EQ(difference_from_frozen("mutations", "careful-host", text), "");
}

// A rule that accepts is needed, or says itself in the ruleset what it is for that no case tries.
TEST_F(Mutations, nothing_is_accepted_in_vain) {
  for (const json& mutation : mutated("careful-host")) {
    const std::string text = mutation.at("text");
    if (mutation.at("change") != "removed" || !text.contains("accept")) continue;
    const bool is_known = text.contains("iifname \"lo\"") || text.contains("udp dport 546");
    EXPECT_EQ(mutation.at("noticed").empty(), is_known) << text;
  }
}

}  // namespace
}  // namespace tunstack::test::mutation_test
