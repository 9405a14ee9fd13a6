// Reads packets as they are printed (tunstack/explain/describe): what a line says becomes octets, what it does not say
// gets the plainest value. The grammar is in docs/packets.md.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "tunstack/notation/names.hpp"
#include "tunstack/notation/octets.hpp"

namespace tunstack::notation {

/// What is wrong with a line, and where.
struct TextFault {
  std::size_t at = 0;  // octets from its start
  std::string what;    // "a number up to 255 is expected"
};

/// "192.0.2.1 > 192.0.2.2  ICMP echo request, id 5, seq 1, length 64": a datagram of either family. Hexadecimal
/// digits alone are its octets.
std::expected<Octets, TextFault> parse_packet(std::string_view text);
/// Names may stand for addresses, for ports, and in brackets for packets.
std::expected<Octets, TextFault> parse_packet(std::string_view text, const Names& names);

/// Hexadecimal digits, with blanks and colons between octets as people paste them.
std::expected<Octets, TextFault> parse_octets(std::string_view text);

}  // namespace tunstack::notation
