// The default routers of an interface, of both families (RFC 4861 6.3, RFC 4191 3.2; RFC 1256 5.3, RFC 1122 3.3.1).
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <span>
#include <vector>

#include "protocols/base/reason.hpp"
#include "protocols/discovery/lifetime.hpp"
#include "protocols/discovery/standing.hpp"

namespace tunstack::discovery {

/// What the neighbor cache knows. Reachable: in any state but INCOMPLETE; unknown: INCOMPLETE or without an entry.
enum class Reachability : std::uint8_t { unreachable, unknown, reachable };

/// The preference of an address that is no default router (RFC 1256 3).
inline constexpr std::int32_t never_preferred = INT32_MIN;

/// RFC 4191 2.1: the reserved preference is taken for medium.
constexpr std::int32_t preference_of(RouterPreference preference) {
  if (preference == RouterPreference::high) return 1;
  return preference == RouterPreference::low ? -1 : 0;
}

struct ConfiguredRouter {
  IpAddress address;
  std::int32_t preference = 0;
};

struct DefaultRouter {
  IpAddress address;
  std::int32_t preference = 0;  // higher is better; compared within a family only
  Instant expires = no_end;     // never: configured
  std::int64_t failure = 0;     // number of its last failure, of all of the list; 0: none since it was heard last
  IpAddress teller = {};        // whose advertisement made it

  bool is_configured() const { return expires == no_end; }
};

class RouterList {
 public:
  static constexpr std::size_t capacity = 16;  // learned routers of a family
  static constexpr std::size_t share = 4;      // of one teller: RFC 1256 lists routers, of which each could be made up

  /// Configured routers never expire, and no learned one takes their place.
  explicit RouterList(std::span<const ConfiguredRouter> configured = {});

  /// An advertisement of `address`, with a lifetime in seconds. Lifetime 0 and never_preferred withdraw it. In a full
  /// list only a router of lower standing gives way, whatever anybody prefers: first the one with the lowest
  /// preference, of several the one that expires first. Why the router stays out, or nothing.
  MaybeReason learn(const IpAddress& address, std::int32_t preference, std::uint16_t lifetime, Instant now,
                    const Teller& teller);
  /// By a router that advertises itself, of which nothing is known.
  MaybeReason learn(const IpAddress& address, std::int32_t preference, std::uint16_t lifetime, Instant now) {
    return learn(address, preference, lifetime, now, {.address = address});
  }
  /// `address` is no default router: it says so, or it advertises itself as a neighbor without the router flag
  /// (RFC 4861 7.2.5). A configured one stays, as if it had failed.
  void withdraw(const IpAddress& address);
  /// Nobody answered at `address`: ARP or neighbor unreachability detection failed. ICMP errors alone are no such sign
  /// (RFC 1122 3.3.1.4). It comes after all others until it is reachable again or heard anew.
  void note_failure(const IpAddress& address);
  void expire(Instant now);
  Instant next_deadline() const;

  /// The router to use, or nothing if there is none: one that is not known to fail, of these a configured one before
  /// all that advertise themselves, then the most preferred, and of several the one that is known to be reachable. If
  /// all fail, the one that failed longest ago, so that with each failure the next one has its turn (RFC 4861 6.3.6).
  /// `reachability_of` is called with an IpAddress and gives a Reachability.
  template <class ReachabilityOf>
  std::optional<IpAddress> choose(Family family, const ReachabilityOf& reachability_of) const {
    const DefaultRouter* best = nullptr;
    Rank best_rank;
    for (const DefaultRouter& router : routers_) {
      if (router.address.family() != family) continue;
      const Rank rank = rank_of(router, reachability_of(router.address));
      if (best && rank <= best_rank) continue;
      best = &router;
      best_rank = rank;
    }
    return best ? std::optional(best->address) : std::nullopt;
  }

  /// The entry of `address`, or nullptr.
  const DefaultRouter* find(const IpAddress& address) const;
  /// All of them: the configured ones, then the learned ones in the order of their first advertisement.
  std::span<const DefaultRouter> routers() const { return routers_; }

 private:
  /// Compared member by member; the greatest is chosen.
  struct Rank {
    bool usable = false;
    bool configured = false;
    std::int64_t first = 0;
    std::int64_t second = 0;
    friend auto operator<=>(const Rank&, const Rank&) = default;
  };
  /// RFC 4191 3.2: a router of which nothing is known is assumed to be reachable, unless it was seen to fail.
  static Rank rank_of(const DefaultRouter& router, Reachability reachability) {
    const bool usable =
        reachability == Reachability::reachable || (reachability == Reachability::unknown && router.failure == 0);
    if (!usable) return {false, false, -router.failure, router.preference};
    return {true, router.is_configured(), router.preference, reachability == Reachability::reachable};
  }

  MaybeReason add(const DefaultRouter& router, const StandingOf& standing_of, Instant now);

  std::vector<DefaultRouter> routers_;
  std::int64_t failures_ = 0;
  std::array<PlaceSearch, 2> place_searches_;  // of each family
};

}  // namespace tunstack::discovery
