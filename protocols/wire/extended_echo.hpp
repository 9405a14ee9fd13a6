// Extended echo messages, the same in both families (RFC 8335 2 and 3).
#pragma once

#include "protocols/base/checksum.hpp"
#include "protocols/wire/icmpv4.hpp"

namespace tunstack {

// The request. Behind it stands an extension structure with one object; behind a reply the same, or nothing.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |      Code     |            Checksum           |
// |           Identifier          |Sequence number|   Reserved  |L|
// +---------------------------------------------------------------+
// The reply; 4 and 6: the protocol runs on the interface, A: it is active.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |      Code     |            Checksum           |
// |           Identifier          |Sequence number|State| 0 |A|4|6|
// +---------------------------------------------------------------+
namespace extended_echo_offset {
inline constexpr std::size_t identifier = 4;
inline constexpr std::size_t sequence = 6;
inline constexpr std::size_t flags = 7;            // of a request
inline constexpr std::size_t state_and_flags = 7;  // of a reply
}  // namespace extended_echo_offset

/// Flags of a request: the interface is one of the node that is asked (RFC 8335 2).
inline constexpr std::uint8_t extended_echo_local = 1;

/// Codes of replies (RFC 8335 3).
enum class ExtendedEchoCode : std::uint8_t {
  no_error = 0,
  malformed_query = 1,
  no_such_interface = 2,
  no_such_table_entry = 3,
  multiple_interfaces = 4,
};

/// Flags in the last octet of a reply's header.
namespace extended_echo_flag {
inline constexpr std::uint8_t active = 4;
inline constexpr std::uint8_t ipv4 = 2;
inline constexpr std::uint8_t ipv6 = 1;
}  // namespace extended_echo_flag
inline constexpr unsigned extended_echo_state_shift = 5;  // of a neighbor, in the same octet

struct ExtendedEchoReply {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;
  std::uint8_t type = 0;
  ExtendedEchoCode code{};
  std::uint32_t identifier_and_sequence = 0;  // in the upper 24 bits
  std::uint8_t state_and_flags = 0;           // the state of a neighbor in the upper 3 bits
  Bytes body;                                 // of the request, if it is sent back

  std::size_t size() const { return icmp_header_size + body.size(); }
  void write(MutableBytes to) const {
    to[icmp_offset::type] = type;
    to[icmp_offset::code] = static_cast<std::uint8_t>(code);
    store_be32(to, extended_echo_offset::identifier, (identifier_and_sequence & 0xffffff00U) | state_and_flags);
    copy_bytes(to.subspan(icmp_header_size), body);
  }
  std::uint16_t checksum(Bytes written, ChecksumSum pseudo_header) const {
    return internet_checksum(written, pseudo_header);
  }
};

}  // namespace tunstack
