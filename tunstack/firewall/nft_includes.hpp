// An nft text with the files that it includes in place of its `include` statements.
#pragma once

#include <istream>
#include <string>
#include <utility>
#include <vector>

#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::firewall {

struct IncludedText {
  std::string text;
  std::vector<std::pair<std::size_t, SourcePlace>> pieces;
};

/// Of the text of the file `name`. Throws UsageFault with file and line for an include that leads in circles or
/// nowhere.
IncludedText with_includes(const std::string& text, const std::string& name);

/// Throws UsageFault if it cannot be read or is too long; `from` says who wants it: "FILE:LINE: ", or nothing.
std::string read_text_file(const std::string& path, const std::string& from);
std::string read_text(std::istream& stream, const std::string& name);

/// Bounded, as all that is read.
inline constexpr std::size_t longest_ruleset = std::size_t{16} << 20;

}  // namespace tunstack::firewall
