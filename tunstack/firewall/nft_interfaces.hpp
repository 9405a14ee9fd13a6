// The interfaces that an nft text names: in rules, sets, hooks and flowtables, directly or by a variable.
#pragma once

#include "tunstack/firewall/nft_tokens.hpp"
#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::firewall {

std::vector<NamedInterface> nft_interfaces(NftTokens tokens);

}  // namespace tunstack::firewall
