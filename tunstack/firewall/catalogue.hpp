// All cases: those that are compiled in (tunstack/firewall/catalogue/*.toml) and those of users, in one form.
#pragma once

#include <string_view>

#include "tunstack/firewall/case.hpp"

namespace tunstack::firewall {

/// Those that are compiled in, in the order of their groups.
const std::vector<Case>& catalogue();

/// The cases of a file, `name` for messages. Throws UsageFault with file, line and column for what is no TOML, an
/// unknown key or value, a packet that cannot be read, an id twice.
std::vector<Case> read_cases(std::string_view text, const std::string& name);

/// "PACKET" of the command line, of which nothing is wanted; of IPv4 where it does not say. Throws UsageFault.
Case case_of_packet(const std::string& text);
/// "PACKET => VERDICT" of the command line.
Case case_of_expectation(const std::string& text, unsigned number);

}  // namespace tunstack::firewall
