// What somebody who mistyped a word may have meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tunstack {

/// The candidate that takes the fewest single-letter changes to write, the first of several; nothing if all take more
/// than a third of the letters of `word`, rounded up: then it is another word, not a mistyped one.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "did you mean CANDIDATE? ", or nothing to say.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace tunstack
