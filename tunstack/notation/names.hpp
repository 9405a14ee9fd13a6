// Names that stand for addresses, ports and packets in a line of docs/packets.md: who reads a line says which there
// are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack::notation {

template <class Value>
using Named = std::map<std::string, Value, std::less<>>;

/// Names are small letters, digits and hyphens. A word of the notation goes before a name.
struct Names {
  Named<IpAddress> addresses;
  Named<std::uint16_t> ports;
  /// To be quoted: "[flow]", "[flow first 28]".
  Named<std::vector<std::uint8_t>> packets;
};

}  // namespace tunstack::notation
