#include "tunstack/settings/words.hpp"

#include <fmt/format.h>

#include <charconv>

#include "tunstack/fault.hpp"

namespace tunstack {

bool truth_in(const std::string& text) {
  if (text == "true" || text == "on") return true;
  if (text == "false" || text == "off") return false;
  throw UsageFault(fmt::format("'{}' is neither yes nor no", text.substr(0, 40)), "it is so or not", "true or false");
}

unsigned long number_in(const std::string& text, unsigned long least, unsigned long most) {
  unsigned long number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stop == end && number >= least && number <= most) return number;
  throw UsageFault(fmt::format("'{}' cannot be", text.substr(0, 40)), fmt::format("it is from {} to {}", least, most),
                   "give a whole number in these bounds");
}

}  // namespace tunstack
