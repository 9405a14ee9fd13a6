// Who is where in a run: the devices of the machine under test, its addresses, and those of the strangers around it.
#pragma once

#include <string>
#include <vector>

#include "tunstack/device/tun.hpp"
#include "tunstack/firewall/case_packets.hpp"

namespace tunstack::firewall {

/// A device of the machine under test and who is behind it.
struct Arm {
  std::string device = "eth0";
  std::size_t mtu = 1500;
  DeviceKind kind = DeviceKind::tap;
  IpPrefix ipv4{{}, 24}, ipv6{{}, 64};  // the machine's address and the length of its prefix
  IpAddress neighbor4, neighbor6;       // whom its routes lead to
};

struct Places {
  Mode mode = Mode::host;
  Arm outside, inside;   // a host has no inside
  IpAddress far4, far6;  // the first of those far away: each case gets one of its own
  IpAddress other4, other6;
  IpAddress second4, second6;  // another router of the host's link; see second_link_local
  IpAddress server4, server6;  // inside: publishes what is open
  std::uint16_t open = 80, blocked = 7777, closed = 7779;

  /// Names for case number `index`, before a conversation is open.
  Names names(Family family, unsigned index) const;
};

/// Documentation addresses, on devices of these names.
Places example_places(Mode mode, const std::string& outside, const std::string& inside);

inline const IpAddress host_link_local = *parse_address("fe80::1");
inline const IpAddress peer_link_local = *parse_address("fe80::2");
inline const IpAddress second_link_local = *parse_address("fe80::77");

}  // namespace tunstack::firewall
