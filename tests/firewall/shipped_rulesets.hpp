// The rulesets that tests are run with: those of people, tests/firewall/rulesets, and those that show what can be
// written, tests/firewall/syntax.
#pragma once

#include <string>
#include <vector>

namespace tunstack::test {

/// Their files, all of one ending: ".nft", ".iptables", ".ip6tables". Those that are parts of others are left out.
std::vector<std::string> shipped_rulesets(const std::string& ending);

std::string text_of_file(const std::string& path);

}  // namespace tunstack::test
