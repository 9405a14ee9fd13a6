// What is found in the text of a ruleset is what the kernel has when it is loaded: each rule gets a comment with its
// number, and stands with it where it is expected.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/firewall/shipped_rulesets.hpp"
#include "tests/system/network.hpp"
#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::test::ruleset_loading_test {
namespace {

using firewall::parse_ruleset;
using firewall::read_ruleset;
using firewall::RulesetKind;
using firewall::RulesetSource;
using firewall::SourceRule;

/// "inet filter input": the comments of its rules, in their order.
using Chains = std::map<std::string, std::vector<std::string>>;

/// Of a rule that has a comment of its own; empty if it has none.
std::string comment_in(const std::string& rule) {
  const std::size_t option = rule.find("comment \"");
  if (option == rule.npos) return "";
  const std::size_t begin = option + 9;
  std::size_t end = begin;
  while (rule[end] != '"') end += rule[end] == '\\' ? 2U : 1U;
  return rule.substr(begin, end - begin);
}

std::string expected_comment(const SourceRule& rule, std::size_t number) {
  const std::string own = comment_in(rule.text);
  return own.empty() ? "rule " + std::to_string(number) : own;
}

/// The text with a comment in each rule that has none.
std::string numbered(const RulesetSource& source) {
  std::string text = source.text;
  const std::string before = source.kind == RulesetKind::nft ? " comment \"" : " -m comment --comment \"";
  for (std::size_t number = source.rules.size(); number-- > 0;) {
    const SourceRule& rule = source.rules[number];
    if (comment_in(rule.text).empty()) text.insert(rule.end, before + expected_comment(rule, number) + "\"");
  }
  return text;
}

Chains expected_chains(const RulesetSource& source) {
  Chains chains;
  for (std::size_t number = 0; number < source.rules.size(); ++number) {
    const SourceRule& rule = source.rules[number];
    auto& comments = chains[rule.family + " " + rule.table + " " + rule.chain];
    comments.resize(source.count_in_chain(rule.family, rule.table, rule.chain));
    comments.at(rule.index) = expected_comment(rule, number);
  }
  return chains;
}

class RulesetLoading : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const char* program_of_kernel : {"nft", "iptables-nft-restore", "iptables-legacy-restore"})
      SKIP_UNLESS(network.run({program_of_kernel, "--version"}).status == 0,
                  std::string(program_of_kernel) + " is missing. Install it with: scripts/setup --test");
    char name[] = "/tmp/tunstack-rulesets.XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
  }
  ~RulesetLoading() override {
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  std::string file(const std::string& text, const std::string& name = "ruleset") const {
    std::ofstream(directory_ + "/" + name) << text;
    return directory_ + "/" + name;
  }

  static void make_interfaces(const Network& where, const RulesetSource& source) {
    for (const auto& interface : source.interfaces) {
      if (!interface.must_exist) continue;
      EXPECT_EQ(where.run({"ip", "tuntap", "add", interface.name, "mode", "tun"}).status, 0) << interface.name;
    }
  }

  static std::string restore_program(const RulesetSource& source, const std::string& variant) {
    return (source.kind == RulesetKind::iptables ? "iptables-" : "ip6tables-") + variant;
  }

  Outcome iptables(const Network& where, const Command& command) const {
    Command whole = {"env", "XTABLES_LOCKFILE=" + directory_ + "/lock"};
    whole.insert(whole.end(), command.begin(), command.end());
    return where.run(whole);
  }

  /// What the kernel has of rules after nft has loaded a text.
  Chains loaded_by_nft(const RulesetSource& source, const std::string& text) const {
    const Network other;
    make_interfaces(other, source);
    const Outcome loaded = other.run({"nft", "-f", file(text)});
    EXPECT_EQ(loaded.status, 0) << loaded << text;
    Chains chains;
    const auto listed = nlohmann::json::parse(other.run({"nft", "-j", "list", "ruleset"}).out);
    for (const auto& object : listed.at("nftables")) {
      if (!object.contains("rule")) continue;
      const auto& rule = object.at("rule");
      const std::string chain = rule.at("chain");
      if (chain.starts_with("__chain")) continue;  // "jump { }"
      chains[rule.at("family").get<std::string>() + " " + rule.at("table").get<std::string>() + " " + chain].push_back(
          rule.value("comment", "none"));
    }
    return chains;
  }

  /// And after iptables-restore has, in one of its variants, "nft" or "legacy".
  Chains loaded_by_iptables(const RulesetSource& source, const std::string& text, const std::string& variant) const {
    const Network other;
    const Outcome loaded = iptables(other, {restore_program(source, variant + "-restore"), file(text)});
    EXPECT_EQ(loaded.status, 0) << loaded << text;
    Chains chains;
    std::string table;
    for (const std::string& line : lines_of(iptables(other, {restore_program(source, variant + "-save")}).out)) {
      if (line.starts_with("*")) table = line.substr(1);
      if (!line.starts_with("-A ")) continue;
      const std::string chain = line.substr(3, line.find(' ', 3) - 3);
      const std::string family = source.kind == RulesetKind::iptables ? "ip " : "ip6 ";
      chains[family + table + " " + chain].push_back(comment_in(line));
    }
    return chains;
  }

  std::string directory_;
};

