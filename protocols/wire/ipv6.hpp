// The IPv6 header (RFC 8200 3).
#pragma once

#include <expected>

#include "protocols/base/address.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"

namespace tunstack {

inline constexpr std::size_t ipv6_header_size = 40;
inline constexpr std::size_t ipv6_minimum_mtu = 1280;  // octets, of every link (RFC 8200 5)
inline constexpr std::size_t ipv6_payload_length_offset = 4;
inline constexpr std::uint32_t ipv6_next_header_offset = 6;

/// Whether the header and all of the payload is there to be read.
inline constexpr std::array ipv6_shape_rules = {
    Rule<Bytes>{Reason::ipv6_shorter_than_header, [](const Bytes& b) { return b.size() < ipv6_header_size; }},
    Rule<Bytes>{Reason::ipv6_version_not_6, [](const Bytes& b) { return b[0] >> 4 != 6; }},
    Rule<Bytes>{Reason::ipv6_truncated, [](const Bytes& b) { return ipv6_header_size + load_be16(b, 4) > b.size(); }},
};

/// A datagram whose shape holds: no accessor can read beyond it. Fields come in host byte order. Its length is
/// in its header, so the view is one pointer.
class Ipv6View {
 public:
  /// Octets beyond the payload length are ignored. Errors: the rows above.
  static std::expected<Ipv6View, Reason> parse(Bytes received) {
    if (const auto broken = first_broken<ipv6_shape_rules>(received)) return std::unexpected(*broken);
    return Ipv6View(received.data());
  }

  /// Of a datagram whose shape is known to hold.
  static Ipv6View of(Bytes datagram) { return Ipv6View(datagram.data()); }

  Bytes bytes() const { return {start_, ipv6_header_size + load_be16(header(), 4)}; }
  Bytes payload() const { return {start_ + ipv6_header_size, load_be16(header(), 4)}; }

  std::uint8_t traffic_class() const { return static_cast<std::uint8_t>(load_be16(header(), 0) >> 4); }
  std::uint32_t flow_label() const { return load_be32(header(), 0) & 0xfffff; }
  std::uint8_t next_header() const { return start_[ipv6_next_header_offset]; }
  std::uint8_t hop_limit() const { return start_[7]; }
  Ipv6Address source() const { return Ipv6Address::load(header(), 8); }
  Ipv6Address destination() const { return Ipv6Address::load(header(), 24); }

 private:
  explicit Ipv6View(const std::uint8_t* start) : start_(start) {}
  Bytes header() const { return {start_, ipv6_header_size}; }

  const std::uint8_t* start_;
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
