#include "tunstack/notation/octets.hpp"

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"

namespace tunstack::notation {

namespace {

unsigned version_of(Bytes datagram) { return datagram.empty() ? 0 : ip_version(datagram); }

void put_right(Octets& datagram, const std::optional<StoredChecksum>& checksum) {
  if (checksum) store_be16(datagram, checksum->at, checksum->right);
}

void flip(Octets& datagram, std::size_t at) { datagram[at] ^= 0x55; }

}  // namespace

void mend_length(Octets& datagram) {
  if (version_of(datagram) == 4 && datagram.size() >= ipv4_header_size)
    store_be16(datagram, ipv4_offset::total_length, static_cast<std::uint16_t>(datagram.size()));
  if (version_of(datagram) == 6 && datagram.size() >= ipv6_header_size)
    store_be16(datagram, ipv6_offset::payload_length, static_cast<std::uint16_t>(datagram.size() - ipv6_header_size));
}

void mend_checksums(Octets& datagram) {
  put_right(datagram, upper_checksum(datagram));
  put_right(datagram, header_checksum(datagram));
}

void spoil_checksum(Octets& datagram) {
  if (const auto checksum = upper_checksum(datagram)) flip(datagram, checksum->at);
}

void spoil_header_checksum(Octets& datagram) {
  if (version_of(datagram) == 4 && datagram.size() >= ipv4_header_size) flip(datagram, ipv4_offset::checksum);
}

}  // namespace tunstack::notation
