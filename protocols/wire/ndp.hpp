// Messages of Neighbor Discovery between routers and neighbors (RFC 4861 4.1, 4.3 and 4.4): views of those that
// arrived, and messages for emit. Router advertisements and redirects have files of their own.
#pragma once

#include <expected>
#include <optional>

#include "protocols/base/checksum.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/nd_options.hpp"

namespace tunstack {

inline constexpr std::uint8_t nd_hop_limit = 255;  // shows that no router forwarded the message

// Where the options of each message begin, in octets; what is shorter is no such message.
inline constexpr std::size_t router_solicitation_size = 8;
inline constexpr std::size_t router_advertisement_size = 16;
inline constexpr std::size_t neighbor_solicitation_size = 24;
inline constexpr std::size_t neighbor_advertisement_size = 24;
inline constexpr std::size_t redirect_size = 40;

// A router solicitation is this without a target, a neighbor solicitation without flags; in a redirect the redirected
// destination follows the target.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |    Code, 0    |            Checksum           |
// |R|S|O|                         Reserved                        |
// |                        Target, 128 bits                       |
// |              Destination of a redirect, 128 bits              |
// |                            Options                            |
// +---------------------------------------------------------------+
namespace nd_offset {
inline constexpr std::size_t flags = 4;  // of a neighbor advertisement
inline constexpr std::size_t target = 8;
inline constexpr std::size_t redirected_destination = 24;
}  // namespace nd_offset

/// Flags of a neighbor advertisement.
inline constexpr std::uint8_t na_router = 0x80;
inline constexpr std::uint8_t na_solicited = 0x40;
inline constexpr std::uint8_t na_override = 0x20;

/// A message whose fixed part is there and whose options are well formed; octets of that part are checked by nobody
/// here. `View` is the class that adds the fields.
template <class View, std::size_t fixed_size>
class NdView {
 public:
  static std::expected<View, Reason> parse(Bytes message) {
    if (message.size() < fixed_size) return std::unexpected(Reason::nd_message_too_short);
    if (!nd_options_are_well_formed(message.subspan(fixed_size))) return std::unexpected(Reason::nd_option_malformed);
    return View(message);
  }
  /// Of a message that parse() would take.
  static View of(Bytes message) { return View(message); }

  Bytes bytes() const { return bytes_; }
  std::uint8_t code() const { return bytes_[icmp_offset::code]; }
  Bytes options() const { return bytes_.subspan(fixed_size); }

 protected:
  explicit NdView(Bytes message) : bytes_(message) {}
  std::optional<MacAddress> source_option() const {
    return find_link_layer_address(options(), nd_option::source_link_layer_address);
  }
  std::optional<MacAddress> target_option() const {
    return find_link_layer_address(options(), nd_option::target_link_layer_address);
  }

 private:
  Bytes bytes_;
};

class RouterSolicitationView : public NdView<RouterSolicitationView, router_solicitation_size> {
 public:
  std::optional<MacAddress> source_mac() const { return source_option(); }

 private:
  friend NdView;
  using NdView::NdView;
};

class NeighborSolicitationView : public NdView<NeighborSolicitationView, neighbor_solicitation_size> {
 public:
  Ipv6Address target() const { return Ipv6Address::load(bytes(), nd_offset::target); }
  std::optional<MacAddress> source_mac() const { return source_option(); }
  std::optional<NdNonce> nonce() const { return find_nonce(options()); }

 private:
  friend NdView;
  using NdView::NdView;
};

class NeighborAdvertisementView : public NdView<NeighborAdvertisementView, neighbor_advertisement_size> {
 public:
  std::uint8_t flags() const { return bytes()[nd_offset::flags]; }
  bool is_from_router() const { return (flags() & na_router) != 0; }
  bool is_solicited() const { return (flags() & na_solicited) != 0; }
  bool overrides() const { return (flags() & na_override) != 0; }
  Ipv6Address target() const { return Ipv6Address::load(bytes(), nd_offset::target); }
  std::optional<MacAddress> target_mac() const { return target_option(); }

 private:
  friend NdView;
  using NdView::NdView;
};

struct RouterSolicitation : Icmpv6Written {
  std::optional<MacAddress> source_mac;  // never from :: (RFC 4861 4.1)

  std::size_t size() const { return router_solicitation_size + (source_mac ? nd_option_unit : 0); }
  void write(MutableBytes to) const {
    write_icmp_start(to, Icmpv6Type::router_solicitation);
    if (source_mac)
      write_link_layer_address(to.subspan(router_solicitation_size), nd_option::source_link_layer_address, *source_mac);
  }
};

struct NeighborSolicitation : Icmpv6Written {
  Ipv6Address target;
  std::optional<MacAddress> source_mac;  // never from :: (RFC 4861 4.3)
  std::optional<NdNonce> nonce = {};     // RFC 7527 4

  std::size_t size() const {
    return neighbor_solicitation_size + (source_mac ? nd_option_unit : 0) + (nonce ? nd_option_unit : 0);
  }
  void write(MutableBytes to) const {
    write_icmp_start(to, Icmpv6Type::neighbor_solicitation);
    target.store(to, nd_offset::target);
    std::size_t at = neighbor_solicitation_size;
    if (source_mac) at += write_link_layer_address(to.subspan(at), nd_option::source_link_layer_address, *source_mac);
    if (nonce) write_nonce(to.subspan(at), *nonce);
  }
};

struct NeighborAdvertisement : Icmpv6Written {
  std::uint8_t flags = 0;  // na_router, na_solicited, na_override
  Ipv6Address target;
  std::optional<MacAddress> target_mac;

  std::size_t size() const { return neighbor_advertisement_size + (target_mac ? nd_option_unit : 0); }
  void write(MutableBytes to) const {
    write_icmp_start(to, Icmpv6Type::neighbor_advertisement, std::uint32_t{flags} << 24);
    target.store(to, nd_offset::target);
    if (target_mac)
      write_link_layer_address(to.subspan(neighbor_advertisement_size), nd_option::target_link_layer_address,
                               *target_mac);
  }
};

}  // namespace tunstack
