// What arrived of a datagram that is longer: its total length says more octets than there are (RFC 1812 5.2.2).
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "protocols/wire/ipv4.hpp"

namespace tunstack::ip {

/// The octets that are there, as a datagram which is no longer than that: so views can read it. A copy, of as much as
/// an error quotes.
class TruncatedIpv4 {
 public:
  /// Nothing if it is whole, or if there is no header that could be believed.
  static std::optional<TruncatedIpv4> parse(Bytes received) {
    if (received.size() < ipv4_header_size || ip_version(received) != 4) return std::nullopt;
    if (load_be16(received, ipv4_offset::total_length) <= received.size()) return std::nullopt;
    const std::size_t header_size = ipv4_header_words(received) * 4U;
    if (header_size < ipv4_header_size || header_size > received.size()) return std::nullopt;
    if (!checksum_is_intact(checksum_sum(received.first(header_size)))) return std::nullopt;
    return TruncatedIpv4(received, header_size);
  }

  Ipv4View view() const { return Ipv4View::of(Bytes(storage_)); }
  /// As it arrived.
  Bytes header() const { return header_; }

 private:
  static constexpr std::size_t most = 576;  // octets of an error (RFC 1812 4.3.2.3)

  TruncatedIpv4(Bytes received, std::size_t header_size) : header_(received.first(header_size)) {
    const Bytes kept = received.first(std::min(received.size(), most));
    copy_bytes(storage_, kept);
    store_be16(storage_, ipv4_offset::total_length, static_cast<std::uint16_t>(kept.size()));
    write_header_checksum(storage_);
  }

  Bytes header_;
  std::array<std::uint8_t, most> storage_{};
};

}  // namespace tunstack::ip