TEST_F(RulesetLoading, rules_of_nft_stand_where_they_are_found) {
  for (const std::string& path : shipped_rulesets(".nft")) {
    const RulesetSource source = read_ruleset(path, false);
    EXPECT_EQ(loaded_by_nft(source, numbered(source)), expected_chains(source)) << path;
  }
}

TEST_F(RulesetLoading, rules_of_a_dump_too) {
  for (const std::string& path : shipped_rulesets(".nft")) {
    const RulesetSource source = read_ruleset(path, false);
    const Network other;
    make_interfaces(other, source);
    ASSERT_EQ(other.run({"nft", "-f", file(source.text)}).status, 0) << path;
    const RulesetSource dump = parse_ruleset(other.run({"nft", "-a", "list", "ruleset"}).out, "<stdin>");
    EXPECT_EQ(loaded_by_nft(dump, numbered(dump)), expected_chains(dump)) << path;
    EXPECT_EQ(dump.rules.size(), source.rules.size()) << path;
  }
}

TEST_F(RulesetLoading, rules_of_iptables_in_both_variants) {
  for (const char* ending : {".iptables", ".ip6tables"})
    for (const std::string& path : shipped_rulesets(ending))
      for (const char* variant : {"nft", "legacy"}) {
        const RulesetSource source = read_ruleset(path, false);
        EXPECT_EQ(loaded_by_iptables(source, numbered(source), variant), expected_chains(source)) << path << variant;
      }
}

// Who dumps with nft what iptables has loaded gets rules that nft cannot load again, but they are found.
TEST_F(RulesetLoading, rules_of_iptables_as_nft_shows_them) {
  const RulesetSource source = read_ruleset(TUNSTACK_SOURCE_DIR "/tests/firewall/rulesets/docker.iptables", false);
  ASSERT_EQ(iptables(network, {"iptables-nft-restore", file(source.text)}).status, 0);
  const RulesetSource dump = parse_ruleset(network.run({"nft", "list", "ruleset"}).out, "<stdin>");
  EXPECT_EQ(dump.rules.size(), source.rules.size());
  for (const SourceRule& rule : source.rules)
    EXPECT_NE(dump.find(rule.family, rule.table, rule.chain, rule.index), nullptr) << rule.text;
}

// A ruleset with one rule less, or turned round, can be loaded as well.
class ChangedRulesets : public RulesetLoading {
 protected:
  /// Each changed text becomes a file; one in many of a long ruleset is enough.
  void write_changes(const RulesetSource& source) {
    const std::size_t step = source.rules.size() / 20 + 1;
    for (std::size_t number = 0; number < source.rules.size(); number += step) {
      const SourceRule& rule = source.rules[number];
      file(without_rule(source, rule), "without." + std::to_string(number) + ".changed");
      if (const auto negated = with_rule_negated(source, rule))
        file(*negated, "negated." + std::to_string(number) + ".changed");
    }
  }

  void expect_all_load(const RulesetSource& source, const std::string& path, const std::string& check) const {
    make_interfaces(network, source);
    const Outcome outcome =
        network.shell("cd " + directory_ + "; export XTABLES_LOCKFILE=lock; for f in *.changed; do [ ! -e $f ] || " +
                      check + " $f || { echo $f; cat $f; }; done; rm -f *.changed");
    EXPECT_EQ(outcome.out + outcome.err, "") << path;
    for (const auto& interface : source.interfaces)
      if (interface.must_exist) network.run({"ip", "link", "del", interface.name});
  }
};

TEST_F(ChangedRulesets, of_nft) {
  for (const std::string& path : shipped_rulesets(".nft")) {
    const RulesetSource source = read_ruleset(path, false);
    write_changes(source);
    expect_all_load(source, path, "nft -c -f");
  }
}

TEST_F(ChangedRulesets, of_iptables) {
  for (const char* ending : {".iptables", ".ip6tables"})
    for (const std::string& path : shipped_rulesets(ending)) {
      const RulesetSource source = read_ruleset(path, false);
      write_changes(source);
      expect_all_load(source, path, restore_program(source, "restore") + " --test");
    }
}

}  // namespace
}  // namespace tunstack::test::ruleset_loading_test
