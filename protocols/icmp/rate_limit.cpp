#include "protocols/icmp/rate_limit.hpp"

namespace tunstack::icmp {

namespace {

std::uint64_t keyed_hash(const IpAddress& address, std::uint64_t secret) {
  std::uint64_t hash = secret;
  for (const std::uint8_t octet : address.octets()) hash = (hash ^ octet) * 0x100000001b3;
  return (hash ^ hash >> 29) * 0x9e3779b97f4a7c15;
}

}  // namespace

MaybeReason ErrorLimiter::refuses(const IpAddress& destination, const ErrorLimits& limits, Instant now,
                                  Random& random) {
  if (limits.destination.rate == 0) return {};
  TokenBucket& bucket = entry_for(destination).bucket;
  if (bucket.is_empty(limits.destination, now)) return reasons_.destination;
  if (limits.node.rate != 0 && !node_.take(limits.node, now, random.below(3))) return reasons_.node;
  bucket.spend(limits.destination, now);
  return {};
}

ErrorLimiter::Entry& ErrorLimiter::entry_for(const IpAddress& destination) {
  const auto set = std::span(buckets_).subspan((keyed_hash(destination, secret_) >> 56) * ways, ways);
  const auto known =
      std::find_if(set.begin(), set.end(), [&](const Entry& entry) { return entry.destination == destination; });
  if (known != set.end()) return *known;
  Entry& fullest = *std::min_element(
      set.begin(), set.end(), [](const Entry& a, const Entry& b) { return a.bucket.full_at() < b.bucket.full_at(); });
  fullest = {destination, TokenBucket{}};
  return fullest;
}

}  // namespace tunstack::icmp
