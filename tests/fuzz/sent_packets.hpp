// What fuzz targets require of everything that a host sends, whatever it was sent.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "protocols/wire/ipv4_options.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/node/node.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

inline const Ipv4Address host4 = parse_address("192.0.2.2")->ipv4();
inline const Ipv4Address peer4 = parse_address("192.0.2.1")->ipv4();
inline const Ipv6Address host6 = parse_address("2001:db8::2")->ipv6();
inline const Ipv6Address peer6 = parse_address("2001:db8::1")->ipv6();
inline const Ipv6Address host6_on_link = parse_address("fe80::2")->ipv6();
inline const Ipv6Address peer6_on_link = parse_address("fe80::1")->ipv6();

/// The host that packets come to: 192.0.2.2/24 and 2001:db8::2/64 on a link of MTU 1500. It tells nothing of its own
/// accord.
inline NodeConfig host_with(NodeOptions options) {
  InterfaceConfig interface{"fuzz", {*parse_prefix("192.0.2.2/24"), *parse_prefix("2001:db8::2/64")}, 1500};
  add_link_local_address(interface);
  options.own.reports_ipv6_groups = false;
  return {{interface}, std::move(options), 1};
}

inline NodeConfig host_with(std::initializer_list<const char*> settings) {
  NodeOptions options;
  for (const char* setting : settings) require(!set_option(options, setting));
  return host_with(options);
}

inline bool checksum_is_right(std::uint8_t protocol, Bytes payload, ChecksumSum pseudo_header) {
  switch (protocol) {
    case protocol_number::icmpv4:
      return checksum_is_intact(checksum_sum(payload));
    case protocol_number::icmpv6:
    case protocol_number::tcp:
    case protocol_number::udp:
      return checksum_is_intact(checksum_sum(payload, pseudo_header));
    default:
      return false;  // a host sends nothing else
  }
}

/// Whether an address can be that of one other host: neither a group nor a part of the reserved ranges nor the host.
inline bool is_somebody_else(Ipv4Address address) {
  const std::uint32_t first = address.value >> 24;
  const bool is_broadcast = address == Ipv4Address{0xc00002ff} || address == Ipv4Address{0xc0000200};
  return first != 0 && first != 127 && first < 224 && address != host4 && !is_broadcast;
}

inline bool is_somebody_else(const Ipv6Address& address) {
  return address != Ipv6Address{} && !address.is_multicast() && address != host6 && address != host6_on_link;
}

/// Options that the next node can step over, and how many of them are source routes.
inline void require_readable_options(Bytes options) {
  int source_routes = 0;
  Ipv4OptionReader reader(options);
  while (const auto option = reader.next()) {
    const bool is_route =
        option->type() == ipv4_option::loose_source_route || option->type() == ipv4_option::strict_source_route;
    require(is_route || option->type() == ipv4_option::record_route || option->type() == ipv4_option::timestamp);
    source_routes += is_route;
  }
  require(!reader.bad_length_at() && source_routes <= 1);
}

/// The end of the source route, for which the checksums of UDP and TCP are.
inline Ipv4Address final_destination(const Ipv4View& ip) {
  Ipv4OptionReader reader(ip.options());
  while (const auto option = reader.next())
    if (option->type() == ipv4_option::loose_source_route || option->type() == ipv4_option::strict_source_route)
      return Ipv4Address::load(option->bytes, option->bytes.size() - 4);
  return ip.destination();
}

/// Fragments leave one after the other: each begins where the one before it ended.
class SentChecker {
 public:
  void check(Bytes packet) {
    require(!packet.empty() && packet.size() <= 1500);
    if (packet[0] >> 4 == 4)
      check_ipv4(packet);
    else
      check_ipv6(packet);
  }
  bool is_between_fragments() const { return expected_offset_ != 0; }

 private:
  void check_ipv4(Bytes packet) {
    const auto ip = Ipv4View::parse(packet);
    require(ip && ip->bytes().size() == packet.size() && checksum_is_intact(ip->header_sum()) && ip->ttl() > 0);
    require(ip->source() == host4);
    require_readable_options(ip->options());
    const bool is_mask_reply = ip->protocol() == protocol_number::icmpv4 && ip->payload()[0] == 18;
    require(is_somebody_else(ip->destination()) || (is_mask_reply && ip->destination() == ipv4_limited_broadcast &&
                                                    final_destination(*ip) == ip->destination()));
    require(ip->fragment_offset() == expected_offset_);
    require(!ip->is_fragment() || !ip->dont_fragment());
    require(!ip->more_fragments() || ip->payload().size() % 8 == 0);
    require(!ip->payload().empty());
    expected_offset_ = ip->more_fragments() ? expected_offset_ + ip->payload().size() : 0;
    whole_.insert(whole_.end(), ip->payload().begin(), ip->payload().end());
    if (ip->more_fragments()) return;
    const ChecksumSum pseudo = pseudo_header_sum(ip->source(), final_destination(*ip), ip->protocol(), whole_.size());
    require(checksum_is_right(ip->protocol(), whole_, pseudo));
    whole_.clear();
  }

  void check_ipv6(Bytes packet) {
    const auto ip = Ipv6View::parse(packet);
    require(ip && ip->bytes().size() == packet.size() && ip->hop_limit() > 0);
    require(ip->source() == host6 || ip->source() == host6_on_link);
    const bool is_advertisement = ip->next_header() == protocol_number::icmpv6 &&
                                  ip->payload()[0] == static_cast<std::uint8_t>(Icmpv6Type::neighbor_advertisement);
    require(is_somebody_else(ip->destination()) || (is_advertisement && ip->destination() == ipv6_all_nodes));
    if (ip->next_header() == protocol_number::fragment) return check_ipv6_fragment(packet, *ip);
    require(!is_between_fragments());
    check_ipv6_message(*ip, ip->next_header(), ip->payload());
  }

