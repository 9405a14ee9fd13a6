// What the `set` of an event may change, as far as its file alone can say it.
#pragma once

#include "tunstack/lab/lab_file.hpp"

namespace tunstack::lab {

/// Throws UsageFault where a value cannot be: of "link.core.mtu", or "node.r1.misbehave.silent".
void check_change(const Setting& setting);

}  // namespace tunstack::lab
