// What a capture of ours says of itself, so that whoever replays it needs to know no more. It stands as JSON in the
// comment of the section (docs/captures.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/random.hpp"
#include "tunstack/capture/capture_time.hpp"

namespace tunstack {

struct CaptureOrigin {
  std::string version;                   // of the program
  std::vector<std::string> arguments;    // that make the same host again
  Seed seed;                             // that was used, whoever chose it
  CaptureTime started{};                 // the Instant zero
  std::vector<bool> links_are_up{true};  // at that time, by interface
};

std::string origin_text(const CaptureOrigin& origin);
/// Nothing if the comment is another one.
std::optional<CaptureOrigin> origin_in(std::string_view comment);

/// 64 digits, in hexadecimal, word by word.
std::string seed_text(const Seed& seed);
std::optional<Seed> parse_seed(std::string_view digits);

}  // namespace tunstack
