// A keyed hash of addresses, for tables that strangers fill: without the secret nobody can aim at one place.
#pragma once

#include "protocols/base/address.hpp"

namespace tunstack {

/// The upper bits are the better ones.
inline std::uint64_t keyed_hash(const IpAddress& address, std::uint64_t secret) {
  const Bytes octets = address.octets();
  std::uint64_t hash = secret;
  for (std::size_t i = 0; i < octets.size(); i += 4) hash = (hash ^ load_be32(octets, i)) * 0x9e3779b97f4a7c15;
  return (hash ^ hash >> 29) * 0xd6e8feb86659fd93;
}

}  // namespace tunstack
