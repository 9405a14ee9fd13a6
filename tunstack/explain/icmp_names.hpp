// The names of ICMP types and codes as people know them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/base/address.hpp"

namespace tunstack {

struct IcmpName {
  std::string text;         // "echo request", "destination unreachable, port unreachable", "type 200, code 3"
  bool tells_code = false;  // a name of all codes that of code 0
};
IcmpName name_of_icmp(Family family, std::uint8_t type, std::uint8_t code);
/// Its text alone.
std::string icmp_name(Family family, std::uint8_t type, std::uint8_t code);

/// What `text` begins with, if it is a name: the longest. The code of a name of all codes is 0.
struct IcmpNameFound {
  std::uint8_t type, code;
  std::size_t length;  // octets of the name
};
std::optional<IcmpNameFound> find_icmp_name(Family family, std::string_view text);

}  // namespace tunstack
