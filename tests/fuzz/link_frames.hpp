// Frames of a neighbor that says anything on the Ethernet of the host: an octet chooses the form, the rest is in it.
#pragma once

#include <array>

#include "protocols/wire/ethernet.hpp"
#include "tests/fuzz/sent_packets.hpp"

namespace tunstack::fuzz {

inline const MacAddress own_mac = *parse_mac_address("02:00:5e:00:53:02");
inline const MacAddress peer_mac = *parse_mac_address("02:00:5e:00:53:01");

inline std::vector<std::uint8_t> frame_of(const MacAddress& to, std::uint16_t type, Bytes payload) {
  constexpr std::size_t shortest = 60;  // to which Ethernet pads
  std::vector<std::uint8_t> frame(std::max(shortest, ethernet_header_size + payload.size()));
  EthernetHeader{to, peer_mac, type}.write(frame);
  copy_bytes(MutableBytes(frame).subspan(ethernet_header_size), payload);
  return frame;
}

/// An ICMPv6 message between addresses that a form chooses; one in four behind a router alert.
inline std::vector<std::uint8_t> icmpv6_frame(unsigned form, Bytes body) {
  static const std::array<Ipv6Address, 4> sources{parse_address("fe80::1")->ipv6(), Ipv6Address{},
                                                  parse_address("2001:db8::1")->ipv6(),
                                                  parse_address("fe80::9")->ipv6()};
  static const std::array<Ipv6Address, 4> destinations{host6_on_link, ipv6_all_nodes, solicited_node_group(host6),
                                                       ipv6_all_routers};
  const Ipv6Address& source = sources[form & 3];
  const Ipv6Address& destination = destinations[form >> 2 & 3];
  const bool is_alerted = (form >> 4 & 3) == 3;
  const std::size_t at = is_alerted ? 48 : 40;
  std::vector<std::uint8_t> packet(at + body.size());
  packet[0] = 0x60;
  store_be16(packet, 4, static_cast<std::uint16_t>(packet.size() - 40));
  packet[6] = is_alerted ? 0 : 58;
  packet[7] = is_alerted ? 1 : 255;
  source.store(packet, 8);
  destination.store(packet, 24);
  if (is_alerted) store_be64(packet, 40, 0x3a00'0502'0000'0100);
  copy_bytes(MutableBytes(packet).subspan(at), body);
  mend(MutableBytes(packet).subspan(at), 2, pseudo_header_sum(source, destination, 58, body.size()));
  return frame_of(destination.is_multicast() ? mac_of_group(destination) : own_mac, ethertype::ipv6, packet);
}

inline std::vector<std::uint8_t> arp_frame(unsigned form, Bytes body) {
  std::vector<std::uint8_t> packet(arp_size);
  ArpPacket{.operation = form & 1 ? ArpOperation::reply : ArpOperation::request,
            .sender_mac = peer_mac,
            .sender = form & 2 ? Ipv4Address{} : peer4,
            .target_mac = {},
            .target = host4}
      .write(packet);
  for (std::size_t i = 0; i < body.size() && i < arp_size - 6; ++i) packet[6 + i] ^= body[i];
  return frame_of(form & 4 ? mac_broadcast : own_mac, ethertype::arp, packet);
}

inline std::vector<std::uint8_t> ipv4_frame(unsigned form, Bytes body) {
  const bool is_igmp = (form & 1) != 0;
  const std::array<std::uint8_t, 4> router_alert{148, 4, 0, 0};
  std::vector<std::uint8_t> payload(body.begin(), body.end());
  mend(payload, 2, 0);
  std::vector<std::uint8_t> packet = ipv4_to_host(is_igmp ? 2 : 1, is_igmp ? Bytes(router_alert) : Bytes(), payload);
  const Ipv4Address destination = form & 2 ? ipv4_all_systems : form & 4 ? ipv4_all_routers : host4;
  destination.store(packet, 16);
  write_header_checksum(MutableBytes(packet).first((packet[0] & 15U) * 4));
  return frame_of(form & 6 ? mac_of_group(destination) : own_mac, ethertype::ipv4, packet);
}

inline std::vector<std::uint8_t> frame_from(unsigned form, Bytes body) {
  switch (form >> 6) {
    case 0:
    case 1:
      return icmpv6_frame(form, body);
    case 2:
      return form & 32 ? ipv4_frame(form, body) : arp_frame(form, body);
    default:
      return {body.begin(), body.end()};
  }
}

}  // namespace tunstack::fuzz
