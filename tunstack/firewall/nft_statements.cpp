#include "tunstack/firewall/nft_statements.hpp"

#include <algorithm>
#include <charconv>

#include "tunstack/firewall/ruleset_text.hpp"

namespace tunstack::firewall {

namespace {

using Kind = NftToken::Kind;

constexpr std::string_view families[] = {"ip", "ip6", "inet", "arp", "bridge", "netdev"};
constexpr std::string_view verbs[] = {"add",  "create", "insert", "replace", "delete",   "destroy", "flush",
                                      "list", "reset",  "rename", "monitor", "describe", "export",  "import"};
/// What stands in tables and is no rule; and what a file says to nft itself.
constexpr std::string_view objects[] = {
    "table",     "chain", "set",    "map",      "element",  "flowtable", "ct",         "counter",
    "counters",  "quota", "quotas", "limit",    "limits",   "secmark",   "ruleset",    "synproxy",
    "synproxys", "hooks", "meter",  "meters",   "sets",     "maps",      "flowtables", "tables",
    "chains",    "rules", "define", "undefine", "redefine", "include",   "error"};
/// What a chain says of itself.
constexpr std::string_view of_the_chain[] = {"type",   "policy",   "comment",  "flags",   "devices",
                                             "define", "undefine", "redefine", "include", "error"};

bool is_among(std::span<const std::string_view> words, const NftToken& token) {
  return token.is(Kind::word) && is_any(token.text, words);
}

/// The words of a command, one after the other.
class Command {
 public:
  explicit Command(NftTokens tokens) : tokens_(tokens) {}

  NftTokens rest() const { return tokens_.subspan(at_); }
  bool is_at(Kind kind) const { return at_ < tokens_.size() && tokens_[at_].is(kind); }

  std::string take_if(std::span<const std::string_view> words) {
    return at_ < tokens_.size() && is_among(words, tokens_[at_]) ? std::string(tokens_[at_++].text) : std::string();
  }
  bool take(std::string_view word) {
    if (at_ >= tokens_.size() || !tokens_[at_].is_word(word)) return false;
    ++at_;
    return true;
  }
  std::string name() {
    return at_ < tokens_.size() && tokens_[at_].is_name() ? std::string(tokens_[at_++].text) : std::string();
  }
  std::string family() {
    const std::string family = take_if(families);
    return family.empty() ? "ip" : family;
  }
  std::size_t number() {
    const std::string digits = name();
    std::size_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
  }

 private:
  NftTokens tokens_;
  std::size_t at_ = 0;
};

struct ChainName {
  std::string family, table, chain;
};

class Statements {
 public:
  Statements(NftTokens tokens, std::string_view text) : rest_(tokens), text_(text) {}

  std::vector<SourceRule> rules() {
    while (!rest_.empty()) {
      if (is_between_statements(rest_.front()))
        skip(1);
      else
        command();
    }
    return chains_.all();
  }

 private:
  static bool is_between_statements(const NftToken& token) {
    return token.is(Kind::separator) || token.is(Kind::close);
  }

  void skip(std::size_t count) { rest_ = rest_.subspan(std::min(count, rest_.size())); }

  NftTokens statement() {
    const NftTokens tokens = rest_.first(statement_length(rest_));
    skip(tokens.size());
    return tokens;
  }

  /// A statement outside of all braces.
  void command() {
    const NftTokens tokens = statement();
    Command command(tokens);
    const std::string verb = command.take_if(verbs);
    const bool adds = verb.empty() || verb == "add" || verb == "create";
    if (verb == "flush" || verb == "delete" || verb == "destroy")
      remove(command, verb == "flush");
    else if (adds && command.take("table"))
      table(command);
    else if (adds && command.take("chain"))
      chain(command);
    else if (verb != "list" && verb != "rename" && verb != "reset" && !is_object(command))
      rule(command, verb, tokens);
  }

  static bool is_object(const Command& command) {
    return command.rest().empty() || is_among(objects, command.rest().front());
  }

