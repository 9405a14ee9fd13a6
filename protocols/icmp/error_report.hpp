// An ICMP error that arrived, taken apart for whoever sent the packet that it quotes (RFC 1122 3.2.2).
#pragma once

#include <expected>

#include "protocols/arrival.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/icmpv4.hpp"

namespace tunstack::icmp {

struct ErrorReport {
  IpAddress reporter;
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t pointer = 0;  // of a parameter problem, octets from the start of the quoted header
  std::uint32_t mtu = 0;      // of fragmentation needed, octets; 0 from routers that do not say
  // The quoted packet.
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint16_t identification = 0;
  std::size_t header_size = 0;   // octets
  std::size_t total_length = 0;  // octets, as the quote says
  Bytes transport;               // what is there of it behind the IP header: at least 8 octets
  IcmpErrorBody body;            // quote and extensions
};

/// Refers to the message. Error: the quote holds less than a header and 8 octets.
std::expected<ErrorReport, Reason> parse_error(IpAddress reporter, const Icmpv4View& message);

}  // namespace tunstack::icmp
