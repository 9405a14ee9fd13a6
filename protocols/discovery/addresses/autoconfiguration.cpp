#include "protocols/discovery/addresses/autoconfiguration.hpp"

#include "protocols/discovery/addresses/address_rules.hpp"

namespace tunstack::discovery {

namespace {

constexpr Ipv6Address link_local_prefix{{0xfe, 0x80}};

template <class Addresses>
auto* find_held(Addresses& addresses, const Ipv6Address& address) {
  const auto found = std::ranges::find_if(
      addresses, [&](const HeldAddress& held) { return held.identity().address == address && !held.is_over(); });
  return found == addresses.end() ? nullptr : &*found;
}

}  // namespace

Autoconfiguration::Autoconfiguration(const AutoconfigurationSettings& settings, Random& random)
    : settings_(settings), temporary_identifiers_(random) {}

// ---- adding ----

MaybeReason Autoconfiguration::add_link_local(Instant now, Random& random) {
  settle(now, random);
  if (formed_from(link_local_prefix, AddressOrigin::link_local)) return Reason::address_held_already;
  return form({.address = link_local_prefix, .origin = AddressOrigin::link_local}, {}, now, random);
}

MaybeReason Autoconfiguration::add_configured(const IpPrefix& prefix, Instant now, Random& random) {
  settle(now, random);
  return add({.address = prefix.address.ipv6(), .length = prefix.length}, {}, now, random);
}

void Autoconfiguration::remove_configured(const Ipv6Address& address) {
  std::erase_if(held_, [&](const HeldAddress& held) {
    return held.identity().address == address && held.identity().origin == AddressOrigin::configured;
  });
}

MaybeReason Autoconfiguration::add(const Identity& identity, const AddressLifetimes& lifetimes, Instant now,
                                   Random& random) {
  const AddressAdmission admission{.is_ipv6_disabled = is_disabled_,
                                   .is_held = held(identity.address) != nullptr,
                                   .is_share_used = has_used_share(identity),
                                   .is_table_full = count() >= settings_.max_addresses};
  if (const auto broken = first_broken<admission_rules>(admission)) return broken;
  held_.emplace_back(identity, lifetimes, check(identity, now, random), now);
  return {};
}

/// Of those that are held and not over.
std::size_t Autoconfiguration::count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(held_, [](const HeldAddress& address) { return !address.is_over(); }));
}

bool Autoconfiguration::has_used_share(const Identity& identity) const {
  if (identity.origin != AddressOrigin::autoconfigured) return false;
  const auto is_of_router = [&](const HeldAddress& address) {
    return address.identity().origin == AddressOrigin::autoconfigured && !address.is_over() &&
           address.identity().teller == identity.teller;
  };
  return std::ranges::count_if(held_, is_of_router) >= static_cast<std::ptrdiff_t>(settings_.share);
}

/// The addresses of one prefix go, which a router of the lowest standing gave: whoever answers is not kept out by
/// routers that somebody made up.
void Autoconfiguration::make_room(const Teller& router, Instant now) {
  if (count() < settings_.max_addresses) return;
  auto rivals = held_ | std::views::filter([](const HeldAddress& address) {
                  return address.identity().origin == AddressOrigin::autoconfigured && !address.is_over();
                });
  const auto worth = [&](const HeldAddress& address) {
    return std::tuple(router.standing_of(address.identity().teller));
  };
  const auto victim = place_search_.find(rivals, router.standing(), now, worth);
  if (!victim) return;
  const Ipv6Address prefix = (*victim)->identity().address;
  for (HeldAddress& address : held_) {
    const AddressOrigin origin = address.identity().origin;
    const bool is_formed = origin == AddressOrigin::autoconfigured || origin == AddressOrigin::temporary;
    if (is_formed && share_prefix(address.identity().address, prefix)) address.end();
  }
}

/// Adds an address in the prefix that `from` has as its address.
MaybeReason Autoconfiguration::form(Identity from, const AddressLifetimes& lifetimes, Instant now, Random& random) {
  if (!choose_identifier(from, random)) return Reason::address_no_identifier;
  return add(from, lifetimes, now, random);
}

/// Identifiers that are reserved or in use here count as tried (RFC 7217 5). False if none is left.
bool Autoconfiguration::choose_identifier(Identity& identity, Random& random) {
  for (; identity.attempt < max_attempts; ++identity.attempt) {
    const InterfaceIdentifier identifier = identifier_for(identity, random);
    const Ipv6Address address = combine(identity.address, identifier);
    if (is_reserved(identifier) || held(address)) continue;
    identity.address = address;
    return true;
  }
  return false;
}

InterfaceIdentifier Autoconfiguration::identifier_for(const Identity& identity, Random& random) {
  if (identity.origin == AddressOrigin::temporary) return temporary_identifiers_.make(random);
  return make_identifier(settings_.identifiers, identity.address, identity.attempt);
}

/// An address that somebody chose, or that follows a duplicate, is not likely enough to be unique for optimism.
DuplicateDetection Autoconfiguration::check(const Identity& identity, Instant now, Random& random) {
  DetectionSettings settings = settings_.detection;
  settings.optimistic &= identity.origin != AddressOrigin::configured && identity.attempt == 0;
  return {settings, now, random};
}

// ---- what arrives ----

