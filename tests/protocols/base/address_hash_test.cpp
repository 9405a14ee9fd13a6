// Places in tables that strangers choose addresses for: families of addresses that fall together under a hash without
// a key, or under one that only multiplies, spread like random ones.
#include "protocols/base/address_hash.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "protocols/base/random.hpp"

namespace tunstack::test::address_hash_test {
namespace {

Ipv6Address with_halves(std::uint64_t network, std::uint64_t host) {
  Ipv6Address address;
  store_be64(address.octets, 0, network);
  store_be64(address.octets, 8, host);
  return address;
}

constexpr std::uint64_t network = 0x20010db800000000;

/// The inverse of an odd number, by Newton's method: d * inverse(d) = 1 (mod 2^64).
constexpr std::uint64_t inverse(std::uint64_t d) {
  std::uint64_t x = d;
  for (int i = 0; i < 6; ++i) x *= 2 - d * x;
  return x;
}
static_assert(inverse(0xd6e8feb86659fd93) * 0xd6e8feb86659fd93 == 1);

struct AddressFamily {
  const char* what;
  std::function<IpAddress(std::uint64_t)> address;
};

const AddressFamily families[] = {
    {"hosts in a row", [](std::uint64_t i) { return with_halves(network, i); }},
    {"networks in a row", [](std::uint64_t i) { return with_halves(network + i, 1); }},
    {"the same lower 24 bits", [](std::uint64_t i) { return with_halves(network, i << 24 | 0x123456); }},
    {"steps that a multiplication by 0xd6e8feb86659fd93 undoes",
     [](std::uint64_t i) { return with_halves(network, 0x1234 + i * inverse(0xd6e8feb86659fd93)); }},
    {"steps that a multiplication by 0x9e3779b97f4a7c15 undoes",
     [](std::uint64_t i) { return with_halves(network + i * inverse(0x9e3779b97f4a7c15), 1); }},
    {"two single bits",
     [](std::uint64_t i) {
       return with_halves(network ^ std::uint64_t{1} << i % 64, std::uint64_t{1} << i / 64 % 64);
     }},
    {"IPv4 in a row", [](std::uint64_t i) { return Ipv4Address{0x0a000000 + static_cast<std::uint32_t>(i)}; }},
    {"IPv4 in steps of 65536",
     [](std::uint64_t i) { return Ipv4Address{static_cast<std::uint32_t>(i << 16 | i >> 16)}; }},
};

// ROB-003: 4096 addresses in 1024 buckets: 4 in each on average, and by chance hardly ever 18 anywhere.
TEST(AddressHash, ROB_003_no_family_of_addresses_meets_in_one_bucket) {
  constexpr std::size_t buckets = 1024;
  for (const AddressFamily& family : families)
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      Random random(seed);
      const SipHashKey key = SipHashKey::draw(random);
      for (const unsigned shift : {0U, 32U, 54U}) {
        std::vector<int> count(buckets);
        for (std::uint64_t i = 0; i < 4 * buckets; ++i)
          ++count[keyed_hash(family.address(i), key) >> shift % 64 & 1023];
        EXPECT_LE(*std::ranges::max_element(count), 18) << family.what << ", seed " << seed << ", bits from " << shift;
      }
    }
}

// Who has one key's collisions has none of another's.
TEST(AddressHash, ROB_003_collisions_do_not_outlive_the_key) {
  Random random(1);
  const SipHashKey one = SipHashKey::draw(random);
  const SipHashKey other = SipHashKey::draw(random);
  std::vector<IpAddress> together;
  for (std::uint64_t i = 0; together.size() < 64; ++i)
    if ((keyed_hash(with_halves(network, i), one) & 255) == 0) together.emplace_back(with_halves(network, i));
  std::vector<int> count(256);
  for (const IpAddress& address : together) ++count[keyed_hash(address, other) & 255];
  EXPECT_LE(*std::ranges::max_element(count), 6);
}

}  // namespace
}  // namespace tunstack::test::address_hash_test
