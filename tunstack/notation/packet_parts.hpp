// What a line says about a packet, and the octets that it amounts to.
#pragma once

#include <optional>

#include "tunstack/notation/text_reader.hpp"

namespace tunstack::notation {

/// An IPv6 extension header before its first octet is known: that of what follows.
struct Extension {
  std::uint8_t kind = 0;
  Octets octets;  // a multiple of 8
};

struct PacketParts {
  IpAddress source, destination;
  std::optional<std::uint8_t> ttl;
  std::uint8_t traffic_class = 0;
  std::optional<std::uint32_t> identification;  // of the datagram
  bool dont_fragment = false, more_fragments = false;
  bool is_later_fragment = false;
  std::uint32_t offset = 0;  // octets
  Octets options;            // of IPv4
  std::vector<Extension> extensions;
  bool ends_with_extension = false;
  bool bad_checksum = false, bad_header_checksum = false;

  std::uint8_t protocol = 0;
  std::optional<std::uint32_t> length;  // octets of the ICMP message, or of what a protocol carries
  Octets body;                          // behind the fixed header
  // ICMP.
  bool is_icmp = false;
  std::uint8_t type = 0, code = 0;
  std::optional<std::uint32_t> identifier;  // or of a later fragment
  std::uint16_t sequence = 0;
  std::uint32_t field = 0;  // pointer, MTU, gateway
  std::optional<IpAddress> target;
  Octets quote;
  // UDP and TCP.
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint8_t tcp_flags = 0;

  Family family() const { return source.is_ipv4() ? Family::ipv4 : Family::ipv6; }
};

Octets octets_of(const PacketParts& parts);

/// Takes the name of a message, or "type N, code N". False: there is none.
bool read_icmp_name(TextReader& reader, PacketParts& parts);
/// Takes "HBH", "DO", "RH type N left N" or "fragment, id N, offset N+". False: something else comes.
bool read_extension(TextReader& reader, PacketParts& parts);
/// "[S.]": letters as they are printed.
std::uint8_t tcp_flags_in(TextReader& reader);
/// Hexadecimal digits up to a comma or bracket.
Octets octets_in(TextReader& reader);

}  // namespace tunstack::notation
