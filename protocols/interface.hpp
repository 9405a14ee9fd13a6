// What a node is told about one of its interfaces.
#pragma once

#include <string>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack {

struct InterfaceConfig {
  std::string name;
  std::vector<IpPrefix> addresses;
  std::size_t mtu = 1500;  // octets of an IP datagram
  bool up = true;
};

}  // namespace tunstack
