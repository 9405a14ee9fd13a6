// A closed world: hosts of ours in the place of doors, so that a lab runs without a kernel at its edge.
#pragma once

#include "tunstack/lab/lab_plan.hpp"

namespace tunstack::lab {

/// Each door becomes a host of its name, with the addresses and routes that the kernel would have there. Nodes of the
/// lab keep their numbers; the hosts stand behind them, in the order of the doors.
NetworkPlan closed(const LabPlan& plan);

}  // namespace tunstack::lab