MaybeReason Autoconfiguration::on_prefix(const PrefixInformation& information, Instant now, Random& random,
                                         const Teller& router) {
  if (now != prefixes_settled_at_) settle(now, random);  // of the prefixes of one message the first one does
  prefixes_settled_at_ = now;
  HeldAddress* known = formed_from(information.prefix, AddressOrigin::autoconfigured);
  if (const auto broken =
          first_broken<prefix_rules>(OfferedPrefix{information, settings_.autoconfigure, known != nullptr}))
    return broken;
  if (known) {
    renew(*known, information, now);
  } else {
    const Identity offered{
        .address = information.prefix, .origin = AddressOrigin::autoconfigured, .teller = router.address};
    if (!is_disabled_ && !has_used_share(offered)) make_room(router, now);
    if (const auto refused = form(offered, lifetimes_of(information, now), now, random)) return refused;
  }
  add_temporary(*formed_from(information.prefix, AddressOrigin::autoconfigured), now, random);
  return {};
}

MaybeReason Autoconfiguration::on_solicitation(const Ipv6Address& source, const Ipv6Address& target,
                                               const std::optional<Nonce>& nonce, Instant now, Random& random) {
  settle(now, random);
  HeldAddress* address = held(target);
  if (!address) return {};
  DuplicateDetection& detection = address->detection();
  const HeardSolicitation heard{detection.state(), source == Ipv6Address{}, nonce && detection.has_sent(*nonce)};
  if (is_probe_of_another(heard)) detection.on_conflict(now);
  return first_broken<solicitation_rules>(heard);
}

MaybeReason Autoconfiguration::on_advertisement(const Ipv6Address& target, Instant now, Random& random) {
  settle(now, random);
  HeldAddress* address = held(target);
  if (!address || !address->detection().is_being_checked()) return {};
  address->detection().on_conflict(now);
  return Reason::address_advertised_by_another;
}

void Autoconfiguration::set_retransmission_timer(Duration timer) {
  settings_.detection.interval = {timer, timer};
  settings_.detection.wait = timer;
}

/// Who made it does not matter: whoever has that address has the MAC address too (RFC 4862 5.4.5).
bool Autoconfiguration::is_of_hardware(const Ipv6Address& address) const {
  return settings_.link_address && address == combine(link_local_prefix, modified_eui64(*settings_.link_address));
}

void Autoconfiguration::on_duplicate(HeldAddress& address, Instant now, Random& random) {
  if (is_disabled_) return;
  Identity next = address.identity();
  if (is_of_hardware(next.address)) return disable(now);
  if (next.origin == AddressOrigin::configured) return;
  ++next.attempt;
  if (choose_identifier(next, random)) address.try_again(next, check(next, now, random));
}

void Autoconfiguration::disable(Instant now) {
  is_disabled_ = true;
  for (HeldAddress& address : held_)
    if (address.detection().state() != AddressState::duplicate) address.detection().give_up(now);
}

/// Whoever had the address may have gone, or a forged message said so (RFC 3756 4.1.3). From the first identifier on,
/// where there is a choice; never optimistic again.
void Autoconfiguration::retry_lost(Instant now, Random& random) {
  DetectionSettings settings = settings_.detection;
  settings.optimistic = false;
  for (HeldAddress& address : held_) {
    if (address.detection().retry_at() > now || address.is_over() || address.news()) continue;
    is_disabled_ = false;
    Identity next = address.identity();
    next.attempt = 0;
    if (next.origin == AddressOrigin::configured || !choose_identifier(next, random)) next = address.identity();
    address.try_again(next, {settings, now, random});
  }
}

// ---- what follows ----

void Autoconfiguration::settle(Instant now, Random& random) {
  for (HeldAddress& address : held_) address.advance(now);
  retry_lost(now, random);
  seek_successors(now, random);
  std::erase_if(held_, [](const HeldAddress& address) { return address.is_finished(); });
}

std::optional<Autoconfiguration::Event> Autoconfiguration::take_event(Instant now, Random& random) {
  settle(now, random);
  for (HeldAddress& address : held_)
    if (const auto news = address.news()) {
      const bool is_checked = address.detection().is_being_checked();
      const Event event{*news, address.view(), is_checked ? address.detection().next_deadline() : now};
      address.note_reported(*news);
      if (*news == AddressEventKind::duplicate) on_duplicate(address, now, random);
      return event;
    }
  return std::nullopt;
}

std::optional<Autoconfiguration::Due> Autoconfiguration::take_due(Instant now, Random& random) {
  settle(now, random);
  for (HeldAddress& address : held_) {
    if (address.news()) continue;
    if (const auto message = address.detection().take_due(now, random))
      return Due{address.identity().address, *message};
  }
  return std::nullopt;
}

Instant Autoconfiguration::next_deadline() const {
  Instant next = Instant::max();
  for (const HeldAddress& address : held_)
    next = std::min({next, address.next_deadline(), address.successor_due(regeneration_advance())});
  return next;
}

// ---- lookup ----

HeldAddress* Autoconfiguration::held(const Ipv6Address& address) { return find_held(held_, address); }

HeldAddress* Autoconfiguration::formed_from(const Ipv6Address& prefix, AddressOrigin origin) {
  const auto found = std::ranges::find_if(held_, [&](const HeldAddress& held) {
    return held.identity().origin == origin && share_prefix(held.identity().address, prefix) && !held.is_over();
  });
  return found == held_.end() ? nullptr : &*found;
}

std::vector<InterfaceAddress> Autoconfiguration::addresses() const {
  std::vector<InterfaceAddress> views;
  for (const HeldAddress& address : held_)
    if (!address.is_over()) views.push_back(address.view());
  return views;
}

std::optional<InterfaceAddress> Autoconfiguration::find(const Ipv6Address& address) const {
  const HeldAddress* held = find_held(held_, address);
  return held ? std::optional(held->view()) : std::nullopt;
}

}  // namespace tunstack::discovery
