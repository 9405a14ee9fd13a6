// The shipped rulesets as `tunstack firewall test` is run with them, and what it found in a form that is frozen.
#pragma once

#include <string>
#include <vector>

#include "tests/system/process.hpp"

namespace tunstack::test {

struct TestedRuleset {
  std::string name;                // of its file in tests/firewall/verdicts
  std::vector<std::string> files;  // in tests/firewall/rulesets
  Command options;
};
std::ostream& operator<<(std::ostream& stream, const TestedRuleset& ruleset);

const std::vector<TestedRuleset>& tested_rulesets();
const TestedRuleset& tested_ruleset(const std::string& name);

/// The arguments of tunstack; the report is its JSON.
Command test_of(const TestedRuleset& ruleset);

/// A line for each case: "ID result verdict | by whom | what came of it".
std::string verdicts_in(const std::string& json);

/// Empty if it is what is frozen in tests/firewall/FOLDER/NAME.txt, or else the lines that differ. With
/// TUNSTACK_WRITE_FROZEN in the environment the file is written anew instead.
std::string difference_from_frozen(const std::string& folder, const std::string& name, const std::string& now);

}  // namespace tunstack::test
