// The option --door: several devices on one router.
#pragma once

#include "tools/host_arguments.hpp"
#include "tunstack/node/door.hpp"

namespace tunstack {

void add_door_option(CLI::App& command, HostArguments& arguments);

/// Throws UsageFault for what `command` was told that is about one device and one stack alone.
void refuse_conflicts(const CLI::App& command, const HostArguments& arguments);

/// Throws UsageFault.
std::vector<RouterDoor> parse_doors(const std::vector<std::string>& texts);

}  // namespace tunstack
