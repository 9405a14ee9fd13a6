// `tunstack why --ruleset FILE 'PACKET'`: one packet through the kernel with these rules, in a network of its own.
#pragma once

#include "tools/firewall_arguments.hpp"

namespace tunstack {

/// The options that say which rules, and what machine they are for.
void add_ruleset_options(CLI::App& command, firewall::FirewallArguments& arguments);

void print_answer_of_ruleset(const firewall::FirewallArguments& arguments, const std::string& packet, bool as_json,
                             const std::string& color);

}  // namespace tunstack
