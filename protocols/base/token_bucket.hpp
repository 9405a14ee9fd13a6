// How often something may happen: a token bucket. Kept by whoever limits what it sends; the limit itself is passed in,
// since options may change it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "protocols/base/time.hpp"

namespace tunstack {

struct RateLimit {
  std::uint32_t rate = 0;  // a second; 0 is no limit
  std::uint32_t burst = 1;
};

/// Kept as one instant: when it will be full again. It is empty while that is `burst` tokens away.
class TokenBucket {
 public:
  bool is_empty(const RateLimit& limit, Instant now) const {
    return limit.rate != 0 && full_at_ > now + all_but_one(limit);
  }
  void spend(const RateLimit& limit, Instant now, std::uint64_t tokens = 1) {
    if (limit.rate != 0) full_at_ = std::max(full_at_, now) + per_token(limit) * static_cast<Duration::rep>(tokens);
  }
  /// Spends `tokens` if at least one is there.
  bool take(const RateLimit& limit, Instant now, std::uint64_t tokens = 1) {
    if (is_empty(limit, now)) return false;
    spend(limit, now, tokens);
    return true;
  }
  /// When it is not empty any more, or now.
  Instant next_token(const RateLimit& limit, Instant now) const {
    return is_empty(limit, now) ? full_at_ - all_but_one(limit) : now;
  }
  Instant full_at() const { return full_at_; }
  /// Whole tokens that are there. `limit.rate` is not 0.
  std::uint32_t level(const RateLimit& limit, Instant now) const {
    if (full_at_ <= now) return limit.burst;
    const Duration::rep missing = (full_at_ - now + per_token(limit) - Duration(1)) / per_token(limit);
    return missing < limit.burst ? limit.burst - static_cast<std::uint32_t>(missing) : 0;
  }

 private:
  static Duration per_token(const RateLimit& limit) { return Duration(std::chrono::seconds(1)) / limit.rate; }
  static Duration all_but_one(const RateLimit& limit) {
    return per_token(limit) * (static_cast<Duration::rep>(limit.burst) - 1);
  }

  Instant full_at_ = Instant::min();
};

/// Of answers that are larger or more than what asked for them: of each kind, on each link.
inline constexpr RateLimit default_amplification{50, 10};

}  // namespace tunstack
