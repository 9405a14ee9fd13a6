// What a node's filter matches, from the language of capture filters as far as a rule of a router can ask for it.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/ip/filter.hpp"

namespace tunstack::lab {

/// "udp dst port 53", "icmp[icmptype] == 8", "src net 192.0.2.0/24 and tcp": primitives joined by `and`. Where one of
/// them means either of two things (`host`, `port`), there is a rule for each. The error says what is wrong.
std::expected<std::vector<ip::FilterRule>, std::string> parse_transit_filter(std::string_view text);

/// "accept", "drop", "prohibit", "reject CODE", into all rules. What is wrong; empty: nothing.
std::string take_action(std::string_view text, std::vector<ip::FilterRule>& rules);

}  // namespace tunstack::lab
