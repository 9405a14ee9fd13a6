// Parts of IPv4 datagrams, and fragments put together in the plainest way, so that nothing under test vouches for
// itself.
#pragma once

#include "protocols/base/outbox.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test {

inline std::size_t header_size_of(const Packet& packet) { return (packet.at(0) & 0x0fU) * 4; }
inline Packet options_of(const Packet& packet) { return part(packet, 20, header_size_of(packet) - 20); }
inline Packet payload_of(const Packet& packet) { return from(packet, header_size_of(packet)); }

inline std::vector<Packet> packets_in(const Outbox& out) {
  std::vector<Packet> packets;
  for (const OutgoingPacket& packet : out.packets()) packets.emplace_back(packet.bytes.begin(), packet.bytes.end());
  return packets;
}

/// Checks one of several fragments by itself and against the first of them. `field`: its flags and offset.
inline void expect_fragment(const Packet& fragment, const Packet& first, std::size_t field) {
  EXPECT_EQ(be16(fragment, 2), fragment.size()) << "total length";
  EXPECT_EQ(be16(fragment, 6), field) << "flags and offset";
  EXPECT_EQ(plain_checksum(part(fragment, 0, header_size_of(fragment))), 0) << "header checksum";
  EXPECT_EQ(part(fragment, 4, 2), part(first, 4, 2)) << "identification";
  EXPECT_EQ(fragment.at(1), first.at(1)) << "TOS";
  EXPECT_EQ(part(fragment, 8, 2), part(first, 8, 2)) << "TTL and protocol";
  EXPECT_EQ(part(fragment, 12, 8), part(first, 12, 8)) << "addresses";
}

/// The payload that fragments carry together, in the order of sending (RFC 791 3.2). `offset` in octets and `more` are
/// those of the fragment that they were cut from.
inline Packet put_together(const std::vector<Packet>& fragments, std::size_t offset = 0, bool more = false) {
  Packet together;
  for (std::size_t i = 0; i < fragments.size(); ++i) {
    SCOPED_TRACE("fragment " + std::to_string(i));
    const bool is_last = i + 1 == fragments.size();
    const std::size_t more_fragments = is_last && !more ? 0 : 0x2000;
    expect_fragment(fragments[i], fragments[0], more_fragments | (offset + together.size()) / 8);
    const Packet payload = payload_of(fragments[i]);
    EXPECT_FALSE(payload.empty());
    EXPECT_TRUE(is_last || payload.size() % 8 == 0) << payload.size() << " octets";
    together.insert(together.end(), payload.begin(), payload.end());
  }
  return together;
}

}  // namespace tunstack::test
