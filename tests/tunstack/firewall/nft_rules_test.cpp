// Where the rules of an nft text stand. That the kernel agrees is seen in tests/firewall/system.
#include <gmock/gmock.h>

#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::test::nft_rules_test {
namespace {

using firewall::parse_ruleset;
using firewall::RulesetSource;
using testing::ElementsAre;
using testing::IsEmpty;

/// "ip filter input 0: accept", in the order of the text.
std::vector<std::string> rules_of(const std::string& text) {
  std::vector<std::string> rules;
  const RulesetSource source = parse_ruleset(text, "rules");
  for (const auto& rule : source.rules)
    rules.push_back(rule.family + " " + rule.table + " " + rule.chain + " " + std::to_string(rule.index) + ": " +
                    rule.text);
  return rules;
}

TEST(NftRules, statements_of_a_chain_are_rules_except_those_about_the_chain) {
  EXPECT_THAT(rules_of(R"(table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    comment "of the chain"
    flags offload
    tcp dport 22 accept
    ip protocol icmp accept; counter
  }
})"),
              ElementsAre("inet filter input 0: tcp dport 22 accept", "inet filter input 1: ip protocol icmp accept",
                          "inet filter input 2: counter"));
}

TEST(NftRules, a_table_without_a_family_is_of_ipv4) {
  EXPECT_THAT(rules_of("table filter { chain input { accept; } }"), ElementsAre("ip filter input 0: accept"));
}

TEST(NftRules, one_may_go_over_several_lines) {
  EXPECT_THAT(
      rules_of("table ip t { chain c {\n tcp dport {\n 1, # one }\n 2 }\\\n  accept\n tcp dport vmap { 3 : drop,\n"
               " 4 : jump d }\n} }"),
      ElementsAre("ip t c 0: tcp dport { 1, 2 } accept", "ip t c 1: tcp dport vmap { 3 : drop, 4 : jump d }"));
}

TEST(NftRules, strings_and_comments_hide_braces_and_ends) {
  EXPECT_THAT(rules_of("table ip t { chain c { # } ; {\n log prefix \"} ; # {\" accept # handle 4; drop\n drop } }"),
              ElementsAre("ip t c 0: log prefix \"} ; # {\" accept", "ip t c 1: drop"));
}

TEST(NftRules, other_objects_of_a_table_are_none) {
  EXPECT_THAT(rules_of(R"(define x = { 1, 2 }
table inet t {
  set s { type inet_service; elements = { 1, 2 }; }
  map m { type inet_service : verdict
    elements = { 22 : accept } }
  counter a { packets 0 bytes 0 }
  quota b { over 1 mbytes }
  limit d { rate 1/second }
  ct helper h { type "ftp" protocol tcp; }
  flowtable f { hook ingress priority 0; devices = { eth0 }; }
  chain c { accept; }
})"),
              ElementsAre("inet t c 0: accept"));
}

TEST(NftRules, a_chain_may_be_continued) {
  EXPECT_THAT(
      rules_of("table ip t { chain c { tcp dport 1 accept; }\n chain c { tcp dport 2 accept; } }\n"
               "table ip t { chain c { tcp dport 3 accept; } }"),
      ElementsAre("ip t c 0: tcp dport 1 accept", "ip t c 1: tcp dport 2 accept", "ip t c 2: tcp dport 3 accept"));
}

TEST(NftRules, commands_add_and_insert) {
  EXPECT_THAT(
      rules_of("add table ip t; add chain ip t c { type filter hook input priority 0; }\n"
               "add rule ip t c tcp dport 1 accept\n"
               "insert rule t c tcp dport 2 accept\n"
               "add rule t c index 0 tcp dport 3 accept\n"
               "insert rule t c index 1 tcp dport 4 accept\n"
               "add t c tcp dport 5 accept\n"
               "rule t c tcp dport 6 accept\n"
               "add rule t c handle 7 tcp dport 7 accept"),
      ElementsAre("ip t c 3: tcp dport 1 accept", "ip t c 0: tcp dport 2 accept", "ip t c 2: tcp dport 3 accept",
                  "ip t c 1: tcp dport 4 accept", "ip t c 4: tcp dport 5 accept", "ip t c 5: tcp dport 6 accept",
                  "ip t c 6: tcp dport 7 accept"));
}

