#include "protocols/discovery/addresses/ipv4_addresses.hpp"

namespace tunstack::discovery {

namespace {

using EventKind = CheckedIpv4Addresses::Event::Kind;

EventKind kind_of(AddressState state) {
  if (is_being_checked(state)) return EventKind::checked_again;
  return state == AddressState::duplicate ? EventKind::lost : EventKind::in_use;
}

}  // namespace

MaybeReason conflict_in(const ArpPacket& packet, Ipv4Address address, const MacAddress& own_mac,
                        bool is_being_checked) {
  if (packet.sender_mac == own_mac) return {};  // the link brought it back
  if (packet.sender == address) return Reason::address4_conflict;
  const bool is_probe = packet.sender == Ipv4Address{} && packet.target == address;
  return is_being_checked && is_probe ? MaybeReason(Reason::address4_probed_by_another) : MaybeReason{};
}

void CheckedIpv4Addresses::check(Ipv4Address address, Instant now, Random& random) {
  const auto known = std::ranges::find(checked_, address, &Checked::address);
  const bool is_new = known == checked_.end();
  if (!is_new && known->detection.state() != AddressState::duplicate) return;
  const Instant begins = attempts_.take_attempt(now);
  const Checked fresh{address, begins, {settings_, begins, random}, now};
  if (is_new) return checked_.push_back(fresh);
  *known = fresh;
  known->reported = AddressState::duplicate;
}

MaybeReason CheckedIpv4Addresses::on_arp(const ArpPacket& packet, Instant now) {
  for (Checked& checked : checked_) {
    if (now < checked.begins) continue;
    checked.advance(now);
    const bool is_being_checked = checked.detection.is_being_checked();
    if (const auto conflict = conflict_in(packet, checked.address, own_mac_, is_being_checked))
      return on_conflict(checked, *conflict, now);
  }
  return {};
}

Reason CheckedIpv4Addresses::on_conflict(Checked& checked, Reason conflict, Instant now) {
  const bool was_lost = checked.detection.state() == AddressState::duplicate;
  checked.detection.on_conflict(now);
  if (!was_lost && checked.detection.state() == AddressState::duplicate) attempts_.on_conflict();
  return conflict;
}

std::optional<CheckedIpv4Addresses::Event> CheckedIpv4Addresses::take_event(Instant now, Random& random) {
  for (Checked& checked : checked_) {
    checked.advance(now);
    if (!checked.has_news() && checked.detection.retry_at() <= now) check(checked.address, now, random);
    if (!checked.has_news()) continue;
    checked.reported = checked.detection.state();
    return Event{kind_of(checked.reported), checked.address};
  }
  return std::nullopt;
}

std::optional<CheckedIpv4Addresses::Due> CheckedIpv4Addresses::take_due(Instant now, Random& random) {
  for (Checked& checked : checked_) {
    checked.advance(now);
    if (checked.has_news()) continue;
    if (const auto message = checked.detection.take_due(now, random)) return Due{checked.address, message->kind};
  }
  return std::nullopt;
}

Instant CheckedIpv4Addresses::next_deadline() const {
  Instant next = Instant::max();
  for (const Checked& checked : checked_)
    next = std::min(next, checked.has_news() ? checked.as_of : checked.detection.next_deadline());
  return next;
}

std::optional<AddressState> CheckedIpv4Addresses::state_of(Ipv4Address address) const {
  const auto known = std::ranges::find(checked_, address, &Checked::address);
  return known == checked_.end() ? std::nullopt : std::optional(known->detection.state());
}

}  // namespace tunstack::discovery
