// The options of Neighbor Discovery messages (RFC 4861 4.6): how to step over them, and link-layer addresses in them.
#pragma once

#include <optional>

#include "protocols/base/mac_address.hpp"

namespace tunstack {

inline constexpr std::size_t nd_option_unit = 8;  // octets

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

// Every option; in one with a link-layer address of Ethernet the content is that, in a nonce option the nonce.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |   Length / 8  |            Content            |
// |                          (more of it)                         |
// +---------------------------------------------------------------+
namespace nd_option_offset {
inline constexpr std::size_t type = 0;
inline constexpr std::size_t length = 1;  // in units of 8 octets, with type and length
inline constexpr std::size_t content = 2;
}  // namespace nd_option_offset

struct NdOption {
  Bytes bytes;  // all of it: type, length, content
  std::uint8_t type() const { return bytes[nd_option_offset::type]; }
  Bytes content() const { return bytes.subspan(nd_option_offset::content); }
};

/// Steps over options. Every step goes forward.
class NdOptionReader {
 public:
  /// What follows the fixed part of a message.
  explicit NdOptionReader(Bytes options) : rest_(options) {}
  /// Nothing at the end, and at an option without length or with too much of it.
  std::optional<NdOption> next() {
    if (rest_.empty()) return std::nullopt;
    const bool has_length = rest_.size() >= nd_option_offset::content;
    const std::size_t size = has_length ? rest_[nd_option_offset::length] * nd_option_unit : 0;
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
  while (const auto option = reader.next()) {
    if (option->type() != type || option->bytes.size() != nd_option_unit) continue;
    const MacAddress address = MacAddress::load(option->bytes, nd_option_offset::content);
    if (!address.is_group()) return address;
  }
  return std::nullopt;
}

/// Type and length of an option of `size` octets, a multiple of 8.
inline void write_nd_option_header(MutableBytes to, std::uint8_t type, std::size_t size) {
  to[nd_option_offset::type] = type;
  to[nd_option_offset::length] = static_cast<std::uint8_t>(size / nd_option_unit);
}

/// Returns the octets written, as all writers of options.
inline std::size_t write_link_layer_address(MutableBytes to, std::uint8_t type, const MacAddress& address) {
  write_nd_option_header(to, type, nd_option_unit);
  address.store(to, nd_option_offset::content);
  return nd_option_unit;
}

/// Of a size that fills one unit (RFC 3971 5.3.2).
using NdNonce = std::array<std::uint8_t, nd_option_unit - nd_option_offset::content>;

/// The nonce in the first option of that type, if it has this size.
inline std::optional<NdNonce> find_nonce(Bytes options) {
  const auto option = find_nd_option(options, nd_option::nonce);
  if (!option || option->bytes.size() != nd_option_unit) return std::nullopt;
  NdNonce nonce;
  copy_bytes(nonce, option->content());
  return nonce;
}

inline std::size_t write_nonce(MutableBytes to, const NdNonce& nonce) {
  write_nd_option_header(to, nd_option::nonce, nd_option_unit);
  copy_bytes(to.subspan(nd_option_offset::content), nonce);
  return nd_option_unit;
}

}  // namespace tunstack
