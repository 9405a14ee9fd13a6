// Errors that come for the last of many probes alone: a router that looks for its neighbor keeps a few packets, and
// reports those. traceroute 2.1.2 shows such an error where the way seems to end, and so does ours.
#pragma once

#include "tunstack/clients/trace_output.hpp"

namespace tunstack::clients {

/// The later probe whose error belongs to probe `number`, which was not answered itself.
std::optional<std::size_t> late_error(std::span<const TraceProbe> probes, std::size_t number,
                                      std::size_t probes_per_hop);

}  // namespace tunstack::clients
