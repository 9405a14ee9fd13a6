#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tunstack {

/// The candidate that takes the fewest single-letter changes to write; there must be one.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace tunstack
