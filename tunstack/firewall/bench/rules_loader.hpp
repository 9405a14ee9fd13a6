// Has the kernel of this private network take a ruleset, by the programs that its author uses.
#pragma once

#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::firewall {

/// Which of the two programs of the same name restores rules of iptables; `any`: the one that is installed so.
enum class IptablesKind : std::uint8_t { any, nft, legacy };

/// Loads `text`, which is `source.text` or a changed one. Throws UsageFault with file and line for what nft or
/// iptables-restore refuses, SystemError where there is no such program.
void load_ruleset(const RulesetSource& source, const std::string& text, IptablesKind kind);

}  // namespace tunstack::firewall
