// What the configuration of an interface must fulfil, and what is added to it.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "protocols/interface.hpp"
#include "protocols/wire/ipv6.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack {

inline constexpr std::size_t ipv4_minimum_mtu = 68;  // RFC 791 3.2
inline constexpr std::size_t maximum_mtu = 65535;

/// Why the link cannot have this MTU; names the minimum (TUN-006).
std::optional<std::string> mtu_fault(const InterfaceConfig& interface);

/// As many as an interface may be given: some tables are read from end to end for each packet.
inline constexpr std::size_t max_configured_addresses = 2048;

/// The address of a host with the length of its link's prefix: "ADDR/LEN", or "ADDR" with the usual length of its
/// family, 24 or 64.
std::expected<IpPrefix, OptionFault> parse_host_address(const std::string& text);
/// Whether some address is in both.
bool overlap(const IpPrefix& one, const IpPrefix& other);
/// Why an interface cannot have all of these, each of which it may have.
std::optional<OptionFault> addresses_fault(const std::vector<IpPrefix>& addresses);
/// Why this cannot be a default router of an interface with these addresses.
std::optional<OptionFault> gateway_fault(const IpAddress& gateway, const std::vector<IpPrefix>& addresses);

/// Every IPv6 interface has a link-local address (RFC 4291 2.8): unless one is configured, fe80::/64 with the
/// interface identifier of the first address, so that 2001:db8::2 is fe80::2 too.
void add_link_local_address(InterfaceConfig& interface);

}  // namespace tunstack
