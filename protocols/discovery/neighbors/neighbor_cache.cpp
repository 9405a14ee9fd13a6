#include "protocols/discovery/neighbors/neighbor_cache.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "protocols/base/address_hash.hpp"

namespace tunstack::discovery {

namespace {

using std::chrono::milliseconds;

/// A neighbor that is reachable only becomes stale with time, which whoever looks finds out.
constexpr bool has_timer(NeighborState state) {
  return state == NeighborState::incomplete || state == NeighborState::delay || state == NeighborState::probe;
}

/// Who says unasked that it answers proves nothing.
constexpr bool is_asked(NeighborState state) {
  return state == NeighborState::incomplete || state == NeighborState::probe;
}

Instant deadline_in(NeighborState state, const NeighborTimes& times, Instant now) {
  switch (state) {
    case NeighborState::incomplete:
    case NeighborState::probe:
      return now + milliseconds(times.retransmit);
    case NeighborState::delay:
      return now + milliseconds(times.delay_first_probe);
    case NeighborState::reachable:
      return now + milliseconds(times.reachable);
    case NeighborState::failed:
      return now;  // since when
    default:
      return Instant::max();
  }
}

/// What an advertisement means (RFC 4861 7.2.5); nothing if it cannot be used.
std::optional<NeighborEvent> event_of(const NeighborNews& news, const Neighbor& neighbor) {
  if (neighbor.state == NeighborState::failed) return std::nullopt;  // nobody asks for it any longer
  if (!has_address(neighbor.state) && !news.mac) return std::nullopt;
  const bool same = has_address(neighbor.state) && (!news.mac || *news.mac == neighbor.mac);
  if (news.solicited)
    return same             ? NeighborEvent::solicited_same
           : news.overrides ? NeighborEvent::solicited_override
                            : NeighborEvent::solicited_other;
  return same             ? NeighborEvent::unsolicited_same
         : news.overrides ? NeighborEvent::unsolicited_override
                          : NeighborEvent::unsolicited_other;
}

}  // namespace

NeighborCache::NeighborCache(const NeighborLimits& limits, Random& random)
    : limits_(limits),
      key_(SipHashKey::draw(random)),
      entries_(limits.neighbors),
      waiting_(limits.largest_packet, limits.waiting) {}

// ---- entries ----

std::size_t NeighborCache::class_of(const Neighbor& neighbor) {
  if (!has_address(neighbor.state)) return 0;
  return neighbor.state == NeighborState::stale || !neighbor.has_answered ? 1 : 2;
}

std::size_t NeighborCache::hash_of(const NeighborKey& key) const {
  TableHash hash(key_);
  hash.add(key.address);
  return hash.finish(key.address.is_ipv4() ? 4 : 16, static_cast<std::uint64_t>(key.interface)) & (buckets_.size() - 1);
}

EntryIndex& NeighborCache::bucket_of(const NeighborKey& key) { return buckets_[hash_of(key)]; }

EntryIndex NeighborCache::find_index(const NeighborKey& key) const {
  if (buckets_.empty()) return no_entry;
  EntryIndex at = buckets_[hash_of(key)];
  while (at != no_entry && !(entries_[at].neighbor.key == key)) at = entries_[at].next;
  return at;
}

const Neighbor* NeighborCache::find(const NeighborKey& key) const {
  const EntryIndex found = find_index(key);
  return found == no_entry ? nullptr : &entries_[found].neighbor;
}

NeighborState NeighborCache::state_of(const NeighborKey& key, Instant now) const {
  const Neighbor* const neighbor = find(key);
  if (neighbor == nullptr) return NeighborState::none;
  const bool is_over = neighbor->state == NeighborState::reachable && neighbor->deadline <= now;
  return is_over ? NeighborState::stale : neighbor->state;
}

Standing NeighborCache::standing_of(const NeighborKey& key) const {
  const Neighbor* const neighbor = find(key);
  if (neighbor == nullptr) return Standing::unproven;
  if (neighbor->state == NeighborState::failed) return Standing::failed;
  return neighbor->has_answered ? Standing::answered : Standing::unproven;
}

EntryIndex NeighborCache::find_or_make(const NeighborKey& key) {
  const EntryIndex found = find_index(key);
  return found != no_entry ? found : make(key);
}

EntryIndex NeighborCache::make(const NeighborKey& key) {
  if (buckets_.empty()) buckets_.assign(std::bit_ceil(limits_.neighbors), no_entry);
  if (entries_.is_full()) make_room();
  const EntryIndex made = entries_.take();
  entries_[made].neighbor = {.key = key};
  entries_[made].next = std::exchange(bucket_of(key), made);
  return made;
}

/// Addresses that nobody has answered for go first, then those of neighbors that nothing was sent to lately, or that
/// only say themselves where they are: strangers can make up any number of both.
void NeighborCache::make_room() {
  const auto victim = std::ranges::find_if(by_class_, [](const AgeList& list) { return list.size > 0; });
  ++evicted_;
  remove(victim->oldest);
}

void NeighborCache::remove(EntryIndex index) {
  Neighbor& neighbor = entries_[index].neighbor;
  by_class_[class_of(neighbor)].unlink(entries_, &Entry::of_class, index);
  deadlines_.clear(index);
  lost_ += neighbor.waiting.size;
  if (neighbor.waiting.size > 0) by_waiting_.unlink(entries_, &Entry::of_waiting, index);
  waiting_.remove_all(neighbor.waiting);
  unchain(entries_, bucket_of(neighbor.key), index);
  neighbor.state = NeighborState::none;
  entries_.give(index);
}

void NeighborCache::touch(EntryIndex index, NeighborState state, bool is_proof) {
  Neighbor& neighbor = entries_[index].neighbor;
  if (neighbor.state != NeighborState::none) by_class_[class_of(neighbor)].unlink(entries_, &Entry::of_class, index);
  neighbor.state = state;
  neighbor.has_answered = is_proof || (neighbor.has_answered && has_address(state));
  by_class_[class_of(neighbor)].append(entries_, &Entry::of_class, index);
}

// ---- states ----

std::uint8_t NeighborCache::apply(EntryIndex index, NeighborEvent event, const std::optional<MacAddress>& mac,
                                  const NeighborTimes& times, Instant now) {
  Neighbor& neighbor = entries_[index].neighbor;
  const NeighborTransition* const transition = find_transition(neighbor.state, event);
  const NeighborState to = transition == nullptr ? neighbor.state : transition->to;
  touch(index, to, to == NeighborState::reachable && (event == NeighborEvent::confirmed || is_asked(neighbor.state)));
  if (transition == nullptr) return neighbor_action::nothing;
  if (mac && (transition->actions & neighbor_action::record)) neighbor.mac = *mac;
  if (transition->actions & neighbor_action::release) released_ = neighbor.key;
  if (transition->to != transition->from) neighbor.solicitations = 0;
  set_deadline(index, deadline_in(transition->to, times, now));
  return transition->actions;
}

void NeighborCache::set_deadline(EntryIndex index, Instant deadline) {
  Neighbor& neighbor = entries_[index].neighbor;
  neighbor.deadline = deadline;
  if (has_timer(neighbor.state))
    deadlines_.set(index, deadline);
  else
    deadlines_.clear(index);
}

void NeighborCache::age(EntryIndex index, const NeighborTimes& times, Instant now) {
  const Neighbor& neighbor = entries_[index].neighbor;
  if (neighbor.state == NeighborState::reachable && neighbor.deadline <= now)
    apply(index, NeighborEvent::timeout, {}, times, now);
}

std::expected<MacAddress, Unresolved> NeighborCache::use(const NeighborKey& key, const IpAddress& from,
                                                         const NeighborTimes& times, Instant now, bool may_ask) {
  EntryIndex index = find_index(key);
  if (!may_ask && (index == no_entry || entries_[index].neighbor.state == NeighborState::failed))
    return std::unexpected(Unresolved::not_to_be_asked_for);
  if (index == no_entry) index = make(key);
  Neighbor& neighbor = entries_[index].neighbor;
  neighbor.used_from = from;
  age(index, times, now);
  if (apply(index, NeighborEvent::packet_sent, {}, times, now) & neighbor_action::solicit)
    set_deadline(index, now);  // the first solicitation is due at once
  if (!has_address(neighbor.state)) return std::unexpected(Unresolved::asked_for);
  return neighbor.mac;
}

// ---- waiting ----

bool NeighborCache::keep(const NeighborKey& key, WaitingPackets::Datagram datagram, WaitingFor whose) {
  const EntryIndex index = find_index(key);
  if (index == no_entry || !waiting_.can_ever_hold(datagram)) return false;
  WaitingQueue& queue = entries_[index].neighbor.waiting;
  if (queue.size > 0) by_waiting_.unlink(entries_, &Entry::of_waiting, index);  // it is the newest in the end
  const bool had_room = make_room_for(queue, datagram);
  waiting_.add(queue, datagram, whose);
  by_waiting_.append(entries_, &Entry::of_waiting, index);
  return had_room;
}

/// A neighbor has its share. Then the one that nothing new came for longest loses its oldest: those of others never
/// keep a datagram out. False if something was lost.
bool NeighborCache::make_room_for(WaitingQueue& queue, WaitingPackets::Datagram datagram) {
  bool had_room = true;
  for (; !WaitingPackets::has_share_for(queue, datagram); had_room = false) waiting_.remove_first_datagram(queue);
  for (; !waiting_.has_room_for(datagram); had_room = false)
    if (const EntryIndex oldest = by_waiting_.oldest; oldest == no_entry)
      waiting_.remove_first_datagram(queue);
    else
      drop_oldest_waiting_of(oldest);
  return had_room;
}

/// It stays the one that nothing new came for longest.
void NeighborCache::drop_oldest_waiting_of(EntryIndex index) {
  WaitingQueue& queue = entries_[index].neighbor.waiting;
  waiting_.remove_first_datagram(queue);
  if (queue.size == 0) by_waiting_.unlink(entries_, &Entry::of_waiting, index);
}

void NeighborCache::on_source_link_layer_address(const NeighborKey& key, const MacAddress& mac,
                                                 const NeighborTimes& times, Instant now) {
  const EntryIndex index = find_or_make(key);
  age(index, times, now);
  const Neighbor& neighbor = entries_[index].neighbor;
  if (has_address(neighbor.state) && neighbor.mac == mac) return;
  apply(index, NeighborEvent::mentioned_other, mac, times, now);
}

bool NeighborCache::on_advertisement(const NeighborNews& news, const NeighborTimes& times, Instant now) {
  const EntryIndex index = find_index(news.key);
  if (index == no_entry) return false;
  age(index, times, now);
  Neighbor& neighbor = entries_[index].neighbor;
  const auto event = event_of(news, neighbor);
  if (!event) return false;
  const bool is_refused = has_address(neighbor.state) &&
                          (*event == NeighborEvent::solicited_other || *event == NeighborEvent::unsolicited_other);
  apply(index, *event, news.mac, times, now);
  if (news.is_router && !is_refused) neighbor.is_router = *news.is_router;
  return true;
}

void NeighborCache::confirm(const NeighborKey& key, const NeighborTimes& times, Instant now) {
  const EntryIndex index = find_index(key);
  if (index != no_entry && has_address(entries_[index].neighbor.state))
    apply(index, NeighborEvent::confirmed, {}, times, now);
}

void NeighborCache::set_router(const NeighborKey& key, bool is_router) {
  const EntryIndex index = find_index(key);
  if (index != no_entry) entries_[index].neighbor.is_router = is_router;
}

void NeighborCache::forget(const NeighborKey& key) {
  const EntryIndex index = find_index(key);
  if (index != no_entry) remove(index);
}

// ---- time ----

NeighborCache::Step NeighborCache::step_one(EntryIndex index, const NeighborTimes& times, Instant now) {
  Neighbor& neighbor = entries_[index].neighbor;
  const bool is_last = neighbor.solicitations >= times.solicitations;
  const std::uint8_t actions =
      apply(index, is_last ? NeighborEvent::last_timeout : NeighborEvent::timeout, {}, times, now);
  Step step{.key = neighbor.key, .failed = (actions & neighbor_action::give_up) != 0};
  if (actions & neighbor_action::solicit) {
    ++neighbor.solicitations;
    step.solicitation = {neighbor.key, has_address(neighbor.state) ? std::optional(neighbor.mac) : std::nullopt,
                         neighbor.used_from};
  }
  return step;
}

std::optional<WaitingPacket> NeighborCache::first_waiting(const NeighborKey& key) const {
  const Neighbor* const neighbor = find(key);
  if (neighbor == nullptr || neighbor->waiting.size == 0) return std::nullopt;
  return waiting_.first(neighbor->waiting);
}

void NeighborCache::remove_waiting(const NeighborKey& key) {
  const EntryIndex index = find_index(key);
  if (index == no_entry) return;
  WaitingQueue& queue = entries_[index].neighbor.waiting;
  waiting_.remove_first(queue);
  if (queue.size == 0) by_waiting_.unlink(entries_, &Entry::of_waiting, index);
}

}  // namespace tunstack::discovery
