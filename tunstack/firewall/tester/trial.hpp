// Whether rulesets can be tested on this host: by this user, with this kernel, with the programs that are here.
#pragma once

#include <optional>

#include "tunstack/fault.hpp"

namespace tunstack::firewall {

/// What stands in the way, tried with a small ruleset of nft; nothing: they can.
std::optional<Fault> obstacle_to_tests();
/// Whether rules of iptables can be loaded: its programs are not needed for those of nft.
bool has_iptables();

}  // namespace tunstack::firewall
