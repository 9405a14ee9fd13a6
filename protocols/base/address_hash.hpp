// A keyed hash of addresses, for tables that strangers fill: without the key nobody can aim at one place, nor tell
// which addresses share one.
#pragma once

#include "protocols/base/address.hpp"
#include "protocols/base/siphash.hpp"

namespace tunstack {

/// SipHash-1-3 of what finds an entry of a table. Of an address alone it is that of its octets in network order.
class TableHash {
 public:
  explicit TableHash(const SipHashKey& key) : hash_(key) {}

  void add(std::uint64_t word) { hash_.add(word); }
  void add(const Ipv6Address& address) {
    add(load_siphash_word(Bytes(address.octets).first(8)));
    add(load_siphash_word(Bytes(address.octets).subspan(8)));
  }
  void add(const IpAddress& address) { address.is_ipv4() ? add(as_word(address.ipv4())) : add(address.ipv6()); }
  /// `tail` tells apart what else would be the same: a length, a kind, a number of 56 bits.
  std::uint64_t finish(std::uint8_t size, std::uint64_t tail = 0) {
    add(std::uint64_t{size} << 56 | tail);
    return hash_.finish();
  }

  static std::uint64_t as_word(Ipv4Address address) { return std::byteswap(address.value); }

 private:
  SipHash13 hash_;
};

inline std::uint64_t keyed_hash(Ipv4Address address, const SipHashKey& key) {
  return TableHash(key).finish(Ipv4Address::size, TableHash::as_word(address));
}
inline std::uint64_t keyed_hash(const Ipv6Address& address, const SipHashKey& key) {
  TableHash hash(key);
  hash.add(address);
  return hash.finish(Ipv6Address::size);
}
inline std::uint64_t keyed_hash(const IpAddress& address, const SipHashKey& key) {
  return address.is_ipv4() ? keyed_hash(address.ipv4(), key) : keyed_hash(address.ipv6(), key);
}

}  // namespace tunstack
