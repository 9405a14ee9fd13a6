// The UDP header (RFC 768).
#pragma once

#include <expected>

#include "protocols/base/bytes.hpp"
#include "protocols/base/checksum.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"

namespace tunstack {

inline constexpr std::size_t udp_header_size = 8;

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |          Source port          |        Destination port       |
// |             Length            |            Checksum           |
// |                              Data                             |
// +---------------------------------------------------------------+
namespace udp_offset {
inline constexpr std::size_t source_port = 0;
inline constexpr std::size_t destination_port = 2;
inline constexpr std::size_t length = 4;
inline constexpr std::size_t checksum = 6;
}  // namespace udp_offset

inline constexpr std::array udp_shape_rules = {
    Rule<Bytes>{Reason::udp_too_short, [](const Bytes& b) { return b.size() < udp_header_size; }},
    Rule<Bytes>{Reason::udp_length_invalid,
                [](const Bytes& b) {
                  const std::size_t length = load_be16(b, udp_offset::length);
                  return length < udp_header_size || length > b.size();
                }},
};

/// A UDP datagram whose shape holds. Octets beyond its length are cut off.
class UdpView {
 public:
  static std::expected<UdpView, Reason> parse(Bytes payload, RuleTrace* trace = nullptr) {
    if (const auto broken = first_broken<udp_shape_rules>(payload, trace)) return std::unexpected(*broken);
    return UdpView(payload.first(load_be16(payload, udp_offset::length)));
  }
  Bytes bytes() const { return bytes_; }
  Bytes data() const { return bytes_.subspan(udp_header_size); }
  std::uint16_t source_port() const { return load_be16(bytes_, udp_offset::source_port); }
  std::uint16_t destination_port() const { return load_be16(bytes_, udp_offset::destination_port); }
  std::uint16_t checksum() const { return load_be16(bytes_, udp_offset::checksum); }

 private:
  explicit UdpView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// A datagram to be sent. A checksum that comes out as zero is sent as ones: zero is none (RFC 768).
struct UdpDatagram {
  static constexpr std::size_t checksum_offset = udp_offset::checksum;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  Bytes data;

  std::size_t size() const { return udp_header_size + data.size(); }
  void write(MutableBytes to) const {
    store_be16(to, udp_offset::source_port, source_port);
    store_be16(to, udp_offset::destination_port, destination_port);
    store_be16(to, udp_offset::length, static_cast<std::uint16_t>(size()));
    copy_bytes(to.subspan(udp_header_size), data);
  }
  std::uint16_t checksum(Bytes written, ChecksumSum pseudo_header) const {
    const std::uint16_t sum = internet_checksum(written, pseudo_header);
    return sum != 0 ? sum : 0xffff;
  }
};

}  // namespace tunstack
