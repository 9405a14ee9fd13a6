// Limits on ICMP messages sent (RFC 1812 4.3.2.8, RFC 4443 2.4(f)): token buckets for each destination and for
// the node.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/random.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::icmp {

struct RateLimit {
  std::uint32_t rate = 0;  // messages a second; 0 is no limit
  std::uint32_t burst = 1;
};

/// A token bucket kept as one instant: when it would be full again. Empty once that is burst tokens away.
class TokenBucket {
 public:
  /// Takes `tokens` if at least one is there.
  bool take(const RateLimit& limit, Instant now, std::uint64_t tokens = 1) {
    const Duration per_token = Duration(std::chrono::seconds(1)) / limit.rate;
    if (full_at_ > now + per_token * (static_cast<Duration::rep>(limit.burst) - 1)) return false;
    full_at_ = std::max(full_at_, now) + per_token * static_cast<Duration::rep>(tokens);
    return true;
  }
  Instant full_at() const { return full_at_; }

 private:
  Instant full_at_ = Instant::min();
};

struct ErrorLimits {
  RateLimit destination{10, 10};  // rate 0 turns both limits off
  RateLimit node{1000, 50};
};

/// Which limit refused a message.
enum class LimitedBy : std::uint8_t { destination, node };

/// Asked by a node before each error. Remembers a fixed number of destinations; of those that share a place
/// the one whose bucket is fullest is forgotten first.
class ErrorLimiter {
 public:
  explicit ErrorLimiter(Random& random) : secret_(random.next()), buckets_(ways * sets) {}

  /// The node's bucket takes 0, 1 or 2 tokens at random, 1 on average: who sees errors of others missing learns
  /// nothing exact about them, so the limit is no side channel.
  std::optional<LimitedBy> refuses(const IpAddress& destination, const ErrorLimits& limits, Instant now,
                                   Random& random);

 private:
  static constexpr std::size_t ways = 4;
  static constexpr std::size_t sets = 256;
  struct Entry {
    IpAddress destination;
    TokenBucket bucket;
  };

  Entry& entry_for(const IpAddress& destination);

  std::uint64_t secret_;
  std::vector<Entry> buckets_;
  TokenBucket node_;
};

}  // namespace tunstack::icmp
