// Octets of packets as people write them, made right or wrong on purpose: headers, and the checksums put in place last.
#pragma once

#include <cstdint>
#include <vector>

#include "tunstack/explain/checksums.hpp"

namespace tunstack::notation {

using Octets = std::vector<std::uint8_t>;
using tunstack::Upper;
using tunstack::upper_of;

/// Puts right checksums into the header and the upper layer of a datagram, as far as they are there and it is no
/// fragment.
void mend_checksums(Octets& datagram);
/// Makes the checksum of the upper layer wrong, or that of the IPv4 header.
void spoil_checksum(Octets& datagram);
void spoil_header_checksum(Octets& datagram);
/// Makes the length field say how many octets there are.
void mend_length(Octets& datagram);

}  // namespace tunstack::notation
