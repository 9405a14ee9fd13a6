#include "protocols/icmp/rate_limit.hpp"

namespace tunstack::icmp {

namespace {

/// 0, 1 or 2, on average 1.
std::uint64_t tokens_drawn(Random& random) {
  const std::uint32_t drawn = random.bits(2);
  return (drawn & 1) + (drawn >> 1);
}

}  // namespace

MaybeReason ErrorLimiter::refuses(const IpAddress& destination, const ErrorLimits& limits, Instant now,
                                  Random& random) {
  if (limits.destination.rate == 0) return {};
  TokenBucket& bucket = buckets_.find_or_make(
      destination, [](const TokenBucket& a, const TokenBucket& b) { return a.full_at() < b.full_at(); });
  if (bucket.is_empty(limits.destination, now)) return reasons_.destination;
  if (limits.node.rate != 0 && !node_.take(limits.node, now, tokens_drawn(random))) return reasons_.node;
  bucket.spend(limits.destination, now);
  return {};
}

}  // namespace tunstack::icmp
