// The IPv4 header (RFC 791 3.1).
#pragma once

#include <expected>
#include <optional>

#include "protocols/base/address.hpp"
#include "protocols/base/checksum.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"

namespace tunstack {

inline constexpr std::size_t ipv4_header_size = 20;
inline constexpr std::uint32_t ipv4_protocol_offset = 9;

/// Whether a header of its declared length, and all of the datagram, is there to be read.
inline constexpr std::array ipv4_shape_rules = {
    Rule<Bytes>{Reason::ipv4_shorter_than_header, [](const Bytes& b) { return b.size() < ipv4_header_size; }},
    Rule<Bytes>{Reason::ipv4_version_not_4, [](const Bytes& b) { return b[0] >> 4 != 4; }},
    Rule<Bytes>{Reason::ipv4_header_length_below_5, [](const Bytes& b) { return (b[0] & 0x0f) < 5; }},
    Rule<Bytes>{Reason::ipv4_header_beyond_total_length,
                [](const Bytes& b) { return (b[0] & 0x0fU) * 4 > load_be16(b, 2); }},
    Rule<Bytes>{Reason::ipv4_truncated, [](const Bytes& b) { return load_be16(b, 2) > b.size(); }},
};

/// A datagram whose shape holds: no accessor can read beyond it. Fields come in host byte order. Its length is
/// in its header, so the view is one pointer.
class Ipv4View {
 public:
  /// Octets beyond the total length are ignored. Errors: the rows above.
  static std::expected<Ipv4View, Reason> parse(Bytes received) {
    if (const auto broken = first_broken<ipv4_shape_rules>(received)) return std::unexpected(*broken);
    return Ipv4View(received.data());
  }

  /// Of a datagram whose shape is known to hold.
  static Ipv4View of(Bytes datagram) { return Ipv4View(datagram.data()); }

  Bytes bytes() const { return {start_, load_be16(fixed(), 2)}; }
  Bytes header() const { return {start_, header_size()}; }
  Bytes options() const { return header().subspan(ipv4_header_size); }
  Bytes payload() const { return bytes().subspan(header_size()); }

  /// The sum over the whole header: intact if the header checksum is right.
  ChecksumSum header_sum() const {
    const ChecksumSum sum = checksum_sum(fixed());  // of a size that the compiler knows
    return header_size() == ipv4_header_size ? sum : checksum_sum(options(), sum);
  }

  std::size_t header_size() const { return (start_[0] & 0x0fU) * 4; }
  std::uint8_t type_of_service() const { return start_[1]; }
  std::uint16_t identification() const { return load_be16(fixed(), 4); }
  bool dont_fragment() const { return (start_[6] & 0x40) != 0; }
  bool more_fragments() const { return (start_[6] & 0x20) != 0; }
  /// In octets.
  std::size_t fragment_offset() const { return (load_be16(fixed(), 6) & 0x1fffU) * 8; }
  bool is_fragment() const { return (load_be16(fixed(), 6) & 0x3fff) != 0; }
  /// Neither options nor a fragment: what nearly every datagram is.
  bool is_plain() const { return header_size() == ipv4_header_size && !is_fragment(); }
  std::uint8_t ttl() const { return start_[8]; }
  std::uint8_t protocol() const { return start_[9]; }
  Ipv4Address source() const { return Ipv4Address::load(fixed(), 12); }
  Ipv4Address destination() const { return Ipv4Address::load(fixed(), 16); }

 private:
  explicit Ipv4View(const std::uint8_t* start) : start_(start) {}
  Bytes fixed() const { return {start_, ipv4_header_size}; }

  const std::uint8_t* start_;
};

/// Puts the right checksum into the header that `datagram` begins with.
inline void write_header_checksum(MutableBytes datagram) {
  store_be16(datagram, 10, 0);
  store_be16(datagram, 10, internet_checksum(datagram.first((datagram[0] & 0x0fU) * 4)));
}

/// The fields of a header to be sent; lengths and checksum are emit's affair.
struct Ipv4Header {
  Ipv4Address source;
  Ipv4Address destination;
  std::uint8_t protocol = 0;
  std::uint8_t type_of_service = 0;
  std::uint8_t ttl = 0;
  std::uint16_t identification = 0;
  bool dont_fragment = false;
  Bytes options = {};  // at most 40 octets, a multiple of 4
  /// Where a source route leads first; `destination` is its end, which pseudo-headers are about.
  std::optional<Ipv4Address> first_hop = {};
};

}  // namespace tunstack
