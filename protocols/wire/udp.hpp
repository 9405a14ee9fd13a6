// The UDP header (RFC 768).
#pragma once

#include <expected>

#include "protocols/base/bytes.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"

namespace tunstack {

inline constexpr std::size_t udp_header_size = 8;

inline constexpr std::array udp_shape_rules = {
    Rule<Bytes>{Reason::udp_too_short, [](const Bytes& b) { return b.size() < udp_header_size; }},
    Rule<Bytes>{Reason::udp_length_invalid,
                [](const Bytes& b) { return load_be16(b, 4) < udp_header_size || load_be16(b, 4) > b.size(); }},
};

/// A UDP datagram whose shape holds. Octets beyond its length are cut off.
class UdpView {
 public:
  static std::expected<UdpView, Reason> parse(Bytes payload) {
    if (const auto broken = first_broken<udp_shape_rules>(payload)) return std::unexpected(*broken);
    return UdpView(payload.first(load_be16(payload, 4)));
  }
  Bytes bytes() const { return bytes_; }
  std::uint16_t source_port() const { return load_be16(bytes_, 0); }
  std::uint16_t destination_port() const { return load_be16(bytes_, 2); }
  std::uint16_t checksum() const { return load_be16(bytes_, 6); }

 private:
  explicit UdpView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

}  // namespace tunstack
