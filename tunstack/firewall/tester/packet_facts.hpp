// What rules can tell packets apart by: facts of one packet, for whoever writes a rule about it.
#pragma once

#include <vector>

#include "tunstack/firewall/packet_kind.hpp"

namespace tunstack::firewall {

struct PacketFacts {
  PacketKind kind;
  std::uint8_t hop_limit = 0;
  bool has_evil_bit = false;  // RFC 3514: the reserved flag of IPv4
  /// Of IPv4 the options, of IPv6 the extension headers, in their order.
  std::vector<std::uint8_t> options, extensions;
  std::optional<std::uint8_t> routing_type;
  // Of the upper layer, where it is there.
  std::optional<std::uint8_t> icmp_type, tcp_flags;
  std::optional<std::uint16_t> source_port, destination_port;

  bool is_ipv4() const { return kind.family() == Family::ipv4; }
  bool is_tcp() const;
  bool is_icmp_error() const;
  bool is_neighbor_discovery() const;  // RFC 4861
  bool is_listener_discovery() const;  // MLD
};

std::optional<PacketFacts> facts_of(Bytes packet);

}  // namespace tunstack::firewall
