// Redirects of both families (RFC 792, RFC 4861 4.5): views of those that arrive, and the message of ICMPv6 that
// leaves; that of ICMPv4 is an IcmpError. Whom a host believes is for discovery/routers.
#pragma once

#include <algorithm>

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

/// To be sent: as much of the packet as fits is quoted (RFC 4861 4.6.3).
struct Icmpv6Redirect : Icmpv6Written {
  static constexpr std::size_t most_quoted = 1280 - 40 - redirect_size - 2 * nd_option_unit;  // a multiple of 8
  Ipv6Address target;
  Ipv6Address redirected;
  std::optional<MacAddress> target_mac;
  Bytes quote;  // at most `most_quoted` octets; filled up with zeros

  std::size_t quote_size() const { return (quote.size() + nd_option_unit - 1) / nd_option_unit * nd_option_unit; }
  std::size_t size() const { return redirect_size + (target_mac ? nd_option_unit : 0) + nd_option_unit + quote_size(); }
  void write(MutableBytes to) const {
    write_icmp_start(to, Icmpv6Type::redirect);
    target.store(to, nd_offset::target);
    redirected.store(to, nd_offset::redirected_destination);
    std::size_t at = redirect_size;
    if (target_mac) at += write_link_layer_address(to.subspan(at), nd_option::target_link_layer_address, *target_mac);
    const MutableBytes option = to.subspan(at);
    std::ranges::fill(option, std::uint8_t{0});
    option[0] = nd_option::redirected_header;
    option[1] = static_cast<std::uint8_t>((nd_option_unit + quote_size()) / nd_option_unit);
    copy_bytes(option.subspan(nd_option_unit), quote);
  }
};

}  // namespace tunstack
