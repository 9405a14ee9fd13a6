// How often an interface may try new addresses after many conflicts (RFC 5227 2.1.1).
#pragma once

#include <algorithm>

#include "protocols/base/time.hpp"

namespace tunstack::discovery {

/// One for each interface, kept as long as it: conflicts are counted over all its addresses.
class AttemptLimit {
 public:
  void on_conflict() { conflicts_ = std::min(conflicts_ + 1, max_conflicts); }
  /// When the next attempt may begin, `now` or later; it counts as begun then.
  Instant take_attempt(Instant now) {
    const Instant start = conflicts_ < max_conflicts ? now : std::max(now, next_);
    next_ = start + rate_limit_interval;
    return start;
  }

 private:
  static constexpr unsigned max_conflicts = 10;
  static constexpr Duration rate_limit_interval = std::chrono::seconds(60);

  unsigned conflicts_ = 0;
  Instant next_ = Instant::min();  // no attempt was made so far
};

}  // namespace tunstack::discovery
