#include "protocols/ip/reassembly.hpp"

#include <bit>

#include "protocols/base/address_hash.hpp"

namespace tunstack::ip {

namespace {

constexpr std::uint8_t not_ect = 1U << 0;
constexpr std::uint8_t congestion_experienced = 1U << 3;

}  // namespace

Reassembler::Reassembler(Random& random, const ReassemblyLimits& limits)
    : limits_(limits),
      secret_(random.next()),
      pool_(std::size_t{limits.kibioctets} * 1024),
      entries_(limits.datagrams),
      buckets_(std::bit_ceil(limits.datagrams), none),
      whole_(BlockPool::block_size + largest_fragmented_payload) {
  free_entries_.reserve(limits.datagrams);
  for (std::size_t i = limits.datagrams; i-- > 0;) free_entries_.push_back(static_cast<Index>(i));
}

std::expected<std::optional<Reassembled>, Reason> Reassembler::add(const Fragment& fragment,
                                                                   const ReassemblyPolicy& policy, Instant now) {
  const Index known = find(fragment.key);
  Entry& entry = known != none ? entries_[known] : make(fragment, now + std::chrono::seconds(policy.timeout));
  if (entry.refused) return std::unexpected(Reason::fragment_of_refused_datagram);
  const std::size_t needed = entry.data.blocks_for(fragment);
  if (pool_.available() < needed) make_room(needed, entry);
  if (pool_.available() < needed) {
    refuse(entry);
    return std::unexpected(Reason::fragment_pool_exhausted);
  }
  if (const auto refused = entry.data.add(fragment, policy.overlap, pool_)) {
    if (refused != Reason::fragment_duplicate) refuse(entry);
    return std::unexpected(*refused);
  }
  entry.ecn_seen |= static_cast<std::uint8_t>(1U << (fragment.ecn & 3));
  entry.link_layer_group |= fragment.link_layer_group;
  if (!entry.data.is_complete()) return std::nullopt;
  return complete(entry, policy.largest);
}

Reassembler::Index Reassembler::find(const FragmentKey& key) const {
  Index at = buckets_[bucket_of(key.source)];
  while (at != none && !(entries_[at].key == key)) at = entries_[at].next;
  return at;
}

Reassembler::Entry& Reassembler::make(const Fragment& fragment, Instant expires) {
  limit_source(fragment.key.source);
  if (free_entries_.empty()) evict(oldest_);
  const Index made = free_entries_.back();
  free_entries_.pop_back();
  ++held_;
  Index& bucket = buckets_[bucket_of(fragment.key.source)];
  Index last = bucket;
  while (last != none && entries_[last].next != none) last = entries_[last].next;

  Entry& entry = entries_[made];
  entry.key = fragment.key;
  entry.expires = expires;
  entry.data.clear();
  entry.interface = fragment.interface;
  entry.link_layer_group = false;
  entry.ecn_seen = 0;
  entry.refused = false;
  entry.older = newest_;
  entry.newer = none;
  entry.previous = last;
  entry.next = none;
  (last == none ? bucket : entries_[last].next) = made;
  (newest_ == none ? oldest_ : entries_[newest_].newer) = made;
  newest_ = made;
  return entry;
}

/// One source cannot hold more than its share: its oldest datagram makes room.
void Reassembler::limit_source(const IpAddress& source) {
  std::size_t count = 0;
  Index oldest = none;
  for (Index at = buckets_[bucket_of(source)]; at != none; at = entries_[at].next)
    if (entries_[at].key.source == source && count++ == 0) oldest = at;
  if (count >= limits_.datagrams_of_source) evict(oldest);
}

void Reassembler::make_room(std::size_t blocks, const Entry& except) {
  for (Index at = oldest_; at != none && pool_.available() < blocks;) {
    const Index newer = entries_[at].newer;
    if (at != index_of(except) && !entries_[at].refused) evict(at);
    at = newer;
  }
}

std::expected<std::optional<Reassembled>, Reason> Reassembler::complete(Entry& entry, std::size_t largest) {
  const bool marked = (entry.ecn_seen & congestion_experienced) != 0;
  const bool too_large = entry.data.header_size() + entry.data.size() > largest;
  if (too_large || (marked && (entry.ecn_seen & not_ect) != 0)) {
    refuse(entry);
    return std::unexpected(too_large ? Reason::fragment_beyond_largest_datagram : Reason::fragment_ecn_mixed);
  }
  Reassembled datagram = read(entry, entry.data.size());
  datagram.congestion_experienced = marked;
  remove(index_of(entry));
  return datagram;
}

std::optional<Reassembled> Reassembler::expire(Instant now) {
  while (next_deadline() <= now && entries_[oldest_].refused) remove(oldest_);
  if (next_deadline() > now) return std::nullopt;
  const Entry& entry = entries_[oldest_];
  Reassembled first = {.interface = entry.interface, .link_layer_group = entry.link_layer_group};
  if (entry.data.has_first()) first = read(entry, entry.data.first_size());
  remove(oldest_);
  return first;
}

Reassembled Reassembler::read(const Entry& entry, std::size_t data_size) {
  const MutableBytes bytes(whole_.data(), entry.data.header_size() + data_size);
  entry.data.read(bytes, pool_);
  return {.bytes = bytes,
          .header_size = entry.data.header_size(),
          .interface = entry.interface,
          .link_layer_group = entry.link_layer_group};
}

/// The datagram is given up, but its key stays until its time is over, so that nothing more of it gets in.
void Reassembler::refuse(Entry& entry) {
  entry.data.release(pool_);
  entry.data.clear();
  entry.refused = true;
}

void Reassembler::evict(Index index) {
  ++evicted_;
  remove(index);
}

void Reassembler::remove(Index index) {
  Entry& entry = entries_[index];
  entry.data.release(pool_);
  (entry.older == none ? oldest_ : entries_[entry.older].newer) = entry.newer;
  (entry.newer == none ? newest_ : entries_[entry.newer].older) = entry.older;
  (entry.previous == none ? buckets_[bucket_of(entry.key.source)] : entries_[entry.previous].next) = entry.next;
  if (entry.next != none) entries_[entry.next].previous = entry.previous;
  free_entries_.push_back(index);
  --held_;
}

std::size_t Reassembler::bucket_of(const IpAddress& source) const {
  return keyed_hash(source, secret_) >> 32 & (buckets_.size() - 1);
}

}  // namespace tunstack::ip
