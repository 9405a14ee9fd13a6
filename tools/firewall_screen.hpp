// What the commands of the firewall tester show while they work, and how they write.
#pragma once

#include <string>

#include "tunstack/firewall/bench/workers.hpp"
#include "tunstack/firewall/report/text_report.hpp"

namespace tunstack::firewall {

/// How far it has come, on one line of a terminal that is cleared at last.
OnProgress progress_on_stderr(bool quiet);

TextStyle style_of(const std::string& color);

/// Throws UsageFault, with the command that writes such a file.
std::string read_saved(const std::string& path);

}  // namespace tunstack::firewall
