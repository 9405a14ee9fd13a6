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
  // Told by routers.
  hop_limit_exceeded,
  network_unreachable,  // no route
  host_unreachable,     // nobody answers where it should be
  beyond_scope,         // of the source address
  prohibited,
  source_refused,  // ingress or egress policy
  route_rejects,
  network_unreachable_for_service,  // routes are for other types of service (in IPv6: no route)
  host_unreachable_for_service,     // the same on the link itself
  precedence_cut_off,               // IPv4 alone (in IPv6: prohibited)
  unreachable_by_code,              // of Destination Unreachable, as the configuration names it
  headers_too_long,                 // IPv6 alone: for a router to look through (RFC 8883 3)
  // IPv6 alone (RFC 7112 5, RFC 8883 2).
  header_chain_incomplete,
  next_header_unknown_on_way,
  extension_header_too_big,
  extension_chain_too_long,
  too_many_extension_headers,
  too_many_options,
  option_too_big,
};

}  // namespace tunstack
