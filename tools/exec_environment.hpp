// What the command of `tunstack exec` finds in its environment, and what a person at a terminal is told.
#pragma once

#include <deque>
#include <string>

#include "tools/attached_link.hpp"
#include "tools/host_plan.hpp"

namespace tunstack {

/// TUNSTACK_DEV, TUNSTACK_ADDRESS4 and 6 (the stack's), TUNSTACK_HOST4 and 6 (the kernel's); what there is not is
/// unset. Of several links the first one's.
void export_addresses(const HostPlan& plan, const std::string& device);

/// Whether a shell started now would talk with a person.
bool is_interactive();
/// A prompt that says where one is, in shells that take theirs from the environment.
void export_prompt();
/// `target`: what answers a ping, if anything does.
std::string greeting(const HostPlan& plan, const std::deque<AttachedLink>& links, const std::string& target);

}  // namespace tunstack
