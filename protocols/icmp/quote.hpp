// How much of the invoking packet an error carries, unchanged.
#pragma once

#include <algorithm>

#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"

namespace tunstack::icmp {

enum class Ipv4Quote : std::uint8_t { datagram_of_576, header_and_8 };

inline constexpr std::size_t ipv4_error_size = 576;   // RFC 1812 4.3.2.3
inline constexpr std::size_t ipv6_error_size = 1280;  // RFC 4443 2.4(c)

/// The error is not fragmented, so on a narrow link (`mtu` octets) it holds less.
inline Bytes quote(const Ipv4View& invoking, Ipv4Quote amount, std::size_t mtu) {
  const std::size_t limit = amount == Ipv4Quote::header_and_8
                                ? invoking.header_size() + 8
                                : std::min(ipv4_error_size, mtu) - ipv4_header_size - icmp_header_size;
  return invoking.bytes().first(std::min(limit, invoking.bytes().size()));
}

inline Bytes quote(const Ipv6View& invoking) {
  constexpr std::size_t limit = ipv6_error_size - ipv6_header_size - icmp_header_size;
  return invoking.bytes().first(std::min(limit, invoking.bytes().size()));
}

}  // namespace tunstack::icmp
