// Misdeeds of nodes by their names, in lab files and while a network runs.
#pragma once

#include <string>
#include <vector>

#include "tunstack/network/misbehaviour.hpp"

namespace tunstack {

/// The names of misdeeds.
std::vector<std::string> known_misdeeds();

/// "silent" is to be "true", "duplicate_replies" "3": "false" ends it. Throws UsageFault.
void read_misdeed(const std::string& name, const std::string& value, Misbehaviour& misbehaviour);

}  // namespace tunstack
