// Limits on ICMP messages sent (RFC 1812 4.3.2.8, RFC 4443 2.4(f)): token buckets for each destination and for
// the node.
#pragma once

#include <algorithm>

#include "protocols/base/address_table.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::icmp {

struct RateLimit {
  std::uint32_t rate = 0;  // messages a second; 0 is no limit
  std::uint32_t burst = 1;
};

/// A token bucket kept as one instant: when it will be full again. It is empty while that is `burst` tokens away.
class TokenBucket {
 public:
  /// `limit.rate` is not 0.
  bool is_empty(const RateLimit& limit, Instant now) const {
    return full_at_ > now + per_token(limit) * (static_cast<Duration::rep>(limit.burst) - 1);
  }
  void spend(const RateLimit& limit, Instant now, std::uint64_t tokens = 1) {
    full_at_ = std::max(full_at_, now) + per_token(limit) * static_cast<Duration::rep>(tokens);
  }
  /// Spends `tokens` if at least one is there.
  bool take(const RateLimit& limit, Instant now, std::uint64_t tokens = 1) {
    if (is_empty(limit, now)) return false;
    spend(limit, now, tokens);
    return true;
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

  Instant full_at_ = Instant::min();
};

struct ErrorLimits {
  RateLimit destination{10, 10};  // rate 0 turns both limits off
  RateLimit node{1000, 50};
};

/// What a refusal is called; each family has its own names.
struct LimitReasons {
  Reason destination;
  Reason node;
};
inline constexpr LimitReasons ipv4_error_limit_reasons{Reason::icmp4_error_rate_of_destination,
                                                       Reason::icmp4_error_rate_of_node};
inline constexpr LimitReasons ipv6_error_limit_reasons{Reason::icmp6_error_rate_of_destination,
                                                       Reason::icmp6_error_rate_of_node};

/// Asked by a node before each error. Remembers a fixed number of destinations; of those that share a place
/// the one whose bucket is fullest is forgotten first.
class ErrorLimiter {
 public:
  ErrorLimiter(LimitReasons reasons, Random& random) : reasons_(reasons), buckets_(random) {}

  /// Why no error may go to `destination` now, if so. The node's bucket takes 0, 1 or 2 tokens at random, 1 on
  /// average: who sees errors of others missing learns nothing exact about them, so the limit is no side channel.
  MaybeReason refuses(const IpAddress& destination, const ErrorLimits& limits, Instant now, Random& random);

  const TokenBucket& node() const { return node_; }
  /// Calls `each` with every destination whose bucket is not full, and that bucket.
  template <class Each>
  void for_each(Instant now, const Each& each) const {
    buckets_.for_each([&](const IpAddress& destination, const TokenBucket& bucket) {
      if (bucket.full_at() > now) each(destination, bucket);
    });
  }

 private:
  LimitReasons reasons_;
  AddressTable<TokenBucket> buckets_;
  TokenBucket node_;
};

}  // namespace tunstack::icmp
