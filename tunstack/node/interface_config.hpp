// What the configuration of an interface must fulfil, and what is added to it.
#pragma once

#include <optional>
#include <string>

#include "protocols/interface.hpp"
#include "protocols/wire/ipv6.hpp"

namespace tunstack {

inline constexpr std::size_t ipv4_minimum_mtu = 68;  // RFC 791 3.2
inline constexpr std::size_t maximum_mtu = 65535;

/// Why the link cannot have this MTU; names the minimum (TUN-006).
std::optional<std::string> mtu_fault(const InterfaceConfig& interface);

/// Every IPv6 interface has a link-local address (RFC 4291 2.8): unless one is configured, fe80::/64 with the
/// interface identifier of the first address, so that 2001:db8::2 is fe80::2 too.
void add_link_local_address(InterfaceConfig& interface);

}  // namespace tunstack
