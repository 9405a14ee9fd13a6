// A run as a capture: every packet that arrived and that came out, each with its case, verdict and rule as a comment.
#pragma once

#include "tunstack/firewall/report/run.hpp"

namespace tunstack::firewall {

/// Case number N at second N of 1970: runs have no other time, and two of them are comparable. Throws UsageFault,
/// SystemError.
void write_capture(const Run& run, const std::string& path);

}  // namespace tunstack::firewall
