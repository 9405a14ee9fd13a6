// What nft's scanner sees, as far as statements are found by it: words, strings, braces and ends of statements.
// Comments and the ends of continued lines are gone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tunstack::firewall {

struct NftToken {
  enum class Kind : std::uint8_t { word, string, open, close, comma, symbol, separator };

  Kind kind = Kind::word;
  std::string_view text;  // of a string without its quotes
  std::size_t begin = 0, end = 0;

  bool is(Kind wanted) const { return kind == wanted; }
  /// A word that is not in quotes.
  bool is_word(std::string_view wanted) const { return kind == Kind::word && text == wanted; }
  bool is_name() const { return kind == Kind::word || kind == Kind::string; }
};

using NftTokens = std::span<const NftToken>;

/// The tokens refer to `text`.
std::vector<NftToken> nft_tokens(std::string_view text);

/// How many tokens belong to the statement that begins with the first: those up to a separator, or to the brace that
/// closes what is around it.
std::size_t statement_length(NftTokens tokens);
/// How many tokens stand before the brace that closes the one before them.
std::size_t block_length(NftTokens tokens);

/// The tokens as one line, with one blank where there were some.
std::string one_line(NftTokens tokens, std::string_view text);

}  // namespace tunstack::firewall
