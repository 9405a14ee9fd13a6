// A datagram that arrived: its view, and what its addresses are to the node, classified once.
#pragma once

#include "protocols/base/address_kind.hpp"
#include "protocols/base/interface_id.hpp"
#include "protocols/base/time.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack {

template <class View>
struct Arrival {
  View ip;
  AddressKind source = AddressKind::unicast;
  AddressKind destination = AddressKind::own;
  bool link_layer_group = false;  // came in a link-layer broadcast or multicast frame
  InterfaceId interface{};
  Instant now{};
  Bytes first_header = {};  // of a reassembled datagram: the header of its first fragment as that arrived
};

using Ipv4Arrival = Arrival<Ipv4View>;
using Ipv6Arrival = Arrival<Ipv6View>;

constexpr Family family_of(const Ipv4Arrival&) { return Family::ipv4; }
constexpr Family family_of(const Ipv6Arrival&) { return Family::ipv6; }

/// Whether it carries ICMP of its own family.
inline bool is_icmp(const Ipv4Arrival& arrival) { return arrival.ip.protocol() == protocol_number::icmpv4; }
inline bool is_icmp(const Ipv6Arrival& arrival) { return arrival.ip.next_header() == protocol_number::icmpv6; }

}  // namespace tunstack
