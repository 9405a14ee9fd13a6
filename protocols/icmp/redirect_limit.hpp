// How often a router tells the same source of the same better first hop: once a second, and no more after nine times
// that had no effect, until nothing came for twenty seconds (RFC 1812 4.3.2.8, RFC 4861 8.2). Asked by a node for each
// redirect; remembers a fixed number of pairs, made at its first use.
#pragma once

#include <algorithm>
#include <chrono>
#include <span>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/random.hpp"
#include "protocols/base/siphash.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::icmp {

class RedirectLimiter {
 public:
  static constexpr unsigned most_in_vain = 9;
  static constexpr std::chrono::seconds between{1}, silence{20};

  explicit RedirectLimiter(Random& random) : key_(SipHashKey::draw(random)) {}

  /// Whether one may go now; it counts as sent then.
  bool may_send(const IpAddress& source, const IpAddress& destination, Instant now) {
    Pair& pair = find_or_make(source, destination, now);
    if (now - pair.seen >= silence) pair.sent = 0;
    pair.seen = now;
    if (pair.sent == most_in_vain || (pair.sent > 0 && now - pair.told < between)) return false;
    pair.told = now;
    ++pair.sent;
    return true;
  }

 private:
  static constexpr std::size_t capacity = 256, ways = 4;
  struct Pair {
    IpAddress source, destination;
    Instant seen{}, told{};
    unsigned sent = 0;
  };

  Pair& find_or_make(const IpAddress& source, const IpAddress& destination, Instant now) {
    if (pairs_.empty()) pairs_.resize(capacity);
    const auto places = std::span(pairs_).subspan(first_place(source, destination), ways);
    const auto found =
        std::ranges::find_if(places, [&](const Pair& p) { return p.source == source && p.destination == destination; });
    if (found != places.end()) return *found;
    return *std::ranges::min_element(places, {}, &Pair::seen) = {source, destination, now, now, 0};
  }
  std::size_t first_place(const IpAddress& source, const IpAddress& destination) const {
    std::array<std::uint8_t, 2 * Ipv6Address::size> both;
    copy_bytes(both, source.octets_filled_up());
    copy_bytes(MutableBytes(both).subspan(Ipv6Address::size), destination.octets_filled_up());
    return siphash(key_, both) % (capacity / ways) * ways;
  }

  SipHashKey key_;
  std::vector<Pair> pairs_;
};

}  // namespace tunstack::icmp
