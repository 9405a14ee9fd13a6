// The checksums of a datagram as it lies there: where they stand, and what they should be.
#pragma once

#include <optional>

#include "protocols/base/address.hpp"

namespace tunstack {

/// Where the upper layer begins and what it is; nothing where the chain of headers is broken.
struct Upper {
  std::size_t offset = 0;
  std::uint8_t protocol = 0;
  bool is_fragment = false;  // but not one that is a whole datagram
  bool is_later_fragment = false;
};
std::optional<Upper> upper_of(Bytes datagram);

struct StoredChecksum {
  std::size_t at = 0;  // octets from the start of the datagram
  std::uint16_t stored = 0;
  std::uint16_t right = 0;
  bool is_right = false;  // also of a zero where none is needed, and of the other zero
};

/// Of ICMP, IGMP, UDP and TCP. Nothing where there is none, and in fragments. `datagram` has no octets behind its end;
/// where it is cut, what is there is summed.
std::optional<StoredChecksum> upper_checksum(Bytes datagram);
/// Where it stands, also in a first fragment.
std::optional<std::size_t> upper_checksum_at(Bytes datagram);
/// What a first fragment, which cannot be summed, says.
std::optional<std::uint16_t> first_fragment_checksum(Bytes datagram);
/// Of an IPv4 header that is all there.
std::optional<StoredChecksum> header_checksum(Bytes datagram);

}  // namespace tunstack
