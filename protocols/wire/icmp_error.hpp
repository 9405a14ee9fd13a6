// The error messages of both families (RFC 792, RFC 4443 3), with what RFC 4884 appends to them.
#pragma once

#include <algorithm>

#include "protocols/base/checksum.hpp"
#include "protocols/wire/icmpv4.hpp"

namespace tunstack {

/// A 32-bit field whose meaning depends on the type, then the quoted packet, then perhaps extensions. Both families
/// share the layout; in ICMPv6 the checksum covers the pseudo-header too.
struct IcmpError {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t rest_of_header = 0;  // with the length of the quote where extensions follow
  Bytes quote;
  std::size_t padding = 0;  // octets of zeros behind the quote
  Bytes extensions = {};    // an extension structure (RFC 4884 7)

  std::size_t size() const { return icmp_header_size + quote.size() + padding + extensions.size(); }
  void write(MutableBytes to) const {
    to[0] = type;
    to[1] = code;
    store_be32(to, 4, rest_of_header);
    copy_bytes(to.subspan(icmp_header_size), quote);
    if (extensions.empty()) return;
    const MutableBytes behind = to.subspan(icmp_header_size + quote.size());
    std::fill_n(behind.begin(), padding, std::uint8_t{0});
    copy_bytes(behind.subspan(padding), extensions);
  }
  std::uint16_t checksum(Bytes written, ChecksumSum pseudo_header) const {
    return internet_checksum(written, pseudo_header);
  }
};

}  // namespace tunstack
