// Router advertisements and solicitations of ICMPv4 (RFC 1256 3, RFC 5944 2.1). Those that arrive are read where they
// lie, behind a check of their length (discovery/irdp_rules).
#pragma once

#include <ranges>

#include "protocols/base/address.hpp"
#include "protocols/base/checksum.hpp"
#include "protocols/wire/icmpv4.hpp"

namespace tunstack {

inline constexpr std::uint8_t irdp_group_ttl = 1;  // of what goes to a multicast or broadcast address

// A router advertisement. Entries begin with two words; there may be more in each.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |      Code     |            Checksum           |
// |    Entries    | Words in each |            Lifetime           |
// |                         Router address                        |
// |                        Preference level                       |
// +---------------------------------------------------------------+
namespace irdp_offset {
inline constexpr std::size_t router_count = 4;
inline constexpr std::size_t entry_words = 5;
inline constexpr std::size_t lifetime = 6;
// Within an entry.
inline constexpr std::size_t entry_address = 0;
inline constexpr std::size_t entry_preference = 4;
}  // namespace irdp_offset

/// Codes of a router advertisement.
inline constexpr std::uint8_t irdp_routes_common_traffic = 0;
inline constexpr std::uint8_t irdp_routes_no_common_traffic = 16;  // a mobility agent (RFC 5944 2.1)

/// Two words of 32 bits on the wire, which an entry begins with.
struct AdvertisedRouter {
  static constexpr std::size_t words = 2;
  Ipv4Address address;
  std::int32_t preference = 0;  // higher is better

  friend bool operator==(const AdvertisedRouter&, const AdvertisedRouter&) = default;
};

/// "Never use this address as a default router" (RFC 1256 3).
inline constexpr std::int32_t irdp_never_default = INT32_MIN;

/// A message of at least icmp_header_size octets.
class Icmpv4RouterAdvertisementView {
 public:
  explicit Icmpv4RouterAdvertisementView(Bytes message) : bytes_(message) {}

  std::uint8_t code() const { return bytes_[icmp_offset::code]; }
  std::size_t router_count() const { return bytes_[irdp_offset::router_count]; }
  std::size_t entry_words() const { return bytes_[irdp_offset::entry_words]; }
  /// Seconds.
  std::uint16_t lifetime() const { return load_be16(bytes_, irdp_offset::lifetime); }
  std::size_t entry_size() const { return entry_words() * 4; }
  bool holds_all_entries() const { return bytes_.size() >= icmp_header_size + router_count() * entry_size(); }

  /// The entry number `index`, if the message holds all entries and they have two words or more; words beyond are
  /// skipped.
  AdvertisedRouter router(std::size_t index) const {
    const std::size_t at = icmp_header_size + index * entry_size();
    return {Ipv4Address::load(bytes_, at + irdp_offset::entry_address),
            static_cast<std::int32_t>(load_be32(bytes_, at + irdp_offset::entry_preference))};
  }
  /// All of them as a range.
  auto routers() const {
    return std::views::iota(std::size_t{0}, router_count()) |
           std::views::transform([view = *this](std::size_t index) { return view.router(index); });
  }

 private:
  Bytes bytes_;
};

/// From a router for common traffic.
struct Icmpv4RouterAdvertisement {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;
  std::uint16_t lifetime = 0;                 // seconds
  std::span<const AdvertisedRouter> routers;  // at most 255

  std::size_t size() const { return icmp_header_size + routers.size() * AdvertisedRouter::words * 4; }
  void write(MutableBytes to) const {
    to[icmp_offset::type] = static_cast<std::uint8_t>(Icmpv4Type::router_advertisement);
    to[icmp_offset::code] = irdp_routes_common_traffic;
    to[irdp_offset::router_count] = static_cast<std::uint8_t>(routers.size());
    to[irdp_offset::entry_words] = AdvertisedRouter::words;
    store_be16(to, irdp_offset::lifetime, lifetime);
    std::size_t at = icmp_header_size;
    for (const AdvertisedRouter& router : routers) {
      router.address.store(to, at + irdp_offset::entry_address);
      store_be32(to, at + irdp_offset::entry_preference, static_cast<std::uint32_t>(router.preference));
      at += AdvertisedRouter::words * 4;
    }
  }
  std::uint16_t checksum(Bytes written, ChecksumSum) const { return internet_checksum(written); }
};

/// The common header alone, its rest reserved.
struct Icmpv4RouterSolicitation {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;

  std::size_t size() const { return icmp_header_size; }
  void write(MutableBytes to) const {
    to[icmp_offset::type] = static_cast<std::uint8_t>(Icmpv4Type::router_solicitation);
    to[icmp_offset::code] = 0;
    store_be32(to, icmp_offset::rest_of_header, 0);
  }
  std::uint16_t checksum(Bytes written, ChecksumSum) const { return internet_checksum(written); }
};

}  // namespace tunstack
