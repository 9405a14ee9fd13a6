// The IPv4 header (RFC 791 3.1).
#pragma once

#include <expected>
#include <optional>

#include "protocols/base/address.hpp"
#include "protocols/base/checksum.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/ip_version.hpp"

namespace tunstack {

inline constexpr std::size_t ipv4_header_size = 20;

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |Version|  IHL  |Type of service|          Total length         |
// |         Identification        |0|D|M|   Fragment offset / 8   |
// |  Time to live |    Protocol   |        Header checksum        |
// |                             Source                            |
// |                          Destination                          |
// |                    Options, up to 40 octets                   |
// +---------------------------------------------------------------+
namespace ipv4_offset {
inline constexpr std::size_t version_and_header_length = 0;
inline constexpr std::size_t type_of_service = 1;
inline constexpr std::size_t total_length = 2;
inline constexpr std::size_t identification = 4;
inline constexpr std::size_t flags_and_fragment_offset = 6;
inline constexpr std::size_t ttl = 8;
inline constexpr std::size_t protocol = 9;
inline constexpr std::size_t checksum = 10;
inline constexpr std::size_t source = 12;
inline constexpr std::size_t destination = 16;
}  // namespace ipv4_offset

/// Parts of flags_and_fragment_offset.
namespace ipv4_fragment_field {
inline constexpr std::uint16_t dont_fragment = 0x4000;
inline constexpr std::uint16_t more_fragments = 0x2000;
inline constexpr std::uint16_t offset = 0x1fff;         // in units of 8 octets
inline constexpr std::uint16_t kept_of_whole = 0xc000;  // reserved and DF: what is no fragment has them too
}  // namespace ipv4_fragment_field

/// IHL: words of the header that `header` begins with, as it says itself: 0 to 15.
constexpr unsigned ipv4_header_words(Bytes header) { return header[ipv4_offset::version_and_header_length] & 0x0fU; }

/// Whether a header of its declared length, and all of the datagram, is there to be read.
inline constexpr std::array ipv4_shape_rules = {
    Rule<Bytes>{Reason::ipv4_shorter_than_header, [](const Bytes& b) { return b.size() < ipv4_header_size; }},
    Rule<Bytes>{Reason::ipv4_version_not_4, [](const Bytes& b) { return ip_version(b) != 4; }},
    Rule<Bytes>{Reason::ipv4_header_length_below_5,
                [](const Bytes& b) { return ipv4_header_words(b) < ipv4_header_size / 4; }},
    Rule<Bytes>{Reason::ipv4_header_beyond_total_length,
                [](const Bytes& b) { return ipv4_header_words(b) * 4 > load_be16(b, ipv4_offset::total_length); }},
    Rule<Bytes>{Reason::ipv4_truncated,
                [](const Bytes& b) { return load_be16(b, ipv4_offset::total_length) > b.size(); }},
};

/// The fields of a header whose fixed part is there, in host byte order. What they say of lengths may be wrong.
class Ipv4HeaderView {
 public:
  std::size_t header_size() const { return ipv4_header_words(fixed()) * 4; }
  std::uint8_t type_of_service() const { return start_[ipv4_offset::type_of_service]; }
  std::size_t total_length() const { return load_be16(fixed(), ipv4_offset::total_length); }
  std::uint16_t identification() const { return load_be16(fixed(), ipv4_offset::identification); }
  bool dont_fragment() const { return has_flag(ipv4_fragment_field::dont_fragment); }
  bool more_fragments() const { return has_flag(ipv4_fragment_field::more_fragments); }
  /// In octets.
  std::size_t fragment_offset() const { return (fragment_field() & ipv4_fragment_field::offset) * 8U; }
  bool is_fragment() const {
    return (fragment_field() & (ipv4_fragment_field::more_fragments | ipv4_fragment_field::offset)) != 0;
  }
  std::uint8_t ttl() const { return start_[ipv4_offset::ttl]; }
  std::uint8_t protocol() const { return start_[ipv4_offset::protocol]; }
  Ipv4Address source() const { return Ipv4Address::load(fixed(), ipv4_offset::source); }
  Ipv4Address destination() const { return Ipv4Address::load(fixed(), ipv4_offset::destination); }

 protected:
  explicit Ipv4HeaderView(const std::uint8_t* start) : start_(start) {}
  Bytes fixed() const { return {start_, ipv4_header_size}; }

  const std::uint8_t* start_;

 private:
  bool has_flag(std::uint16_t flag) const {  // in the upper octet of the field
    return (start_[ipv4_offset::flags_and_fragment_offset] & flag >> 8) != 0;
  }
  std::uint16_t fragment_field() const { return load_be16(fixed(), ipv4_offset::flags_and_fragment_offset); }
};

/// A datagram whose shape holds: no accessor can read beyond it. Its length is in its header, so the view is one
/// pointer.
class Ipv4View : public Ipv4HeaderView {
 public:
  /// Octets beyond the total length are ignored. Errors: the rows above.
  static std::expected<Ipv4View, Reason> parse(Bytes received) {
    if (const auto broken = first_broken<ipv4_shape_rules>(received)) return std::unexpected(*broken);
    return Ipv4View(received.data());
  }

  /// Of a datagram whose shape is known to hold.
  static Ipv4View of(Bytes datagram) { return Ipv4View(datagram.data()); }

  Bytes bytes() const { return {start_, total_length()}; }
  Bytes header() const { return {start_, header_size()}; }
  Bytes options() const { return header().subspan(ipv4_header_size); }
  Bytes payload() const { return bytes().subspan(header_size()); }

  /// The sum over the whole header: intact if the header checksum is right.
  ChecksumSum header_sum() const {
    const ChecksumSum sum = checksum_sum_of<ipv4_header_size>(start_);
    return header_size() == ipv4_header_size ? sum : checksum_sum(options(), sum);
  }

  /// Neither options nor a fragment: what nearly every datagram is.
  bool is_plain() const { return header_size() == ipv4_header_size && !is_fragment(); }

 private:
  explicit Ipv4View(const std::uint8_t* start) : Ipv4HeaderView(start) {}
};

/// Puts the right checksum into the header that `datagram` begins with.
inline void write_header_checksum(MutableBytes datagram) {
  store_be16(datagram, ipv4_offset::checksum, 0);
  store_be16(datagram, ipv4_offset::checksum, internet_checksum(datagram.first(ipv4_header_words(datagram) * 4)));
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
