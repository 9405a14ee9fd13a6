// Frames of Ethernet, ARP packets and messages of Neighbor Discovery as tests write them, octet by octet, so that
// nothing under test vouches for itself.
#pragma once

#include "tests/support/host.hpp"

namespace tunstack::test {

using Packets = std::vector<Packet>;

// ---- frames ----

// The host, its peer P (192.0.2.1, 2001:db8::1), somebody else, everybody, nobody.
inline const Packet own_mac = hex("02 00 00 00 00 02");
inline const Packet peer_mac = hex("02 00 00 00 00 01");
inline const Packet other_mac = hex("02 00 00 00 00 77");
inline const Packet broadcast_mac = hex("ff ff ff ff ff ff");
inline const Packet no_mac = hex("00 00 00 00 00 00");

inline MacAddress mac_address(const Packet& octets) {
  MacAddress address;
  for (std::size_t i = 0; i < 6; ++i) address.octets[i] = octets.at(i);
  return address;
}

inline Packet frame(const Packet& to, const Packet& from, unsigned type, const Packet& payload) {
  Packet type_octets(2);
  set_be16(type_octets, 0, type);
  return to + from + type_octets + payload;
}
/// As short frames are on the wire: 60 octets, the rest of them 0xaa.
inline Packet padded_frame(Packet frame) {
  if (frame.size() < 60) frame.resize(60, 0xaa);
  return frame;
}

/// Octets of an address, "192.0.2.1" or "2001:db8::1".
inline Packet octets_of(std::string_view address) {
  const bool is_ipv6 = address.find(':') != std::string_view::npos;
  return is_ipv6 ? part(ipv6({.source = address}, {}), 8, 16) : part(ipv4({.source = address}, {}), 12, 4);
}

/// Where a datagram goes on an Ethernet if the host is whom it is for (RFC 1112 6.4, RFC 2464 7).
inline Packet mac_towards_host(const Packet& datagram) {
  if (datagram.at(0) >> 4 == 6) {
    if (datagram.at(24) != 0xff) return own_mac;
    return hex("33 33") + part(datagram, 36, 4);
  }
  if (datagram.at(16) == 255 || datagram.at(19) == 255) return broadcast_mac;
  if (datagram.at(16) < 224) return own_mac;
  Packet group = hex("01 00 5e") + part(datagram, 17, 3);
  group[3] &= 0x7f;
  return group;
}
inline unsigned type_of_datagram(const Packet& datagram) { return datagram.at(0) >> 4 == 6 ? 0x86dd : 0x0800; }
/// A datagram on its way to the host.
inline Packet framed(const Packet& datagram, const Packet& from = peer_mac) {
  return frame(mac_towards_host(datagram), from, type_of_datagram(datagram), datagram);
}
/// A datagram as the host sends it to a neighbor.
inline Packet framed_to(const Packet& to, const Packet& datagram) {
  return frame(to, own_mac, type_of_datagram(datagram), datagram);
}

// Parts of a frame.
inline Packet destination_mac(const Packet& frame) { return part(frame, 0, 6); }
inline Packet source_mac(const Packet& frame) { return part(frame, 6, 6); }
inline unsigned frame_type(const Packet& frame) { return be16(frame, 12); }
inline Packet content_of(const Packet& frame) { return from(frame, 14); }

// ---- ARP ----

struct ArpFields {
  unsigned operation = 1;
  Packet sender_mac = peer_mac;
  std::string_view sender = "192.0.2.1";
  Packet target_mac = no_mac;
  std::string_view target = "192.0.2.2";
  unsigned hardware = 1, protocol = 0x0800;
  unsigned hardware_size = 6, protocol_size = 4;
};

inline Packet arp(const ArpFields& fields = {}) {
  Packet head(8);
  set_be16(head, 0, fields.hardware);
  set_be16(head, 2, fields.protocol);
  head[4] = static_cast<std::uint8_t>(fields.hardware_size);
  head[5] = static_cast<std::uint8_t>(fields.protocol_size);
  set_be16(head, 6, fields.operation);
  return head + fields.sender_mac + octets_of(fields.sender) + fields.target_mac + octets_of(fields.target);
}
/// A request of a neighbor, to everybody.
inline Packet arp_request(const ArpFields& fields = {}) {
  return frame(broadcast_mac, fields.sender_mac, 0x0806, arp(fields));
}
/// An answer of a neighbor to the host.
inline Packet arp_reply(std::string_view sender = "192.0.2.1", const Packet& sender_mac = peer_mac) {
  return frame(own_mac, sender_mac, 0x0806,
               arp({.operation = 2, .sender_mac = sender_mac, .sender = sender, .target_mac = own_mac}));
}
/// What the host asks, everybody or one station.
inline Packet asks_for(std::string_view target) {
  return frame(broadcast_mac, own_mac, 0x0806,
               arp({.sender_mac = own_mac, .sender = "192.0.2.2", .target_mac = no_mac, .target = target}));
}
inline Packet asks_station(const Packet& mac, std::string_view target) {
  return frame(mac, own_mac, 0x0806,
               arp({.sender_mac = own_mac, .sender = "192.0.2.2", .target_mac = mac, .target = target}));
}

// ---- Neighbor Discovery ----

/// Filled up with zeros to a multiple of 8 octets.
inline Packet nd_option_of(unsigned type, const Packet& content) {
  Packet option = Packet(2) + content;
  option.resize((option.size() + 7) / 8 * 8);
  option[0] = static_cast<std::uint8_t>(type);
  option[1] = static_cast<std::uint8_t>(option.size() / 8);
  return option;
}
inline Packet source_option(const Packet& mac) { return nd_option_of(1, mac); }
inline Packet target_option(const Packet& mac) { return nd_option_of(2, mac); }

/// "ff02::1:ff00:2" of "2001:db8::2" (RFC 4291 2.7.1).
inline std::string solicited_node(std::string_view address) {
  Packet octets = octets_of("ff02::1:ff00:0");
  const Packet low = part(octets_of(address), 13, 3);
  std::copy(low.begin(), low.end(), octets.begin() + 13);
  return to_text(IpAddress(Ipv6Address::load(octets, 0)));
}

struct SolicitationFields {
  std::string_view source = "2001:db8::1";
  std::string_view destination = "ff02::1:ff00:2";
  std::string_view target = "2001:db8::2";
  Packet options = source_option(peer_mac);
  unsigned hop_limit = 255, code = 0;
  std::uint32_t reserved = 0;
};
inline Packet solicitation(const SolicitationFields& fields = {}) {
  const Ipv6Fields ip{.source = fields.source, .destination = fields.destination, .hop_limit = fields.hop_limit};
  return ipv6(ip, icmpv6(ip, 135, fields.code, fields.reserved, octets_of(fields.target) + fields.options));
}

inline constexpr std::uint32_t router_flag = 0x80000000, solicited_flag = 0x40000000, override_flag = 0x20000000;

struct AdvertisementFields {
  std::string_view source = "2001:db8::1";
  std::string_view destination = "2001:db8::2";
  std::string_view target = "2001:db8::1";
  std::uint32_t flags = solicited_flag | override_flag;  // and what is reserved behind them
  Packet options = target_option(peer_mac);
  unsigned hop_limit = 255, code = 0;
};
inline Packet advertisement(const AdvertisementFields& fields = {}) {
  const Ipv6Fields ip{.source = fields.source, .destination = fields.destination, .hop_limit = fields.hop_limit};
  return ipv6(ip, icmpv6(ip, 136, fields.code, fields.flags, octets_of(fields.target) + fields.options));
}
/// The answer of a neighbor that was asked.
inline Packet answers(std::string_view neighbor, const Packet& mac) {
  return advertisement({.source = neighbor, .target = neighbor, .options = target_option(mac)});
}

/// What the host asks, the group of the target or one station.
inline Packet solicits(std::string_view target, std::string_view source = "2001:db8::2") {
  const std::string group = solicited_node(target);
  const Packet datagram =
      solicitation({.source = source, .destination = group, .target = target, .options = source_option(own_mac)});
  return framed_to(hex("33 33") + part(datagram, 36, 4), datagram);
}
inline Packet solicits_station(const Packet& mac, std::string_view target, std::string_view source = "2001:db8::2") {
  return framed_to(
      mac,
      solicitation({.source = source, .destination = target, .target = target, .options = source_option(own_mac)}));
}
/// The answer of the host to a solicitation.
inline Packet own_advertisement(std::string_view destination, std::uint32_t flags = solicited_flag | override_flag) {
  return advertisement({.source = "2001:db8::2",
                        .destination = destination,
                        .target = "2001:db8::2",
                        .flags = flags,
                        .options = target_option(own_mac)});
}

// ---- a host on an Ethernet ----

/// 192.0.2.2/24 and 2001:db8::2/64 (so fe80::2 too) on an Ethernet of MTU 1500; options as "KEY=VALUE".
inline NodeConfig ethernet_config(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = host_config();
  config.interfaces[0].name = "tap0";
  config.interfaces[0].link_address = mac_address(own_mac);
  // Addresses are used from the start, and nothing is said about them or their groups; those that are lost stay so.
  for (const std::string_view setting : {"dad.transmits=0", "nd.gratuitous=0", "mld.enable=off", "dad.retry=0"})
    EXPECT_FALSE(set_option(config.options, setting).has_value()) << setting;
  for (const std::string_view setting : settings)
    EXPECT_FALSE(set_option(config.options, setting).has_value()) << setting;
  return config;
}
inline NodeConfig with_gateways(NodeConfig config, std::initializer_list<std::string_view> gateways) {
  for (const std::string_view gateway : gateways)
    config.interfaces[0].gateways.push_back(parse_address(gateway).value());
  return config;
}

}  // namespace tunstack::test
