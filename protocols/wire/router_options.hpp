// What router advertisements tell about names and translation: RDNSS and DNSSL (RFC 8106 5), PREF64 (RFC 8781 4).
// Lists are read where they lie; a host only decodes them.
#pragma once

#include <vector>

#include "protocols/wire/domain_name.hpp"
#include "protocols/wire/router_advertisement.hpp"

namespace tunstack {

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |    Type, 25   | Length, 1 + 2n|            Reserved           |
// |                            Lifetime                           |
// |             Addresses of n servers, 128 bits each             |
// +---------------------------------------------------------------+
namespace rdnss_offset {
inline constexpr std::size_t reserved = 2;
inline constexpr std::size_t lifetime = 4;
inline constexpr std::size_t servers = 8;
}  // namespace rdnss_offset

struct Rdnss {
  std::uint32_t lifetime = 0;        // seconds
  std::vector<Ipv6Address> servers;  // 1 to 127

  std::size_t size() const { return rdnss_offset::servers + servers.size() * Ipv6Address::size; }
  std::size_t write(MutableBytes to) const {
    write_nd_option_header(to, nd_option::rdnss, size());
    store_be16(to, rdnss_offset::reserved, 0);
    store_be32(to, rdnss_offset::lifetime, lifetime);
    for (std::size_t i = 0; i < servers.size(); ++i)
      servers[i].store(to, rdnss_offset::servers + i * Ipv6Address::size);
    return size();
  }
};

class RdnssView {
 public:
  /// Nothing if there is no address, or a part of one (RFC 8106 5.3.1).
  static std::optional<RdnssView> parse(const NdOption& option) {
    const std::size_t size = option.bytes.size();
    if (size < rdnss_offset::servers + Ipv6Address::size || (size - rdnss_offset::servers) % Ipv6Address::size != 0)
      return std::nullopt;
    return RdnssView(option.bytes);
  }
  std::uint32_t lifetime() const { return load_be32(bytes_, rdnss_offset::lifetime); }  // seconds
  std::size_t count() const { return (bytes_.size() - rdnss_offset::servers) / Ipv6Address::size; }
  Ipv6Address server(std::size_t i) const {
    return Ipv6Address::load(bytes_, rdnss_offset::servers + i * Ipv6Address::size);
  }

 private:
  explicit RdnssView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |    Type, 31   |   Length / 8  |            Reserved           |
// |                            Lifetime                           |
// |           Names, zeros up to a multiple of 8 octets           |
// +---------------------------------------------------------------+
namespace dnssl_offset {
inline constexpr std::size_t reserved = 2;
inline constexpr std::size_t lifetime = 4;
inline constexpr std::size_t names = 8;
}  // namespace dnssl_offset

struct Dnssl {
  std::uint32_t lifetime = 0;      // seconds
  std::vector<std::string> names;  // at least one; each is_domain_name

  std::size_t size() const {
    std::size_t size = dnssl_offset::names;
    for (const std::string& name : names) size += domain_name_size(name);
    return (size + nd_option_unit - 1) / nd_option_unit * nd_option_unit;
  }
  std::size_t write(MutableBytes to) const {
    write_nd_option_header(to, nd_option::dnssl, size());
    store_be16(to, dnssl_offset::reserved, 0);
    store_be32(to, dnssl_offset::lifetime, lifetime);
    std::size_t at = dnssl_offset::names;
    for (const std::string& name : names) at += write_domain_name(to.subspan(at), name);
    std::ranges::fill(to.subspan(at, size() - at), std::uint8_t{0});
    return size();
  }
};

class DnsslView {
 public:
  /// Nothing if there is no name, or something that is none.
  static std::optional<DnsslView> parse(const NdOption& option) {
    const DnsslView view(option.bytes);
    DomainNameReader reader = view.names();
    if (!reader.next()) return std::nullopt;
    while (reader.next()) {
    }
    if (reader.is_malformed()) return std::nullopt;
    return view;
  }
  std::uint32_t lifetime() const { return load_be32(bytes_, dnssl_offset::lifetime); }  // seconds
  DomainNameReader names() const { return DomainNameReader(bytes_.subspan(dnssl_offset::names)); }

 private:
  explicit DnsslView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |    Type, 38   |   Length, 2   |      Lifetime / 8 s     | PLC |
// |                The upper 96 bits of the prefix                |
// +---------------------------------------------------------------+
namespace pref64_offset {
inline constexpr std::size_t lifetime_and_length_code = 2;
inline constexpr std::size_t prefix = 4;
}  // namespace pref64_offset

struct Pref64 {
  static constexpr std::size_t size = 16;
  static constexpr std::array<std::uint8_t, 6> lengths{96, 64, 56, 48, 40, 32};  // by their codes
  static constexpr std::uint32_t longest_lifetime = 0x1fff * 8;                  // seconds
  Ipv6Address prefix;
  std::uint8_t length = 96;    // bits, one of `lengths`
  std::uint32_t lifetime = 0;  // seconds, at most longest_lifetime

  /// Nothing if the option is of another size, or its code is reserved.
  static std::optional<Pref64> parse(const NdOption& option) {
    if (option.bytes.size() != size) return std::nullopt;
    const std::uint16_t lifetime_and_code = load_be16(option.bytes, pref64_offset::lifetime_and_length_code);
    const std::size_t code = lifetime_and_code & 7;
    if (code >= lengths.size()) return std::nullopt;
    Pref64 told{{}, lengths[code], lifetime_and_code & 0xfff8U};
    copy_bytes(told.prefix.octets, option.bytes.subspan(pref64_offset::prefix));
    told.prefix = first_bits(told.prefix, told.length);
    return told;
  }
  /// A lifetime that is no multiple of 8 s is rounded up (RFC 8781 4.1).
  std::size_t write(MutableBytes to) const {
    const auto code = std::ranges::find(lengths, length) - lengths.begin();
    constexpr std::size_t at = pref64_offset::prefix;
    write_nd_option_header(to, nd_option::pref64, size);
    store_be16(to, pref64_offset::lifetime_and_length_code,
               static_cast<std::uint16_t>(((lifetime + 7) & ~7U) | static_cast<std::uint32_t>(code)));
    copy_bytes(to.subspan(at), Bytes(first_bits(prefix, length).octets).first(size - at));
    return size;
  }
};

}  // namespace tunstack
