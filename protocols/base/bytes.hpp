// Byte access: the only place where byte order exists. All fields on the wire are big-endian.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>

namespace tunstack {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

/// The number whose bytes in memory are those of `value` in network order; its own inverse.
template <std::unsigned_integral Number>
constexpr Number network_order(Number value) {
  return std::endian::native == std::endian::big ? value : std::byteswap(value);
}

/// Ends the program where our own code would leave its bytes, in release builds too: no packet makes it do so unless a
/// check is missing, and then memory is not what pays for it.
constexpr void require_within(bool is_within) {
  if (!is_within) [[unlikely]]
    __builtin_trap();
}

constexpr std::uint16_t load_be16(Bytes bytes, std::size_t at) {
  require_within(at + 2 <= bytes.size());
  const std::uint8_t* p = bytes.data() + at;
  return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}

constexpr std::uint32_t load_be32(Bytes bytes, std::size_t at) {
  require_within(at + 4 <= bytes.size());
  const std::uint8_t* p = bytes.data() + at;
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

inline std::uint64_t load_be64(Bytes bytes, std::size_t at) {
  require_within(at + 8 <= bytes.size());
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return network_order(value);
}

constexpr void store_be16(MutableBytes bytes, std::size_t at, std::uint16_t value) {
  require_within(at + 2 <= bytes.size());
  std::uint8_t* p = bytes.data() + at;
  p[0] = static_cast<std::uint8_t>(value >> 8);
  p[1] = static_cast<std::uint8_t>(value);
}

constexpr void store_be32(MutableBytes bytes, std::size_t at, std::uint32_t value) {
  require_within(at + 4 <= bytes.size());
  std::uint8_t* p = bytes.data() + at;
  p[0] = static_cast<std::uint8_t>(value >> 24);
  p[1] = static_cast<std::uint8_t>(value >> 16);
  p[2] = static_cast<std::uint8_t>(value >> 8);
  p[3] = static_cast<std::uint8_t>(value);
}

inline void store_be64(MutableBytes bytes, std::size_t at, std::uint64_t value) {
  require_within(at + 8 <= bytes.size());
  value = network_order(value);
  std::memcpy(bytes.data() + at, &value, sizeof value);  // as one word: of eight stores GCC 12 makes six
}

/// Copies all of `from` to the start of `to`, which must have the room. (Not by memcpy: where GCC 12 can bound
/// the size it writes "rep movsq", which takes 40 ns to start.)
inline void copy_bytes(MutableBytes to, Bytes from) {
  require_within(from.size() <= to.size());
  if (!from.empty()) std::memmove(to.data(), from.data(), from.size());
}

}  // namespace tunstack
