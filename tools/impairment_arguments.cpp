#include "tools/impairment_arguments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

/// A decimal number and what stands behind it.
std::optional<std::pair<double, std::string_view>> number_and_unit(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  return std::pair(number, text.substr(static_cast<std::size_t>(end - text.data())));
}

/// 10% or 0.1; 0 where nothing is given.
double share_of(std::string_view option, const std::optional<std::string>& text) {
  if (!text) return 0;
  if (const auto read = number_and_unit(*text)) {
    const auto [number, unit] = *read;
    if (unit == "%" && number <= 100) return number / 100;
    if (unit.empty() && number <= 1) return number;
  }
  throw UsageFault(fmt::format("{} {}: this is no share of packets", option, text->substr(0, 40)),
                   "a share is a percentage up to 100%, or a number from 0 to 1",
                   fmt::format("for example {} 10% or {} 0.1", option, option));
}

constexpr double longest_delay = 60;  // seconds

Duration delay_of(const std::optional<std::string>& text) {
  if (!text) return {};
  constexpr std::pair<std::string_view, double> units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}};
  if (const auto read = number_and_unit(*text))
    for (const auto& [unit, seconds] : units)
      if (read->second == unit && read->first * seconds <= longest_delay)
        return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(read->first * seconds));
  throw UsageFault(fmt::format("--delay {}: this is no delay", text->substr(0, 40)),
                   fmt::format("a delay is a number with its unit, us, ms or s, up to {:.0f}s", longest_delay),
                   "for example --delay 20ms");
}

}  // namespace

void add_impairment_options(CLI::App& command, ImpairmentArguments& arguments) {
  const auto add = [&](const char* name, std::optional<std::string>& value, const char* type, const char* what) {
    command.add_option(name, value, what)->type_name(type)->group("A bad link, in both directions");
  };
  add("--loss", arguments.loss, "SHARE", "Lose this share of packets: 10% or 0.1; --seed repeats which");
  add("--delay", arguments.delay, "TIME", "Delay each packet: 20ms");
  add("--duplicate", arguments.duplicate, "SHARE", "Double this share of packets");
  add("--reorder", arguments.reorder, "SHARE", "Let those that follow within 10 ms overtake this share of packets");
  add("--corrupt", arguments.corrupt, "SHARE", "Change a bit of this share of packets");
}

Impairments impairments_of(const ImpairmentArguments& arguments) {
  return {.loss = share_of("--loss", arguments.loss),
          .duplicate = share_of("--duplicate", arguments.duplicate),
          .reorder = share_of("--reorder", arguments.reorder),
          .corrupt = share_of("--corrupt", arguments.corrupt),
          .delay = delay_of(arguments.delay)};
}

}  // namespace tunstack
