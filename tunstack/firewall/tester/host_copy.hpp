// What of this host matters to its rules: the interface that leads outside, its addresses, and sysctls. Only read.
#pragma once

#include <map>

#include "tunstack/firewall/bench/places.hpp"

namespace tunstack::firewall {

/// The interface of the default route, or the first that has an address. Throws UsageFault where there is none.
std::string host_interface();

/// Puts the addresses of the host's interface, and its router, in the place of those of the catalogue.
void take_addresses(Places& places, const std::string& interface);

/// net.ipv4.conf, net.ipv6.conf of all, default and the interface, what governs ICMP, TCP and connection tracking.
std::map<std::string, std::string> host_sysctls(const std::string& interface);

/// "KEY = VALUE" lines as sysctl(8) reads them. Throws UsageFault with file and line.
std::map<std::string, std::string> read_sysctls(const std::string& path);

}  // namespace tunstack::firewall
