#include "tunstack/firewall/nft_interfaces.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "tunstack/firewall/interface_list.hpp"
#include "tunstack/firewall/ruleset_text.hpp"

namespace tunstack::firewall {

namespace {

using Kind = NftToken::Kind;

/// What is compared with a name may be missing; what the kernel looks up when it loads rules may not.
constexpr std::string_view compared[] = {"iifname", "oifname", "ibrname", "obrname"};
constexpr std::string_view looked_up[] = {"iif", "oif"};
constexpr std::string_view devices[] = {"device", "devices"};
constexpr std::string_view between[] = {"eq", "ne", "vmap", "map"};
constexpr std::string_view types_of_names[] = {"ifname", "iifname", "oifname"};
constexpr std::string_view types_of_indices[] = {"iface_index", "iif", "oif"};

bool is_one_of(std::span<const std::string_view> words, const NftToken& token) {
  return token.is(Kind::word) && is_any(token.text, words);
}

bool is_dot(const NftToken& token) { return token.is_word("."); }

/// What stands between dots: the parts of "iifname . tcp dport".
std::vector<NftTokens> parts_of(NftTokens tokens) {
  std::vector<NftTokens> parts;
  for (;;) {
    const auto dot = std::ranges::find_if(tokens, is_dot);
    const auto length = static_cast<std::size_t>(dot - tokens.begin());
    parts.push_back(tokens.first(length));
    if (dot == tokens.end()) return parts;
    tokens = tokens.subspan(length + 1);
  }
}

/// How many parts stand before the key at `at`, in the concatenation in which it is.
std::size_t part_number(NftTokens tokens, std::size_t at) {
  constexpr std::size_t longest_key = 3;  // words
  std::size_t number = 0;
  for (std::size_t left = longest_key; at > 0 && left > 0;) {
    --at;
    if (!tokens[at].is(Kind::word)) break;
    --left;
    if (!is_dot(tokens[at])) continue;
    ++number;
    left = longest_key + 1;
  }
  return number;
}

/// The part of a set's type that is an interface.
struct KeyPart {
  std::size_t number = 0;
  bool must_exist = false;
};

std::optional<KeyPart> key_part(NftTokens type) {
  const auto parts = parts_of(type);
  for (std::size_t number = 0; number < parts.size(); ++number)
    for (const NftToken& token : parts[number]) {
      if (is_one_of(types_of_names, token)) return KeyPart{.number = number, .must_exist = false};
      if (is_one_of(types_of_indices, token)) return KeyPart{.number = number, .must_exist = true};
    }
  return std::nullopt;
}

class InterfaceSearch {
 public:
  explicit InterfaceSearch(NftTokens tokens) : tokens_(tokens) {}

  std::vector<NamedInterface> search() {
    for (std::size_t at = 0; at < tokens_.size(); ++at)
      if (tokens_[at].is_word("define") || tokens_[at].is_word("redefine")) define(tokens_.subspan(at + 1));
    for (at_ = 0; at_ < tokens_.size(); ++at_) look_at(tokens_[at_]);
    return found_.take();
  }

 private:
  NftTokens rest() const { return tokens_.subspan(at_ + 1); }

  void define(NftTokens tokens) {
    if (tokens.size() < 2 || !tokens[0].is(Kind::word) || tokens[1].text != "=") return;
    const NftTokens value = tokens.subspan(2);
    variables_.emplace(tokens[0].text, value.first(statement_length(value)));
  }

  void look_at(const NftToken& token) {
    if (token.is_word("fib"))
      skip_fib();
    else if (token.is_word("set") || token.is_word("map"))
      declared_set();
    else if (is_one_of(compared, token))
      values(rest(), part_number(tokens_, at_), false);
    else if (is_one_of(looked_up, token))
      values(rest(), part_number(tokens_, at_), true);
    else if (is_one_of(devices, token) || (token.is_word("to") && at_ > 0 && tokens_[at_ - 1].is_word("fwd")))
      values(rest(), 0, true);
  }

  /// "fib saddr . iif oif missing": what it has of interfaces is no name.
  void skip_fib() {
    at_ += 1;
    while (at_ + 1 < tokens_.size() && is_dot(tokens_[at_ + 1])) at_ += 2;
    at_ += 1;
  }

