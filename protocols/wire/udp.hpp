// The UDP header (RFC 768).
#pragma once

#include <expected>

#include "protocols/base/bytes.hpp"
#include "protocols/base/checksum.hpp"
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
  Bytes data() const { return bytes_.subspan(udp_header_size); }
  std::uint16_t source_port() const { return load_be16(bytes_, 0); }
  std::uint16_t destination_port() const { return load_be16(bytes_, 2); }
  std::uint16_t checksum() const { return load_be16(bytes_, 6); }

 private:
  explicit UdpView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// A datagram to be sent. A checksum that comes out as zero is sent as ones: zero is none (RFC 768).
struct UdpDatagram {
  static constexpr std::size_t checksum_offset = 6;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  Bytes data;

  std::size_t size() const { return udp_header_size + data.size(); }
  void write(MutableBytes to) const {
    store_be16(to, 0, source_port);
    store_be16(to, 2, destination_port);
    store_be16(to, 4, static_cast<std::uint16_t>(size()));
    copy_bytes(to.subspan(udp_header_size), data);
  }
  std::uint16_t checksum(Bytes written, ChecksumSum pseudo_header) const {
    const std::uint16_t sum = internet_checksum(written, pseudo_header);
    return sum != 0 ? sum : 0xffff;
  }
};

}  // namespace tunstack
