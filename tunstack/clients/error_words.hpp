// Errors in the words of ping.
#pragma once

#include "tunstack/clients/arrivals.hpp"

namespace tunstack::clients {

/// "Destination Net Unreachable", "Packet too big: mtu=1300". A redirect names its gateway by `gateway`.
std::string ping_words(const ReportedError& error, const std::string& gateway);

/// Those that do not end a request: source quench and redirect of ICMPv4.
inline bool is_advice(const ReportedError& error) { return error.is_ipv4() && (error.type == 4 || error.type == 5); }

}  // namespace tunstack::clients
