#include "tools/text_width.hpp"

#include <sys/ioctl.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

namespace tunstack {

namespace {

constexpr std::size_t narrowest = 40;
constexpr std::size_t widest = 200;
constexpr std::size_t usual = 80;

std::size_t columns_in_environment() {
  const char* const text = std::getenv("COLUMNS");
  if (text == nullptr) return 0;
  const std::string_view digits = text;
  std::size_t columns = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), columns);
  return error == std::errc{} && end == digits.data() + digits.size() ? columns : 0;
}

std::size_t columns_of(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

std::size_t terminal_width(int fd) {
  std::size_t columns = columns_in_environment();
  if (columns == 0) columns = columns_of(fd);
  return columns == 0 ? usual : std::clamp(columns, narrowest, widest);
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent, std::size_t column) {
  std::string lines;
  bool is_first_word = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!is_first_word && column + 1 + word.size() > width) {
      lines.append("\n").append(indent, ' ');
      column = indent;
      is_first_word = true;
    }
    if (!std::exchange(is_first_word, false)) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += word.size();
  }
  return lines;
}

}  // namespace tunstack
