#include "protocols/discovery/routers/prefix_list.hpp"

#include <algorithm>

namespace tunstack::discovery {

namespace {

constexpr Ipv6Address link_local{{0xfe, 0x80}};
constexpr std::uint8_t link_local_length = 10;

}  // namespace

PrefixList::PrefixList(std::span<const IpPrefix> configured) : max_(configured.size() + 1 + capacity) {
  prefixes_.reserve(configured.size() + 1);
  prefixes_.push_back({{link_local, link_local_length}, no_end, true});
  for (const IpPrefix& prefix : configured) prefixes_.push_back({prefix, no_end, true});
}

void PrefixList::learn(const IpPrefix& prefix, std::uint32_t valid, Instant now) {
  expire(now);
  const Instant end = end_of_lifetime(valid, now);
  const auto known =
      std::ranges::find_if(prefixes_, [&](const OnLinkPrefix& held) { return held.prefix.is_same_prefix(prefix); });
  if (known != prefixes_.end()) {
    if (!known->is_configured) known->expires = end;
    if (known->expires <= now) prefixes_.erase(known);
  } else if (end > now && prefixes_.size() < max_) {
    prefixes_.push_back({prefix, end});
  }
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
