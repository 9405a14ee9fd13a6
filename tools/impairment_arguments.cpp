#include "tools/impairment_arguments.hpp"

#include <fmt/format.h>

#include <string_view>

#include "tunstack/fault.hpp"
#include "tunstack/options/quantity.hpp"

namespace tunstack {

namespace {

/// 10% or 0.1; 0 where nothing is given.
double share_of(std::string_view option, const std::optional<std::string>& text) {
  if (!text) return 0;
  const bool is_percentage = text->ends_with('%');
  const std::string_view number = std::string_view(*text).substr(0, text->size() - (is_percentage ? 1 : 0));
  const auto share = option::parse_quantity(number, {});
  if (share && *share <= (is_percentage ? 100 : 1)) return is_percentage ? *share / 100 : *share;
  throw UsageFault(fmt::format("{} {}: this is no share of packets", option, text->substr(0, 40)),
                   "a share is a percentage up to 100%, or a number from 0 to 1",
                   fmt::format("for example {} 10% or {} 0.1", option, option));
}

constexpr double longest_delay = 60;  // seconds

/// With its unit: who writes 20 means ms as often as not.
Duration delay_of(const std::optional<std::string>& text) {
  if (!text) return {};
  const bool has_unit = text->ends_with('s') || text->ends_with('m');
  const auto seconds = has_unit ? option::parse_quantity(*text, "seconds") : std::nullopt;
  if (seconds && *seconds <= longest_delay)
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds));
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
