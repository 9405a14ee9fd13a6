#include "tools/option_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "tunstack/fault.hpp"
#include "tunstack/options/quantity.hpp"

namespace tunstack {

namespace {

constexpr std::size_t longest_quoted = 40;  // letters of a value in an error

/// `takes` as in "68 to 65535".
[[noreturn]] void refuse(const std::string& name, const std::string& value, const std::string& takes,
                         const std::string& standard, const std::string& example) {
  throw UsageFault(fmt::format("{} cannot be '{}'", name, value.substr(0, longest_quoted)),
                   fmt::format("{} takes {}", name, takes),
                   standard.empty() ? fmt::format("for example {} {}", name, example)
                                    : fmt::format("leave it out for the default, {}", standard));
}

std::optional<std::uint64_t> whole_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end && !text.empty() ? std::optional(number) : std::nullopt;
}

}  // namespace

void take_duration(CLI::Option& option, double minimum, double maximum) {
  option.type_name("SECONDS")->transform([&option, minimum, maximum](const std::string& text) {
    const auto seconds = option::parse_quantity(text, "seconds");
    if (seconds && *seconds >= minimum && *seconds <= maximum) return fmt::format("{}", *seconds);
    refuse(option.get_name(), text,
           fmt::format("{} to {:.0f} seconds, or a time like 500ms, 30s, 1m, 1h", minimum, maximum),
           option.get_default_str(), "30s");
  });
}

void take_number(CLI::Option& option, std::uint64_t minimum, std::uint64_t maximum, const std::string& type_name) {
  option.type_name(type_name)->transform([&option, minimum, maximum](const std::string& text) {
    const auto number = whole_number(text);
    if (number && *number >= minimum && *number <= maximum) return std::to_string(*number);
    refuse(option.get_name(), text, fmt::format("a whole number from {} to {}", minimum, maximum),
           option.get_default_str(), std::to_string(minimum));
  });
}

void take_seed(CLI::Option& option) { take_number(option, 0, std::numeric_limits<std::uint64_t>::max(), "NUMBER"); }

void take_one_of(CLI::Option& option, const std::vector<std::string>& words) {
  option.type_name(fmt::format("{}", fmt::join(words, "|")))->transform([&option, words](const std::string& text) {
    if (std::ranges::find(words, text) != words.end()) return text;
    refuse(option.get_name(), text, fmt::format("one of {}", fmt::join(words, ", ")), option.get_default_str(),
           words.front());
  });
}

}  // namespace tunstack
