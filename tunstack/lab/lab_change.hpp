// What the `set` of an event changes, while a lab runs.
#pragma once

#include "tunstack/lab/lab_plan.hpp"
#include "tunstack/network/network.hpp"

namespace tunstack::lab {

/// Throws UsageFault where a value cannot be: of "link.core.mtu", or "node.r1.misbehave.silent".
void check_change(const Setting& setting);

/// "link.core.mtu" = "1280". Throws UsageFault for what cannot be; then nothing has changed.
void apply_change(const Setting& setting, const LabPlan& plan, Network& network, Instant now, Outbox& out);

/// The names of misdeeds.
std::vector<std::string> known_misdeeds();

/// The misdeeds of a node: "true", "false" or numbers, of a file that is checked.
void apply_misdeed(const std::string& name, const std::string& value, Misbehaviour& misbehaviour);

}  // namespace tunstack::lab
