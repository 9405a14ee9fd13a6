// The parts of a packet in words; describe.cpp puts them together. Nothing here reads beyond the octets given.
#pragma once

#include <string>

#include "protocols/base/address.hpp"
#include "tunstack/explain/describe.hpp"

namespace tunstack {

/// A quote may be cut anywhere, so every packet is read as one. An error in a quote is named, but what it quotes in
/// turn is not looked at: nesting costs neither time nor stack.
struct Look {
  Detail detail = Detail::line;
  bool is_quote = false;
  bool is_first_fragment = false;  // the rest of it is elsewhere

  bool is_complete() const { return detail != Detail::line; }
};

/// What an error, or an option, quotes.
std::string quote_text(Bytes packet, Detail detail);

/// ", body 0102": in lines that say all.
std::string body_text(Bytes body, Look look);

/// A message of ICMP, ICMPv6 or IGMP: "ICMP echo request, id 5, seq 1, length 64".
std::string message_text(std::uint8_t protocol, Bytes message, Look look);
std::string udp_text(Bytes datagram, Look look);
std::string tcp_text(Bytes segment, Look look);

/// ", options nop rr free 3"; nothing without options.
std::string ipv4_options_text(Bytes options);
/// "HBH (router alert), ", "RH type 0 left 1 (2001:db8::1), ", "fragment, id 0x1, offset 8+, ".
std::string extension_text(std::uint8_t kind, Bytes header, Look look);
std::string_view extension_name(std::uint8_t kind);

/// ", BAD CHECKSUM 0x1234 (should be 0x9c3a)". `datagram` ends where its header says, or is cut.
std::string checksum_text(Bytes datagram, bool is_cut, Look look);
std::string header_checksum_text(Bytes datagram);

}  // namespace tunstack
