// The kinds of values that options take. Each names what is to be typed, reads it before CLI11 does, and throws a
// UsageFault that says what the option takes.
#pragma once

#include <CLI/CLI.hpp>

namespace tunstack {

/// "30s", "500ms", "1.5m" or "1h"; a plain number is seconds, which is what CLI11 gets to see.
void take_duration(CLI::Option& option, double minimum, double maximum);

/// A whole decimal number.
void take_number(CLI::Option& option, std::uint64_t minimum, std::uint64_t maximum, const std::string& type_name);

void take_seed(CLI::Option& option);

void take_one_of(CLI::Option& option, const std::vector<std::string>& words);

}  // namespace tunstack
