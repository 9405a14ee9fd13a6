#include "tunstack/firewall/nft_tokens.hpp"

#include <algorithm>
#include <optional>

namespace tunstack::firewall {

namespace {

using Kind = NftToken::Kind;

constexpr std::string_view ends_of_words = " \t\r\n{};,\"#=!<>()|&";

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<NftToken> scan() {
    while (at_ < text_.size()) step();
    return std::move(tokens_);
  }

 private:
  void step() {
    if (const std::size_t length = continued_line(); length > 0)
      at_ += length;
    else if (text_[at_] == '#')
      at_ = std::min(text_.find('\n', at_), text_.size());
    else if (text_[at_] == '"')
      string();
    else if (const auto kind = kind_of(text_[at_]))
      add(*kind, 1);
    else if (std::string_view(" \t\r").contains(text_[at_]))
      ++at_;
    else
      add(Kind::word, word_length());
  }

  static std::optional<Kind> kind_of(char octet) {
    switch (octet) {
      case '{':
        return Kind::open;
      case '}':
        return Kind::close;
      case ',':
        return Kind::comma;
      case '\n':
      case ';':
        return Kind::separator;
      default:
        return std::string_view("=!<>()|&").contains(octet) ? std::optional(Kind::symbol) : std::nullopt;
    }
  }

  std::size_t continued_line() const {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("\\\n")) return 2;
    return rest.starts_with("\\\r\n") ? 3 : 0;
  }

  /// One that does not end ends with its line.
  void string() {
    std::size_t end = text_.find('"', at_ + 1);
    const bool is_closed = end != text_.npos;
    if (!is_closed) end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    add(Kind::string, end - at_ + (is_closed ? 1 : 0));
    tokens_.back().text = inside;
  }

  std::size_t word_length() const {
    std::size_t end = at_ + 1;
    while (end < text_.size() && !ends_of_words.contains(text_[end]) && text_[end] != '\\') ++end;
    return end - at_;
  }

  void add(Kind kind, std::size_t length) {
    tokens_.push_back({.kind = kind, .text = text_.substr(at_, length), .begin = at_, .end = at_ + length});
    at_ += length;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<NftToken> tokens_;
};

/// How many tokens stand before a brace that closes more than they open, or a separator outside of their braces.
std::size_t length_until(NftTokens tokens, bool stops_at_separators) {
  std::size_t depth = 0;
  std::size_t length = 0;
  for (; length < tokens.size(); ++length) {
    const Kind kind = tokens[length].kind;
    if (depth == 0 && (kind == Kind::close || (stops_at_separators && kind == Kind::separator))) break;
    if (kind == Kind::open) ++depth;
    if (kind == Kind::close) --depth;
  }
  return length;
}

}  // namespace

std::vector<NftToken> nft_tokens(std::string_view text) { return Scanner(text).scan(); }

std::size_t statement_length(NftTokens tokens) { return length_until(tokens, true); }

std::size_t block_length(NftTokens tokens) { return length_until(tokens, false); }

std::string one_line(NftTokens tokens, std::string_view text) {
  std::string line;
  std::size_t end = tokens.empty() ? 0 : tokens.front().begin;
  for (const NftToken& token : tokens) {
    if (token.begin > end && !line.ends_with(' ')) line += ' ';
    end = token.end;
    if (token.text == "\n") continue;
    line += text.substr(token.begin, token.end - token.begin);
  }
  return line;
}

}  // namespace tunstack::firewall
