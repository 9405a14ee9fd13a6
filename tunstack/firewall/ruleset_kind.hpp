// What a text is: told from its content, since names of files say little.
#pragma once

#include <string>

#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::firewall {

/// Throws UsageFault for what is no ruleset. Where rules of iptables could be of both families they are of IPv4, unless
/// the file's name has a 6.
RulesetKind kind_of(const std::string& text, const std::string& name);

}  // namespace tunstack::firewall
