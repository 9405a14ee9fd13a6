// Rulesets that differ in one rule.
#include <gmock/gmock.h>

#include "tests/firewall/shipped_rulesets.hpp"
#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::test::rule_changes_test {
namespace {

using firewall::parse_ruleset;
using firewall::read_ruleset;
using firewall::RulesetSource;

std::string nft(const std::string& rule) {
  return "table ip t { chain c { type filter hook input priority 0\n" + rule + "\n} }";
}

/// A rule turned round; "none" if it cannot be.
std::string negated(const std::string& rule) {
  const RulesetSource source = parse_ruleset(nft(rule), "rules");
  const auto text = with_rule_negated(source, source.rules.at(0));
  return text ? parse_ruleset(*text, "rules").rules.at(0).text : "none";
}

std::string negated_iptables(const std::string& rule) {
  const RulesetSource source = parse_ruleset("*filter\n" + rule + "\nCOMMIT\n", "rules");
  const auto text = with_rule_negated(source, source.rules.at(0));
  return text ? parse_ruleset(*text, "rules").rules.at(0).text : "none";
}

TEST(RuleChanges, verdicts_of_nft_are_turned_round) {
  EXPECT_EQ(negated("tcp dport 22 accept"), "tcp dport 22 drop");
  EXPECT_EQ(negated("tcp dport { 1, 2 } drop comment \"accept\""), "tcp dport { 1, 2 } accept comment \"accept\"");
  EXPECT_EQ(negated("log prefix \"drop\" accept"), "log prefix \"drop\" drop");
  EXPECT_EQ(negated("reject"), "accept");
  EXPECT_EQ(negated("meta l4proto tcp reject with tcp reset"), "meta l4proto tcp accept");
  EXPECT_EQ(negated("reject with icmpx type admin-prohibited comment \"no\""), "accept comment \"no\"");
}

TEST(RuleChanges, what_has_no_verdict_of_its_own_is_not) {
  for (const char* rule :
       {"counter", "jump d", "goto d", "tcp dport vmap { 22 : accept, 23 : drop }", "return",
        "log prefix accept counter", "counter comment drop", "queue num 1", "dnat to 192.0.2.1", "jump { accept; }"})
    EXPECT_EQ(negated(rule), "none") << rule;
}

TEST(RuleChanges, targets_of_iptables_too) {
  EXPECT_EQ(negated_iptables("-A INPUT -p tcp -j ACCEPT"), "-A INPUT -p tcp -j DROP");
  EXPECT_EQ(negated_iptables("-A INPUT --jump DROP"), "-A INPUT --jump ACCEPT");
  EXPECT_EQ(negated_iptables("-A INPUT -p tcp -j REJECT --reject-with tcp-reset"), "-A INPUT -p tcp -j ACCEPT");
  EXPECT_EQ(negated_iptables("-A INPUT -j REJECT --reject-with icmp-port-unreachable -m comment --comment \"a b\""),
            "-A INPUT -j ACCEPT -m comment --comment \"a b\"");
  EXPECT_EQ(negated_iptables("-A INPUT -m comment --comment \"-j DROP\" -j ACCEPT"),
            "-A INPUT -m comment --comment \"-j DROP\" -j DROP");
  for (const char* rule : {"-A INPUT -j mine", "-A INPUT -g mine", "-A INPUT -j RETURN", "-A INPUT -j LOG",
                           "-A INPUT -j", "-A INPUT -p tcp"})
    EXPECT_EQ(negated_iptables(rule), "none") << rule;
}

TEST(RuleChanges, a_rule_of_nft_is_added_as_by_its_command) {
  const RulesetSource source = parse_ruleset(nft("tcp dport 22 accept"), "rules");
  const firewall::AddedRule first{"ip", "t", "c", "tcp dport 23 drop"}, last{"ip", "t", "c", "drop", true};
  EXPECT_EQ(command_of(first, source.kind), "nft insert rule ip t c tcp dport 23 drop");
  const auto rules = parse_ruleset(with_rule_added(source, first), "rules").rules;
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[1].text, "tcp dport 23 drop");
  EXPECT_EQ(rules[1].index, 0U) << "before that of the file";
  EXPECT_EQ(parse_ruleset(with_rule_added(source, last), "rules").rules.at(1).index, 1U);
}

TEST(RuleChanges, a_rule_of_iptables_is_added_to_the_table_of_filters) {
  const RulesetSource source = parse_ruleset(
      "*filter\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n", "rules");
  const firewall::AddedRule first{"ip", "filter", "INPUT", "-p udp -j DROP"},
      last{"ip", "filter", "INPUT", "-j DROP", true};
  EXPECT_EQ(command_of(first, source.kind), "iptables -I INPUT 1 -p udp -j DROP");
  EXPECT_EQ(command_of(last, firewall::RulesetKind::ip6tables), "ip6tables -A INPUT -j DROP");
  const RulesetSource changed = parse_ruleset(with_rule_added(source, first), "rules");
  ASSERT_EQ(changed.rules.size(), 3U);
  const firewall::SourceRule* const added = changed.find("ip", "filter", "INPUT", 0);
  ASSERT_NE(added, nullptr);
  EXPECT_EQ(added->place.line, 3U);
}

TEST(RuleChanges, lines_stay_where_they_are) {
  const std::string text = nft("tcp dport { 1,\n 2 } accept\ndrop");
  const RulesetSource source = parse_ruleset(text, "rules");
  EXPECT_EQ(without_rule(source, source.rules[0]), nft("\n\ndrop"));
  EXPECT_EQ(with_rule_negated(source, source.rules[1]), nft("tcp dport { 1,\n 2 } accept\naccept"));
}

TEST(RuleChanges, one_rule_of_any_ruleset_can_be_left_out) {
  for (const char* ending : {".nft", ".iptables", ".ip6tables"})
    for (const std::string& path : shipped_rulesets(ending)) {
      if (path.ends_with("commands.iptables")) continue;  // "-D INPUT 5" takes what others have left
      const RulesetSource source = read_ruleset(path, false);
      for (const auto& rule : source.rules) {
        const RulesetSource less = parse_ruleset(without_rule(source, rule), path);
        EXPECT_EQ(less.rules.size() + 1, source.rules.size()) << path << ": " << rule.text;
        EXPECT_EQ(less.count_in_chain(rule.family, rule.table, rule.chain) + 1,
                  source.count_in_chain(rule.family, rule.table, rule.chain))
            << path << ": " << rule.text;
      }
    }
}

}  // namespace
}  // namespace tunstack::test::rule_changes_test
