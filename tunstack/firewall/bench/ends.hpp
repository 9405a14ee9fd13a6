// Who sent a datagram, and to whom, whatever else is wrong with it.
#pragma once

#include "protocols/base/address.hpp"

namespace tunstack::firewall {

/// No address where the header is cut.
inline IpAddress source_of(Bytes datagram) {
  if (datagram.size() >= 40 && datagram[0] >> 4 == 6) return Ipv6Address::load(datagram, 8);
  return datagram.size() >= 20 ? IpAddress(Ipv4Address::load(datagram, 12)) : IpAddress();
}

inline IpAddress destination_of(Bytes datagram) {
  if (datagram.size() >= 40 && datagram[0] >> 4 == 6) return Ipv6Address::load(datagram, 24);
  return datagram.size() >= 20 ? IpAddress(Ipv4Address::load(datagram, 16)) : IpAddress();
}

}  // namespace tunstack::firewall
