// As much of a packet as its kind needs: what is told of it in words, and compared where addresses are translated.
#pragma once

#include <optional>
#include <string>

#include "protocols/base/address.hpp"

namespace tunstack::firewall {

/// Of any octets with a fixed header of IP; nothing of what follows it needs to be right.
struct PacketKind {
  IpAddress source, destination;
  std::uint8_t protocol = 0;
  bool is_part = false;   // of a datagram
  bool is_later = false;  // a part without the upper layer's header
  Bytes upper;

  Family family() const { return source.family(); }
};

std::optional<PacketKind> kind_of(Bytes packet);

/// "192.0.2.1 40000 > 203.0.113.7 53, protocol 17": addresses, ports where there are some, protocol.
std::string head_text(Bytes packet);

}  // namespace tunstack::firewall
