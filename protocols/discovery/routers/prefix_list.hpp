// The prefixes of which a host knows that they are on the link (RFC 4861 5.1 and 6.3.4).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "protocols/base/reason.hpp"
#include "protocols/discovery/lifetime.hpp"
#include "protocols/discovery/standing.hpp"

namespace tunstack::discovery {

struct OnLinkPrefix {
  IpPrefix prefix;
  Instant expires = no_end;
  bool is_configured = false;
  IpAddress teller = {};  // the router that gave it
};

class PrefixList {
 public:
  static constexpr std::size_t capacity = 32;  // learned prefixes
  static constexpr std::size_t share = 8;      // of one router

  /// Configured prefixes, of both families, and the link-local one are always on the link.
  explicit PrefixList(std::span<const IpPrefix> configured = {}) { configure(configured); }
  /// Others are configured from now on; what was learned stays, but for what is configured now.
  void configure(std::span<const IpPrefix> configured);

  /// A prefix that is on the link for `valid` seconds from `now`: 0 ends it, infinite_lifetime has no end. Bits beyond
  /// its length, which is 128 at most, do not count. In a full list only a prefix gives way that came from a router of
  /// lower standing. Why the prefix stays out, or nothing.
  MaybeReason learn(const IpPrefix& prefix, std::uint32_t valid, Instant now, const Teller& teller = {});
  void expire(Instant now);
  Instant next_deadline() const;

  /// The length of the longest prefix on the link that holds the address, or nothing.
  std::optional<std::uint8_t> on_link_length(const IpAddress& address, Instant now) const;
  /// The same, or -1.
  int longest_match(const Ipv6Address& address, Instant now) const {
    int longest = -1;
    for (const OnLinkPrefix& held : prefixes_)
      if (held.prefix.length > longest && held.prefix.contains(address) && held.expires > now)
        longest = held.prefix.length;
    return longest;
  }
  bool is_on_link(const IpAddress& address, Instant now) const { return on_link_length(address, now).has_value(); }
  std::span<const OnLinkPrefix> prefixes() const { return prefixes_; }

 private:
  MaybeReason add(const OnLinkPrefix& prefix, const Teller& teller, Instant now);

  std::size_t max_ = 0;  // with the configured ones
  std::vector<OnLinkPrefix> prefixes_;
  PlaceSearch place_search_;
};

}  // namespace tunstack::discovery
