// What an ICMP error can report, in one vocabulary for both families. Only icmp/problem_codes knows the types.
#pragma once

#include <cstdint>

namespace tunstack {

enum class Problem : std::uint8_t {
  port_unreachable,
  protocol_unreachable,  // in IPv6: unrecognized next header
  packet_too_big,        // in IPv4: fragmentation needed
  unrecognized_option,   // in IPv4: a parameter problem like others
  erroneous_header_field,
  required_option_missing,  // IPv4 alone
  source_route_failed,
  reassembly_timeout,
};

}  // namespace tunstack
