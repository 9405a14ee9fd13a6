#include "protocols/wire/arp.hpp"
#include "protocols/wire/ethernet.hpp"
#include "tunstack/why/arriving_frame.hpp"
#include "tunstack/why/changes.hpp"

namespace tunstack::why {

namespace {

using notation::Octets;

void add_spoiled(Changes& changes) {
  const Bytes packet = changes.packet();
  Octets spoiled(packet.begin(), packet.end());
  notation::spoil_checksum(spoiled);
  changes.add_octets("bad checksum", spoiled);
  spoiled.assign(packet.begin(), packet.end());
  notation::spoil_header_checksum(spoiled);
  changes.add_octets("bad header checksum", spoiled);
}

/// With the length that it had, and with that which it has.
void add_shortened(Changes& changes) {
  for (std::size_t size = 0; size < changes.packet().size(); ++size) {
    const Bytes start = changes.packet().first(size);
    changes.add_octets("cut short", {start.begin(), start.end()});
    changes.add("shorter", [size](Octets& p) {
      p.resize(size);
      notation::mend_length(p);
    });
  }
}

void add_odd_addresses(Changes& changes, std::size_t source, std::size_t destination, std::size_t size) {
  static constexpr const char* addresses[] = {
      "0.0.0.0", "255.255.255.255", "127.0.0.1", "240.0.0.1",        "224.0.0.9",    "198.51.100.1", "::",
      "::1",     "ff02::9",         "ff00::1",   "::ffff:192.0.2.1", "2001:db8:9::9"};
  for (const char* const text : addresses) {
    const IpAddress address = parse_address(text).value_or(IpAddress{});
    if (address.octets().size() != size) continue;
    for (const std::size_t at : {source, destination})
      changes.add("another address", [&](Octets& p) { copy_bytes(MutableBytes(p).subspan(at), address.octets()); });
  }
  changes.add("from the node itself",
              [&](Octets& p) { copy_bytes(MutableBytes(p).subspan(source), Bytes(p).subspan(destination, size)); });
}

void add_datagram_faults(Changes& changes) {
  const Bytes packet = changes.packet();
  add_spoiled(changes);
  add_shortened(changes);
  if (is_ipv4(packet)) add_odd_addresses(changes, 12, 16, 4);
  if (is_ipv6(packet)) add_odd_addresses(changes, 8, 24, 16);
  for (const std::uint8_t first : {std::uint8_t{0x44}, std::uint8_t{0x4f}, std::uint8_t{0x65}, std::uint8_t{0x75}})
    if (!packet.empty()) changes.add("another first octet", [first](Octets& p) { p[0] = first; });
}

/// An octet each of the headers of the frame and of ARP: addresses of groups and of others, types that nobody knows.
void add_frame_faults(Changes& changes) {
  const Bytes frame = changes.packet();
  const std::size_t headers = ethernet_header_size + arp_size;
  for (std::size_t at = 0; at < std::min(frame.size(), headers); ++at)
    for (const std::uint8_t flipped : {std::uint8_t{1}, std::uint8_t{4}})
      changes.add_octets_of("another octet", [&](Octets& f) { f[at] ^= flipped; });
  for (std::size_t size = 0; size < std::min(frame.size(), headers); ++size)
    changes.add_octets_of("cut short", [size](Octets& f) { f.resize(size); });
}

}  // namespace

std::vector<PacketChange> packet_faults(const NodeConfig& node, Bytes packet) {
  Changes changes(packet);
  if (!has_frames(node)) {
    add_datagram_faults(changes);
  } else {
    add_frame_faults(changes);
    add_to_datagram(changes, node, add_datagram_faults);
  }
  return changes.take();
}

}  // namespace tunstack::why
