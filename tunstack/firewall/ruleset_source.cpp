#include "tunstack/firewall/ruleset_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <tuple>

#include "tunstack/fault.hpp"
#include "tunstack/firewall/iptables_statements.hpp"
#include "tunstack/firewall/nft_includes.hpp"
#include "tunstack/firewall/nft_interfaces.hpp"
#include "tunstack/firewall/nft_statements.hpp"
#include "tunstack/firewall/ruleset_kind.hpp"

namespace tunstack::firewall {

namespace {

bool is_in_chain(const SourceRule& rule, const std::string& family, const std::string& table,
                 const std::string& chain) {
  return rule.family == family && rule.table == table && rule.chain == chain;
}

void read_nft(RulesetSource& source) {
  IncludedText included = with_includes(source.text, source.name);
  source.text = std::move(included.text);
  source.pieces = std::move(included.pieces);
  const std::vector<NftToken> tokens = nft_tokens(source.text);
  source.rules = nft_rules(tokens, source.text);
  source.interfaces = nft_interfaces(tokens);
}

void read_iptables(RulesetSource& source) {
  source.rules = iptables_rules(source.text, source.kind == RulesetKind::iptables ? "ip" : "ip6");
  source.interfaces = iptables_interfaces(source.text);
}

/// Where one is who begins at `place` and reads `passed`.
SourcePlace behind(std::string_view passed, SourcePlace place) {
  const std::size_t line = passed.rfind('\n');
  place.line += static_cast<unsigned>(std::ranges::count(passed, '\n'));
  place.column = static_cast<unsigned>(line == passed.npos ? place.column + passed.size() : passed.size() - line);
  return place;
}

/// All in one go, since there may be a hundred thousand.
void place_rules(RulesetSource& source) {
  auto piece = source.pieces.begin();
  std::size_t at = 0;
  SourcePlace place;
  for (SourceRule& rule : source.rules) {
    for (; piece != source.pieces.end() && piece->first <= rule.begin; ++piece) std::tie(at, place) = *piece;
    place = behind(std::string_view(source.text).substr(at, rule.begin - at), place);
    at = rule.begin;
    rule.place = place;
  }
}

RulesetSource of_kind(std::string text, const std::string& name, RulesetKind kind) {
  RulesetSource source;
  source.kind = kind;
  source.name = name;
  source.text = std::move(text);
  source.pieces = {{0, {.file = name, .line = 1, .column = 1}}};
  if (kind == RulesetKind::nft) read_nft(source);
  if (kind == RulesetKind::iptables || kind == RulesetKind::ip6tables) read_iptables(source);
  if (kind == RulesetKind::script) source.interfaces = script_interfaces(source.text);
  place_rules(source);
  return source;
}

}  // namespace

const SourceRule* RulesetSource::find(const std::string& family, const std::string& table, const std::string& chain,
                                      std::size_t index) const {
  const auto found = std::ranges::find_if(
      rules, [&](const SourceRule& rule) { return rule.index == index && is_in_chain(rule, family, table, chain); });
  return found == rules.end() ? nullptr : &*found;
}

std::size_t RulesetSource::count_in_chain(const std::string& family, const std::string& table,
                                          const std::string& chain) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(rules, [&](const SourceRule& rule) { return is_in_chain(rule, family, table, chain); }));
}

SourcePlace RulesetSource::place_of(std::size_t offset) const {
  const auto after = std::ranges::upper_bound(pieces, offset, {}, &std::pair<std::size_t, SourcePlace>::first);
  if (after == pieces.begin()) return {.file = name};
  const auto& [begin, place] = *std::prev(after);
  return behind(std::string_view(text).substr(begin, offset - begin), place);
}

RulesetSource parse_ruleset(std::string text, const std::string& name) {
  const RulesetKind kind = kind_of(text, name);
  return of_kind(std::move(text), name, kind);
}

RulesetSource parse_script(std::string text, const std::string& name) {
  return of_kind(std::move(text), name, RulesetKind::script);
}

RulesetSource read_ruleset(const std::string& path, bool is_script) {
  const bool is_stdin = path == "-";
  const std::string name = is_stdin ? "<stdin>" : path;
  std::string text = is_stdin ? read_text(std::cin, name) : read_text_file(path, "");
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw UsageFault(fmt::format("{} is empty", name), "a ruleset is expected there",
                     "to see what happens without rules give a file that says: flush ruleset");
  return is_script ? parse_script(std::move(text), name) : parse_ruleset(std::move(text), name);
}

}  // namespace tunstack::firewall
