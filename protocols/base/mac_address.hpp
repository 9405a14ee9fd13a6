// Link-layer addresses of Ethernet.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/base/address.hpp"

namespace tunstack {

/// Six octets in the order of transmission.
struct MacAddress {
  static constexpr std::size_t size = 6;
  std::array<std::uint8_t, size> octets{};

  static MacAddress load(Bytes bytes, std::size_t at) {
    require_within(at + size <= bytes.size());
    MacAddress address;
    std::memcpy(address.octets.data(), bytes.data() + at, size);
    return address;
  }
  void store(MutableBytes bytes, std::size_t at) const { copy_bytes(bytes.subspan(at), octets); }
  /// A multicast or broadcast address: the least bit of the first octet.
  constexpr bool is_group() const { return (octets[0] & 1) != 0; }
  friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

inline constexpr MacAddress mac_broadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/// Where frames to a multicast group go: its low 23 bits behind 01:00:5e (RFC 1112 6.4), or its low 32 bits behind
/// 33:33 (RFC 2464 7).
MacAddress mac_of_group(Ipv4Address group);
MacAddress mac_of_group(const Ipv6Address& group);

/// "02:74:c0:00:02:02"
std::string to_text(const MacAddress& address);
std::optional<MacAddress> parse_mac_address(std::string_view text);

}  // namespace tunstack
