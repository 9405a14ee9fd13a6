#include "protocols/discovery/addresses/held_address.hpp"

namespace tunstack::discovery {

InterfaceAddress HeldAddress::view() const {
  return {identity_.address, identity_.length, identity_.origin, detection_.state(), is_deprecated_, lifetimes_};
}

void HeldAddress::advance(Instant now) {
  detection_.advance(now);
  is_deprecated_ = lifetimes_.preferred_until <= now;
  is_over_ = is_over_ || lifetimes_.valid_until <= now;
}

void HeldAddress::renew(const AddressLifetimes& lifetimes, Instant now) {
  lifetimes_ = shorter_of(lifetimes, identity_.limits);
  is_successor_sought_ = false;
  advance(now);
}

void HeldAddress::try_again(const Identity& identity, const DuplicateDetection& detection) {
  identity_.address = identity.address;
  identity_.attempt = identity.attempt;
  detection_ = detection;
  told_ = Told::nothing;
  told_deprecated_ = false;
}

std::optional<AddressEventKind> HeldAddress::news() const {
  const bool is_known = told_ != Told::nothing && told_ != Told::gone;
  if (is_over_) return is_known ? std::optional(AddressEventKind::removed) : std::nullopt;
  if (told_ == Told::nothing) return AddressEventKind::tentative;
  const auto news = news_of_state();
  return news ? news : news_of_preference();
}

std::optional<AddressEventKind> HeldAddress::news_of_state() const {
  const AddressState state = detection_.state();
  if (state == AddressState::duplicate && told_ != Told::gone) return AddressEventKind::duplicate;
  if (state == AddressState::usable && told_ != Told::in_use) return AddressEventKind::in_use;
  if (state == AddressState::optimistic && told_ != Told::optimistic) return AddressEventKind::optimistic;
  return std::nullopt;
}

std::optional<AddressEventKind> HeldAddress::news_of_preference() const {
  const bool may_be_used = told_ == Told::in_use || told_ == Told::optimistic;
  if (!may_be_used || is_deprecated_ == told_deprecated_) return std::nullopt;
  return is_deprecated_ ? AddressEventKind::deprecated : AddressEventKind::preferred_again;
}

void HeldAddress::tell(AddressEventKind event) {
  switch (event) {
    case AddressEventKind::tentative:
      told_ = Told::tentative;
      break;
    case AddressEventKind::optimistic:
      told_ = Told::optimistic;
      break;
    case AddressEventKind::in_use:
      told_ = Told::in_use;
      break;
    case AddressEventKind::deprecated:
      told_deprecated_ = true;
      break;
    case AddressEventKind::preferred_again:
      told_deprecated_ = false;
      break;
    case AddressEventKind::duplicate:
    case AddressEventKind::removed:
      told_ = Told::gone;
      break;
  }
}

Instant HeldAddress::next_deadline() const {
  if (news() || is_over_) return Instant{};
  const Instant preference_ends = is_deprecated_ ? Instant::max() : lifetimes_.preferred_until;
  return std::min({detection_.next_deadline(), preference_ends, lifetimes_.valid_until});
}

}  // namespace tunstack::discovery
