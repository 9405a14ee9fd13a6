#include "tunstack/firewall/report/plain_text.hpp"

#include <algorithm>
#include <utility>

namespace tunstack::firewall {

namespace {

constexpr bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Octets of the character at `at` of a text that is UTF-8.
std::size_t character_size(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && continues(text[end])) ++end;
  return end - at;
}

/// Octets of as much of `text` as fits.
std::size_t fitting(std::string_view text, std::size_t width) {
  std::size_t at = 0;
  for (; at < text.size() && width > 0; --width) at += character_size(text, at);
  return at;
}

/// Octets of the next line: up to a blank, unless a word is too long.
std::size_t line_size(std::string_view text, std::size_t width) {
  const std::size_t most = fitting(text, width);
  if (most == text.size()) return most;
  const std::size_t blank = text.substr(0, most + 1).rfind(' ');
  return blank == std::string_view::npos || blank == 0 ? most : blank;
}

}  // namespace

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

std::string cut(std::string_view text, std::size_t width) {
  constexpr std::string_view dots = "...";
  if (columns(text) <= width) return std::string(text);
  if (width <= dots.size()) return std::string(text.substr(0, fitting(text, width)));
  return std::string(text.substr(0, fitting(text, width - dots.size()))) + std::string(dots);
}

std::string wrapped(std::string_view head, std::string_view text, std::size_t width) {
  constexpr std::size_t least = 20;  // of text in a line, however long the head is
  const std::size_t indent = columns(head);
  const std::size_t room = std::max(width, indent + least) - indent;
  std::string lines(head);
  while (true) {
    const std::size_t size = line_size(text, room);
    lines += std::string(text.substr(0, size)) + "\n";
    text.remove_prefix(size);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return lines;
    lines += std::string(indent, ' ');
  }
}

std::string wrapped(std::string_view head, const std::vector<std::string>& texts, std::size_t width) {
  const std::string margin(columns(head), ' ');
  std::string lines, line(head);
  for (const std::string& text : texts) {
    const bool is_first = line == head || line == margin;
    if (!is_first && columns(line) + 2 + columns(text) > width) {
      lines += std::exchange(line, margin + text) + "\n";
      continue;
    }
    line += (is_first ? "" : "  ") + text;
  }
  return lines + line + "\n";
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t taken = columns(text);
  return std::string(text) + std::string(width > taken ? width - taken : 0, ' ');
}

}  // namespace tunstack::firewall
