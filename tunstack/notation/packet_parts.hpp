// What a line says about a packet, and the octets that it amounts to.
#pragma once

#include <optional>

#include "tunstack/explain/message_forms.hpp"
#include "tunstack/notation/form_reader.hpp"

namespace tunstack::notation {

/// An IPv6 extension header before its first octet is known: that of what follows.
struct Extension {
  std::uint8_t kind = 0;
  Octets octets;  // a multiple of 8
};

enum class UpperForm : std::uint8_t { octets, message, udp, tcp };  // how the payload is put together

struct PacketParts {
  IpAddress source, destination;
  std::optional<std::uint8_t> ttl;
  std::uint8_t traffic_class = 0;
  std::uint32_t flow_label = 0;
  std::optional<std::uint32_t> identification;  // of the datagram
  bool dont_fragment = false, more_fragments = false, reserved_flag = false;
  bool is_later_fragment = false;
  std::uint32_t offset = 0;  // octets
  Octets options;            // of IPv4
  std::vector<Extension> extensions;
  bool ends_with_extension = false;
  // What is to be wrong, or is not computed.
  bool bad_checksum = false, bad_header_checksum = false;
  std::optional<std::uint16_t> checksum, header_checksum, header_length, udp_length;
  Octets trailing;  // behind the datagram

  std::uint8_t protocol = 0;
  UpperForm upper = UpperForm::octets;
  std::optional<std::uint32_t> length;  // octets of a message, or of what a protocol carries
  Octets body;                          // behind the fixed header
  // Messages.
  std::uint8_t type = 0, code = 0;
  bool is_long_query = false;
  bool is_raw = false;  // its fixed part is that of any message
  Octets message;       // the fixed part
  std::size_t items = 0;
  std::optional<std::uint32_t> count;
  std::size_t extensions_at = 0;            // of an error, within the body
  std::optional<std::uint32_t> identifier;  // of a later fragment
  // UDP and TCP: the fixed header.
  Octets header, tcp_options;

  Family family() const { return source.is_ipv4() ? Family::ipv4 : Family::ipv6; }
  const MessageForm& form() const { return message_form(protocol, type, code, is_long_query); }
};

Octets octets_of(const PacketParts& parts);

/// Takes the name of a message, or "type N, code N". False: there is none.
bool read_message_name(TextReader& reader, PacketParts& parts);
/// Takes "HBH", "DO", "RH type N left N" or "fragment, id N, offset N+". False: something else comes.
bool read_extension(TextReader& reader, PacketParts& parts);
/// "[S.]": letters as they are printed.
std::uint8_t tcp_flags_in(TextReader& reader);

}  // namespace tunstack::notation
