// SipHash (Aumasson and Bernstein, 2012): a keyed pseudorandom function. Who sees results of SipHash-2-4 learns neither
// the key nor other results; SipHash-1-3 does for places in tables, whose results nobody sees.
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "protocols/base/bytes.hpp"
#include "protocols/base/random.hpp"

namespace tunstack {

/// Two numbers; the published form of a key is 16 octets, each number the least octet first.
struct SipHashKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  static SipHashKey draw(Random& random) {
    const std::uint64_t first = random.next();
    return {first, random.next()};
  }
};

template <int compressions, int finalizations>
class BasicSipHash {
 public:
  explicit constexpr BasicSipHash(const SipHashKey& key)
      : v0_(key.first ^ 0x736f6d6570736575),
        v1_(key.second ^ 0x646f72616e646f6d),
        v2_(key.first ^ 0x6c7967656e657261),
        v3_(key.second ^ 0x7465646279746573) {}

  constexpr void add(std::uint64_t word) {
    v3_ ^= word;
    rounds<compressions>();
    v0_ ^= word;
  }
  constexpr std::uint64_t finish() {
    v2_ ^= 0xff;
    rounds<finalizations>();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  template <int count>
  constexpr void rounds() {
    for (int i = 0; i < count; ++i) {
      mix(v0_, v1_, 13, 32);
      mix(v2_, v3_, 16, 0);
      mix(v0_, v3_, 21, 0);
      mix(v2_, v1_, 17, 32);
    }
  }
  static constexpr void mix(std::uint64_t& sum, std::uint64_t& other, int rotation, int rotation_of_sum) {
    sum += other;
    other = std::rotl(other, rotation) ^ sum;
    sum = std::rotl(sum, rotation_of_sum);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

using SipHash = BasicSipHash<2, 4>;
using SipHash13 = BasicSipHash<1, 3>;

/// The least octet first, as SipHash reads its message.
constexpr std::uint64_t load_siphash_word(Bytes bytes) {
  return std::byteswap(std::uint64_t{load_be32(bytes, 0)} << 32 | load_be32(bytes, 4));
}

template <class Hash = SipHash>
constexpr std::uint64_t siphash(const SipHashKey& key, Bytes message) {
  Hash hash(key);
  Bytes rest = message;
  for (; rest.size() >= 8; rest = rest.subspan(8)) hash.add(load_siphash_word(rest));
  std::array<std::uint8_t, 8> last{};
  std::copy(rest.begin(), rest.end(), last.begin());
  last[7] = static_cast<std::uint8_t>(message.size());
  hash.add(load_siphash_word(last));
  return hash.finish();
}

}  // namespace tunstack