TEST(NftRules, commands_take_away) {
  const std::string rules =
      "table ip t { chain c { accept; }\n chain d { accept; }\n }\n"
      "table ip u { chain c { accept; }\n }\ntable ip6 t { chain c { accept; }\n }\n";
  const auto left = [&](const std::string& command) { return rules_of(rules + command); };
  EXPECT_THAT(left("flush ruleset"), IsEmpty());
  EXPECT_THAT(left("flush ruleset ip"), ElementsAre("ip6 t c 0: accept"));
  EXPECT_THAT(left("flush table t"), ElementsAre("ip u c 0: accept", "ip6 t c 0: accept"));
  EXPECT_THAT(left("delete table ip6 t"), ElementsAre("ip t c 0: accept", "ip t d 0: accept", "ip u c 0: accept"));
  EXPECT_THAT(left("destroy table ip u"), ElementsAre("ip t c 0: accept", "ip t d 0: accept", "ip6 t c 0: accept"));
  EXPECT_THAT(left("flush chain ip t c"), ElementsAre("ip t d 0: accept", "ip u c 0: accept", "ip6 t c 0: accept"));
  EXPECT_THAT(left("delete chain t d"), ElementsAre("ip t c 0: accept", "ip u c 0: accept", "ip6 t c 0: accept"));
  EXPECT_THAT(left("flush set ip t s\nlist ruleset\ndelete rule ip t c handle 5"), testing::SizeIs(4));
}

TEST(NftRules, blocks_by_command) {
  EXPECT_THAT(rules_of("add table inet t { chain c { accept; } }\nchain inet t d { drop; }\n"),
              ElementsAre("inet t c 0: accept", "inet t d 0: drop"));
}

TEST(NftRules, octets_and_places_are_those_of_the_text) {
  const std::string text = "# first\ntable ip t {\n  chain c { accept;  drop ; }\n}\nadd  rule t c\tcounter # last\n";
  const RulesetSource source = parse_ruleset(text, "a.nft");
  const auto said = [&](std::size_t n) {
    return text.substr(source.rules[n].begin, source.rules[n].end - source.rules[n].begin);
  };
  const auto place = [&](std::size_t n) {
    return source.rules[n].place.file + ":" + std::to_string(source.rules[n].place.line) + ":" +
           std::to_string(source.rules[n].place.column);
  };
  ASSERT_EQ(source.rules.size(), 3U);
  EXPECT_EQ(said(0), "accept");
  EXPECT_EQ(place(0), "a.nft:3:13");
  EXPECT_EQ(said(1), "drop");
  EXPECT_EQ(place(1), "a.nft:3:22");
  EXPECT_EQ(said(2), "add  rule t c\tcounter");
  EXPECT_EQ(place(2), "a.nft:5:1");
  EXPECT_EQ(source.rules[2].text, "counter");
}

TEST(NftRules, a_rule_is_found_by_its_place_in_its_chain) {
  const RulesetSource source = parse_ruleset("table ip t { chain c { accept; drop; }\n chain d { drop; } }", "a.nft");
  ASSERT_NE(source.find("ip", "t", "c", 1), nullptr);
  EXPECT_EQ(source.find("ip", "t", "c", 1)->text, "drop");
  EXPECT_EQ(source.find("ip", "t", "c", 2), nullptr);
  EXPECT_EQ(source.find("ip6", "t", "c", 0), nullptr);
  EXPECT_EQ(source.count_in_chain("ip", "t", "c"), 2U);
  EXPECT_EQ(source.count_in_chain("ip", "t", "d"), 1U);
  EXPECT_EQ(source.count_in_chain("ip", "u", "d"), 0U);
}

}  // namespace
}  // namespace tunstack::test::nft_rules_test
