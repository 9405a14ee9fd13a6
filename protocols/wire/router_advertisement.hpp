// Router advertisements and what they tell (RFC 4861 4.2, 4.6.2 and 4.6.4; RFC 4191 2).
#pragma once

#include <optional>

#include "protocols/wire/ndp.hpp"

namespace tunstack {

inline constexpr std::uint32_t infinite_lifetime = 0xffffffff;  // seconds

/// `address` with zeros behind its first `length` bits, as every prefix is sent (RFC 4861 4.6.2).
inline Ipv6Address first_bits(Ipv6Address address, std::size_t length) {
  for (std::size_t bit = length; bit < 128; ++bit)
    address.octets[bit / 8] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
  return address;
}

/// Of anything that tells a prefix and its length.
bool is_same_prefix(const auto& a, const auto& b) {
  return a.length == b.length && first_bits(a.prefix, a.length) == first_bits(b.prefix, b.length);
}

/// Two bits of the wire (RFC 4191 2.1); `reserved` is taken for medium.
enum class RouterPreference : std::uint8_t { medium = 0, high = 1, reserved = 2, low = 3 };

/// The fixed part. 0 in a number means that the router says nothing about it.
struct RouterAdvertisementHeader {
  std::uint8_t hop_limit = 0;
  bool managed = false;  // M: addresses by DHCPv6
  bool other = false;    // O: other configuration by DHCPv6
  RouterPreference preference = RouterPreference::medium;
  std::uint16_t lifetime = 0;         // seconds as a default router; 0: it is none
  std::uint32_t reachable_time = 0;   // milliseconds
  std::uint32_t retransmit_time = 0;  // milliseconds

  /// Of a message of at least router_advertisement_size octets.
  static RouterAdvertisementHeader parse(Bytes message) {
    const std::uint8_t flags = message[5];
    return {message[4],
            (flags & 0x80) != 0,
            (flags & 0x40) != 0,
            RouterPreference(flags >> 3 & 3),
            load_be16(message, 6),
            load_be32(message, 8),
            load_be32(message, 12)};
  }
  void write(MutableBytes to) const {
    to[0] = static_cast<std::uint8_t>(Icmpv6Type::router_advertisement);
    to[1] = 0;
    to[4] = hop_limit;
    to[5] = static_cast<std::uint8_t>((managed ? 0x80 : 0) | (other ? 0x40 : 0) | static_cast<int>(preference) << 3);
    store_be16(to, 6, lifetime);
    store_be32(to, 8, reachable_time);
    store_be32(to, 12, retransmit_time);
  }
};

/// Layout: type 3, length 4, prefix length, L A flags, valid and preferred lifetime (32 each), reserved (32), prefix.
struct PrefixInformation {
  static constexpr std::size_t size = 32;
  Ipv6Address prefix;
  std::uint8_t length = 64;  // bits
  bool on_link = true;
  bool autonomous = true;
  std::uint32_t valid = 2'592'000;    // seconds
  std::uint32_t preferred = 604'800;  // seconds

  /// Nothing if the option is of another size.
  static std::optional<PrefixInformation> parse(const NdOption& option) {
    if (option.bytes.size() != size) return std::nullopt;
    const Bytes b = option.bytes;
    return PrefixInformation{Ipv6Address::load(b, 16), b[2],           (b[3] & 0x80) != 0, (b[3] & 0x40) != 0,
                             load_be32(b, 4),          load_be32(b, 8)};
  }
  std::size_t write(MutableBytes to) const {
    to[0] = nd_option::prefix_information;
    to[1] = size / nd_option_unit;
    to[2] = length;
    to[3] = static_cast<std::uint8_t>((on_link ? 0x80 : 0) | (autonomous ? 0x40 : 0));
    store_be32(to, 4, valid);
    store_be32(to, 8, preferred);
    store_be32(to, 12, 0);
    first_bits(prefix, length).store(to, 16);
    return size;
  }
};

/// Layout: type 24, length 1 to 3, prefix length, preference, lifetime (32), as much of the prefix as its length needs.
struct RouteInformation {
  Ipv6Address prefix;
  std::uint8_t length = 0;  // bits
  RouterPreference preference = RouterPreference::medium;
  std::uint32_t lifetime = 0;  // seconds

  std::size_t size() const { return length == 0 ? 8U : length <= 64 ? 16U : 24U; }
  /// Nothing if the option is too short for its prefix, or the preference is the reserved one (RFC 4191 2.3).
  static std::optional<RouteInformation> parse(const NdOption& option) {
    const Bytes b = option.bytes;
    RouteInformation route{{}, b[2], RouterPreference(b[3] >> 3 & 3), load_be32(b, 4)};
    if (b.size() > 24 || route.length > 128 || b.size() < route.size() ||
        route.preference == RouterPreference::reserved)
      return std::nullopt;
    copy_bytes(route.prefix.octets, b.subspan(8));
    return route;
  }
  std::size_t write(MutableBytes to) const {
    to[0] = nd_option::route_information;
    to[1] = static_cast<std::uint8_t>(size() / nd_option_unit);
    to[2] = length;
    to[3] = static_cast<std::uint8_t>(static_cast<int>(preference) << 3);
    store_be32(to, 4, lifetime);
    copy_bytes(to.subspan(8), Bytes(first_bits(prefix, length).octets).first(size() - 8));
    return size();
  }
};

/// The MTU in the option of that type, if there is one of the right size.
inline std::optional<std::uint32_t> find_mtu_option(Bytes options) {
  const auto option = find_nd_option(options, nd_option::mtu);
  if (!option || option->bytes.size() != nd_option_unit) return std::nullopt;
  return load_be32(option->bytes, 4);
}

/// Layout: type 5, length 1, reserved (16), MTU (32).
struct MtuOption {
  std::uint32_t mtu;

  std::size_t write(MutableBytes to) const {
    store_be32(to, 0, std::uint32_t{nd_option::mtu} << 24 | 1 << 16);
    store_be32(to, 4, mtu);
    return nd_option_unit;
  }
};

struct RouterAdvertisementMessage : Icmpv6Written {
  RouterAdvertisementHeader header;
  std::optional<MacAddress> source_mac;
  Bytes options;  // written before, each of them whole

  std::size_t size() const { return router_advertisement_size + (source_mac ? nd_option_unit : 0) + options.size(); }
  void write(MutableBytes to) const {
    header.write(to);
    std::size_t at = router_advertisement_size;
    if (source_mac) at += write_link_layer_address(to.subspan(at), nd_option::source_link_layer_address, *source_mac);
    copy_bytes(to.subspan(at), options);
  }
};

}  // namespace tunstack
