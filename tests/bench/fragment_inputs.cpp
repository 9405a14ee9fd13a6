// Fragments that never become datagrams, or at the highest price.
#include <fmt/format.h>

#include <algorithm>

#include "tests/bench/hostile_inputs.hpp"

namespace tunstack::test {
namespace {

constexpr unsigned fragment = 44;

struct Piece {
  unsigned offset, size;  // octets
  bool more = true;
};

Packet fragment6(std::uint32_t id, Piece piece, std::string_view source = "2001:db8::1") {
  Packet header = hex("3a00 0000 00000000");
  set_be16(header, 2, piece.offset | (piece.more ? 1U : 0U));
  set_be32(header, 4, id);
  return ipv6({.source = source, .next_header = fragment}, header + Packet(piece.size, 0x80));
}

Packet fragment4(unsigned id, Piece piece, std::string_view source = "192.0.2.1") {
  return ipv4(
      {.source = source, .identification = id, .flags_and_offset = piece.offset / 8 | (piece.more ? 0x2000U : 0U)},
      Packet(piece.size, 8));
}

/// 64 datagrams, each piece of all of them.
template <class Make>
std::vector<Packet> pieces(const Make& make, unsigned from, unsigned step, unsigned size) {
  std::vector<Packet> packets;
  for (unsigned id = 1; id <= 8; ++id)
    for (unsigned offset = from; offset + size <= 65400; offset += step) packets.push_back(make(id, {offset, size}));
  return packets;
}

template <class Make>
std::vector<Packet> backwards(const Make& make) {
  auto packets = pieces(make, 8, 8, 8);
  std::ranges::reverse(packets);
  return packets;
}

template <class Make>
std::vector<Packet> new_datagrams(const Make& make, unsigned offset, unsigned size) {
  std::vector<Packet> packets;
  for (unsigned id = 1; id <= 20000; ++id) packets.push_back(make(id, {offset, size}));
  return packets;
}

std::vector<Packet> of_many_sources(bool ipv6_family) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < 20000; ++i)
    packets.push_back(ipv6_family
                          ? fragment6(1, {8, 8}, fmt::format("2001:db8:{:x}::{:x}", i % 251, i))
                          : fragment4(1, {8, 8}, fmt::format("198.{}.{}.{}", 18 + i % 2, i / 250 % 250, i % 250 + 1)));
  return packets;
}

/// Whole units first, then one fragment over all of them that differs.
std::vector<Packet> over_every_other_unit() {
  std::vector<Packet> packets;
  for (unsigned id = 1; id <= 500; ++id) {
    for (unsigned offset = 0; offset < 1472; offset += 16) packets.push_back(fragment4(id, {offset, 8}));
    packets.push_back(fragment4(id, {0, 1472}));
  }
  return packets;
}

/// Datagrams that are refused at once, and one whose pieces take all blocks that there are: each of those that begin
/// later has to push one out.
std::vector<Packet> among_refused_ones() {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < 900; ++i) {
    const std::string source = fmt::format("198.18.{}.{}", i / 250, i % 250 + 1);
    for (const std::uint8_t fill : {std::uint8_t{1}, std::uint8_t{2}})
      packets.push_back(ipv4({.source = source, .flags_and_offset = 0x2000}, Packet(256, fill)));
  }
  for (unsigned i = 0; i < 20000; ++i)
    packets.push_back(fragment4(2, {0, 256}, fmt::format("198.19.{}.{}", i / 250 % 250, i % 250 + 1)));
  return packets;
}

}  // namespace

std::vector<Input> fragment_inputs() {
  const auto six = [](unsigned id, Piece piece) { return fragment6(id, piece); };
  const auto four = [](unsigned id, Piece piece) { return fragment4(id, piece); };
  return {
      {"IPv6 fragments of 8 octets, in order", pieces(six, 0, 8, 8)},
      {"IPv6 fragments of 8 octets, every other one", pieces(six, 8, 16, 8)},
      {"IPv6 fragments of 8 octets, backwards", backwards(six)},
      {"IPv6 fragments of new packets of one source", new_datagrams(six, 8, 8)},
      {"IPv6 fragments of new packets at the far end", new_datagrams(six, 65000, 8)},
      {"IPv6 fragments of many sources", of_many_sources(true)},
      {"IPv6 first fragments of new packets, 1400 octets", new_datagrams(six, 0, 1352)},
      {"IPv6 fragments that lack headers", {fragment6(1, {0, 8}), fragment6(2, {0, 0, true})}},
      {"the same IPv6 fragment of 1400 octets again", {fragment6(1, {0, 1352})}},
      {"IPv4 fragments of 8 octets, every other one", pieces(four, 8, 16, 8)},
      {"IPv4 fragments of new datagrams of one source", new_datagrams(four, 8, 8)},
      {"IPv4 fragments of many sources", of_many_sources(false)},
      {"IPv4 fragments among 900 refused datagrams, little memory", among_refused_ones(), {"ip4.frag.memory=256"}},
      {"IPv4 fragments over every other unit, overlap=first", over_every_other_unit(), {"ip4.frag.overlap=first"}},
  };
}

}  // namespace tunstack::test
