// The option --route: prefixes whose packets the kernel is to send to the stack, beside those that the stack is in.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "tunstack/kernel_link/kernel_link_plan.hpp"

namespace tunstack {

void add_route_option(CLI::App& command, std::vector<std::string>& routes, const char* group);

/// The routes that `texts` ask for; "default": one for each family that the stack has. On a link with stations
/// (`by_neighbors`) they lead to the stack by its address. Throws UsageFault.
std::vector<LinkRoute> routes_of(const std::vector<std::string>& texts, const std::vector<IpPrefix>& stack,
                                 bool by_neighbors);

}  // namespace tunstack
