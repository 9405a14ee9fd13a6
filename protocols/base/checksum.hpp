// The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
//
// A sum is kept unfolded, in 64 bits and in memory order: RFC 1071 2(B) allows it, and no byte is
// swapped until a result is stored. Only the last of several summed parts may have an odd length.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "protocols/base/address.hpp"
#include "protocols/base/bytes.hpp"

namespace tunstack {

using ChecksumSum = std::uint64_t;

constexpr ChecksumSum add_with_carry(ChecksumSum a, ChecksumSum b) {
  const ChecksumSum sum = a + b;
  return sum + (sum < b);
}

/// The sum of the part that fills whole 128-byte blocks is taken with AVX2 where the CPU has it.
ChecksumSum checksum_of_blocks(Bytes blocks, ChecksumSum sum);

template <std::unsigned_integral Word>
inline Word load_native(const std::uint8_t* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// The last `size` octets of `bytes`, fewer than 8 and not none, as a word that zeros fill up.
inline ChecksumSum checksum_last_word(Bytes bytes, std::size_t size) {
  const auto unused = static_cast<unsigned>(64 - 8 * size);
  if (bytes.size() >= 8) [[likely]] {
    const auto word = load_native<std::uint64_t>(bytes.data() + bytes.size() - 8);
    return std::endian::native == std::endian::big ? word << unused : word >> unused;
  }
  std::uint8_t word[8] = {};
  copy_bytes(word, bytes.last(size));
  return load_native<std::uint64_t>(word);
}

/// Adds `bytes` to `sum`. An odd last byte counts as if a zero byte followed (RFC 1071 1).
[[gnu::always_inline]] inline ChecksumSum checksum_sum(Bytes bytes, ChecksumSum sum = 0) {
  const std::uint8_t* p = bytes.data();
  std::size_t left = bytes.size();
  if (left >= 256) {
    const std::size_t blocks = left & ~std::size_t{127};
    sum = checksum_of_blocks(bytes.first(blocks), sum);
    p += blocks;
    left -= blocks;
  }
  // Carries are counted apart, so that each word waits for one addition only.
  ChecksumSum carries = 0;
  const auto add = [&](std::size_t at) {
    const auto word = load_native<std::uint64_t>(p + at);
    sum += word;
    carries += sum < word;
  };
  for (; left >= 64; left -= 64, p += 64) {
    add(0), add(8), add(16), add(24), add(32), add(40), add(48), add(56);
  }
  if (left & 32) {
    add(0), add(8), add(16), add(24);
    p += 32;
  }
  if (left & 16) {
    add(0), add(8);
    p += 16;
  }
  if (left & 8) add(0);
  sum = add_with_carry(sum, carries);
  left %= 8;
  return left == 0 ? sum : add_with_carry(sum, checksum_last_word(bytes, left));
}

/// The same of a size that the compiler knows, a multiple of 4: nothing is asked at run time.
template <std::size_t size>
[[gnu::always_inline]] inline ChecksumSum checksum_sum_of(const std::uint8_t* bytes, ChecksumSum sum = 0) {
  static_assert(size % 4 == 0);
  for (std::size_t at = 0; at + 8 <= size; at += 8) sum = add_with_carry(sum, load_native<std::uint64_t>(bytes + at));
  return size % 8 == 0 ? sum : add_with_carry(sum, load_native<std::uint32_t>(bytes + size - 4));
}

/// The sum folded to 16 bits, still in memory order. Halves are added with each other, which leaves the sum and its
/// carry in the upper one.
constexpr std::uint16_t checksum_fold(ChecksumSum sum) {
  sum += std::rotr(sum, 32);
  auto half = static_cast<std::uint32_t>(sum >> 32);
  half += std::rotr(half, 16);
  return static_cast<std::uint16_t>(half >> 16);
}

/// Data that includes its checksum field is intact if all of it sums to ones (RFC 1071 1).
constexpr bool checksum_is_intact(ChecksumSum sum) { return checksum_fold(sum) == 0xffff; }

/// The checksum as the number that belongs into the field.
constexpr std::uint16_t checksum_finish(ChecksumSum sum) {
  return network_order(static_cast<std::uint16_t>(~checksum_fold(sum)));
}

inline std::uint16_t internet_checksum(Bytes bytes, ChecksumSum sum = 0) {
  return checksum_finish(checksum_sum(bytes, sum));
}

/// The checksum after one 16-bit word changed: HC' = ~(~HC + ~m + m') (RFC 1624 3).
constexpr std::uint16_t checksum_update(std::uint16_t checksum, std::uint16_t old_word, std::uint16_t new_word) {
  ChecksumSum sum = static_cast<std::uint16_t>(~checksum);
  sum += static_cast<std::uint16_t>(~old_word);
  sum += new_word;
  return static_cast<std::uint16_t>(~checksum_fold(sum));
}

// The pseudo-headers are summed from their fields: writing them to memory and reading them back in other
// sizes would stall the CPU for longer than the whole sum takes.

/// Sum of the IPv4 pseudo-header of TCP and UDP (RFC 768, RFC 9293 3.1); `length` in octets.
constexpr ChecksumSum pseudo_header_sum(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                                        std::size_t length) {
  return ChecksumSum{network_order(source.value)} + network_order(destination.value) +
         network_order(std::uint16_t{protocol}) + network_order(static_cast<std::uint16_t>(length));
}

/// Sum of the IPv6 pseudo-header (RFC 8200 8.1); `length` in octets, without extension headers.
inline ChecksumSum pseudo_header_sum(const Ipv6Address& source, const Ipv6Address& destination,
                                     std::uint8_t next_header, std::size_t length) {
  const ChecksumSum tail =
      ChecksumSum{network_order(static_cast<std::uint32_t>(length))} + network_order(std::uint32_t{next_header});
  return checksum_sum_of<Ipv6Address::size>(destination.octets.data(),
                                            checksum_sum_of<Ipv6Address::size>(source.octets.data(), tail));
}

}  // namespace tunstack
