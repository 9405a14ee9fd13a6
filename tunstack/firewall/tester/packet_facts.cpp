#include "tunstack/firewall/tester/packet_facts.hpp"

#include <algorithm>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv4_options.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/ports.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::size_t tcp_flags_offset = 13;

void take_options(PacketFacts& facts, Bytes header) {
  for (std::size_t at = ipv4_header_size; at < header.size() && header[at] != ipv4_option::end_of_list;) {
    if (header[at] != ipv4_option::no_operation) facts.options.push_back(header[at]);
    const std::size_t length = header[at] == ipv4_option::no_operation ? 1
                               : at + 1 < header.size()                ? header[at + 1]
                                                                       : 0;
    if (length == 0) return;
    at += length;
  }
}

void take_ipv4(PacketFacts& facts, Bytes packet) {
  facts.hop_limit = packet[ipv4_offset::ttl];
  facts.has_evil_bit = (packet[ipv4_offset::flags_and_fragment_offset] & 0x80U) != 0;
  take_options(facts, packet.first(std::min<std::size_t>(packet.size(), std::size_t{packet[0] & 0xfU} * 4)));
}

void take_ipv6(PacketFacts& facts, Bytes packet) {
  facts.hop_limit = packet[ipv6_offset::hop_limit];
  const std::size_t end = packet.size() - facts.kind.upper.size();
  std::uint8_t next = packet[ipv6_offset::next_header];
  for (std::size_t at = ipv6_header_size; at + 4 <= end;) {
    facts.extensions.push_back(next);
    if (next == protocol_number::routing && !facts.routing_type) facts.routing_type = packet[at + 2];
    const std::size_t size = next == protocol_number::fragment ? 8 : (std::size_t{packet[at + 1]} + 1) * 8;
    next = packet[at];
    at += size;
  }
}

void take_upper(PacketFacts& facts) {
  const PacketKind& kind = facts.kind;
  if (kind.is_later) return;
  if (kind.protocol == (facts.is_ipv4() ? protocol_number::icmpv4 : protocol_number::icmpv6) && !kind.upper.empty())
    facts.icmp_type = kind.upper[0];
  if (kind.protocol != protocol_number::tcp && kind.protocol != protocol_number::udp) return;
  if (const auto ports = find_ports(kind.upper)) {
    facts.source_port = ports->source;
    facts.destination_port = ports->destination;
  }
  if (facts.is_tcp() && kind.upper.size() > tcp_flags_offset) facts.tcp_flags = kind.upper[tcp_flags_offset] & 0x3fU;
}

}  // namespace

bool PacketFacts::is_tcp() const { return kind.protocol == protocol_number::tcp; }

bool PacketFacts::is_icmp_error() const {
  if (!icmp_type) return false;
  return is_ipv4() ? *icmp_type == 3 || *icmp_type == 11 || *icmp_type == 12 : *icmp_type >= 1 && *icmp_type <= 4;
}

bool PacketFacts::is_neighbor_discovery() const {
  return !is_ipv4() && icmp_type && *icmp_type >= 133 && *icmp_type <= 137;
}

bool PacketFacts::is_listener_discovery() const {
  return !is_ipv4() && icmp_type && ((*icmp_type >= 130 && *icmp_type <= 132) || *icmp_type == 143);
}

std::optional<PacketFacts> facts_of(Bytes packet) {
  const auto kind = kind_of(packet);
  if (!kind) return std::nullopt;
  PacketFacts facts;
  facts.kind = *kind;
  facts.is_ipv4() ? take_ipv4(facts, packet) : take_ipv6(facts, packet);
  take_upper(facts);
  return facts;
}

}  // namespace tunstack::firewall
