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

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |    Code, 0    |            Checksum           |
// | Cur hop limit |M|O|H|Prf|Resvd|        Router lifetime        |
// |                         Reachable time                        |
// |                         Retrans timer                         |
// |                            Options                            |
// +---------------------------------------------------------------+
namespace router_advertisement_offset {
inline constexpr std::size_t hop_limit = 4;
inline constexpr std::size_t flags = 5;
inline constexpr std::size_t lifetime = 6;
inline constexpr std::size_t reachable_time = 8;
inline constexpr std::size_t retransmit_time = 12;
}  // namespace router_advertisement_offset

/// Flags of a router advertisement; the preference stands three bits from the end, there and in route information.
namespace router_advertisement_flag {
inline constexpr std::uint8_t managed = 0x80;
inline constexpr std::uint8_t other = 0x40;
}  // namespace router_advertisement_flag

constexpr RouterPreference preference_in(std::uint8_t octet) { return RouterPreference(octet >> 3 & 3); }
constexpr std::uint8_t preference_bits(RouterPreference preference) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(preference) << 3);
}

class RouterAdvertisementView : public NdView<RouterAdvertisementView, router_advertisement_size> {
 public:
  std::uint8_t hop_limit() const { return bytes()[router_advertisement_offset::hop_limit]; }
  bool managed() const { return (flags() & router_advertisement_flag::managed) != 0; }
  bool other() const { return (flags() & router_advertisement_flag::other) != 0; }
  RouterPreference preference() const { return preference_in(flags()); }
  /// Seconds.
  std::uint16_t lifetime() const { return load_be16(bytes(), router_advertisement_offset::lifetime); }
  /// Milliseconds.
  std::uint32_t reachable_time() const { return load_be32(bytes(), router_advertisement_offset::reachable_time); }
  std::uint32_t retransmit_time() const { return load_be32(bytes(), router_advertisement_offset::retransmit_time); }
  std::optional<MacAddress> source_mac() const { return source_option(); }

 private:
  friend NdView;
  using NdView::NdView;
  std::uint8_t flags() const { return bytes()[router_advertisement_offset::flags]; }
};

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
    const auto view = RouterAdvertisementView::of(message);
    return {view.hop_limit(), view.managed(),        view.other(),          view.preference(),
            view.lifetime(),  view.reachable_time(), view.retransmit_time()};
  }
  void write(MutableBytes to) const {
    to[icmp_offset::type] = static_cast<std::uint8_t>(Icmpv6Type::router_advertisement);
    to[icmp_offset::code] = 0;
    to[router_advertisement_offset::hop_limit] = hop_limit;
    to[router_advertisement_offset::flags] =
        static_cast<std::uint8_t>((managed ? router_advertisement_flag::managed : 0) |
                                  (other ? router_advertisement_flag::other : 0) | preference_bits(preference));
    store_be16(to, router_advertisement_offset::lifetime, lifetime);
    store_be32(to, router_advertisement_offset::reachable_time, reachable_time);
    store_be32(to, router_advertisement_offset::retransmit_time, retransmit_time);
  }
};

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |    Type, 3    |   Length, 4   | Prefix length |L|A|  Reserved |
// |                         Valid lifetime                        |
// |                       Preferred lifetime                      |
// |                            Reserved                           |
// |                        Prefix, 128 bits                       |
// +---------------------------------------------------------------+
namespace prefix_information_offset {
inline constexpr std::size_t prefix_length = 2;
inline constexpr std::size_t flags = 3;
inline constexpr std::size_t valid = 4;
inline constexpr std::size_t preferred = 8;
inline constexpr std::size_t reserved = 12;
inline constexpr std::size_t prefix = 16;
}  // namespace prefix_information_offset

