#include "protocols/discovery/routers/router_list.hpp"

#include <algorithm>
#include <ranges>
#include <tuple>

namespace tunstack::discovery {

namespace {

template <class Routers>
auto* find_in(Routers& routers, const IpAddress& address) {
  const auto found = std::ranges::find(routers, address, &DefaultRouter::address);
  return found == routers.end() ? nullptr : &*found;
}

}  // namespace

RouterList::RouterList(std::span<const ConfiguredRouter> configured) {
  for (const ConfiguredRouter& router : configured)
    if (router.preference != never_preferred) routers_.push_back({router.address, router.preference});
}

MaybeReason RouterList::learn(const IpAddress& address, std::int32_t preference, std::uint16_t lifetime, Instant now,
                              const Teller& teller) {
  expire(now);
  if (lifetime == 0 || preference == never_preferred) {
    withdraw(address);
    return {};
  }
  const DefaultRouter advertised{address, preference, end_of_lifetime(lifetime, now), 0, teller.address};
  DefaultRouter* known = find_in(routers_, address);
  if (!known) return add(advertised, teller.standing_of, now);
  if (known->is_configured())
    known->failure = 0;
  else
    *known = advertised;
  return {};
}

MaybeReason RouterList::add(const DefaultRouter& router, const StandingOf& standing_of, Instant now) {
  auto rivals = routers_ | std::views::filter([family = router.address.family()](const DefaultRouter& other) {
                  return !other.is_configured() && other.address.family() == family;
                });
  if (std::ranges::count(rivals, router.teller, &DefaultRouter::teller) >= std::ptrdiff_t{share})
    return Reason::router_share_used;
  if (std::ranges::distance(rivals) == capacity) {
    const auto worth = [&](const DefaultRouter& other) {
      return std::tuple(standing_of(other.address), other.preference, other.expires);
    };
    PlaceSearch& search = place_searches_[router.address.is_ipv4() ? 0 : 1];
    const auto worst = search.find(rivals, standing_of(router.address), now, worth);
    if (!worst) return Reason::router_list_full;
    routers_.erase(worst->base());
  }
  routers_.push_back(router);
  return {};
}

void RouterList::withdraw(const IpAddress& address) {
  note_failure(address);
  std::erase_if(routers_, [&](const DefaultRouter& r) { return r.address == address && !r.is_configured(); });
}

void RouterList::note_failure(const IpAddress& address) {
  if (DefaultRouter* router = find_in(routers_, address)) router->failure = ++failures_;
}

void RouterList::expire(Instant now) {
  std::erase_if(routers_, [&](const DefaultRouter& router) { return router.expires <= now; });
}

Instant RouterList::next_deadline() const {
  Instant next = no_end;
  for (const DefaultRouter& router : routers_) next = std::min(next, router.expires);
  return next;
}

const DefaultRouter* RouterList::find(const IpAddress& address) const { return find_in(routers_, address); }

}  // namespace tunstack::discovery
