// Extension headers, options and fragments of IPv6 as tests write them, octet by octet, so that nothing under test
// vouches for itself.
#pragma once

#include <algorithm>

#include "tests/support/packets.hpp"

namespace tunstack::test {

using Packets = std::vector<Packet>;

// Next header numbers (IANA registry).
inline constexpr unsigned hop_by_hop_number = 0;
inline constexpr unsigned routing_number = 43;
inline constexpr unsigned fragment_number = 44;
inline constexpr unsigned destination_number = 60;

/// An extension header and the number that announces it. Its first octet, the next header, is filled in where it is
/// put into a packet.
struct Part {
  unsigned number;
  Packet octets;
};

/// Filled up with Pad1 to a multiple of 8 octets (RFC 8200 4.2).
inline Part options_header(unsigned number, const Packet& options) {
  Packet octets = Packet(2) + options;
  octets.resize((octets.size() + 7) / 8 * 8);
  octets[1] = static_cast<std::uint8_t>(octets.size() / 8 - 1);
  return {number, octets};
}
inline Part hop_by_hop(const Packet& options) { return options_header(hop_by_hop_number, options); }
inline Part destination(const Packet& options) { return options_header(destination_number, options); }
inline Part hop_by_hop(std::string_view options) { return hop_by_hop(hex(options)); }
inline Part destination(std::string_view options) { return destination(hex(options)); }

/// `octets` of options that nobody need know, the header included (a multiple of 8, at most 2048).
inline Part long_destination(std::size_t octets) {
  Packet options;
  for (std::size_t left = octets - 2; left > 0;) {
    const std::size_t size = left > 257 ? std::min<std::size_t>(left - 2, 257) : left;
    Packet option(size);
    option[0] = 0x1e;
    option.at(1) = static_cast<std::uint8_t>(size - 2);
    options = options + option;
    left -= size;
  }
  return destination(options);
}

inline Part routing(unsigned type, unsigned segments_left, const Packet& data = Packet(4)) {
  Packet octets = Packet(4) + data;
  octets[1] = static_cast<std::uint8_t>(octets.size() / 8 - 1);
  octets[2] = static_cast<std::uint8_t>(type);
  octets[3] = static_cast<std::uint8_t>(segments_left);
  return {routing_number, octets};
}

/// `offset` in octets, a multiple of 8.
inline Part fragment_header(std::size_t offset, bool more, std::uint32_t identification = 0x12345678) {
  Packet octets(8);
  set_be16(octets, 2, static_cast<unsigned>(offset) | (more ? 1U : 0U));
  set_be32(octets, 4, identification);
  return {fragment_number, octets};
}
/// Of a packet that is whole all the same (RFC 6946).
inline Part atomic(std::uint32_t identification = 0x12345678) { return fragment_header(0, false, identification); }

/// The packet with `parts` between its fixed header and what followed that.
inline Packet with_headers(const Packet& packet, const std::vector<Part>& parts) {
  Packet made(packet.begin(), packet.begin() + 40);
  std::size_t announced_at = 6;
  const std::uint8_t upper = packet.at(6);
  for (const Part& part : parts) {
    made[announced_at] = static_cast<std::uint8_t>(part.number);
    announced_at = made.size();
    made = made + part.octets;
  }
  made[announced_at] = upper;
  made.insert(made.end(), packet.begin() + 40, packet.end());
  set_be16(made, 4, static_cast<unsigned>(made.size() - 40));
  return made;
}

/// The octets of a packet behind its fixed header, and the first `size` octets of a packet with a payload length that
/// is right for them.
inline Packet payload6(const Packet& packet) { return {packet.begin() + 40, packet.end()}; }
inline Packet cut_to(const Packet& packet, std::size_t size) {
  Packet cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
  set_be16(cut, 4, static_cast<unsigned>(size - 40));
  return cut;
}

/// Octets [begin, end) of the payload of a whole packet. M is set unless they are the last ones (RFC 8200 4.5).
inline Packet fragment6(const Packet& whole, std::size_t begin, std::size_t end,
                        std::uint32_t identification = 0x12345678) {
  const Packet payload = payload6(whole);
  Packet data(payload.begin() + static_cast<std::ptrdiff_t>(begin), payload.begin() + static_cast<std::ptrdiff_t>(end));
  Packet made(whole.begin(), whole.begin() + 40);
  return with_headers(made + data, {fragment_header(begin, end < payload.size(), identification)});
}

/// All of the payload in fragments of `size` octets.
inline Packets fragments6(const Packet& whole, std::size_t size, std::uint32_t identification = 0x12345678) {
  Packets made;
  for (std::size_t begin = 0; begin < whole.size() - 40; begin += size)
    made.push_back(fragment6(whole, begin, std::min(begin + size, whole.size() - 40), identification));
  return made;
}

/// A fragment of any data, that of an ICMPv6 message unless said otherwise.
inline Packet piece6(std::size_t offset, const Packet& data, bool more, const Ipv6Fields& ip = {}) {
  return with_headers(ipv6(ip, data), {fragment_header(offset, more)});
}

}  // namespace tunstack::test
