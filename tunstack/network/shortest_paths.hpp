// Routes of a planned network: each router, and each host with a choice, gets one to every link that is not its own, by
// the shortest path (Dijkstra 1959; links have costs) and all paths that are as short. Each family has its own, over
// links that have it. Where prefixes make up a larger one exactly, and the same next hops lead to all of them, that one
// takes their place: where packets go does not change by it.
#pragma once

#include "tunstack/network/network_plan.hpp"

namespace tunstack {

/// Adds them to the configurations of the nodes that compute their routes.
void add_shortest_paths(NetworkPlan& plan);

}  // namespace tunstack
