#include "protocols/icmp/rate_limit.hpp"

namespace tunstack::icmp {

namespace {

/// 0, 1 or 2, on average 1.
std::uint64_t tokens_drawn(Random& random) {
  const std::uint32_t drawn = random.bits(2);
  return (drawn & 1) + (drawn >> 1);
}

constexpr auto is_fuller = [](const TokenBucket& a, const TokenBucket& b) { return a.full_at() < b.full_at(); };

}  // namespace

/// Or none, where there is no such limit.
TokenBucket* ErrorLimiter::prefix_of(const IpAddress& destination, const ErrorLimits& limits) {
  if (limits.prefix.rate == 0 || destination.is_ipv4()) return nullptr;
  return &prefixes_.find_or_make(masked(destination.ipv6(), 64), is_fuller);
}

MaybeReason ErrorLimiter::refuses(const IpAddress& destination, const ErrorLimits& limits, Instant now,
                                  Random& random) {
  if (limits.destination.rate == 0) return {};
  TokenBucket& bucket = buckets_.find_or_make(destination, is_fuller);
  if (bucket.is_empty(limits.destination, now)) return reasons_.destination;
  TokenBucket* const prefix = prefix_of(destination, limits);
  if (prefix != nullptr && prefix->is_empty(limits.prefix, now)) return reasons_.prefix;
  if (!node_.take(limits.node, now, tokens_drawn(random))) return reasons_.node;
  if (prefix != nullptr) prefix->spend(limits.prefix, now, tokens_drawn(random));
  bucket.spend(limits.destination, now);
  return {};
}

}  // namespace tunstack::icmp
