// What --help prints: one form for the program and for every subcommand, made of CLI11's tree alone.
#pragma once

#include <CLI/CLI.hpp>

namespace tunstack {

/// A description is a sentence, and after an empty line examples and what else there is to say.
struct Description {
  std::string sentence;
  std::string details;
};
Description description_of(const CLI::App& command);

/// What details consist of. Lines that begin with a space are examples, the others one paragraph as long as none is
/// empty.
struct HelpBlock {
  enum class Kind : std::uint8_t { paragraph, example, empty_line } kind;
  std::string text;
};
std::vector<HelpBlock> blocks_of(const std::string& details);

/// "  tunstack up      what it does": what is typed, and what it shows, which may be nothing.
struct Example {
  std::string typed, shown;
};
Example example_in(const std::string& line);

/// As in "--dev NAME", "-w,--write FILE", "--explain[=all|drops|off]" or "ADDR/LEN".
std::string form_of(const CLI::Option& option);

/// Groups of options in the order in which they are read best; those of options that are hidden are left out.
std::vector<std::string> groups_of(const CLI::App& command);
std::vector<const CLI::Option*> options_in(const CLI::App& command, const std::string& group);
std::vector<const CLI::Option*> positionals_of(const CLI::App& command);

/// "tunstack up [OPTIONS] [ADDR/LEN]...".
std::string usage_of(const CLI::App& command);

/// What an option is for, with its default.
std::string meaning_of(const CLI::Option& option);

/// No line is longer than `width` columns, but for commands, which can be pasted.
std::string help_text(const CLI::App& command, std::size_t width);

}  // namespace tunstack
