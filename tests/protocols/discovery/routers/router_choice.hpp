// Default routers as tests write them.
#pragma once

#include <map>
#include <string>

#include "protocols/discovery/routers/router_list.hpp"

namespace tunstack::test::choosing {

inline constexpr Instant start = Instant{} + std::chrono::seconds(100);
inline constexpr std::uint16_t lifetime = 1800;

inline IpAddress v6(unsigned number) {
  Ipv6Address address{{0xfe, 0x80}};
  address.octets[15] = static_cast<std::uint8_t>(number);
  return address;
}
inline IpAddress v4(unsigned number) { return Ipv4Address{0xc0000200 + number}; }

/// What a neighbor cache would say; unknown unless it is written here.
using Known = std::map<std::string, discovery::Reachability>;
inline constexpr auto up = discovery::Reachability::reachable;
inline constexpr auto down = discovery::Reachability::unreachable;

inline std::string chosen(const discovery::RouterList& list, Family family, const Known& known = {}) {
  const auto router = list.choose(family, [&](const IpAddress& address) {
    const auto found = known.find(to_text(address));
    return found == known.end() ? discovery::Reachability::unknown : found->second;
  });
  return router ? to_text(*router) : "";
}
inline std::string chosen6(const discovery::RouterList& list, const Known& known = {}) {
  return chosen(list, Family::ipv6, known);
}
inline std::string chosen4(const discovery::RouterList& list, const Known& known = {}) {
  return chosen(list, Family::ipv4, known);
}

}  // namespace tunstack::test::choosing
