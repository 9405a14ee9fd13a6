// The names of ICMP types and codes as people know them.
#pragma once

#include <string>

#include "protocols/base/address.hpp"

namespace tunstack {

/// "echo request", "destination unreachable, port unreachable", "type 200, code 3".
std::string icmp_name(Family family, std::uint8_t type, std::uint8_t code);

}  // namespace tunstack
