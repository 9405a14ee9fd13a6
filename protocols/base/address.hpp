// IPv4 and IPv6 addresses and prefixes, and their texts.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/base/bytes.hpp"

namespace tunstack {

enum class Family : std::uint8_t { ipv4, ipv6 };

/// An IPv4 address as a number in host byte order: 192.0.2.1 is 0xc0000201.
struct Ipv4Address {
  static constexpr std::size_t size = 4;
  std::uint32_t value = 0;

  static constexpr Ipv4Address load(Bytes bytes, std::size_t at) { return {load_be32(bytes, at)}; }
  constexpr void store(MutableBytes bytes, std::size_t at) const { store_be32(bytes, at, value); }
  friend constexpr auto operator<=>(const Ipv4Address&, const Ipv4Address&) = default;
};

/// The mask of a prefix of `length` bits, which is 32 at most, in host byte order.
constexpr std::uint32_t ipv4_mask(std::uint8_t length) { return length == 0 ? 0 : 0xffffffffU << (32 - length); }

/// An IPv6 address as its sixteen octets in network order.
struct Ipv6Address {
  static constexpr std::size_t size = 16;
  std::array<std::uint8_t, size> octets{};

  static Ipv6Address load(Bytes bytes, std::size_t at) {
    require_within(at + size <= bytes.size());
    Ipv6Address address;
    std::memcpy(address.octets.data(), bytes.data() + at, size);
    return address;
  }
  void store(MutableBytes bytes, std::size_t at) const { copy_bytes(bytes.subspan(at), octets); }
  constexpr bool is_multicast() const { return octets[0] == 0xff; }
  constexpr bool is_link_local() const { return octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80; }
  friend bool operator==(const Ipv6Address& a, const Ipv6Address& b) { return std::memcmp(&a, &b, size) == 0; }
};

/// How many bits both addresses have alike, from the first on: up to 128.
inline std::size_t common_prefix_length(const Ipv6Address& a, const Ipv6Address& b) {
  const std::uint64_t high = load_be64(a.octets, 0) ^ load_be64(b.octets, 0);
  if (high != 0) return static_cast<std::size_t>(std::countl_zero(high));
  return 64 + static_cast<std::size_t>(std::countl_zero(load_be64(a.octets, 8) ^ load_be64(b.octets, 8)));
}
/// `address` with zeros behind its first `length` bits.
Ipv6Address masked(const Ipv6Address& address, std::uint8_t length);

/// The group that an owner of `address` listens to for neighbor solicitations (RFC 4291 2.7.1).
Ipv6Address solicited_node_group(const Ipv6Address& address);

inline constexpr Ipv6Address ipv6_all_nodes{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
inline constexpr Ipv6Address ipv6_all_routers{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};
inline constexpr Ipv6Address ipv6_all_site_routers{{0xff, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};
inline constexpr Ipv4Address ipv4_all_systems{0xe0000001};
inline constexpr Ipv4Address ipv4_all_routers{0xe0000002};
inline constexpr Ipv4Address ipv4_limited_broadcast{0xffffffff};

/// An address of either family. IPv4 uses the first four octets, the rest are zero.
class IpAddress {
 public:
  IpAddress() = default;
  IpAddress(Ipv4Address address) {
    // In one piece: who copies it reads sixteen octets at once, and would wait for two pieces.
    using Words [[gnu::vector_size(16)]] = std::uint32_t;
    const Words words = {network_order(address.value)};
    std::memcpy(octets_.data(), &words, sizeof words);
  }
  IpAddress(const Ipv6Address& address) : octets_(address.octets), family_(Family::ipv6) {}

  Family family() const { return family_; }
  bool is_ipv4() const { return family_ == Family::ipv4; }
  Ipv4Address ipv4() const { return Ipv4Address::load(octets_, 0); }
  Ipv6Address ipv6() const { return {octets_}; }
  /// Of IPv6.
  bool is_link_local() const { return !is_ipv4() && ipv6().is_link_local(); }
  /// The address in network order: 4 or 16 octets.
  Bytes octets() const { return Bytes(octets_).first(is_ipv4() ? Ipv4Address::size : Ipv6Address::size); }
  /// Sixteen octets in either family: zeros follow an IPv4 address.
  const std::array<std::uint8_t, Ipv6Address::size>& octets_filled_up() const { return octets_; }
  friend bool operator==(const IpAddress& a, const IpAddress& b) {
    return a.family_ == b.family_ && std::memcmp(&a.octets_, &b.octets_, sizeof a.octets_) == 0;
  }

 private:
  std::array<std::uint8_t, Ipv6Address::size> octets_{};
  Family family_ = Family::ipv4;
};

/// An address with the length of the prefix that it shares with its link, as in 192.0.2.2/24.
struct IpPrefix {
  IpAddress address;
  std::uint8_t length = 0;

  std::uint8_t width() const { return address.is_ipv4() ? 32 : 128; }
  bool contains(const IpAddress& other) const {
    return other.is_ipv4() ? contains(other.ipv4()) : contains(other.ipv6());
  }
  bool contains(Ipv4Address other) const {
    return address.is_ipv4() && ((address.ipv4().value ^ other.value) & ipv4_mask(length)) == 0;
  }
  bool contains(const Ipv6Address& other) const {
    return !address.is_ipv4() && common_prefix_length(address.ipv6(), other) >= length;
  }
  /// Whether both hold the same addresses; what their own addresses have behind the prefix does not count.
  bool is_same_prefix(const IpPrefix& other) const { return length == other.length && contains(other.address); }
  friend bool operator==(const IpPrefix&, const IpPrefix&) = default;
};

/// The prefix alone, its host bits zero.
IpPrefix network_of(const IpPrefix& prefix);

/// Dotted decimal, or the canonical text of RFC 5952 4.
std::string to_text(const IpAddress& address);
std::string to_text(const IpPrefix& prefix);
std::optional<IpAddress> parse_address(std::string_view text);
/// "ADDRESS/LENGTH", or a bare address with the full width as its length.
std::optional<IpPrefix> parse_prefix(std::string_view text);

}  // namespace tunstack
