// A datagram that arrived: its view, and what its addresses are to the node, classified once.
#pragma once

#include "protocols/base/address_kind.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"

namespace tunstack {

struct Ipv4Arrival {
  Ipv4View ip;
  AddressKind source;
  AddressKind destination;
  bool link_layer_group = false;  // came in a link-layer broadcast or multicast frame
};

struct Ipv6Arrival {
  Ipv6View ip;
  AddressKind source;
  AddressKind destination;
  bool link_layer_group = false;
};

}  // namespace tunstack
