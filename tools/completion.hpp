// What a shell can offer to somebody who types a command line, and the scripts that make bash and zsh offer it. Both
// are made of CLI11's tree and of the tables of options and reasons.
#pragma once

#include <CLI/CLI.hpp>

#include "tunstack/options/options.hpp"

namespace tunstack {

/// What is offered for a value.
enum class Offer : std::uint8_t {
  nothing,
  words,  // a few of them
  files,
  keys,      // of options
  settings,  // KEY=VALUE
  reasons,
  questions,  // reasons, and files with packets
  commands,   // of this program
  labs,       // built-in ones, and files
};

struct Offered {
  Offer offer = Offer::nothing;
  std::vector<std::string> words = {};
};

/// By the name of the kind of value. Not for flags, which take none.
Offered offered_for(const CLI::Option& option);
/// What --set KEY= may be followed by.
std::vector<std::string> offered_for(const OptionRow& row);

/// NAME, or KEY=VALUE, or "host|router".
std::string value_name(const CLI::Option& option);
bool takes_a_value(const CLI::Option& option);
/// Whether its value can only stand behind "=".
bool has_optional_value(const CLI::Option& option);

std::string bash_completion(const CLI::App& program);
std::string zsh_completion(const CLI::App& program);

}  // namespace tunstack
