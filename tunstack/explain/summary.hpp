// What a run did, by reason, for the end of it.
#pragma once

#include <string>

#include "protocols/base/time.hpp"
#include "tunstack/node/counters.hpp"

namespace tunstack {

std::string summary_text(const Counters& counters, Instant now);

}  // namespace tunstack
