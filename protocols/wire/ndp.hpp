// Messages and options of Neighbor Discovery (RFC 4861 4). Those that arrive are read where they lie, behind a check of
// their length and options (discovery/nd_rules); those that leave are messages for emit.
#pragma once

#include <optional>

#include "protocols/base/checksum.hpp"
#include "protocols/base/mac_address.hpp"
#include "protocols/wire/icmpv6.hpp"

namespace tunstack {

inline constexpr std::uint8_t nd_hop_limit = 255;  // shows that no router forwarded the message
inline constexpr std::size_t nd_option_unit = 8;   // octets

namespace nd_option {
inline constexpr std::uint8_t source_link_layer_address = 1;
inline constexpr std::uint8_t target_link_layer_address = 2;
inline constexpr std::uint8_t prefix_information = 3;
inline constexpr std::uint8_t redirected_header = 4;
inline constexpr std::uint8_t mtu = 5;
inline constexpr std::uint8_t nonce = 14;              // RFC 3971 5.3.2
inline constexpr std::uint8_t route_information = 24;  // RFC 4191 2.3
inline constexpr std::uint8_t rdnss = 25;              // RFC 8106 5.1
inline constexpr std::uint8_t dnssl = 31;              // RFC 8106 5.2
inline constexpr std::uint8_t pref64 = 38;             // RFC 8781 4
}  // namespace nd_option

// Where the options of each message begin, in octets; what is shorter is no such message.
inline constexpr std::size_t router_solicitation_size = 8;
inline constexpr std::size_t router_advertisement_size = 16;
inline constexpr std::size_t neighbor_solicitation_size = 24;
inline constexpr std::size_t neighbor_advertisement_size = 24;
inline constexpr std::size_t redirect_size = 40;

inline constexpr std::size_t nd_target_offset = 8;  // of a solicitation, an advertisement of a neighbor, a redirect
inline constexpr std::size_t nd_redirected_destination_offset = 24;

/// Flags of a neighbor advertisement, in its octet 4.
inline constexpr std::uint8_t na_router = 0x80;
inline constexpr std::uint8_t na_solicited = 0x40;
inline constexpr std::uint8_t na_override = 0x20;

struct NdOption {
  Bytes bytes;  // all of it: type, length, content
  std::uint8_t type() const { return bytes[0]; }
};

/// Steps over options. Every step goes forward.
class NdOptionReader {
 public:
  /// What follows the fixed part of a message.
  explicit NdOptionReader(Bytes options) : rest_(options) {}
  /// Nothing at the end, and at an option without length or with too much of it.
  std::optional<NdOption> next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t size = rest_.size() < 2 ? 0 : rest_[1] * nd_option_unit;
    if (size == 0 || size > rest_.size()) {
      malformed_ = true;
      return std::nullopt;
    }
    const NdOption option{rest_.first(size)};
    rest_ = rest_.subspan(size);
    return option;
  }
  /// After the last option.
  bool is_malformed() const { return malformed_; }

 private:
  Bytes rest_;
  bool malformed_ = false;
};

inline bool nd_options_are_well_formed(Bytes options) {
  NdOptionReader reader(options);
  while (reader.next()) {
  }
  return !reader.is_malformed();
}

/// The first option of a type, or nothing.
inline std::optional<NdOption> find_nd_option(Bytes options, std::uint8_t type) {
  NdOptionReader reader(options);
  while (const auto option = reader.next())
    if (option->type() == type) return option;
  return std::nullopt;
}

/// The address in the first option of `type` that has room for one of Ethernet and no more (RFC 2464 6), and is that
/// of a station.
inline std::optional<MacAddress> find_link_layer_address(Bytes options, std::uint8_t type) {
  NdOptionReader reader(options);
  while (const auto option = reader.next())
    if (option->type() == type && option->bytes.size() == nd_option_unit &&
        !MacAddress::load(option->bytes, 2).is_group())
      return MacAddress::load(option->bytes, 2);
  return std::nullopt;
}

inline std::size_t write_link_layer_address(MutableBytes to, std::uint8_t type, const MacAddress& address) {
  to[0] = type;
  to[1] = 1;
  address.store(to, 2);
  return nd_option_unit;
}

/// What all messages of ICMPv6 share that are written anew.
struct Icmpv6Written {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;
  static std::uint16_t checksum(Bytes written, ChecksumSum pseudo_header) {
    return internet_checksum(written, pseudo_header);
  }
};

struct RouterSolicitation : Icmpv6Written {
  std::optional<MacAddress> source_mac;  // never from :: (RFC 4861 4.1)

  std::size_t size() const { return router_solicitation_size + (source_mac ? nd_option_unit : 0); }
  void write(MutableBytes to) const {
    store_be64(to, 0, std::uint64_t{static_cast<std::uint8_t>(Icmpv6Type::router_solicitation)} << 56);
    if (source_mac)
      write_link_layer_address(to.subspan(router_solicitation_size), nd_option::source_link_layer_address, *source_mac);
  }
};

struct NeighborSolicitation : Icmpv6Written {
  Ipv6Address target;
  std::optional<MacAddress> source_mac;                   // never from :: (RFC 4861 4.3)
  std::optional<std::array<std::uint8_t, 6>> nonce = {};  // RFC 7527 4

  std::size_t size() const {
    return neighbor_solicitation_size + (source_mac ? nd_option_unit : 0) + (nonce ? nd_option_unit : 0);
  }
  void write(MutableBytes to) const {
    store_be64(to, 0, std::uint64_t{static_cast<std::uint8_t>(Icmpv6Type::neighbor_solicitation)} << 56);
    target.store(to, nd_target_offset);
    std::size_t at = neighbor_solicitation_size;
    if (source_mac) at += write_link_layer_address(to.subspan(at), nd_option::source_link_layer_address, *source_mac);
    if (nonce) write_link_layer_address(to.subspan(at), nd_option::nonce, MacAddress{*nonce});
  }
};

struct NeighborAdvertisement : Icmpv6Written {
  std::uint8_t flags = 0;  // na_router, na_solicited, na_override
  Ipv6Address target;
  std::optional<MacAddress> target_mac;

  std::size_t size() const { return neighbor_advertisement_size + (target_mac ? nd_option_unit : 0); }
  void write(MutableBytes to) const {
    store_be64(to, 0,
               std::uint64_t{static_cast<std::uint8_t>(Icmpv6Type::neighbor_advertisement)} << 56 | std::uint64_t{flags}
                                                                                                        << 24);
    target.store(to, nd_target_offset);
    if (target_mac)
      write_link_layer_address(to.subspan(neighbor_advertisement_size), nd_option::target_link_layer_address,
                               *target_mac);
  }
};

}  // namespace tunstack
