#include "tunstack/node/node_state.hpp"

namespace tunstack {

using discovery::NeighborState;
using discovery::Reachability;

Reachability NodeState::reachability_of(const discovery::NeighborKey& key, Instant now) const {
  const NeighborState state = neighbors.state_of(key, now);
  if (state == NeighborState::failed) return Reachability::unreachable;
  const bool is_unknown = state == NeighborState::none || state == NeighborState::incomplete;
  return is_unknown ? Reachability::unknown : Reachability::reachable;
}

std::optional<IpAddress> NodeState::next_hop(InterfaceId interface, const IpAddress& stop, Instant now) const {
  const discovery::HostRouting& routing = link(interface).routing;
  if (const auto redirected = link(interface).redirects(stop.family()).find(stop, now)) return redirected;
  const bool is_on_link =
      stop.is_ipv4() ? addresses.is_on_link(interface, stop.ipv4()) : routing.prefixes.is_on_link(stop, now);
  if (is_on_link) return stop;
  return routing.routers.choose(stop.family(),
                                [&](const IpAddress& router) { return reachability_of({interface, router}, now); });
}

}  // namespace tunstack
