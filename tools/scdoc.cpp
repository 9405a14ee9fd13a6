#include "tools/scdoc.hpp"

#include <fmt/format.h>

namespace tunstack::scdoc {

namespace {

constexpr std::string_view means_something = "\\*_+~`";
constexpr std::string_view means_something_in_front = "#-;|[]:";

}  // namespace

std::string plain(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    const bool is_first = escaped.empty();
    if (means_something.contains(letter) || (is_first && means_something_in_front.contains(letter))) escaped += '\\';
    escaped += letter;
  }
  return escaped;
}

std::string bold(std::string_view text) { return fmt::format("*{}*", plain(text)); }

std::string section(std::string_view heading, const std::string& body) {
  return body.empty() ? std::string() : fmt::format("# {}\n\n{}\n", heading, body);
}

std::string entry(std::string_view term, std::string_view text) {
  return fmt::format("{}\n\t{}\n\n", bold(term), plain(text));
}

}  // namespace tunstack::scdoc
