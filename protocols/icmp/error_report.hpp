// An ICMP error that arrived, taken apart for whoever sent the packet that it quotes (RFC 1122 3.2.2, RFC 4443 2.4).
#pragma once

#include <expected>

#include "protocols/arrival.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"

namespace tunstack::icmp {

struct ErrorReport {
  IpAddress reporter;
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t pointer = 0;  // of a parameter problem, octets from the start of the quoted header
  std::uint32_t mtu = 0;      // of fragmentation needed or packet too big, octets; 0 from routers that do not say
  // The quoted packet.
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint16_t identification = 0;  // of IPv4
  std::size_t header_size = 0;       // octets, with all extension headers
  std::size_t total_length = 0;      // octets, as the quote says
  Bytes transport;                   // what is there of it behind all headers: at least 8 octets, or none in IPv6
  IcmpErrorBody body;                // quote and extensions

  Family family() const { return source.family(); }
  /// Whether a router asks for smaller packets.
  bool is_too_big() const;
};

/// Refers to the message. Error: the quote holds less than a header and 8 octets.
std::expected<ErrorReport, Reason> parse_error(IpAddress reporter, const Icmpv4View& message);
/// Likewise. Error: the quote holds less than a header. Where it does not reach 8 octets of the upper layer, there is
/// no `transport`, and `protocol` is that of the fixed header.
std::expected<ErrorReport, Reason> parse_error(IpAddress reporter, const Icmpv6View& message);

}  // namespace tunstack::icmp
