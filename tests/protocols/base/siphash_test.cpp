// SipHash: 2-4 against the vectors published with it: key 00 01 .. 0f, messages 00 01 .. of 0 to 63 octets.
#include "protocols/base/siphash.hpp"

#include <gtest/gtest.h>

#include "protocols/base/address_hash.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::siphash_test {
namespace {

constexpr SipHashKey published_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

struct Vector {
  std::size_t size;
  std::uint64_t hash;
};

TEST(SipHash, SLAAC_009_published_vectors) {
  for (const Vector& v :
       {Vector{0, 0x726fdb47dd0e0e31}, Vector{1, 0x74f839c593dc67fd}, Vector{2, 0x0d6c8009d9a94f5a},
        Vector{3, 0x85676696d7fb7e2d}, Vector{4, 0xcf2794e0277187b7}, Vector{5, 0x18765564cd99a68d},
        Vector{6, 0xcbc9466e58fee3ce}, Vector{7, 0xab0200f58b01d137}, Vector{8, 0x93f5f5799a932462},
        Vector{9, 0x9e0082df0ba9e4b0}, Vector{15, 0xa129ca6149be45e5}, Vector{16, 0x3f2acc7f57c29bdb},
        Vector{17, 0x699ae9f52cbe4794}, Vector{24, 0xb8ad50c6f649af94}, Vector{31, 0x32d892fad841c342},
        Vector{32, 0x7127512f72f27cce}, Vector{63, 0x958a324ceb064572}})
    EXPECT_EQ(siphash(published_key, counting(v.size)), v.hash) << v.size << " octets";
}

// What CPython 3.11, whose hash of octets is SipHash-1-3, gives for the same messages and a key of zeros.
TEST(SipHash, ROB_003_siphash_1_3_as_others_compute_it) {
  for (const Vector& v :
       {Vector{1, 0x68a914128e01e473}, Vector{4, 0x7cc43f98813e4dbd}, Vector{7, 0x2f098ab0c751325a},
        Vector{8, 0xead411e67ebe2eea}, Vector{9, 0x75927f9d95124362}, Vector{16, 0x8972188433a5c5b7},
        Vector{17, 0x4883c49a2c009c1d}, Vector{20, 0x639e355ae68c0100}, Vector{33, 0x7fb71d24dfa4c9f6}})
    EXPECT_EQ(siphash<SipHash13>({}, counting(v.size)), v.hash) << v.size << " octets";
}

TEST(SipHash, ROB_003_of_an_address_its_octets_are_hashed) {
  EXPECT_EQ(keyed_hash(Ipv4Address{0x00010203}, {}), 0x7cc43f98813e4dbd);
  const Packet octets = counting(16);
  EXPECT_EQ(keyed_hash(Ipv6Address::load(octets, 0), {}), 0x8972188433a5c5b7);
  EXPECT_EQ(keyed_hash(IpAddress(Ipv6Address::load(octets, 0)), {}), 0x8972188433a5c5b7);
}

TEST(SipHash, SLAAC_009_keys_are_drawn_whole) {
  Random random(1), same(1);
  const SipHashKey key = SipHashKey::draw(random);
  EXPECT_EQ(key.first, same.next());
  EXPECT_EQ(key.second, same.next());
}

}  // namespace
}  // namespace tunstack::test::siphash_test
