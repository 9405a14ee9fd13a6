// What programs and people are told of a decision.
#pragma once

#include "tunstack/node/observer.hpp"

namespace tunstack::fuzz {

/// Whether each event is a line of JSON that is read back, and has words.
bool is_told(const Decision& decision);

}  // namespace tunstack::fuzz
