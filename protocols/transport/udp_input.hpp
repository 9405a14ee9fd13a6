// UDP datagrams, for services and for ports that nobody listens to (RFC 768, RFC 1122 4.1.3).
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/transport/udp_services.hpp"

namespace tunstack::transport {

Verdict udp_input(const Ipv4Arrival& arrival, const UdpServices& services);
Verdict udp_input(const Ipv6Arrival& arrival, const UdpServices& services);

}  // namespace tunstack::transport
