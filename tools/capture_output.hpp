// A capture that goes where something else goes, too, can be read by nobody.
#pragma once

#include "tools/host_plan.hpp"

namespace tunstack {

enum class StandardOutput : std::uint8_t { ours, shared_with_command };

/// Throws UsageFault where the capture would mix with other output, or fill a terminal.
void check_capture_output(const HostPlan& plan, StandardOutput output);

/// Whether what is written to `path` goes to the standard output.
bool is_standard_output(const std::string& path);

}  // namespace tunstack
