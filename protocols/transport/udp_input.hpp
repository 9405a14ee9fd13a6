// UDP datagrams for ports that nobody listens to (RFC 768, RFC 1122 4.1.3).
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/verdict.hpp"

namespace tunstack::transport {

Verdict udp_input(const Ipv4Arrival& arrival);
Verdict udp_input(const Ipv6Arrival& arrival);

}  // namespace tunstack::transport
