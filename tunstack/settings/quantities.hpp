// Numbers with units, as lab files and settings of links have them: the one place where each is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tunstack/network/impairment.hpp"

namespace tunstack {

/// "10ms", "1.5s", "2m": with its unit.
std::optional<Duration> parse_time(std::string_view text, std::chrono::seconds longest = std::chrono::hours(1));
/// "34%", "0.1", "every 10th".
std::optional<Share> parse_share(std::string_view text);
/// "1Mbit/s", "64kbit/s": bits a second.
std::optional<std::uint64_t> parse_rate(std::string_view text);

}  // namespace tunstack
