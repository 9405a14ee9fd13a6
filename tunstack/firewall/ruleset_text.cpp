#include "tunstack/firewall/ruleset_text.hpp"

#include <algorithm>

namespace tunstack::firewall {

namespace {

constexpr std::string_view blanks = " \t\r";

/// Where the string ends that begins at `at` with a quote.
std::size_t end_of_quoted(std::string_view line, std::size_t at) {
  const char quote = line[at];
  for (++at; at < line.size(); ++at) {
    if (line[at] == '\\')
      ++at;
    else if (line[at] == quote)
      return at + 1;
  }
  return line.size();
}

std::size_t end_of_word(std::string_view line, std::size_t at) {
  while (at < line.size() && !blanks.contains(line[at]))
    at = line[at] == '"' || line[at] == '\'' ? end_of_quoted(line, at) : at + 1;
  return std::min(at, line.size());
}

}  // namespace

std::string_view stripped(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::string_view line = first_line(text);
    lines.push_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::vector<std::string_view> line_words(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(blanks); at < line.size(); at = line.find_first_not_of(blanks, at)) {
    const std::size_t end = end_of_word(line, at);
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

unsigned line_of(std::string_view text, std::size_t offset) {
  return static_cast<unsigned>(std::ranges::count(text.substr(0, offset), '\n')) + 1;
}

bool is_any(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::string printable(std::string_view text, std::size_t most) {
  std::string shown(text.substr(0, most));
  std::ranges::replace_if(shown, [](char octet) { return octet < ' ' || octet > '~'; }, '?');
  return shown;
}

}  // namespace tunstack::firewall
