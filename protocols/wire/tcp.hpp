// The TCP header (RFC 9293 3.1), as far as closed ports need it.
#pragma once

#include <expected>

#include "protocols/base/bytes.hpp"
#include "protocols/base/checksum.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"

namespace tunstack {

inline constexpr std::size_t tcp_header_size = 20;

namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t ack = 0x10;
}  // namespace tcp_flag

inline constexpr std::array tcp_shape_rules = {
    Rule<Bytes>{Reason::tcp_too_short, [](const Bytes& b) { return b.size() < tcp_header_size; }},
    Rule<Bytes>{Reason::tcp_data_offset_invalid,
                [](const Bytes& b) { return b[12] >> 4 < 5 || (b[12] >> 4) * 4U > b.size(); }},
};

/// A segment whose shape holds.
class TcpView {
 public:
  static std::expected<TcpView, Reason> parse(Bytes payload) {
    if (const auto broken = first_broken<tcp_shape_rules>(payload)) return std::unexpected(*broken);
    return TcpView(payload);
  }
  Bytes bytes() const { return bytes_; }
  std::uint16_t source_port() const { return load_be16(bytes_, 0); }
  std::uint16_t destination_port() const { return load_be16(bytes_, 2); }
  std::uint32_t sequence() const { return load_be32(bytes_, 4); }
  std::uint32_t acknowledgment() const { return load_be32(bytes_, 8); }
  std::uint8_t flags() const { return bytes_[13]; }
  bool has(std::uint8_t flag) const { return (flags() & flag) != 0; }
  /// SEG.LEN: the octets of data, and one each for SYN and FIN (RFC 9293 3.4).
  std::uint32_t segment_length() const {
    const std::size_t data = bytes_.size() - (bytes_[12] >> 4) * 4U;
    return static_cast<std::uint32_t>(data + has(tcp_flag::syn) + has(tcp_flag::fin));
  }

 private:
  explicit TcpView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// A segment without data that resets a connection.
struct TcpReset {
  static constexpr std::size_t checksum_offset = 16;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint8_t flags = tcp_flag::rst;

  std::size_t size() const { return tcp_header_size; }
  void write(MutableBytes to) const {
    store_be16(to, 0, source_port);
    store_be16(to, 2, destination_port);
    store_be32(to, 4, sequence);
    store_be32(to, 8, acknowledgment);
    to[12] = tcp_header_size / 4 << 4;
    to[13] = flags;
    store_be32(to, 14, 0);  // window, checksum
    store_be16(to, 18, 0);  // urgent pointer
  }
  std::uint16_t checksum(Bytes written, ChecksumSum pseudo_header) const {
    return internet_checksum(written, pseudo_header);
  }
};

}  // namespace tunstack
