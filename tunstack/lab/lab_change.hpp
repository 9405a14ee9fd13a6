// What the `set` of an event changes, while a lab runs.
#pragma once

#include "tunstack/lab/lab_file.hpp"
#include "tunstack/network/network.hpp"

namespace tunstack::lab {

/// Throws UsageFault where a value cannot be: of "link.core.mtu", or "node.r1.misbehave.silent".
void check_change(const Setting& setting);

/// "link.core.mtu" = "1280". Throws UsageFault for what cannot be; then nothing has changed.
void apply_change(const Setting& setting, Network& network, Instant now, Outbox& out);

}  // namespace tunstack::lab
