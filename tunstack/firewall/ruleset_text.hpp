// Lines and words of a ruleset's text.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tunstack::firewall {

std::string_view stripped(std::string_view text);
/// Without the ends of the lines.
std::vector<std::string_view> lines_of(std::string_view text);
std::string_view first_line(std::string_view text);
/// What blanks separate; a string in quotes is one word, with its quotes.
std::vector<std::string_view> line_words(std::string_view line);
/// In which line an octet is, from 1.
unsigned line_of(std::string_view text, std::size_t offset);
bool is_any(std::string_view word, std::span<const std::string_view> words);
inline bool is_any(std::string_view word, std::initializer_list<std::string_view> words) {
  return is_any(word, std::span(words.begin(), words.size()));
}
/// For messages: short, and without what a terminal would obey.
std::string printable(std::string_view text, std::size_t most = 40);

}  // namespace tunstack::firewall
