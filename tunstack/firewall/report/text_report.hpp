// A run for people at a terminal: first what hurts, at last the sum. Where all is well it fits a screen.
#pragma once

#include "tunstack/firewall/report/run.hpp"

namespace tunstack::firewall {

struct TextStyle {
  std::size_t width = 80;  // columns at most
  bool has_colour = false;
};

std::string text_report(const Run& run, const TextStyle& style);

/// One result in its colour, or as it is.
std::string painted(Result result, std::string_view text, const TextStyle& style);

}  // namespace tunstack::firewall
