#include "protocols/discovery/addresses/held_address.hpp"

namespace tunstack::discovery {

InterfaceAddress HeldAddress::view() const {
  return {identity_.address, identity_.length, identity_.origin,     detection_.state(),
          is_deprecated_,    lifetimes_,       detection_.retry_at()};
}

void HeldAddress::advance(Instant now) {
  as_of_ = now;
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
  reported_ = Reported::nothing;
  reported_deprecated_ = false;
}

std::optional<AddressEventKind> HeldAddress::news() const {
  const bool is_known = reported_ != Reported::nothing && reported_ != Reported::gone;
  if (is_over_) return is_known ? std::optional(AddressEventKind::removed) : std::nullopt;
  if (reported_ == Reported::nothing) return AddressEventKind::tentative;
  const auto news = news_of_state();
  return news ? news : news_of_preference();
}

std::optional<AddressEventKind> HeldAddress::news_of_state() const {
  const AddressState state = detection_.state();
  if (state == AddressState::duplicate && reported_ != Reported::gone) return AddressEventKind::duplicate;
  if (state == AddressState::usable && reported_ != Reported::in_use) return AddressEventKind::in_use;
  if (state == AddressState::optimistic && reported_ != Reported::optimistic) return AddressEventKind::optimistic;
  return std::nullopt;
}

std::optional<AddressEventKind> HeldAddress::news_of_preference() const {
  const bool may_be_used = reported_ == Reported::in_use || reported_ == Reported::optimistic;
  if (!may_be_used || is_deprecated_ == reported_deprecated_) return std::nullopt;
  return is_deprecated_ ? AddressEventKind::deprecated : AddressEventKind::preferred_again;
}

void HeldAddress::note_reported(AddressEventKind event) {
  switch (event) {
    case AddressEventKind::tentative:
      reported_ = Reported::tentative;
      break;
    case AddressEventKind::optimistic:
      reported_ = Reported::optimistic;
      break;
    case AddressEventKind::in_use:
      reported_ = Reported::in_use;
      break;
    case AddressEventKind::deprecated:
      reported_deprecated_ = true;
      break;
    case AddressEventKind::preferred_again:
      reported_deprecated_ = false;
      break;
    case AddressEventKind::duplicate:
    case AddressEventKind::removed:
      reported_ = Reported::gone;
      break;
  }
}

Instant HeldAddress::next_deadline() const {
  if (news() || is_over_) return as_of_;
  const Instant preference_ends = is_deprecated_ ? Instant::max() : lifetimes_.preferred_until;
  return std::min({detection_.next_deadline(), preference_ends, lifetimes_.valid_until});
}

}  // namespace tunstack::discovery
