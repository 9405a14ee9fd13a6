// Rulesets that differ from the user's in one rule: whether it matters is seen by running them.
#include <fmt/format.h>

#include <algorithm>

#include "tunstack/firewall/iptables_statements.hpp"
#include "tunstack/firewall/nft_statements.hpp"
#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::firewall {

namespace {

std::string with_text(const RulesetSource& source, std::size_t begin, std::size_t end, std::string_view instead) {
  std::string text = source.text;
  return text.replace(begin, end - begin, instead);
}

std::string_view text_of(const RulesetSource& source, const SourceRule& rule) {
  return std::string_view(source.text).substr(rule.begin, rule.end - rule.begin);
}

/// Where the rules of iptables' table `filter` end: its COMMIT.
std::size_t end_of_filter(const std::string& text) {
  std::size_t table = text.starts_with("*filter") ? 0 : text.find("\n*filter");
  if (table == std::string::npos) table = 0;
  const std::size_t commit = text.find("\nCOMMIT", table);
  return commit == std::string::npos ? text.size() : commit + 1;
}

}  // namespace

std::string command_of(const AddedRule& added, RulesetKind kind) {
  if (kind == RulesetKind::nft)
    return fmt::format("nft {} rule {} {} {} {}", added.is_last ? "add" : "insert", added.family, added.table,
                       added.chain, added.rule);
  return fmt::format("{} {} {}", kind == RulesetKind::iptables ? "iptables" : "ip6tables",
                     added.is_last ? "-A " + added.chain : "-I " + added.chain + " 1", added.rule);
}

std::string with_rule_added(const RulesetSource& source, const AddedRule& added) {
  const std::string command = command_of(added, source.kind);
  // Behind the name of the program it is what the files of both have.
  const std::string statement = command.substr(command.find(' ') + 1) + "\n";
  std::string text = source.text;
  if (!text.ends_with('\n')) text += '\n';
  return source.kind == RulesetKind::nft ? text + statement : text.insert(end_of_filter(text), statement);
}

std::string without_rule(const RulesetSource& source, const SourceRule& rule) {
  // Lines stay where they are, so that what nft says of the changed text is true of the user's.
  const auto lines = static_cast<std::size_t>(std::ranges::count(text_of(source, rule), '\n'));
  return with_text(source, rule.begin, rule.end, std::string(lines, '\n'));
}

std::optional<std::string> with_rule_negated(const RulesetSource& source, const SourceRule& rule) {
  if (source.kind != RulesetKind::nft) {
    const auto negated = iptables_negated(text_of(source, rule));
    return negated ? std::optional(with_text(source, rule.begin, rule.end, *negated)) : std::nullopt;
  }
  const auto words = nft_verdict(nft_tokens(text_of(source, rule)));
  if (!words) return std::nullopt;
  return with_text(source, rule.begin + words->begin, rule.begin + words->end,
                   words->verdict == "accept" ? "drop" : "accept");
}

}  // namespace tunstack::firewall
