// A run as one file for browsers, which asks for nothing else: a table to sort and to filter, whose rows open to all
// that was seen.
#pragma once

#include "tunstack/firewall/report/run.hpp"

namespace tunstack::firewall {

std::string html_report(const Run& run);

}  // namespace tunstack::firewall
