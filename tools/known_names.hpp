// Who is called what behind the devices of a stack: by programs at its nodes, and by the command of `exec`.
#pragma once

#include "tools/host_plan.hpp"
#include "tunstack/programs/programs.hpp"

namespace tunstack {

/// Nodes by all of their addresses, and who is at the doors of a lab.
std::vector<NamedAddress> known_names(const HostPlan& plan, const Network& network);
/// The same as lines of /etc/hosts; none of a stack that is one node.
std::string hosts_lines(const HostPlan& plan, const Network& network);

}  // namespace tunstack
