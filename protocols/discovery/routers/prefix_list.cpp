#include "protocols/discovery/routers/prefix_list.hpp"

#include <algorithm>

namespace tunstack::discovery {

namespace {

constexpr Ipv6Address link_local{{0xfe, 0x80}};
constexpr std::uint8_t link_local_length = 10;

}  // namespace

void PrefixList::configure(std::span<const IpPrefix> configured) {
  std::vector<OnLinkPrefix> all;
  all.reserve(configured.size() + 1);
  all.push_back({{link_local, link_local_length}, no_end, true});
  for (const IpPrefix& prefix : configured) all.push_back({prefix, no_end, true});
  const auto is_configured = [&](const IpPrefix& prefix) {
    return std::ranges::any_of(configured, [&](const IpPrefix& one) { return one.is_same_prefix(prefix); });
  };
  for (const OnLinkPrefix& held : prefixes_)
    if (!held.is_configured && !is_configured(held.prefix)) all.push_back(held);
  prefixes_ = std::move(all);
  max_ = configured.size() + 1 + capacity;
}

MaybeReason PrefixList::learn(const IpPrefix& prefix, std::uint32_t valid, Instant now, const Teller& teller) {
  expire(now);
  const Instant end = end_of_lifetime(valid, now);
  const auto known =
      std::ranges::find_if(prefixes_, [&](const OnLinkPrefix& held) { return held.prefix.is_same_prefix(prefix); });
  if (known == prefixes_.end())
    return end > now ? add({prefix, end, false, teller.address}, teller, now) : MaybeReason{};
  if (known->is_configured) return {};
  known->expires = end;
  if (known->teller != teller.address && teller.standing() >= teller.standing_of(known->teller))
    known->teller = teller.address;
  if (end <= now) prefixes_.erase(known);
  return {};
}

MaybeReason PrefixList::add(const OnLinkPrefix& prefix, const Teller& teller, Instant now) {
  auto learned = std::ranges::subrange(prefixes_.begin() + static_cast<std::ptrdiff_t>(max_ - capacity),
                                       prefixes_.end());  // the configured ones come first
  if (std::ranges::count(learned, teller.address, &OnLinkPrefix::teller) >= std::ptrdiff_t{share})
    return Reason::router_prefix_share_used;
  if (prefixes_.size() == max_) {
    const auto worth = [&](const OnLinkPrefix& held) { return std::tuple(teller.standing_of(held.teller)); };
    const auto worst = place_search_.find(learned, teller.standing(), now, worth);
    if (!worst) return Reason::router_prefix_list_full;
    prefixes_.erase(*worst);
  }
  prefixes_.push_back(prefix);
  return {};
}

void PrefixList::expire(Instant now) {
  std::erase_if(prefixes_, [&](const OnLinkPrefix& held) { return held.expires <= now; });
}

Instant PrefixList::next_deadline() const {
  Instant next = no_end;
  for (const OnLinkPrefix& held : prefixes_) next = std::min(next, held.expires);
  return next;
}

std::optional<std::uint8_t> PrefixList::on_link_length(const IpAddress& address, Instant now) const {
  std::optional<std::uint8_t> longest;
  for (const OnLinkPrefix& held : prefixes_)
    if (held.expires > now && held.prefix.contains(address))
      longest = std::max(longest, std::optional(held.prefix.length));
  return longest;
}

}  // namespace tunstack::discovery
