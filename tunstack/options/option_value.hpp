// The value of one option: written into a NodeOptions, and what it may be in words.
#pragma once

#include <string>

#include "tunstack/options/option_row.hpp"

namespace tunstack::option {

/// Writes `value` to where the option lives. False, and nothing is changed, if the option does not take it.
bool assign(const Kind& kind, NodeOptions& options, std::string_view value);

/// "flag", "number", "choice", "set", "prefixes", "addresses" or "names".
std::string_view kind_name(const Kind& kind);

/// What the option takes, as in "1 to 255 hops" or "drop, first or last".
std::string accepted_values(const Kind& kind);

/// A single value, as it is set, and what it means.
struct Meaning {
  std::string value;
  std::string_view text;
};

/// The choices of a choice or a set; empty of other kinds.
std::vector<Meaning> choices_of(const Kind& kind);

/// Values that mean something else than their neighbors: special numbers, or the word for an empty list.
std::vector<Meaning> special_values_of(const Kind& kind);

/// Choices, or else special values; no kind has both.
std::vector<Meaning> meanings_of(const Kind& kind);

}  // namespace tunstack::option
