// What router advertisements tell about names and translation: RDNSS and DNSSL (RFC 8106 5), PREF64 (RFC 8781 4).
// Lists are read where they lie; a host only decodes them.
#pragma once

#include <vector>

#include "protocols/wire/domain_name.hpp"
#include "protocols/wire/router_advertisement.hpp"

namespace tunstack {

/// Layout: type 25, length 1 + 2n, reserved (16), lifetime (32), n addresses.
struct Rdnss {
  std::uint32_t lifetime = 0;        // seconds
  std::vector<Ipv6Address> servers;  // 1 to 127

  std::size_t size() const { return 8 + servers.size() * Ipv6Address::size; }
  std::size_t write(MutableBytes to) const {
    to[0] = nd_option::rdnss;
    to[1] = static_cast<std::uint8_t>(size() / nd_option_unit);
    store_be16(to, 2, 0);
    store_be32(to, 4, lifetime);
    for (std::size_t i = 0; i < servers.size(); ++i) servers[i].store(to, 8 + i * Ipv6Address::size);
    return size();
  }
};

class RdnssView {
 public:
  /// Nothing if there is no address, or a part of one (RFC 8106 5.3.1).
  static std::optional<RdnssView> parse(const NdOption& option) {
    const std::size_t size = option.bytes.size();
    if (size < 8 + Ipv6Address::size || (size - 8) % Ipv6Address::size != 0) return std::nullopt;
    return RdnssView(option.bytes);
  }
  std::uint32_t lifetime() const { return load_be32(bytes_, 4); }  // seconds
  std::size_t count() const { return (bytes_.size() - 8) / Ipv6Address::size; }
  Ipv6Address server(std::size_t i) const { return Ipv6Address::load(bytes_, 8 + i * Ipv6Address::size); }

 private:
  explicit RdnssView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// Layout: type 31, length, reserved (16), lifetime (32), names, zeros up to a multiple of 8 octets.
struct Dnssl {
  std::uint32_t lifetime = 0;      // seconds
  std::vector<std::string> names;  // at least one; each is_domain_name

  std::size_t size() const {
    std::size_t size = 8;
    for (const std::string& name : names) size += domain_name_size(name);
    return (size + nd_option_unit - 1) / nd_option_unit * nd_option_unit;
  }
  std::size_t write(MutableBytes to) const {
    to[0] = nd_option::dnssl;
    to[1] = static_cast<std::uint8_t>(size() / nd_option_unit);
    store_be16(to, 2, 0);
    store_be32(to, 4, lifetime);
    std::size_t at = 8;
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
  std::uint32_t lifetime() const { return load_be32(bytes_, 4); }  // seconds
  DomainNameReader names() const { return DomainNameReader(bytes_.subspan(8)); }

 private:
  explicit DnsslView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// Layout: type 38, length 2, lifetime in units of 8 s (13 bits), code of the length (3 bits), 96 bits of the prefix.
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
    const std::uint16_t lifetime_and_code = load_be16(option.bytes, 2);
    const std::size_t code = lifetime_and_code & 7;
    if (code >= lengths.size()) return std::nullopt;
    Pref64 told{{}, lengths[code], lifetime_and_code & 0xfff8U};
    copy_bytes(told.prefix.octets, option.bytes.subspan(4));
    told.prefix = first_bits(told.prefix, told.length);
    return told;
  }
  /// A lifetime that is no multiple of 8 s is rounded up (RFC 8781 4.1).
  std::size_t write(MutableBytes to) const {
    const auto code = std::ranges::find(lengths, length) - lengths.begin();
    to[0] = nd_option::pref64;
    to[1] = size / nd_option_unit;
    store_be16(to, 2, static_cast<std::uint16_t>(((lifetime + 7) & ~7U) | static_cast<std::uint32_t>(code)));
    copy_bytes(to.subspan(4), Bytes(first_bits(prefix, length).octets).first(12));
    return size;
  }
};

}  // namespace tunstack
