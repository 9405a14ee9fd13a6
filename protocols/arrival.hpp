// A datagram that arrived: its view, and what its addresses are to the node, classified once.
#pragma once

#include "protocols/base/address_kind.hpp"
#include "protocols/base/interface_id.hpp"
#include "protocols/base/time.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"

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

}  // namespace tunstack