  /// "set NAME { type ifname; elements = { "eth0" } }".
  void declared_set() {
    const NftTokens tokens = rest();
    if (tokens.size() < 2 || !tokens[0].is_name() || !tokens[1].is(Kind::open)) return;
    NftTokens block = tokens.subspan(2);
    block = block.first(block_length(block));
    std::optional<KeyPart> key;
    while (!block.empty()) {
      const NftTokens statement = block.first(statement_length(block));
      block = block.subspan(std::max<std::size_t>(1, statement.size()));
      if (statement.empty()) continue;
      if (statement.front().is_word("type") || statement.front().is_word("typeof")) key = key_part(statement);
      if (key && statement.front().is_word("elements")) values(statement.subspan(1), key->number, key->must_exist);
    }
  }

  /// Of an expression, from behind its key: the right side of a comparison, a set, or a map's keys.
  void values(NftTokens tokens, std::size_t part, bool must_exist) {
    if (!tokens.empty() && is_dot(tokens.front())) tokens = behind_other_keys(tokens);
    while (!tokens.empty() && (tokens.front().is(Kind::symbol) || is_one_of(between, tokens.front())))
      tokens = tokens.subspan(1);
    if (tokens.empty()) return;
    if (tokens.front().is(Kind::open))
      elements(tokens.subspan(1).first(block_length(tokens.subspan(1))), part, must_exist);
    else if (part == 0 || tokens.front().text.starts_with('$'))
      value(tokens.front(), part, must_exist);
  }

  static NftTokens behind_other_keys(NftTokens tokens) {
    const auto is_key = [](const NftToken& token) { return token.is(Kind::word) && !token.text.starts_with('$'); };
    return tokens.subspan(static_cast<std::size_t>(std::ranges::find_if_not(tokens, is_key) - tokens.begin()));
  }

  void elements(NftTokens tokens, std::size_t part, bool must_exist) {
    while (!tokens.empty()) {
      const auto comma = std::ranges::find(tokens, Kind::comma, &NftToken::kind);
      const auto length = static_cast<std::size_t>(comma - tokens.begin());
      element(tokens.first(length), part, must_exist);
      tokens = tokens.subspan(std::min(length + 1, tokens.size()));
    }
  }

  void element(NftTokens tokens, std::size_t part, bool must_exist) {
    const auto parts = parts_of(tokens);
    if (part >= parts.size()) {
      if (parts.size() == 1) part = 0;  // a variable may stand for all of it
      if (parts.size() != 1 || parts[0].empty() || !parts[0].front().text.starts_with('$')) return;
    }
    const auto first = std::ranges::find_if(parts[part], &NftToken::is_name);
    if (first != parts[part].end()) value(*first, parts.size() == 1 ? part : 0, must_exist);
  }

  void value(const NftToken& token, std::size_t part, bool must_exist) {
    if (!token.is_name() || token.text.starts_with('@')) return;  // sets are looked at where they are declared
    if (token.is(Kind::word) && token.text.starts_with('$')) {
      variable(token.text.substr(1), part, must_exist);
    } else if (!token.is_word("missing") && !token.is_word("exists")) {
      const std::string_view name = token.is(Kind::word) ? token.text.substr(0, token.text.find(':')) : token.text;
      found_.add(name, must_exist, '*');
    }
  }

  /// Once is enough, and the end of those that name each other.
  void variable(std::string_view name, std::size_t part, bool must_exist) {
    if (!expanded_.emplace(name, part, must_exist).second) return;
    const auto [first, last] = variables_.equal_range(name);
    for (auto variable = first; variable != last; ++variable) values(variable->second, part, must_exist);
  }

  NftTokens tokens_;
  std::size_t at_ = 0;
  std::multimap<std::string_view, NftTokens> variables_;
  std::set<std::tuple<std::string_view, std::size_t, bool>> expanded_;
  InterfaceList found_;
};

}  // namespace

std::vector<NamedInterface> nft_interfaces(NftTokens tokens) { return InterfaceSearch(tokens).search(); }

}  // namespace tunstack::firewall
