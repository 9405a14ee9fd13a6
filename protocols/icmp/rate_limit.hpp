// Limits on ICMP messages sent (RFC 1812 4.3.2.8, RFC 4443 2.4(f)): token buckets for each destination, for all of a
// /64 of IPv6, which one host may fill with addresses, and for the node.
#pragma once

#include "protocols/base/address_table.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/token_bucket.hpp"

namespace tunstack::icmp {

struct ErrorLimits {
  RateLimit destination{10, 10};  // rate 0 turns all limits off
  RateLimit prefix{0, 1};         // of 64 bits; IPv4 has none
  RateLimit node{1000, 50};
};

/// What a refusal is called; each family has its own names.
struct LimitReasons {
  Reason destination;
  Reason prefix;
  Reason node;
};
inline constexpr LimitReasons ipv4_error_limit_reasons{
    Reason::icmp4_error_rate_of_destination, Reason::icmp4_error_rate_of_destination, Reason::icmp4_error_rate_of_node};
inline constexpr LimitReasons ipv6_error_limit_reasons{
    Reason::icmp6_error_rate_of_destination, Reason::icmp6_error_rate_of_prefix, Reason::icmp6_error_rate_of_node};

/// Asked by a node before each error. Remembers a fixed number of destinations and prefixes; of those that share a
/// place the one whose bucket is fullest is forgotten first.
class ErrorLimiter {
 public:
  ErrorLimiter(LimitReasons reasons, Random& random) : reasons_(reasons), buckets_(random), prefixes_(random) {}

  /// Why no error may go to `destination` now, if so. The buckets that it shares with others give 0, 1 or 2 tokens at
  /// random, 1 on average: who sees errors of others missing learns nothing exact about them, so the limit is no side
  /// channel.
  MaybeReason refuses(const IpAddress& destination, const ErrorLimits& limits, Instant now, Random& random);

  const TokenBucket& node() const { return node_; }
  /// Calls `each` with every destination whose bucket is not full, and that bucket.
  template <class Each>
  void for_each(Instant now, const Each& each) const {
    for_each_used(buckets_, now, each);
  }
  /// The same of the prefixes of 64 bits, by their first address.
  template <class Each>
  void for_each_prefix(Instant now, const Each& each) const {
    for_each_used(prefixes_, now, each);
  }

 private:
  template <class Table, class Each>
  static void for_each_used(const Table& table, Instant now, const Each& each) {
    table.for_each([&](const auto& address, const TokenBucket& bucket) {
      if (bucket.full_at() > now) each(address, bucket);
    });
  }
  TokenBucket* prefix_of(const IpAddress& destination, const ErrorLimits& limits);

  LimitReasons reasons_;
  AddressTable<TokenBucket> buckets_;
  AddressTable<TokenBucket, Ipv6Address> prefixes_;
  TokenBucket node_;
};

}  // namespace tunstack::icmp
