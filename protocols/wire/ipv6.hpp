// The IPv6 header (RFC 8200 3).
#pragma once

#include <expected>

#include "protocols/base/address.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/ip_version.hpp"

namespace tunstack {

inline constexpr std::size_t ipv6_header_size = 40;
inline constexpr std::size_t ipv6_minimum_mtu = 1280;  // octets, of every link (RFC 8200 5)

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |Version| Traffic class |               Flow label              |
// |         Payload length        |  Next header  |   Hop limit   |
// |                        Source, 128 bits                       |
// |                     Destination, 128 bits                     |
// +---------------------------------------------------------------+
namespace ipv6_offset {
inline constexpr std::size_t version_class_and_label = 0;
inline constexpr std::size_t payload_length = 4;
inline constexpr std::size_t next_header = 6;
inline constexpr std::size_t hop_limit = 7;
inline constexpr std::size_t source = 8;
inline constexpr std::size_t destination = 24;
}  // namespace ipv6_offset

/// Whether the header and all of the payload is there to be read.
inline constexpr std::array ipv6_shape_rules = {
    Rule<Bytes>{Reason::ipv6_shorter_than_header, [](const Bytes& b) { return b.size() < ipv6_header_size; }},
    Rule<Bytes>{Reason::ipv6_version_not_6, [](const Bytes& b) { return ip_version(b) != 6; }},
    Rule<Bytes>{Reason::ipv6_truncated,
                [](const Bytes& b) { return ipv6_header_size + load_be16(b, ipv6_offset::payload_length) > b.size(); }},
};

/// The fields of a header that is there, in host byte order. The payload may not be as long as it says.
class Ipv6HeaderView {
 public:
  std::uint8_t traffic_class() const {
    return static_cast<std::uint8_t>(load_be16(header(), ipv6_offset::version_class_and_label) >> 4);
  }
  std::uint32_t flow_label() const { return load_be32(header(), ipv6_offset::version_class_and_label) & 0xfffff; }
  std::size_t payload_length() const { return load_be16(header(), ipv6_offset::payload_length); }
  std::uint8_t next_header() const { return start_[ipv6_offset::next_header]; }
  std::uint8_t hop_limit() const { return start_[ipv6_offset::hop_limit]; }
  Ipv6Address source() const { return Ipv6Address::load(header(), ipv6_offset::source); }
  Ipv6Address destination() const { return Ipv6Address::load(header(), ipv6_offset::destination); }

 protected:
  explicit Ipv6HeaderView(const std::uint8_t* start) : start_(start) {}
  Bytes header() const { return {start_, ipv6_header_size}; }

  const std::uint8_t* start_;
};

/// A datagram whose shape holds: no accessor can read beyond it. Its length is in its header, so the view is one
/// pointer.
class Ipv6View : public Ipv6HeaderView {
 public:
  /// Octets beyond the payload length are ignored. Errors: the rows above.
  static std::expected<Ipv6View, Reason> parse(Bytes received) {
    if (const auto broken = first_broken<ipv6_shape_rules>(received)) return std::unexpected(*broken);
    return Ipv6View(received.data());
  }

  /// Of a datagram whose shape is known to hold.
  static Ipv6View of(Bytes datagram) { return Ipv6View(datagram.data()); }

  Bytes bytes() const { return {start_, ipv6_header_size + payload_length()}; }
  Bytes payload() const { return {start_ + ipv6_header_size, payload_length()}; }

 private:
  explicit Ipv6View(const std::uint8_t* start) : Ipv6HeaderView(start) {}
};

/// The fields of a header to be sent; the payload length is emit's affair. The last two are for a datagram that may be
/// cut into fragments.
struct Ipv6Header {
  Ipv6Address source;
  Ipv6Address destination;
  std::uint8_t next_header = 0;
  std::uint8_t traffic_class = 0;
  std::uint32_t flow_label = 0;
  std::uint8_t hop_limit = 0;
  bool router_alert = false;  // in a hop-by-hop header, for MLD (RFC 2711 2.1); never cut into fragments
  bool dont_fragment = false;
  std::uint32_t identification = 0;
};

}  // namespace tunstack
