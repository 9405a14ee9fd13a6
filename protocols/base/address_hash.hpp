// A keyed hash of addresses, for tables that strangers fill: without the secret nobody can aim at one place.
#pragma once

#include "protocols/base/address.hpp"

namespace tunstack {

/// The upper bits are the better ones.
inline std::uint64_t keyed_hash(const Ipv4Address& address, std::uint64_t secret) {
  const std::uint64_t hash = (secret ^ address.value) * 0x9e3779b97f4a7c15;
  return (hash ^ hash >> 29) * 0xd6e8feb86659fd93;
}

inline std::uint64_t keyed_hash(const Ipv6Address& address, std::uint64_t secret) {
  const std::uint64_t network = std::uint64_t{load_be32(address.octets, 0)} << 32 | load_be32(address.octets, 4);
  const std::uint64_t host = std::uint64_t{load_be32(address.octets, 8)} << 32 | load_be32(address.octets, 12);
  std::uint64_t hash = (secret ^ network) * 0x9e3779b97f4a7c15;
  hash = ((hash ^ hash >> 32) + host) * 0xd6e8feb86659fd93;
  return hash ^ hash >> 29;
}

inline std::uint64_t keyed_hash(const IpAddress& address, std::uint64_t secret) {
  return address.is_ipv4() ? keyed_hash(address.ipv4(), secret) : keyed_hash(address.ipv6(), secret);
}

}  // namespace tunstack
