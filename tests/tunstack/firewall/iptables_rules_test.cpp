// What iptables-restore would do, rule by rule.
#include <gmock/gmock.h>

#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::test::iptables_rules_test {
namespace {

using firewall::parse_ruleset;
using firewall::parse_script;
using testing::ElementsAre;

std::vector<std::string> rules_of(const std::string& text, const std::string& name = "rules") {
  std::vector<std::string> rules;
  const auto source = parse_ruleset(text, name);
  for (const auto& rule : source.rules)
    rules.push_back(rule.family + " " + rule.table + " " + rule.chain + " " + std::to_string(rule.index) + ": " +
                    rule.text);
  return rules;
}

std::vector<std::string> interfaces_of(const std::string& rules) {
  std::vector<std::string> names;
  const auto source = parse_ruleset("*filter\n" + rules + "\nCOMMIT\n", "rules");
  for (const auto& interface : source.interfaces) {
    EXPECT_FALSE(interface.must_exist);
    names.push_back(interface.name);
  }
  return names;
}

TEST(IptablesRules, of_each_table_and_chain) {
  EXPECT_THAT(
      rules_of("*nat\n:PREROUTING ACCEPT [0:0]\n:mine - [0:0]\n-A PREROUTING -j mine\n-A mine -j RETURN\nCOMMIT\n"
               "*filter\n:INPUT DROP [1:2]\n[3:4] -A INPUT -p tcp -j ACCEPT\n  -A INPUT   -j DROP\nCOMMIT\n"),
      ElementsAre("ip nat PREROUTING 0: -A PREROUTING -j mine", "ip nat mine 0: -A mine -j RETURN",
                  "ip filter INPUT 0: -A INPUT -p tcp -j ACCEPT", "ip filter INPUT 1: -A INPUT -j DROP"));
}

TEST(IptablesRules, of_ipv6_have_their_family) {
  EXPECT_THAT(rules_of("*filter\n-A INPUT -s 2001:db8::1 -j DROP\nCOMMIT\n"),
              ElementsAre("ip6 filter INPUT 0: -A INPUT -s 2001:db8::1 -j DROP"));
}

TEST(IptablesRules, inserted_ones_stand_before_others) {
  EXPECT_THAT(
      rules_of("*filter\n-A INPUT -j ACCEPT\n-I INPUT -j DROP\n--insert INPUT 2 -j RETURN\n-I INPUT 4 -j LOG\n"),
      ElementsAre("ip filter INPUT 2: -A INPUT -j ACCEPT", "ip filter INPUT 0: -I INPUT -j DROP",
                  "ip filter INPUT 1: --insert INPUT 2 -j RETURN", "ip filter INPUT 3: -I INPUT 4 -j LOG"));
}

TEST(IptablesRules, what_is_replaced_deleted_or_flushed_is_gone) {
  const std::string start = "*filter\n-A INPUT -j ACCEPT\n-A INPUT -j DROP\n-A OUTPUT -j ACCEPT\n";
  EXPECT_THAT(rules_of(start + "-R INPUT 2 -j RETURN\n-D OUTPUT 1"),
              ElementsAre("ip filter INPUT 0: -A INPUT -j ACCEPT", "ip filter INPUT 1: -R INPUT 2 -j RETURN"));
  EXPECT_THAT(rules_of(start + "-D INPUT -j ACCEPT"),
              ElementsAre("ip filter INPUT 0: -A INPUT -j DROP", "ip filter OUTPUT 0: -A OUTPUT -j ACCEPT"));
  EXPECT_THAT(rules_of(start + "-F INPUT"), ElementsAre("ip filter OUTPUT 0: -A OUTPUT -j ACCEPT"));
  EXPECT_THAT(rules_of(start + "-F"), ElementsAre());
  EXPECT_THAT(rules_of(start + "COMMIT\n*filter\n-A INPUT -j LOG\n"),
              ElementsAre("ip filter INPUT 0: -A INPUT -j LOG"));
}

TEST(IptablesRules, those_of_the_other_family_are_passed_over) {
  EXPECT_THAT(rules_of("*filter\n-A INPUT -6 -j DROP\n-4 -A INPUT -j ACCEPT\n-A INPUT -4 -j ACCEPT\n"),
              ElementsAre("ip filter INPUT 0: -A INPUT -j ACCEPT", "ip filter INPUT 1: -A INPUT -4 -j ACCEPT"));
}

TEST(IptablesRules, interfaces) {
  EXPECT_THAT(
      interfaces_of("-A INPUT -i eth0 -j ACCEPT\n-A FORWARD -i eth0 -o wlan0 -j ACCEPT\n-A INPUT ! -i lo -j DROP\n"
                    "-A INPUT -i ! eth1 -j DROP\n-A INPUT --in-interface=eth2 --out-interface eth3 -j DROP\n"
                    "-A INPUT -i tun+ -j DROP\n-A INPUT -i + -m comment --comment \"-i eth9\" -j DROP\n"
                    "# -A INPUT -i eth8 -j ACCEPT\n-A INPUT -o \"br0\" -j DROP\n"),
      ElementsAre("eth0", "wlan0", "eth1", "eth2", "eth3", "tun0", "br0"));
}

TEST(IptablesRules, interfaces_of_a_script) {
  std::vector<std::string> names;
  const auto source = parse_script(
      "#!/bin/sh\nsed -i eth9\niptables -A INPUT -i eth0 -j ACCEPT\n"
      "ip6tables -A INPUT -i $WAN -o eth1 -j ACCEPT\n",
      "rules");
  for (const auto& interface : source.interfaces) names.push_back(interface.name);
  EXPECT_THAT(names, ElementsAre("eth0", "eth1"));
}

}  // namespace
}  // namespace tunstack::test::iptables_rules_test
