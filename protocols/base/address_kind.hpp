// What an address is, seen from one interface of one node. Classified once on arrival; every rule on
// sources and destinations compares kinds.
#pragma once

#include "protocols/base/address.hpp"

namespace tunstack {

enum class AddressKind : std::uint8_t {
  unicast,              // somebody else's
  own,                  // an address of the arrival interface
  own_elsewhere,        // an address of another interface of this node
  itself,               // the source of what this node has sent to itself, which is no forgery
  tentative,            // an address of the arrival interface that is still being checked (RFC 4862 5.4, RFC 5227)
  own_anycast,          // the subnet-router anycast address of a prefix that this router has there (RFC 4291 2.6.1)
  anycast_elsewhere,    // that of a prefix of another interface
  subnet_router,        // that of a connected prefix of a host
  proxied,              // somebody's beyond this router, which answers solicitations for it (RFC 4861 7.2.8)
  unspecified,          // 0.0.0.0 or ::
  this_network,         // 0/8 but 0.0.0.0
  loopback,             // 127/8 or ::1
  reserved,             // 240/4 but the limited broadcast
  ipv4_in_ipv6,         // ::ffff:0:0/96 and the deprecated ::a.b.c.d
  limited_broadcast,    // 255.255.255.255
  directed_broadcast,   // all host bits of a prefix of the arrival interface are one
  zero_broadcast,       // all host bits of such a prefix are zero: the obsolete broadcast
  broadcast_elsewhere,  // either of a prefix of another interface of this node
  joined_group,         // multicast that the arrival interface listens to
  multicast,            // multicast that it does not
  multicast_too_narrow  // IPv6 multicast of scope 0 or 1, which no link may carry
};

constexpr bool is_own(AddressKind kind) { return kind == AddressKind::own || kind == AddressKind::own_elsewhere; }
/// Nobody else's, and never on a link: what is for one of them this node receives itself, or refuses.
constexpr bool is_of_node(AddressKind kind) {
  return is_own(kind) || kind == AddressKind::tentative || kind == AddressKind::loopback;
}
constexpr bool is_multicast(AddressKind kind) { return kind >= AddressKind::joined_group; }
constexpr bool is_broadcast(AddressKind kind) {
  return kind >= AddressKind::limited_broadcast && kind <= AddressKind::broadcast_elsewhere;
}
constexpr bool is_group(AddressKind kind) { return is_broadcast(kind) || is_multicast(kind); }

/// The kind as far as the address alone tells; own addresses, connected prefixes and groups are unknown here.
constexpr AddressKind kind_of(Ipv4Address address) {
  const std::uint32_t first = address.value >> 24;
  if (first - 1 < 126) [[likely]]  // 1 to 126
    return AddressKind::unicast;
  if (first == 0) return address.value == 0 ? AddressKind::unspecified : AddressKind::this_network;
  if (first == 127) return AddressKind::loopback;
  if (first < 224) return AddressKind::unicast;
  if (first < 240) return AddressKind::multicast;
  return address == ipv4_limited_broadcast ? AddressKind::limited_broadcast : AddressKind::reserved;
}

AddressKind kind_of_leading_zero(const Ipv6Address& address);

inline AddressKind kind_of(const Ipv6Address& address) {
  if (address.octets[0] == 0) return kind_of_leading_zero(address);
  if (!address.is_multicast()) return AddressKind::unicast;
  const int scope = address.octets[1] & 0x0f;
  return scope <= 1 ? AddressKind::multicast_too_narrow : AddressKind::multicast;
}

}  // namespace tunstack
