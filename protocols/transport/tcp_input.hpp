// TCP segments for ports that nobody listens to (RFC 9293 3.10.7.1).
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/verdict.hpp"

namespace tunstack::transport {

/// What a closed port answers: a reset, an ICMP port unreachable, nothing.
enum class ClosedTcp : std::uint8_t { rst, port, drop };

Verdict tcp_input(const Ipv4Arrival& arrival, ClosedTcp closed);
Verdict tcp_input(const Ipv6Arrival& arrival, ClosedTcp closed);

}  // namespace tunstack::transport