  void remove(Command& command, bool is_flush) {
    if (command.take("ruleset")) {
      const std::string family = command.take_if(families);
      chains_.flush(family, "", "");
      return;
    }
    const bool is_table = command.take("table");
    if (!is_table && !command.take("chain")) return;
    const std::string family = command.family();
    const std::string table = command.name();
    if (table == "handle") return;
    const std::string chain = is_table ? std::string() : command.name();
    if (is_table || (!chain.empty() && (is_flush || chain != "handle"))) chains_.flush(family, table, chain);
  }

  void table(Command& command) {
    ChainName name{.family = command.family(), .table = command.name(), .chain = {}};
    if (!command.is_at(Kind::open)) return;
    NftTokens block = inside(command);
    while (!block.empty()) {
      const NftTokens tokens = block.first(statement_length(block));
      block = block.subspan(std::max<std::size_t>(1, tokens.size()));
      Command part(tokens);
      if (!part.take("chain")) continue;
      name.chain = part.name();
      if (part.is_at(Kind::open)) rules_of(name, inside(part));
    }
  }

  void chain(Command& command) {
    const ChainName name{.family = command.family(), .table = command.name(), .chain = command.name()};
    if (command.is_at(Kind::open)) rules_of(name, inside(command));
  }

  /// What stands between the brace at which `command` is and the one that closes it.
  static NftTokens inside(const Command& command) {
    const NftTokens tokens = command.rest().subspan(1);
    return tokens.first(block_length(tokens));
  }

  void rules_of(const ChainName& name, NftTokens block) {
    while (!block.empty()) {
      const NftTokens tokens = block.first(statement_length(block));
      block = block.subspan(std::max<std::size_t>(1, tokens.size()));
      if (!tokens.empty() && !is_among(of_the_chain, tokens.front())) chains_.append(made(name, tokens, tokens));
    }
  }

  /// "add rule inet filter input ...", where "rule" and, in a file, "add" may be missing.
  void rule(Command& command, const std::string& verb, NftTokens tokens) {
    command.take("rule");
    const ChainName name{.family = command.family(), .table = command.name(), .chain = command.name()};
    const bool has_index = command.take("index");
    if (!has_index && (command.take("handle") || command.take("position"))) {
      command.number();
      if (verb == "replace") return;  // of a rule that only the running kernel knows
    }
    const std::size_t index = has_index ? command.number() : 0;
    if (command.rest().empty()) return;
    SourceRule rule = made(name, tokens, command.rest());
    if (verb == "insert")
      chains_.insert(std::move(rule), index);
    else if (has_index)
      chains_.insert(std::move(rule), index + 1);
    else
      chains_.append(std::move(rule));
  }

  SourceRule made(const ChainName& name, NftTokens tokens, NftTokens words) const {
    SourceRule rule;
    rule.family = name.family;
    rule.table = name.table;
    rule.chain = name.chain;
    rule.text = one_line(words, text_);
    rule.begin = tokens.front().begin;
    rule.end = tokens.back().end;
    return rule;
  }

  NftTokens rest_;
  std::string_view text_;
  RuleChains chains_;
};

/// What follows "reject" and belongs to it.
std::size_t end_of_reject(NftTokens rule, std::size_t at) {
  while (at + 1 < rule.size() && !rule[at + 1].is_word("comment")) ++at;
  return rule[at].end;
}

}  // namespace

std::vector<SourceRule> nft_rules(NftTokens tokens, std::string_view text) { return Statements(tokens, text).rules(); }

std::optional<VerdictWords> nft_verdict(NftTokens rule) {
  std::optional<VerdictWords> found;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < rule.size(); ++at) {
    const NftToken& token = rule[at];
    if (token.is(Kind::open)) ++depth;
    if (token.is(Kind::close) && depth > 0) --depth;
    if (depth > 0) continue;
    if (token.is_word("comment") || token.is_word("prefix"))
      ++at;  // what it says is no verdict, in quotes or not
    else if (token.is_word("accept") || token.is_word("drop"))
      found = {.begin = token.begin, .end = token.end, .verdict = token.text};
    else if (token.is_word("reject"))
      found = {.begin = token.begin, .end = end_of_reject(rule, at), .verdict = token.text};
  }
  return found;
}

}  // namespace tunstack::firewall
