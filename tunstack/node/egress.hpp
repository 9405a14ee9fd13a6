// Where a packet leaves: the interface, the next hop there, and the MTU of the way. Asked for everything that a node
// sends, before it is written; it changes nothing.
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/wire/fragmentation.hpp"
#include "tunstack/node/state.hpp"

namespace tunstack {

struct Egress {
  Link link{};               // the MTU is that of the path, in octets
  MaybeReason refused = {};  // why nothing can go there, if so
  bool loops_back = false;   // to this node itself, as if by the interface that has the address
  // On links with addresses one of both.
  std::optional<MacAddress> group_mac = {};
  std::optional<IpAddress> next_hop = {};
};

/// The way to this node itself, where a destination is its own: seen from `from`, to which link-local addresses belong,
/// and 127.0.0.0/8 and ::1 (RFC 1122 3.2.1.3(g), RFC 4291 2.5.3).
std::optional<Egress> own_egress(const IpAddress& destination, InterfaceId from, Instant now, const NodeState& state);

/// The way to a destination that is not known to be a plain one on a link without addresses.
Egress choose_egress(const IpAddress& destination, InterfaceId from, Instant now, const NodeState& state);

/// The way on one link of something that was given to be sent there.
Egress choose_egress_on(InterfaceId interface, const IpAddress& destination, Instant now, const NodeState& state);

/// The way on the only link of a node, which has no addresses.
template <class Address>
[[gnu::always_inline]] inline Link plain_link_to(const Address& destination, InterfaceId from, Instant now,
                                                 const NodeState& state) {
  constexpr Family family = std::is_same_v<Address, Ipv4Address> ? Family::ipv4 : Family::ipv6;
  return {from, state.path_mtus.to(destination, state.interface(from).mtu(family), now)};
}

/// The way to `destination`, the first hop of a source route if there is one. Groups, link-local addresses, and what
/// several interfaces reach equally well, leave by `from`, where the request came in (RFC 1122 3.3.1, RFC 4861 5.2,
/// RFC 4007 9).
template <class Address>
inline Egress egress_to(const Address& destination, InterfaceId from, Instant now, const NodeState& state) {
  if (state.is_on_one_plain_link) return {.link = plain_link_to(destination, from, now, state)};
  return choose_egress(destination, from, now, state);
}

/// The way of an answer. What this node sent to itself is answered to itself, too.
template <class View, class Address>
inline Egress egress_back(const Arrival<View>& arrival, const Address& destination, const NodeState& state) {
  if (is_looped_back(arrival)) [[unlikely]]
    if (const auto own = own_egress(destination, arrival.interface, arrival.now, state)) return *own;
  return egress_to(destination, arrival.interface, arrival.now, state);
}

/// The neighbor that packets to `destination` are handed to on an interface: itself if it is on the link, or the router
/// that suits best (RFC 1122 3.3.1.1, RFC 4861 5.2).
std::optional<IpAddress> next_hop_on(InterfaceId interface, const IpAddress& destination, Instant now,
                                     const NodeState& state);

}  // namespace tunstack
