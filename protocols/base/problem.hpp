// What an ICMP error can report, in one vocabulary for both families. Only icmp/problem_codes knows the types.
#pragma once

#include <cstdint>

namespace tunstack {

enum class Problem : std::uint8_t {
  port_unreachable,
  protocol_unreachable,  // in IPv6: unrecognized next header
};

}  // namespace tunstack
