#include "tunstack/why/packet_changes.hpp"

#include <algorithm>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack::why {

namespace {

using notation::Octets;

bool is_ipv4(Bytes packet) { return packet.size() >= ipv4_header_size && packet[0] >> 4 == 4; }
bool is_ipv6(Bytes packet) { return packet.size() >= ipv6_header_size && packet[0] >> 4 == 6; }

/// The checksums stay as right as they were: of each, what is wrong is put back.
template <class Change>
Octets with_checksums_kept(Bytes packet, const Change& change) {
  Octets before(packet.begin(), packet.end()), mended = before;
  notation::mend_checksums(mended);
  const bool were_right = mended == before;
  change(before);
  if (were_right) notation::mend_checksums(before);
  return before;
}

void store_address(Octets& packet, std::size_t at4, std::size_t at6, const IpAddress& address) {
  if (address.is_ipv4())
    address.ipv4().store(packet, at4);
  else
    address.ipv6().store(packet, at6);
}

/// Adds changes that do change something.
class Changes {
 public:
  explicit Changes(Bytes packet) : packet_(packet) {}
  template <class Change>
  void add(std::string what, const Change& change) {
    Octets changed = with_checksums_kept(packet_, change);
    if (!std::ranges::equal(changed, packet_)) all_.push_back({std::move(what), std::move(changed)});
  }
  void add_octets(std::string what, Octets changed) {
    if (!std::ranges::equal(changed, packet_)) all_.push_back({std::move(what), std::move(changed)});
  }
  std::vector<PacketChange> take() { return std::move(all_); }

 private:
  Bytes packet_;
  std::vector<PacketChange> all_;
};

void add_address_changes(Changes& changes, const NodeConfig& node, Family family) {
  const auto own = own_address(node, family);
  if (!own) return;
  const IpAddress neighbor = neighbor_of(*own);
  changes.add("destination " + to_text(*own), [&](Octets& p) { store_address(p, 16, 24, *own); });
  changes.add("source " + to_text(neighbor), [&](Octets& p) { store_address(p, 12, 8, neighbor); });
  changes.add("source " + to_text(neighbor) + ", destination " + to_text(*own), [&](Octets& p) {
    store_address(p, 12, 8, neighbor);
    store_address(p, 16, 24, *own);
  });
}

/// Neighbor Discovery asks for 255, MLD for 1.
void add_ttl_changes(Changes& changes, std::size_t at, const std::string& name) {
  changes.add(name + " + 1", [at](Octets& p) { ++p[at]; });
  for (const auto value : {std::uint8_t{1}, std::uint8_t{255}})
    changes.add(name + " " + std::to_string(value), [at, value](Octets& p) { p[at] = value; });
}

void add_message_changes(Changes& changes, Bytes packet) {
  const auto upper = notation::upper_of(packet);
  if (!upper || upper->offset + 2 > packet.size()) return;
  const bool is_icmp = upper->protocol == protocol_number::icmpv4 || upper->protocol == protocol_number::icmpv6;
  if (is_icmp) changes.add("code 0", [at = upper->offset + 1](Octets& p) { p[at] = 0; });
}

void add_mended(Changes& changes, Bytes packet) {
  Octets mended(packet.begin(), packet.end());
  notation::mend_checksums(mended);
  changes.add_octets("checksums mended", mended);
  notation::mend_length(mended);
  notation::mend_checksums(mended);
  changes.add_octets("length and checksums mended", mended);
}

void add_ipv4_changes(Changes& changes, Bytes packet) {
  add_ttl_changes(changes, 8, "ttl");
  constexpr std::size_t at = ipv4_offset::flags_and_fragment_offset;
  changes.add("without df", [](Octets& p) { p[at] &= 0xbf; });
  changes.add("whole, not a fragment", [](Octets& p) { store_be16(p, at, load_be16(p, at) & 0x4000); });
  const std::size_t header = (packet[0] & 0x0fU) * 4;
  if (header <= ipv4_header_size || header > packet.size()) return;
  changes.add("without options", [header](Octets& p) {
    p.erase(p.begin() + ipv4_header_size, p.begin() + static_cast<std::ptrdiff_t>(header));
    p[0] = 0x45;
    notation::mend_length(p);
  });
}

void add_ipv6_changes(Changes& changes, Bytes packet) {
  add_ttl_changes(changes, 7, "hop limit");
  const auto upper = notation::upper_of(packet);
  if (!upper || upper->offset == ipv6_header_size || upper->offset > packet.size()) return;
  changes.add("without extension headers", [upper](Octets& p) {
    p.erase(p.begin() + ipv6_header_size, p.begin() + static_cast<std::ptrdiff_t>(upper->offset));
    p[ipv6_offset::next_header] = upper->protocol;
    notation::mend_length(p);
  });
}

}  // namespace

std::optional<IpAddress> own_address(const NodeConfig& node, Family family) {
  for (const IpPrefix& prefix : node.interfaces[0].addresses)
    if (prefix.address.family() == family) return prefix.address;
  return std::nullopt;
}

IpAddress neighbor_of(const IpAddress& own) {
  if (own.is_ipv4()) return Ipv4Address{own.ipv4().value ^ 1};
  Ipv6Address neighbor = own.ipv6();
  neighbor.octets[15] ^= 1;
  return neighbor;
}

std::vector<PacketChange> packet_changes(const NodeConfig& node, Bytes packet) {
  Changes changes(packet);
  add_mended(changes, packet);
  if (is_ipv4(packet)) {
    add_address_changes(changes, node, Family::ipv4);
    add_ipv4_changes(changes, packet);
  } else if (is_ipv6(packet)) {
    add_address_changes(changes, node, Family::ipv6);
    add_ipv6_changes(changes, packet);
  }
  add_message_changes(changes, packet);
  return changes.take();
}

namespace {

void add_spoiled(Changes& changes, Bytes packet) {
  Octets spoiled(packet.begin(), packet.end());
  notation::spoil_checksum(spoiled);
  changes.add_octets("bad checksum", spoiled);
  spoiled.assign(packet.begin(), packet.end());
  notation::spoil_header_checksum(spoiled);
  changes.add_octets("bad header checksum", spoiled);
}

/// With the length that it had, and with that which it has.
void add_shortened(Changes& changes, Bytes packet) {
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const Bytes start = packet.first(size);
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

}  // namespace

std::vector<PacketChange> packet_faults(Bytes packet) {
  Changes changes(packet);
  add_spoiled(changes, packet);
  add_shortened(changes, packet);
  if (is_ipv4(packet)) add_odd_addresses(changes, 12, 16, 4);
  if (is_ipv6(packet)) add_odd_addresses(changes, 8, 24, 16);
  for (const std::uint8_t first : {std::uint8_t{0x44}, std::uint8_t{0x4f}, std::uint8_t{0x65}, std::uint8_t{0x75}})
    if (!packet.empty()) changes.add("another first octet", [first](Octets& p) { p[0] = first; });
  return changes.take();
}

}  // namespace tunstack::why
