// Octets of packets as people write them, made right or wrong on purpose: headers, and the checksums put in place last.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack::notation {

using Octets = std::vector<std::uint8_t>;

/// Puts right checksums into the header and the upper layer of a datagram, as far as they are there and it is no
/// fragment.
void mend_checksums(Octets& datagram);
/// Makes the checksum of the upper layer wrong, or that of the IPv4 header.
void spoil_checksum(Octets& datagram);
void spoil_header_checksum(Octets& datagram);
/// Makes the length field say how many octets there are.
void mend_length(Octets& datagram);

/// Where the upper layer begins and what it is; nothing where the chain of headers is broken.
struct Upper {
  std::size_t offset = 0;
  std::uint8_t protocol = 0;
  bool is_fragment = false;  // but not one that is a whole datagram
};
std::optional<Upper> upper_of(Bytes datagram);

}  // namespace tunstack::notation
