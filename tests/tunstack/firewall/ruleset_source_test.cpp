// Files: what they include, what cannot be read, and that no text makes trouble.
#include "tunstack/firewall/ruleset_source.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

#include "tests/firewall/shipped_rulesets.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::test::ruleset_source_test {
namespace {

using firewall::parse_ruleset;
using firewall::read_ruleset;
using firewall::RulesetKind;
using firewall::RulesetSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class RulesetFiles : public testing::Test {
 protected:
  RulesetFiles() {
    std::string name = testing::TempDir() + "tunstack-rulesets.XXXXXX";
    directory_ = ::mkdtemp(name.data()) == nullptr ? "" : name;
  }
  ~RulesetFiles() override { std::filesystem::remove_all(directory_); }

  std::string file(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = directory_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }

  /// The three parts of what is thrown, without the test's directory.
  std::string fault_of(const std::string& path) const {
    try {
      read_ruleset(path, false);
    } catch (const UsageFault& fault) {
      std::string text = std::string(fault.what()) + "|" + fault.why() + "|" + fault.remedy();
      for (std::size_t at = 0; (at = text.find(directory_ + "/")) != text.npos;) text.erase(at, directory_.size() + 1);
      return text;
    }
    return "none";
  }

  /// "parts/a.nft:3: accept".
  std::vector<std::string> rules_of(const RulesetSource& source) const {
    std::vector<std::string> rules;
    for (const auto& rule : source.rules)
      rules.push_back(std::filesystem::relative(rule.place.file, directory_).string() + ":" +
                      std::to_string(rule.place.line) + ": " + rule.text);
    return rules;
  }

  std::string directory_;
};

TEST_F(RulesetFiles, includes_stand_in_place_of_their_statements) {
  file("parts/a.nft", "# of a\n\ntcp dport 1 accept");
  const std::string main =
      file("main.nft", "table ip t {\n chain c {\n  include \"parts/a.nft\"\n  tcp dport 2 accept\n }\n}\n");
  const RulesetSource source = read_ruleset(main, false);
  EXPECT_THAT(rules_of(source), ElementsAre("parts/a.nft:3: tcp dport 1 accept", "main.nft:4: tcp dport 2 accept"));
  EXPECT_THAT(source.text, testing::Not(HasSubstr("include")));
  EXPECT_EQ(source.rules[1].index, 1U);
  EXPECT_EQ(source.place_of(source.rules[0].begin).line, 3U);
  EXPECT_EQ(source.place_of(source.rules[1].begin).column, 3U);
  EXPECT_EQ(source.text.substr(source.rules[1].begin, 18), "tcp dport 2 accept");
}

TEST_F(RulesetFiles, includes_of_included_files_are_looked_for_beside_them) {
  file("parts/a.nft", "include \"b.nft\"\n");
  file("parts/b.nft", "table ip t { chain c { accept; } }");
  EXPECT_THAT(rules_of(read_ruleset(file("main.nft", "include \"./parts/a.nft\"; # that is all"), false)),
              ElementsAre("parts/b.nft:1: accept"));
  EXPECT_THAT(rules_of(read_ruleset(file("whole.nft", "include \"" + directory_ + "/parts/b.nft\""), false)),
              ElementsAre("parts/b.nft:1: accept"));
}

TEST_F(RulesetFiles, wildcards_are_sorted_and_may_match_nothing) {
  for (const char* name : {"b", "a", "c", ".hidden"}) file(std::string("d/") + name + ".nft", "add rule t c accept\n");
  file("d/b.conf", "add rule t c drop\n");
  EXPECT_THAT(rules_of(read_ruleset(file("main.nft", "include \"d/*.nft\"\ninclude \"d/*.none\"\n"), false)),
              ElementsAre("d/a.nft:1: accept", "d/b.nft:1: accept", "d/c.nft:1: accept"));
}

TEST_F(RulesetFiles, one_may_be_included_twice) {
  file("a.nft", "add rule t c accept");
  EXPECT_THAT(rules_of(read_ruleset(file("main.nft", "include \"a.nft\"\ninclude \"a.nft\"\n"), false)),
              ElementsAre("a.nft:1: accept", "a.nft:1: accept"));
}

TEST_F(RulesetFiles, circles_are_refused) {
  file("a.nft", "# a\ninclude \"b.nft\"\n");
  file("b.nft", "include \"a.nft\"\n");
  EXPECT_THAT(fault_of(file("main.nft", "\n\ninclude \"a.nft\"\n")),
              StartsWith("b.nft:1: 'a.nft' is included by itself|the includes lead in a circle|"));
  EXPECT_THAT(fault_of(file("self.nft", "include \"*.nft\"\n")), HasSubstr("is included by itself"));
}

TEST_F(RulesetFiles, includes_may_not_be_too_deep_nor_lead_nowhere) {
  for (int depth = 0; depth < 20; ++depth)
    file(std::to_string(depth) + ".nft", "include \"" + std::to_string(depth + 1) + ".nft\"\n");
  EXPECT_THAT(fault_of(directory_ + "/0.nft"), HasSubstr("files include each other too deeply"));
  EXPECT_THAT(fault_of(file("main.nft", "table t {\n  include \"nothing.nft\"\n}\n")),
              StartsWith("main.nft:2: there is no file 'nothing.nft'|an include leads nowhere|"));
  EXPECT_THAT(fault_of(file("main.nft", "include \"*/x.nft\"\n")), StartsWith("main.nft:1: cannot include '*/x.nft'|"));
}

TEST_F(RulesetFiles, a_statement_that_is_none_stays) {
  const RulesetSource source = read_ruleset(
      file("main.nft",
           "# include \"x\"\ntable ip t { comment \"include\"\n chain c { log prefix \"include\" accept; } }"),
      false);
  EXPECT_THAT(rules_of(source), ElementsAre("main.nft:3: log prefix \"include\" accept"));
}

TEST_F(RulesetFiles, what_cannot_be_read_is_told) {
  EXPECT_THAT(fault_of(directory_ + "/none"), StartsWith("cannot read none|No such file or directory|"));
  EXPECT_THAT(fault_of(directory_), HasSubstr("it is a directory"));
  EXPECT_THAT(fault_of(file("long", std::string((16 << 20) + 1, '\n'))), StartsWith("long is too long|"));
  EXPECT_THAT(fault_of(file("text", "\nDear all,\n")), StartsWith("text:2: this is no ruleset|"));
}

TEST_F(RulesetFiles, a_script_is_a_script_because_the_user_says_so) {
  const std::string path = file("rules", "iptables -A INPUT -j DROP\n");
  EXPECT_EQ(read_ruleset(path, true).kind, RulesetKind::script);
  EXPECT_EQ(read_ruleset(path, true).text, "iptables -A INPUT -j DROP\n");
  EXPECT_THAT(read_ruleset(path, true).rules, testing::IsEmpty());
}

TEST(RulesetOfStdin, is_read_to_its_end) {
  std::istringstream input("table ip t { chain c { accept; } }");
  std::streambuf* const before = std::cin.rdbuf(input.rdbuf());
  const RulesetSource source = read_ruleset("-", false);
  std::cin.rdbuf(before);
  ASSERT_EQ(source.rules.size(), 1U);
  EXPECT_EQ(source.rules[0].place.file, "<stdin>");
}

// ---- no text makes trouble ----

std::vector<std::string> shipped_texts() {
  std::vector<std::string> texts;
  for (const char* ending : {".nft", ".iptables", ".ip6tables"})
    for (const std::string& path : shipped_rulesets(ending)) texts.push_back(text_of_file(path));
  return texts;
}

/// Whatever is found lies within the text, each rule in its own octets and at its own place in its chain.
void expect_sound(const std::string& text) {
  RulesetSource source;
  try {
    source = parse_ruleset(text, "x.nft");
  } catch (const UsageFault& fault) {
    EXPECT_NE(std::string(fault.what()), "");
    return;
  }
  std::size_t end = 0;
  for (const auto& rule : source.rules) {
    EXPECT_LE(end, rule.begin);
    EXPECT_LT(rule.begin, rule.end);
    EXPECT_LE(rule.end, source.text.size());
    EXPECT_LT(rule.index, source.count_in_chain(rule.family, rule.table, rule.chain));
    EXPECT_EQ(source.find(rule.family, rule.table, rule.chain, rule.index), &rule);
    EXPECT_EQ(source.place_of(rule.begin).line, rule.place.line);
    EXPECT_EQ(source.place_of(rule.begin).column, rule.place.column);
    with_rule_negated(source, rule);
    end = rule.end;
  }
}

TEST(AnyRuleset, is_read_as_it_is_shipped) {
  for (const std::string& text : shipped_texts()) expect_sound(text);
}

TEST(AnyRuleset, may_be_cut_and_joined_anywhere) {
  const std::vector<std::string> texts = shipped_texts();
  std::mt19937 random(1);  // the same each time
  const auto part_of = [&](const std::string& text) {
    const std::size_t begin = random() % (text.size() + 1);
    return text.substr(begin, random() % 300);
  };
  for (int round = 0; round < 1500; ++round) {
    std::string text = random() % 2 == 0 ? "table ip t {" : "*filter\n";
    for (std::size_t parts = random() % 4; parts > 0; --parts) text += part_of(texts[random() % texts.size()]);
    expect_sound(text);
  }
}

TEST(AnyRuleset, may_have_any_octet_anywhere) {
  const std::vector<std::string> texts = shipped_texts();
  constexpr std::string_view octets = "{};\"#\\\n$@. -A*[!";
  std::mt19937 random(2);
  for (int round = 0; round < 500; ++round) {
    std::string text = texts[random() % texts.size()].substr(0, 2000);
    for (std::size_t changes = random() % 20; changes > 0; --changes)
      text[random() % text.size()] = octets[random() % octets.size()];
    expect_sound(text);
  }
}

TEST(AnyRuleset, may_be_deep_and_long) {
  expect_sound("table ip t {" + std::string(1 << 20, '{'));
  expect_sound("table ip t " + std::string(1 << 20, '}'));
  expect_sound("add rule ip t c " + std::string(1 << 20, '\\'));
  std::string many = "*filter\n";
  for (int count = 0; count < 20'000; ++count) many += "-I INPUT -s 192.0.2.1 -j DROP\n";
  const RulesetSource source = parse_ruleset(many, "x");
  EXPECT_EQ(source.rules.size(), 20'000U);
  EXPECT_EQ(source.rules.front().index, 19'999U);
  EXPECT_EQ(source.rules.back().place.line, 20'001U);
}

}  // namespace
}  // namespace tunstack::test::ruleset_source_test