namespace prefix_information_flag {
inline constexpr std::uint8_t on_link = 0x80;
inline constexpr std::uint8_t autonomous = 0x40;
}  // namespace prefix_information_flag

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
    const std::uint8_t flags = b[prefix_information_offset::flags];
    return PrefixInformation{
        Ipv6Address::load(b, prefix_information_offset::prefix), b[prefix_information_offset::prefix_length],
        (flags & prefix_information_flag::on_link) != 0,         (flags & prefix_information_flag::autonomous) != 0,
        load_be32(b, prefix_information_offset::valid),          load_be32(b, prefix_information_offset::preferred)};
  }
  std::size_t write(MutableBytes to) const {
    write_nd_option_header(to, nd_option::prefix_information, size);
    to[prefix_information_offset::prefix_length] = length;
    to[prefix_information_offset::flags] = static_cast<std::uint8_t>(
        (on_link ? prefix_information_flag::on_link : 0) | (autonomous ? prefix_information_flag::autonomous : 0));
    store_be32(to, prefix_information_offset::valid, valid);
    store_be32(to, prefix_information_offset::preferred, preferred);
    store_be32(to, prefix_information_offset::reserved, 0);
    first_bits(prefix, length).store(to, prefix_information_offset::prefix);
    return size;
  }
};

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |    Type, 24   | Length, 1 to 3| Prefix length | Rsv |Prf| Rsv |
// |                         Route lifetime                        |
// |           Prefix, as much of it as its length needs           |
// +---------------------------------------------------------------+
namespace route_information_offset {
inline constexpr std::size_t prefix_length = 2;
inline constexpr std::size_t preference = 3;
inline constexpr std::size_t lifetime = 4;
inline constexpr std::size_t prefix = 8;
}  // namespace route_information_offset

struct RouteInformation {
  Ipv6Address prefix;
  std::uint8_t length = 0;  // bits
  RouterPreference preference = RouterPreference::medium;
  std::uint32_t lifetime = 0;  // seconds

  static constexpr std::size_t largest = route_information_offset::prefix + Ipv6Address::size;

  std::size_t size() const { return length == 0 ? nd_option_unit : length <= 64 ? 2 * nd_option_unit : largest; }
  /// Nothing if the option is too short for its prefix, or the preference is the reserved one (RFC 4191 2.3).
  static std::optional<RouteInformation> parse(const NdOption& option) {
    const Bytes b = option.bytes;
    RouteInformation route{{},
                           b[route_information_offset::prefix_length],
                           preference_in(b[route_information_offset::preference]),
                           load_be32(b, route_information_offset::lifetime)};
    if (b.size() > largest || route.length > 128 || b.size() < route.size() ||
        route.preference == RouterPreference::reserved)
      return std::nullopt;
    copy_bytes(route.prefix.octets, b.subspan(route_information_offset::prefix));
    return route;
  }
  std::size_t write(MutableBytes to) const {
    constexpr std::size_t at = route_information_offset::prefix;
    write_nd_option_header(to, nd_option::route_information, size());
    to[route_information_offset::prefix_length] = length;
    to[route_information_offset::preference] = preference_bits(preference);
    store_be32(to, route_information_offset::lifetime, lifetime);
    copy_bytes(to.subspan(at), Bytes(first_bits(prefix, length).octets).first(size() - at));
    return size();
  }
};

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |    Type, 5    |   Length, 1   |            Reserved           |
// |                              MTU                              |
// +---------------------------------------------------------------+
namespace mtu_option_offset {
inline constexpr std::size_t reserved = 2;
inline constexpr std::size_t mtu = 4;
}  // namespace mtu_option_offset

/// The MTU in the option of that type, if there is one of the right size.
inline std::optional<std::uint32_t> find_mtu_option(Bytes options) {
  const auto option = find_nd_option(options, nd_option::mtu);
  if (!option || option->bytes.size() != nd_option_unit) return std::nullopt;
  return load_be32(option->bytes, mtu_option_offset::mtu);
}

struct MtuOption {
  std::uint32_t mtu;

  std::size_t write(MutableBytes to) const {
    write_nd_option_header(to, nd_option::mtu, nd_option_unit);
    store_be16(to, mtu_option_offset::reserved, 0);
    store_be32(to, mtu_option_offset::mtu, mtu);
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
