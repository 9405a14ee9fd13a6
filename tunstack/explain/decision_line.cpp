#include "tunstack/explain/decision_line.hpp"

#include <fmt/color.h>
#include <fmt/format.h>

#include <iterator>

namespace tunstack {

namespace {

fmt::text_style style_of(std::string_view verdict) {
  using fmt::terminal_color;
  if (verdict == "drop") return fg(terminal_color::red);
  if (verdict == "error") return fg(terminal_color::yellow);
  if (verdict == "reply" || verdict == "take") return fg(terminal_color::green);
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

}  // namespace

std::string laid_out(const DecisionLine& line, const Screen& screen) {
  std::string text = fmt::format("{:.6f} {} {:<76}", line.time, line.mark, line.subject);
  constexpr std::size_t verdict_and_spaces = 2 + 5 + 2;
  if (screen.width > 0 && columns_of(text) + verdict_and_spaces + columns_of(line.why) > screen.width)
    text = fmt::format("{:.6f} {} {}\n      ", line.time, line.mark, line.subject);
  const std::string verdict = fmt::format("{:<5}", line.verdict);
  const fmt::text_style style = style_of(line.verdict);
  text += "  ";
  text += screen.color && style.has_foreground() ? fmt::format(style, "{}", verdict) : verdict;
  return text.append("  ").append(line.why);
}

}  // namespace tunstack
