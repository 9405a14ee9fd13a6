#include "tunstack/node/probed_neighbors.hpp"

#include <algorithm>

#include "protocols/wire/icmp_extensions.hpp"

namespace tunstack {

namespace {

using discovery::Neighbor;
using discovery::NeighborState;

bool is_named(const Neighbor& neighbor, std::uint16_t family, Bytes address) {
  if (family == address_family_number::mac48)
    return has_address(neighbor.state) && std::ranges::equal(neighbor.mac.octets, address);
  const auto own_family = neighbor.key.address.is_ipv4() ? address_family_number::ipv4 : address_family_number::ipv6;
  return family == own_family && std::ranges::equal(neighbor.key.address.octets(), address);
}

/// `family` is an address_family_number; a link-layer address names a neighbor too. Of several addresses of one
/// neighbor the one that is reachable speaks for it.
icmp::NeighborEntries neighbor_entries(const NodeState& state, std::uint16_t family, Bytes address, Instant now) {
  constexpr auto reachable = static_cast<std::uint8_t>(NeighborState::reachable);
  icmp::NeighborEntries found;
  InterfaceId first{};
  state.neighbors.for_each([&](const Neighbor& neighbor) {
    if (!is_named(neighbor, family, address)) return;
    if (found.interfaces == 0) first = neighbor.key.interface;
    found.interfaces = neighbor.key.interface == first ? std::max<std::size_t>(found.interfaces, 1) : 2;
    if (found.state != reachable) found.state = static_cast<std::uint8_t>(state.neighbors.state_of(neighbor.key, now));
  });
  return found;
}

}  // namespace

Verdict answer_probe(const icmp::ExtendedEchoRequest& request, Instant now, const NodeState& state) {
  const auto neighbors = [&](std::uint16_t family, Bytes address) {
    return neighbor_entries(state, family, address, now);
  };
  const auto own = [&](std::size_t i) -> const InterfaceConfig& { return state.interfaces[i].config; };
  return icmp::answer_extended_echo(request, {state.interfaces.size(), own, neighbors}, state.options.probe);
}

}  // namespace tunstack
