#include "tests/system/typed_page.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tunstack::test {

namespace {

constexpr std::string_view block = "    ";  // in front of what is typed and printed
constexpr std::string_view prompt = "    $ ";
constexpr std::string_view left_out = "...";

/// Words of the text with one space between them.
std::string words_of(const std::string& text) {
  std::istringstream stream(text);
  std::string words;
  for (std::string word; stream >> word;) words += (words.empty() ? "" : " ") + word;
  return words;
}

}  // namespace

std::vector<TypedStep> typed_steps_of(const std::string& page) {
  std::vector<TypedStep> steps;
  bool is_output = false;
  std::ifstream file(page);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(prompt))
      steps.push_back({line.substr(prompt.size()), {}});
    else if (line.starts_with(block) && is_output)
      steps.back().printed.push_back(line.substr(block.size()));
    is_output = line.starts_with(prompt) || (line.starts_with(block) && is_output);
  }
  return steps;
}

bool is_printed(const std::string& line, const std::string& text) {
  const std::string words = words_of(text);
  std::size_t at = 0;
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t end = std::min(line.find(left_out, from), line.size());
    const std::string part = words_of(line.substr(from, end - from));
    at = words.find(part, at);
    if (at == std::string::npos) return false;
    at += part.size();
    from = end + left_out.size();
  }
  return true;
}

}  // namespace tunstack::test
