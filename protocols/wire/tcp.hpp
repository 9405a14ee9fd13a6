// The TCP header (RFC 9293 3.1), as far as closed ports need it.
#pragma once

#include <expected>

#include "protocols/base/bytes.hpp"
#include "protocols/base/checksum.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"

namespace tunstack {

inline constexpr std::size_t tcp_header_size = 20;

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |          Source port          |        Destination port       |
// |                        Sequence number                        |
// |                     Acknowledgment number                     |
// | Offset| Rsrvd |     Flags     |             Window            |
// |            Checksum           |         Urgent pointer        |
// |             Options, then data from the offset on             |
// +---------------------------------------------------------------+
namespace tcp_offset {
inline constexpr std::size_t source_port = 0;
inline constexpr std::size_t destination_port = 2;
inline constexpr std::size_t sequence = 4;
inline constexpr std::size_t acknowledgment = 8;
inline constexpr std::size_t data_offset = 12;
inline constexpr std::size_t flags = 13;
inline constexpr std::size_t window = 14;
inline constexpr std::size_t checksum = 16;
inline constexpr std::size_t urgent_pointer = 18;
}  // namespace tcp_offset

namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t ack = 0x10;
}  // namespace tcp_flag

/// Octets of the header that a segment begins with, as it says itself.
constexpr std::size_t tcp_declared_header_size(Bytes segment) { return (segment[tcp_offset::data_offset] >> 4) * 4U; }

inline constexpr std::array tcp_shape_rules = {
    Rule<Bytes>{Reason::tcp_too_short, [](const Bytes& b) { return b.size() < tcp_header_size; }},
    Rule<Bytes>{Reason::tcp_data_offset_invalid,
                [](const Bytes& b) {
                  const std::size_t header = tcp_declared_header_size(b);
                  return header < tcp_header_size || header > b.size();
                }},
};

/// A segment whose shape holds.
class TcpView {
 public:
  static std::expected<TcpView, Reason> parse(Bytes payload, RuleTrace* trace = nullptr) {
    if (const auto broken = first_broken<tcp_shape_rules>(payload, trace)) return std::unexpected(*broken);
    return TcpView(payload);
  }
  Bytes bytes() const { return bytes_; }
  std::uint16_t source_port() const { return load_be16(bytes_, tcp_offset::source_port); }
  std::uint16_t destination_port() const { return load_be16(bytes_, tcp_offset::destination_port); }
  std::uint32_t sequence() const { return load_be32(bytes_, tcp_offset::sequence); }
  std::uint32_t acknowledgment() const { return load_be32(bytes_, tcp_offset::acknowledgment); }
  std::uint8_t flags() const { return bytes_[tcp_offset::flags]; }
  bool has(std::uint8_t flag) const { return (flags() & flag) != 0; }
  /// SEG.LEN: the octets of data, and one each for SYN and FIN (RFC 9293 3.4).
  std::uint32_t segment_length() const {
    const std::size_t data = bytes_.size() - tcp_declared_header_size(bytes_);
    return static_cast<std::uint32_t>(data + has(tcp_flag::syn) + has(tcp_flag::fin));
  }

 private:
  explicit TcpView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// A segment without data that resets a connection.
struct TcpReset {
  static constexpr std::size_t checksum_offset = tcp_offset::checksum;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint8_t flags = tcp_flag::rst;

  std::size_t size() const { return tcp_header_size; }
  void write(MutableBytes to) const {
    store_be16(to, tcp_offset::source_port, source_port);
    store_be16(to, tcp_offset::destination_port, destination_port);
    store_be32(to, tcp_offset::sequence, sequence);
    store_be32(to, tcp_offset::acknowledgment, acknowledgment);
    to[tcp_offset::data_offset] = tcp_header_size / 4 << 4;
    to[tcp_offset::flags] = flags;
    store_be32(to, tcp_offset::window, 0);  // and the checksum
    store_be16(to, tcp_offset::urgent_pointer, 0);
  }
  std::uint16_t checksum(Bytes written, ChecksumSum pseudo_header) const {
    return internet_checksum(written, pseudo_header);
  }
};

}  // namespace tunstack
