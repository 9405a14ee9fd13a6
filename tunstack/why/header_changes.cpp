#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/why/changes.hpp"

namespace tunstack::why {

namespace {

using notation::Octets;

constexpr std::size_t added_octets = 32;  // as many as the fixed part of most messages needs

void store_address(Octets& packet, std::size_t at4, std::size_t at6, const IpAddress& address) {
  if (address.is_ipv4())
    address.ipv4().store(packet, at4);
  else
    address.ipv6().store(packet, at6);
}

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

/// What routers of a link and queriers send comes from one.
void add_link_local_source(Changes& changes) {
  static const IpAddress router = Ipv6Address{{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
  changes.add("source " + to_text(router), [&](Octets& p) { store_address(p, 12, 8, router); });
}

/// Neighbor Discovery asks for 255, MLD for 1.
void add_ttl_changes(Changes& changes, std::size_t at, const std::string& name) {
  changes.add(name + " + 1", [at](Octets& p) { ++p[at]; });
  for (const auto value : {std::uint8_t{1}, std::uint8_t{255}})
    changes.add(name + " " + std::to_string(value), [at, value](Octets& p) { p[at] = value; });
}

void add_mended(Changes& changes) {
  Octets mended(changes.packet().begin(), changes.packet().end());
  notation::mend_checksums(mended);
  changes.add_octets("checksums mended", mended);
  notation::mend_length(mended);
  notation::mend_checksums(mended);
  changes.add_octets("length and checksums mended", mended);
}

/// With zeros: what was cut off, or more than there was.
void add_filled_up(Changes& changes) {
  const Bytes packet = changes.packet();
  const std::size_t stated = stated_size(packet);
  Octets filled(packet.begin(), packet.end());
  filled.resize(stated > packet.size() ? stated : packet.size() + added_octets);
  if (stated <= packet.size() || !(is_ipv4(packet) || is_ipv6(packet))) notation::mend_length(filled);
  notation::mend_checksums(filled);
  changes.add_octets("filled up with zeros", std::move(filled));
}

void add_version_changes(Changes& changes) {
  const Bytes packet = changes.packet();
  if (packet.empty()) return;
  const unsigned version = ip_version(packet);
  const std::size_t words = packet[0] & 0x0fU;
  const bool is_header_wrong = words * 4 < ipv4_header_size || words * 4 > packet.size();
  if (version == 4 && is_header_wrong) changes.add("header of 20 octets", [](Octets& p) { p[0] = 0x45; });
  if (version == 4 || version == 6) return;
  changes.add("version 4", [](Octets& p) { p[0] = 0x45; });
  changes.add("version 6", [](Octets& p) { p[0] = 0x60; });
}

void add_ipv4_changes(Changes& changes) {
  add_ttl_changes(changes, ipv4_offset::ttl, "ttl");
  constexpr std::size_t at = ipv4_offset::flags_and_fragment_offset;
  changes.add("without df", [](Octets& p) { p[at] &= 0xbf; });
  changes.add("whole, not a fragment",
              [](Octets& p) { store_be16(p, at, load_be16(p, at) & ipv4_fragment_field::dont_fragment); });
  if ((load_be16(changes.packet(), at) & ~ipv4_fragment_field::kept_of_whole) != 0)
    changes.add("another identification", [](Octets& p) { p[ipv4_offset::identification] ^= 1; });
}

/// Where the first fragment header stands.
std::optional<std::size_t> fragment_header_at(Bytes packet) {
  UpperLayer at{packet[ipv6_offset::next_header], false, ipv6_header_size, ipv6_offset::next_header};
  for (std::size_t steps = 0; steps < ipv6_headers_searched && is_ipv6_extension(at.protocol); ++steps) {
    const auto header = ipv6_extension_at(packet, at.offset, at.protocol);
    if (!header) return std::nullopt;
    if (at.protocol == protocol_number::fragment) return at.offset;
    at = step_over(at, *header);
  }
  return std::nullopt;
}

void add_ipv6_changes(Changes& changes) {
  add_ttl_changes(changes, ipv6_offset::hop_limit, "hop limit");
  if (const auto at = fragment_header_at(changes.packet()))
    changes.add("another identification", [at](Octets& p) { p[*at + 4] ^= 1; });
}

}  // namespace

std::size_t stated_size(Bytes packet) {
  if (packet.empty()) return 0;
  if (ip_version(packet) == 6)
    return is_ipv6(packet) ? ipv6_header_size + load_be16(packet, ipv6_offset::payload_length) : ipv6_header_size;
  return is_ipv4(packet) ? load_be16(packet, ipv4_offset::total_length) : ipv4_header_size;
}

void add_header_changes(Changes& changes, const NodeConfig& node) {
  const Bytes packet = changes.packet();
  add_mended(changes);
  add_version_changes(changes);
  if (!packet.empty()) add_filled_up(changes);
  if (is_ipv4(packet)) {
    add_address_changes(changes, node, Family::ipv4);
    add_ipv4_changes(changes);
  } else if (is_ipv6(packet)) {
    add_address_changes(changes, node, Family::ipv6);
    add_link_local_source(changes);
    add_ipv6_changes(changes);
  }
}

}  // namespace tunstack::why
