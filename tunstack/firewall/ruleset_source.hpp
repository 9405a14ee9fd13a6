// The user's ruleset as a text: what kind it is, which files it includes, where each rule stands, which interfaces it
// names. It is no second implementation of nft: it finds statements, not their meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tunstack::firewall {

enum class RulesetKind : std::uint8_t { nft, iptables, ip6tables, script };

struct SourcePlace {
  std::string file;
  unsigned line = 0, column = 0;  // from 1
};

struct SourceRule {
  std::string family, table, chain;  // "inet", "filter", "input"; of iptables "ip" or "ip6", "filter", "INPUT"
  std::size_t index = 0;             // within its chain, as the kernel has it ("insert" counted), from 0
  SourcePlace place;
  /// On one line, without comment: of nft what the rule says, of iptables the line, "-A INPUT -j ACCEPT".
  std::string text;
  std::size_t begin = 0, end = 0;  // octets in RulesetSource::text, with the command that adds it
};

/// Which interfaces are to be there: by "iif", "device" and the like they must, by "iifname" they are only compared.
struct NamedInterface {
  std::string name;  // for a wildcard, "eth*" or "eth+", a name that it matches: "eth0"
  bool must_exist = false;
};

struct RulesetSource {
  RulesetKind kind = RulesetKind::nft;
  std::string name;  // of the file, "<stdin>"
  std::string text;  // with included files in place of their `include` statements, so it loads from anywhere
  std::vector<SourceRule> rules;           // in the order of the text, those that are there after loading
  std::vector<NamedInterface> interfaces;  // in the order in which they are named, without "lo"

  /// The rule at this place of its chain.
  const SourceRule* find(const std::string& family, const std::string& table, const std::string& chain,
                         std::size_t index) const;
  std::size_t count_in_chain(const std::string& family, const std::string& table, const std::string& chain) const;
  SourcePlace place_of(std::size_t offset) const;

  std::vector<std::pair<std::size_t, SourcePlace>> pieces;  // where each piece of `text` comes from
};

/// Reads a file, or stdin for "-". Throws UsageFault with file and line: cannot be read, is no ruleset, an include that
/// leads in circles or nowhere.
RulesetSource read_ruleset(const std::string& path, bool is_script);
/// The same of a text.
RulesetSource parse_ruleset(std::string text, const std::string& name);
/// Of a shell script: the interfaces that its rules name.
RulesetSource parse_script(std::string text, const std::string& name);

/// One rule more, as the first of its chain or as the last: "icmp type echo-request accept", or of iptables "-p icmp -j
/// ACCEPT".
struct AddedRule {
  std::string family, table, chain;
  std::string rule;
  bool is_last = false;
};
/// The text with it, and the command that does the same to rules that are loaded.
std::string with_rule_added(const RulesetSource& source, const AddedRule& added);
std::string command_of(const AddedRule& added, RulesetKind kind);

/// The text without a rule, or with its verdict turned round (accept <-> drop, reject -> accept); nothing where it has
/// none to turn.
std::string without_rule(const RulesetSource& source, const SourceRule& rule);
std::optional<std::string> with_rule_negated(const RulesetSource& source, const SourceRule& rule);

}  // namespace tunstack::firewall
