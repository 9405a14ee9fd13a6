// A seed that nobody can guess.
#pragma once

#include "protocols/base/random.hpp"

namespace tunstack {

/// 256 bits of the kernel's. A Fault if it gives none.
Seed fresh_seed();

}  // namespace tunstack
