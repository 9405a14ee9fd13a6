// A datagram that arrived: its view, and what its addresses are to the node, classified once.
#pragma once

#include <algorithm>

#include "protocols/base/address_kind.hpp"
#include "protocols/base/checksum.hpp"
#include "protocols/base/interface_id.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/base/time.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/upper_layer.hpp"

namespace tunstack {

inline UpperLayer upper_layer_without_extensions(const Ipv4View& ip) {
  return {ip.protocol(), false, static_cast<std::uint32_t>(ip.header_size()), ipv4_offset::protocol};
}
inline UpperLayer upper_layer_without_extensions(const Ipv6View& ip) {
  return {ip.next_header(), false, ipv6_header_size, ipv6_offset::next_header};
}

template <class View>
struct Arrival {
  View ip;
  AddressKind source = AddressKind::unicast;
  AddressKind destination = AddressKind::own;
  bool link_layer_group = false;  // came in a link-layer broadcast or multicast frame
  InterfaceId interface{};
  Instant now{};
  UpperLayer upper = upper_layer_without_extensions(ip);
  std::size_t octets_received = 0;  // as the device delivered them, from the start of `ip`
  RuleTrace* trace = nullptr;       // of whoever asks why
  bool is_dispatched = false;       // passed all that concerns IP alone
  bool was_held = false;            // put together from fragments, or the first of those that never came together
  Bytes header_as_arrived = {};     // of IPv4, where `ip` has another one: of a first fragment, of a truncated datagram

  std::uint8_t protocol() const { return upper.protocol; }
  /// With those beyond the datagram, where a payload length of 0 can mean that it goes on (RFC 2675 3).
  Bytes all_octets() const {
    const Bytes datagram = ip.bytes();
    return ip.payload().empty() ? Bytes(datagram.data(), std::max(datagram.size(), octets_received)) : datagram;
  }
  /// From the upper layer on.
  Bytes payload() const { return ip.bytes().subspan(upper.offset); }
};

using Ipv4Arrival = Arrival<Ipv4View>;
using Ipv6Arrival = Arrival<Ipv6View>;

constexpr Family family_of(const Ipv4Arrival&) { return Family::ipv4; }
constexpr Family family_of(const Ipv6Arrival&) { return Family::ipv6; }

/// Of what a node has sent to itself. Within a host 127.0.0.0/8 and ::1 are its own (RFC 1122 3.2.1.3(g), RFC 4291
/// 2.5.3).
template <class View>
void mark_looped_back(Arrival<View>& arrival) {
  if (is_of_node(arrival.source)) arrival.source = AddressKind::itself;
  if (arrival.destination == AddressKind::loopback) arrival.destination = AddressKind::own;
}
template <class View>
bool is_looped_back(const Arrival<View>& arrival) {
  return arrival.source == AddressKind::itself;
}

/// Whether it carries ICMP of its own family.
inline bool is_icmp(const Ipv4Arrival& arrival) { return arrival.protocol() == protocol_number::icmpv4; }
inline bool is_icmp(const Ipv6Arrival& arrival) { return arrival.protocol() == protocol_number::icmpv6; }

/// What the checksum of its ICMPv6 message covers besides that.
inline ChecksumSum icmpv6_pseudo_header(const Ipv6Arrival& arrival) {
  return pseudo_header_sum(arrival.ip.source(), arrival.ip.destination(), protocol_number::icmpv6,
                           arrival.payload().size());
}

}  // namespace tunstack