  /// RFC 8200 4.5: reserved bits are 0, and one identification ties the fragments together. What is whole needs no
  /// fragment header (RFC 8021).
  void check_ipv6_fragment(Bytes packet, const Ipv6View& ip) {
    require(ip.payload().size() > ipv6_fragment_header_size);
    const Bytes header = ip.payload().first(ipv6_fragment_header_size);
    const Bytes data = ip.payload().subspan(ipv6_fragment_header_size);
    const std::size_t offset = load_be16(header, 2) & 0xfff8U;
    const bool more = (header[3] & 1) != 0;
    require(header[1] == 0 && (header[3] & 6) == 0);
    require(offset == expected_offset_ && (offset != 0 || more) && (!more || data.size() % 8 == 0));
    if (offset != 0) require(std::ranges::equal(packet.subspan(6, 35), previous_.subspan(6, 35)));
    if (offset != 0) require(load_be32(header, 4) == load_be32(previous_, ipv6_header_size + 4));
    previous_ = packet;
    expected_offset_ = more ? offset + data.size() : 0;
    whole_.insert(whole_.end(), data.begin(), data.end());
    if (more) return;
    check_ipv6_message(ip, header[0], whole_);
    whole_.clear();
  }

  static void check_ipv6_message(const Ipv6View& ip, std::uint8_t protocol, Bytes message) {
    require(checksum_is_right(protocol, message,
                              pseudo_header_sum(ip.source(), ip.destination(), protocol, message.size())));
  }

  std::size_t expected_offset_ = 0;
  std::vector<std::uint8_t> whole_;  // payload so far of what leaves in fragments
  Bytes previous_;                   // the IPv6 fragment before
};

inline void check_sent(const Outbox& out) {
  SentChecker checker;
  for (const OutgoingPacket& packet : out.packets()) checker.check(packet.bytes);
  require(!checker.is_between_fragments());
}

/// An IPv4 packet to the host: a header with `options`, whose size is a multiple of 4, and its checksum.
inline std::vector<std::uint8_t> ipv4_to_host(std::uint8_t protocol, Bytes options, Bytes payload) {
  const std::size_t header = ipv4_header_size + options.size();
  std::vector<std::uint8_t> packet(header + payload.size());
  packet[0] = static_cast<std::uint8_t>(0x40 | header / 4);
  store_be16(packet, 2, static_cast<std::uint16_t>(packet.size()));
  packet[8] = 64;
  packet[9] = protocol;
  peer4.store(packet, 12);
  host4.store(packet, 16);
  copy_bytes(MutableBytes(packet).subspan(ipv4_header_size), options);
  copy_bytes(MutableBytes(packet).subspan(header), payload);
  write_header_checksum(packet);
  return packet;
}

/// An IPv6 packet to whom the host may be.
inline std::vector<std::uint8_t> ipv6_packet(std::uint8_t next_header, const Ipv6Address& source,
                                             const Ipv6Address& destination, Bytes payload) {
  std::vector<std::uint8_t> packet(ipv6_header_size + payload.size());
  packet[0] = 0x60;
  store_be16(packet, 4, static_cast<std::uint16_t>(payload.size()));
  packet[ipv6_offset::next_header] = next_header;
  packet[7] = 64;
  source.store(packet, 8);
  destination.store(packet, 24);
  copy_bytes(MutableBytes(packet).subspan(ipv6_header_size), payload);
  return packet;
}

/// Puts the right checksum into a message.
inline void mend(MutableBytes message, std::size_t at, ChecksumSum pseudo_header) {
  if (message.size() < at + 2) return;
  store_be16(message, at, 0);
  store_be16(message, at, internet_checksum(message, pseudo_header));
}

inline std::size_t checksum_offset(std::uint8_t protocol) {
  return protocol == protocol_number::udp ? 6 : protocol == protocol_number::tcp ? 16 : 2;
}

/// Puts the right checksums into a datagram, also behind IPv6 extension headers.
inline void mend_checksums(MutableBytes packet) {
  if (const auto ip = Ipv4View::parse(packet)) {
    mend(packet.first(ip->header_size()), 10, 0);
    const MutableBytes payload = packet.subspan(ip->header_size(), ip->payload().size());
    const ChecksumSum pseudo = pseudo_header_sum(ip->source(), ip->destination(), ip->protocol(), payload.size());
    mend(payload, checksum_offset(ip->protocol()), ip->protocol() == protocol_number::icmpv4 ? 0 : pseudo);
  } else if (const auto ip6 = Ipv6View::parse(packet)) {
    MutableBytes payload = packet.subspan(ipv6_header_size, ip6->payload().size());
    std::uint8_t next = ip6->next_header();
    const auto is_extension = [&] { return next == 0 || next == 43 || next == 60; };
    while (is_extension() && payload.size() > 1 && payload.size() >= (payload[1] + std::size_t{1}) * 8) {
      next = payload[0];
      payload = payload.subspan((payload[1] + std::size_t{1}) * 8);
    }
    mend(payload, checksum_offset(next), pseudo_header_sum(ip6->source(), ip6->destination(), next, payload.size()));
  }
}

}  // namespace tunstack::fuzz
