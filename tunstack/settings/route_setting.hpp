// Routes as `tunstack set` takes them: "route+=PREFIX via GATEWAY [dev NAME]", "route+=PREFIX dev NAME",
// "route+=blackhole PREFIX" (or unreachable, prohibit), "route-=PREFIX [dev NAME]".
#pragma once

#include <string>

#include "tunstack/node/state.hpp"

namespace tunstack {

/// What a text begins with that is about a route.
inline constexpr std::string_view route_to_add = "route+=", route_to_remove = "route-=";

struct RouteChange {
  bool adds = true;
  ip::Route route;  // of one that goes, prefix and interface
};

/// Of the text behind route_to_add. Throws UsageFault.
RouteChange parse_route_to_add(const std::string& text, const NodeState& state);
/// Of the text behind route_to_remove; of which the node must have one. Throws UsageFault.
/// Refuses a route beside one to the same prefix that would leave it without an effect; `before`: the routes that it is
/// added to.
void check_has_effect(const RouteChange& change, const ip::Routes& before);
RouteChange parse_route_to_remove(const std::string& text, const NodeState& state);

}  // namespace tunstack
