// What a node is told about one of its interfaces.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "protocols/base/mac_address.hpp"

namespace tunstack {

/// A router tells hosts what a host learns from routers.
enum class Role : std::uint8_t { host, router };

struct InterfaceConfig {
  std::string name;
  std::vector<IpPrefix> addresses;
  std::size_t mtu = 1500;  // octets of an IP datagram
  bool up = true;          // its link; where it is down, all that is done at the start waits until it comes up
  Role role = Role::host;
  bool forwards = true;                  // as a router: what comes in here for others, and what would leave here
  bool configures_itself = false;        // a link-local address, and what routers say
  bool needs_routes = false;             // what no route is for does not leave here, though the link has two ends
  std::vector<IpAddress> gateways = {};  // configured default routers, the best first
  std::optional<MacAddress> link_address = {};  // of Ethernet; links without it, as TUN, need no addresses of their own
};

/// Whether one of the family is configured.
inline bool has_address_of(const InterfaceConfig& interface, Family family) {
  return std::ranges::any_of(interface.addresses, [&](const IpPrefix& p) { return p.address.family() == family; });
}

}  // namespace tunstack
