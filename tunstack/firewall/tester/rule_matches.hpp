// What a rule about a packet may match, in the languages of rulesets: the most precise first. Pure; whether such a rule
// is any good is seen by trying it (suggestion.hpp).
#pragma once

#include "tunstack/firewall/bench/places.hpp"

namespace tunstack::firewall {

/// Without a verdict. Of iptables it is empty where the language cannot say it.
struct RuleMatch {
  std::string nft, iptables;
  bool is_last = false;  // for a rule behind all others, which leaves what they let in

  friend bool operator==(const RuleMatch&, const RuleMatch&) = default;
};

/// `packet`: the first of the case, as it arrived.
std::vector<RuleMatch> matches_to_let_in(const Case& a_case, Bytes packet, const Places& places);
std::vector<RuleMatch> matches_to_keep_out(const Case& a_case, Bytes packet, const Places& places);
/// Of what the machine sends because of a packet.
std::vector<RuleMatch> matches_to_let_out(Family family);

}  // namespace tunstack::firewall
