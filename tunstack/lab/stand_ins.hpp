// A closed world: hosts of ours in the place of doors, so that a lab runs without a kernel at its edge.
#pragma once

#include "tunstack/lab/lab_plan.hpp"

namespace tunstack::lab {

/// A door becomes a host of its name, with the addresses and routes that the kernel would have there; several become
/// one router, whose interfaces have their names. It stands behind the nodes of the lab, which keep their numbers.
NetworkPlan closed(const LabPlan& plan);

/// Who stands where a node or door of this name is: itself, or the router between several doors.
std::string stand_in_of(const LabPlan& plan, const std::string& name);

/// With the router in the place of doors wherever they are named: what is expected "at left" is expected there, on the
/// interface left. The same file where there is one door or none.
LabFile with_stand_ins(const LabFile& file);

}  // namespace tunstack::lab
