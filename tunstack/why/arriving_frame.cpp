#include "tunstack/why/arriving_frame.hpp"

#include <algorithm>

#include "protocols/wire/ethernet.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/why/changes.hpp"

namespace tunstack::why {

namespace {

using notation::Octets;

Octets frame_of(const EthernetHeader& header, Bytes payload) {
  Octets frame(ethernet_header_size + payload.size());
  header.write(frame);
  copy_bytes(MutableBytes(frame).subspan(ethernet_header_size), payload);
  return frame;
}

Bytes destination_of(Bytes datagram) {
  if (is_ipv4(datagram)) return datagram.subspan(ipv4_offset::destination, Ipv4Address::size);
  return is_ipv6(datagram) ? datagram.subspan(ipv6_offset::destination, Ipv6Address::size) : Bytes();
}

std::uint16_t type_for(Bytes datagram) { return ip_version(datagram) == 6 ? ethertype::ipv6 : ethertype::ipv4; }

bool is_broadcast(const NodeConfig& node, Ipv4Address address) {
  return address.value == 0xffffffff || std::ranges::any_of(node.interfaces[0].addresses, [&](const IpPrefix& prefix) {
           return prefix.address.is_ipv4() && prefix.length < 31 &&
                  address.value == (prefix.address.ipv4().value | 0xffffffffU >> prefix.length);
         });
}

IpAddress source_of(Bytes datagram) {
  if (is_ipv4(datagram)) return Ipv4Address::load(datagram, ipv4_offset::source);
  return Ipv6Address::load(datagram, ipv6_offset::source);
}

/// The address of the node in a prefix with that of somebody else.
std::optional<IpAddress> own_among(const NodeConfig& node, const IpAddress& neighbor) {
  const auto& prefixes = node.interfaces[0].addresses;
  if (std::ranges::any_of(prefixes, [&](const IpPrefix& prefix) { return prefix.address == neighbor; }))
    return std::nullopt;
  if (neighbor.is_ipv4() && is_broadcast(node, neighbor.ipv4())) return std::nullopt;
  const auto found = std::ranges::find_if(prefixes, [&](const IpPrefix& prefix) { return prefix.contains(neighbor); });
  return found == prefixes.end() ? std::nullopt : std::optional(found->address);
}

}  // namespace

bool has_frames(const NodeConfig& node) { return node.interfaces[0].link_address.has_value(); }

MacAddress own_station(const NodeConfig& node) { return node.interfaces[0].link_address.value_or(MacAddress{}); }

MacAddress neighbor_of(const MacAddress& own) {
  MacAddress neighbor = own;
  neighbor.octets[5] ^= 1;
  return neighbor;
}

MacAddress station_for(const NodeConfig& node, Bytes datagram) {
  const MacAddress own = own_station(node);
  const Bytes destination = destination_of(datagram);
  if (destination.size() == Ipv6Address::size) {
    const Ipv6Address address = Ipv6Address::load(destination, 0);
    return address.is_multicast() ? mac_of_group(address) : own;
  }
  if (destination.empty()) return own;
  const Ipv4Address address = Ipv4Address::load(destination, 0);
  if (is_broadcast(node, address)) return mac_broadcast;
  return kind_of(address) == AddressKind::multicast ? mac_of_group(address) : own;
}

std::optional<Octets> introduction(const NodeConfig& node, Bytes frame) {
  const auto ethernet = EthernetView::parse(frame);
  const Bytes datagram = datagram_in_frame(frame);
  if (!ethernet || !has_frames(node) || !(is_ipv4(datagram) || is_ipv6(datagram))) return std::nullopt;
  const IpAddress source = source_of(datagram);
  const auto own = own_among(node, source);
  if (!own) return std::nullopt;
  const std::string mac = to_text(ethernet->source()), us = to_text(*own);
  const std::string ends = mac + " > " + to_text(own_station(node)) + ", ";
  const auto question = notation::parse_frame(
      source.is_ipv4() ? ends + "ARP who has " + us + ", tell " + to_text(source)
                       : ends + to_text(source) + " > " + us + " ICMP6 neighbor solicitation of " + us +
                             ", source link-address " + mac);
  return question ? std::optional(*question) : std::nullopt;
}

Octets arriving(const NodeConfig& node, Bytes datagram) {
  if (!has_frames(node) || datagram.empty()) return {datagram.begin(), datagram.end()};
  return frame_of({station_for(node, datagram), neighbor_of(own_station(node)), type_for(datagram)}, datagram);
}

Bytes datagram_in_frame(Bytes frame) {
  const auto ethernet = EthernetView::parse(frame);
  if (!ethernet || ethernet->type() == ethertype::arp || ethernet->payload().empty()) return {};
  const Bytes datagram = ethernet->payload();
  return datagram.first(std::min(datagram.size(), std::max<std::size_t>(stated_size(datagram), 1)));
}

Octets with_datagram(const NodeConfig& node, Bytes frame, Bytes datagram) {
  const auto before = EthernetView::parse(frame);
  if (!before || datagram.empty()) return {frame.begin(), frame.end()};
  EthernetHeader header{before->destination(), before->source(), before->type()};
  const Bytes former = datagram_in_frame(frame);
  if (!std::ranges::equal(destination_of(former), destination_of(datagram)))
    header.destination = station_for(node, datagram);
  if (former.empty() || ip_version(former) != ip_version(datagram)) header.type = type_for(datagram);
  return frame_of(header, datagram);
}

}  // namespace tunstack::why
