// Texts for terminals and files of any kind: what comes from rulesets and packets may hold anything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tunstack/report/markup.hpp"

namespace tunstack::firewall {

/// How many columns it takes.
std::size_t columns(std::string_view text);
/// At most so many columns, with "..." where something is left out.
std::string cut(std::string_view text, std::size_t width);
/// Lines of at most `width` columns, broken at blanks where there are some: the first behind `head`, the others below
/// it. Ends with a line end.
std::string wrapped(std::string_view head, std::string_view text, std::size_t width);
/// Likewise of several texts, two blanks apart: none is broken that fits a line.
std::string wrapped(std::string_view head, const std::vector<std::string>& texts, std::size_t width);
/// With blanks up to so many columns.
std::string padded(std::string_view text, std::size_t width);

}  // namespace tunstack::firewall
