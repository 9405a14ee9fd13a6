// Where the upper layer of a packet stands, behind its header and all extension headers.
#pragma once

#include <cstdint>

namespace tunstack {

/// Of IPv6 also: the fragment header at which a walk along the chain of headers ends.
struct UpperLayer {
  std::uint8_t protocol = 0;            // its next header number
  bool behind_fragment_header = false;  // that of a packet which is whole all the same (RFC 6946)
  std::uint32_t offset = 0;             // octets from the start of the packet
  std::uint32_t protocol_at = 0;        // the octet of the packet that says `protocol`
};

}  // namespace tunstack
