// The error messages of both families (RFC 792, RFC 4443 3), with what RFC 4884 appends to them: views of those that
// arrived, and the message that leaves.
#pragma once

#include <algorithm>
#include <optional>

#include "protocols/base/checksum.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"

namespace tunstack {

// ICMPv4. The pointer is of a parameter problem, the length from where extensions follow (RFC 4884 4), the MTU of
// fragmentation needed (RFC 1191 4). A redirect has its gateway in all 32 bits (wire/redirects.hpp).
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |      Code     |            Checksum           |
// |    Pointer    |   Length / 4  |              MTU              |
// |           The quoted packet, then perhaps extensions          |
// +---------------------------------------------------------------+
namespace icmpv4_error_offset {
inline constexpr std::size_t pointer = 4;
inline constexpr std::size_t length = 5;
inline constexpr std::size_t mtu = 6;
}  // namespace icmpv4_error_offset

// ICMPv6. The MTU is of packet too big, the pointer of a parameter problem, the length from where extensions follow.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |      Code     |            Checksum           |
// |       MTU, or pointer, or length / 8 in the first octet       |
// |           The quoted packet, then perhaps extensions          |
// +---------------------------------------------------------------+
namespace icmpv6_error_offset {
inline constexpr std::size_t mtu = 4;
inline constexpr std::size_t pointer = 4;
inline constexpr std::size_t length = 4;
}  // namespace icmpv6_error_offset

/// Code of destination unreachable of ICMPv4.
inline constexpr std::uint8_t icmpv4_fragmentation_needed = 4;

/// A message of 8 octets at least, whose type is one of an error.
class Icmpv4ErrorView {
 public:
  static Icmpv4ErrorView of(Bytes message) { return Icmpv4ErrorView(message); }
  bool has_type(Icmpv4Type type) const { return bytes_[icmp_offset::type] == static_cast<std::uint8_t>(type); }
  bool is_fragmentation_needed() const {
    return has_type(Icmpv4Type::destination_unreachable) && bytes_[icmp_offset::code] == icmpv4_fragmentation_needed;
  }
  /// Octets from the start of the quoted header; nothing in other errors.
  std::optional<std::uint32_t> pointer() const {
    if (!has_type(Icmpv4Type::parameter_problem)) return std::nullopt;
    return bytes_[icmpv4_error_offset::pointer];
  }
  /// Octets, 0 from routers that do not say; nothing in other errors.
  std::optional<std::uint32_t> mtu() const {
    if (!is_fragmentation_needed()) return std::nullopt;
    return load_be16(bytes_, icmpv4_error_offset::mtu);
  }

 private:
  explicit Icmpv4ErrorView(Bytes message) : bytes_(message) {}
  Bytes bytes_;
};

/// Likewise.
class Icmpv6ErrorView {
 public:
  static Icmpv6ErrorView of(Bytes message) { return Icmpv6ErrorView(message); }
  bool has_type(Icmpv6Type type) const { return bytes_[icmp_offset::type] == static_cast<std::uint8_t>(type); }
  std::optional<std::uint32_t> pointer() const {
    if (!has_type(Icmpv6Type::parameter_problem)) return std::nullopt;
    return load_be32(bytes_, icmpv6_error_offset::pointer);
  }
  std::optional<std::uint32_t> mtu() const {
    if (!has_type(Icmpv6Type::packet_too_big)) return std::nullopt;
    return load_be32(bytes_, icmpv6_error_offset::mtu);
  }

 private:
  explicit Icmpv6ErrorView(Bytes message) : bytes_(message) {}
  Bytes bytes_;
};

/// A 32-bit field whose meaning depends on the type, then the quoted packet, then perhaps extensions. Both families
/// share the layout; in ICMPv6 the checksum covers the pseudo-header too.
struct IcmpError {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t rest_of_header = 0;  // with the length of the quote where extensions follow
  Bytes quote;
  std::size_t padding = 0;  // octets of zeros behind the quote
  Bytes extensions = {};    // an extension structure (RFC 4884 7)

  std::size_t size() const { return icmp_header_size + quote.size() + padding + extensions.size(); }
  void write(MutableBytes to) const {
    to[icmp_offset::type] = type;
    to[icmp_offset::code] = code;
    store_be32(to, icmp_offset::rest_of_header, rest_of_header);
    copy_bytes(to.subspan(icmp_header_size), quote);
    if (extensions.empty()) return;
    const MutableBytes behind = to.subspan(icmp_header_size + quote.size());
    std::fill_n(behind.begin(), padding, std::uint8_t{0});
    copy_bytes(behind.subspan(padding), extensions);
  }
  std::uint16_t checksum(Bytes written, ChecksumSum pseudo_header) const {
    return internet_checksum(written, pseudo_header);
  }
};

}  // namespace tunstack
