#include "tunstack/explain/decision_line.hpp"

#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "tunstack/explain/joined.hpp"

namespace tunstack {

namespace {

fmt::text_style style_of(std::string_view verdict) {
  using fmt::terminal_color;
  if (verdict == "drop") return fg(terminal_color::red);
  if (verdict == "error") return fg(terminal_color::yellow);
  if (verdict == "reply" || verdict == "take" || verdict == "forward") return fg(terminal_color::green);
  if (verdict == "hold") return fg(terminal_color::cyan);
  if (verdict == "send") return fg(terminal_color::blue);
  return {};
}

/// What `text` takes on the screen: code points, of which packets show no wide ones.
std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) columns += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1U : 0U;
  return columns;
}

/// With six places behind the point.
void append_seconds(std::string& text, double seconds) {
  const long long micros = std::llround(seconds * 1e6);
  const auto distance = static_cast<unsigned long long>(std::abs(micros));
  char decimals[6];
  put_digits(decimals, distance);
  append_parts(text, micros < 0 ? "-" : "", distance / 1000000, '.', std::string_view(decimals, sizeof decimals));
}

void pad_to(std::string& text, std::size_t columns, std::size_t begin) {
  const std::size_t taken = columns_of(std::string_view(text).substr(begin));
  text.append(columns - std::min(columns, taken), ' ');
}

}  // namespace

std::string laid_out(const DecisionLine& line, const Screen& screen) {
  constexpr std::size_t subject_columns = 76, verdict_columns = 5, between = 2, usual_length = 240;
  std::string text;
  text.reserve(usual_length);
  append_seconds(text, line.time);
  text.append(" ").append(1, line.mark).append(" ");
  const std::size_t subject_at = text.size();
  text += line.subject;
  const std::size_t subject_end = text.size();
  pad_to(text, subject_columns, subject_at);
  if (screen.width > 0 &&
      columns_of(text) + between + verdict_columns + between + columns_of(line.why) > screen.width) {
    text.resize(subject_end);
    text += "\n      ";
  }
  std::string verdict(line.verdict);
  pad_to(verdict, verdict_columns, 0);
  const fmt::text_style style = style_of(line.verdict);
  text.append(between, ' ');
  text += screen.color && style.has_foreground() ? fmt::format(style, "{}", verdict) : verdict;
  return text.append(between, ' ').append(line.why);
}

}  // namespace tunstack
