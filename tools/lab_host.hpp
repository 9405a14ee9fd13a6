// --lab: the nodes, links and devices of a lab as a host plan.
#pragma once

#include "tools/host_plan.hpp"

namespace tunstack {

/// Fills in the lab, what stands at its doors, and the kernel's ends of them. Throws UsageFault.
void plan_lab_host(const HostArguments& arguments, HostPlan& plan);

/// The network of the lab, begun as `first` says: its seed, its clock, which links are up.
NetworkPlan lab_network(const lab::LabPlan& lab, const NodeConfig& first);

/// Throws UsageFault for what `command` was told that a lab says itself.
void refuse_lab_conflicts(const CLI::App& command);

/// The same lab again.
std::vector<std::string> lab_arguments(const LabArguments& lab);

/// "the lab pmtud: r1 and server".
std::string lab_text_of(const lab::LabPlan& lab);

}  // namespace tunstack
