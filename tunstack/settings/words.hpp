// Values that settings of links and misdeeds have in common.
#pragma once

#include <string>

namespace tunstack {

/// "on", "true": whether something is to be so. Throws UsageFault.
bool truth_in(const std::string& text);
/// A whole number in these bounds. Throws UsageFault.
unsigned long number_in(const std::string& text, unsigned long least, unsigned long most);

}  // namespace tunstack
