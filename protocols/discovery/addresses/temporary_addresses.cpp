// Temporary addresses (RFC 8981 3.4 and 3.5): one for each prefix, with a successor before it is deprecated.
#include "protocols/discovery/addresses/autoconfiguration.hpp"

namespace tunstack::discovery {

namespace {

bool is_temporary_of(const HeldAddress& address, const Ipv6Address& prefix) {
  return address.identity().origin == AddressOrigin::temporary && share_prefix(address.identity().address, prefix);
}

}  // namespace

/// A temporary address lasts no longer than the one formed from the same prefix, nor than its own limits.
void Autoconfiguration::renew(HeldAddress& formed, const PrefixInformation& information, Instant now) {
  formed.renew(renewed(formed.lifetimes(), information, now), now);
  for (HeldAddress& address : held_)
    if (is_temporary_of(address, formed.identity().address)) address.renew(formed.lifetimes(), now);
}

/// None that would be deprecated before its successor is ready.
void Autoconfiguration::add_temporary(const HeldAddress& formed, Instant now, Random& random) {
  const Ipv6Address prefix = formed.identity().address;
  if (!settings_.temporary || !needs_temporary(prefix, now)) return;
  const AddressLifetimes limits = draw_temporary_lifetimes(now, random);
  if (shorter_of(limits, formed.lifetimes()).preferred_until <= now + regeneration_advance()) return;
  static_cast<void>(
      form({.address = prefix, .origin = AddressOrigin::temporary, .limits = limits}, formed.lifetimes(), now, random));
}

/// Not after as many duplicates as may be tried (RFC 8981 3.4).
bool Autoconfiguration::needs_temporary(const Ipv6Address& prefix, Instant now) const {
  return std::ranges::none_of(held_, [&](const HeldAddress& address) {
    const bool lasts = address.lifetimes().preferred_until > now + regeneration_advance();
    return is_temporary_of(address, prefix) && (lasts || address.detection().state() == AddressState::duplicate);
  });
}

void Autoconfiguration::seek_successors(Instant now, Random& random) {
  for (std::size_t i = 0; i < held_.size(); ++i) {  // NOLINT(modernize-loop-convert): it grows
    if (held_[i].successor_due(regeneration_advance()) > now) continue;
    held_[i].note_successor_sought();
    if (const auto* formed = formed_from(held_[i].identity().address, AddressOrigin::autoconfigured))
      add_temporary(*formed, now, random);
  }
}

/// REGEN_ADVANCE (RFC 8981 3.8)
Duration Autoconfiguration::regeneration_advance() const {
  return std::chrono::seconds(2) + max_attempts * settings_.detection.probes * settings_.detection.interval.longest;
}

}  // namespace tunstack::discovery
