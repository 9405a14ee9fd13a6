// What somebody wants to be otherwise on a running stack: options, the role and the addresses of its interface, all
// that is said at once or nothing. Read from texts, checked against the node, and done to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tunstack/node/node.hpp"
#include "tunstack/settings/route_setting.hpp"

namespace tunstack {

/// What a text begins with that is about an address.
inline constexpr std::string_view address_to_add = "address+=", address_to_remove = "address-=";

struct NodeSettings {
  std::optional<NodeOptions> options;
  std::optional<Role> role;
  std::optional<std::vector<IpPrefix>> addresses;  // all that are configured from then on
  std::vector<RouteChange> routes;
};

/// Of "KEY=VALUE", "role=host", "address+=ADDR/LEN", "address-=ADDR", and routes as route_setting has them. Throws
/// UsageFault where the node cannot be made so while it runs; a copy of it is asked.
NodeSettings read_settings(const Node& node, const std::vector<std::string>& texts, Instant now);
/// Of what read_settings() has read from the same node.
void apply(const NodeSettings& settings, Node& node, Instant now, Outbox& out);

}  // namespace tunstack
