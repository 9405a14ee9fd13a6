#include "protocols/base/address_kind.hpp"

#include <algorithm>

namespace tunstack {

namespace {

bool is_zero(Bytes octets) {
  return std::all_of(octets.begin(), octets.end(), [](std::uint8_t octet) { return octet == 0; });
}

}  // namespace

// ::, ::1, ::ffff:a.b.c.d and ::a.b.c.d begin with eighty zero bits (RFC 4291 2.5).
AddressKind kind_of_leading_zero(const Ipv6Address& address) {
  const Bytes octets = address.octets;
  if (!is_zero(octets.first(10))) return AddressKind::unicast;
  if (octets[10] == 0xff && octets[11] == 0xff) return AddressKind::ipv4_in_ipv6;
  if (!is_zero(octets.subspan(10, 2))) return AddressKind::unicast;
  const std::uint32_t last = load_be32(octets, 12);
  if (last == 0) return AddressKind::unspecified;
  return last == 1 ? AddressKind::loopback : AddressKind::ipv4_in_ipv6;
}

}  // namespace tunstack
