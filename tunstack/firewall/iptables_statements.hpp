// Rules and interfaces of what iptables-restore reads.
#pragma once

#include "tunstack/firewall/rule_chains.hpp"

namespace tunstack::firewall {

/// `family`: "ip" or "ip6". Places are left out.
std::vector<SourceRule> iptables_rules(std::string_view text, const std::string& family);

std::vector<NamedInterface> iptables_interfaces(std::string_view text);
/// Of the commands in a script of a shell, as far as they are written out.
std::vector<NamedInterface> script_interfaces(std::string_view text);

/// The rule's line with its target turned round; none where it has another.
std::optional<std::string> iptables_negated(std::string_view line);

}  // namespace tunstack::firewall
