// The rules of an nft text, found by its braces and the first words of its statements.
#pragma once

#include <optional>

#include "tunstack/firewall/nft_tokens.hpp"
#include "tunstack/firewall/rule_chains.hpp"

namespace tunstack::firewall {

/// `tokens` are those of `text`, with all files included. Places are left out.
std::vector<SourceRule> nft_rules(NftTokens tokens, std::string_view text);

/// Of a rule: the last verdict that it ends with, outside of braces. None for a verdict map or a chain to go to.
struct VerdictWords {
  std::size_t begin = 0, end = 0;  // in the text that the tokens are of; all of "reject with tcp reset"
  std::string_view verdict;        // "accept", "drop", "reject"
};
std::optional<VerdictWords> nft_verdict(NftTokens rule);

}  // namespace tunstack::firewall
