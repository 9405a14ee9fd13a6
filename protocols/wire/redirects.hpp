// Redirects of both families as they arrive (RFC 792, RFC 4861 4.5). Whom a host believes is for discovery/routers.
#pragma once

#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/ndp.hpp"
#include "protocols/wire/quoted_packet.hpp"

namespace tunstack {

// ICMPv4. That of ICMPv6 is drawn in wire/ndp.hpp.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |    Type, 5    |      Code     |            Checksum           |
// |                            Gateway                            |
// |                       The quoted packet                       |
// +---------------------------------------------------------------+
namespace icmpv4_redirect_offset {
inline constexpr std::size_t gateway = 4;
inline constexpr std::size_t quote = 8;
}  // namespace icmpv4_redirect_offset
inline constexpr std::uint8_t icmpv4_redirect_last_code = 3;  // for a host and a type of service

/// Of icmp_header_size octets at least.
class Icmpv4RedirectView {
 public:
  static std::optional<Icmpv4RedirectView> parse(Bytes message) {
    if (message.size() < icmp_header_size) return std::nullopt;
    return Icmpv4RedirectView(message);
  }
  /// Of a message that parse() would take.
  static Icmpv4RedirectView of(Bytes message) { return Icmpv4RedirectView(message); }

  std::uint8_t code() const { return bytes_[icmp_offset::code]; }
  Ipv4Address gateway() const { return Ipv4Address::load(bytes_, icmpv4_redirect_offset::gateway); }
  /// What QuotedIpv4 reads.
  Bytes quote() const { return bytes_.subspan(icmpv4_redirect_offset::quote); }

 private:
  explicit Icmpv4RedirectView(Bytes message) : bytes_(message) {}
  Bytes bytes_;
};

class Icmpv6RedirectView : public NdView<Icmpv6RedirectView, redirect_size> {
 public:
  Ipv6Address target() const { return Ipv6Address::load(bytes(), nd_offset::target); }
  Ipv6Address destination() const { return Ipv6Address::load(bytes(), nd_offset::redirected_destination); }
  /// A router, to which the destination's packets go from now on; otherwise the destination is a neighbor itself.
  bool target_is_router() const { return target() != destination(); }
  std::optional<MacAddress> target_mac() const { return target_option(); }
  /// The start of the packet that was redirected, as QuotedIpv6 reads it; empty if there is none (RFC 4861 4.6.3).
  Bytes redirected_packet() const {
    const auto option = find_nd_option(options(), nd_option::redirected_header);
    constexpr std::size_t reserved = 8;  // with type and length
    return option ? option->bytes.subspan(reserved) : Bytes{};
  }

 private:
  friend NdView;
  using NdView::NdView;
};

}  // namespace tunstack
