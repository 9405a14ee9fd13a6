// Whether a network can be made of a plan, whoever wrote it: a Network refuses one that is no plan.
#pragma once

#include <optional>

#include "tunstack/network/network_plan.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack {

/// The first thing that is wrong: an interface at no link or at two, a door twice or missing, a link without nodes, a
/// cost of nothing, names twice.
std::optional<OptionFault> plan_fault(const NetworkPlan& plan);

}  // namespace tunstack
