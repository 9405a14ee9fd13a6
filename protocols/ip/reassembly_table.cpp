#include "protocols/ip/reassembly_table.hpp"

#include <bit>
#include <numeric>
#include <utility>

#include "protocols/base/address_hash.hpp"

namespace tunstack::ip {

namespace {

using Index = ReassemblyTable::Index;

std::vector<Index> all_free(std::size_t capacity) {
  std::vector<Index> free(capacity);
  std::iota(free.rbegin(), free.rend(), Index{0});
  return free;
}

Index take(std::vector<Index>& free) {
  const Index taken = free.back();
  free.pop_back();
  return taken;
}

/// Takes `index` out of a list that is linked by `next`.
template <class Items>
void unchain(Items& items, Index& head, Index index) {
  Index* at = &head;
  while (*at != index) at = &items[*at].next;
  *at = items[index].next;
}

}  // namespace

ReassemblyTable::ReassemblyTable(Random& random, std::size_t capacity)
    : secret_(random.next()),
      entries_(capacity),
      free_entries_(all_free(capacity)),
      buckets_(std::bit_ceil(capacity), none),
      sources_(capacity),
      free_sources_(all_free(capacity)),
      source_buckets_(std::bit_ceil(capacity), none) {}

Index ReassemblyTable::find(const FragmentKey& key) const {
  Index at = buckets_[bucket_of(key)];
  while (at != none && !(entries_[at].datagram.key == key)) at = entries_[at].next;
  return at;
}

Index ReassemblyTable::add(const FragmentKey& key) {
  const Index made = take(free_entries_);
  Entry& entry = entries_[made];
  entry.datagram.key = key;
  Index& bucket = buckets_[bucket_of(key)];
  entry.next = std::exchange(bucket, made);
  entry.source = find_or_make_source(key.source);
  append(sources_[entry.source].by_age, &Entry::of_source, made);
  append(by_age_, &Entry::by_age, made);
  return made;
}

void ReassemblyTable::remove(Index index) {
  const Entry& entry = entries_[index];
  unlink(by_age_, &Entry::by_age, index);
  unlink(sources_[entry.source].by_age, &Entry::of_source, index);
  if (sources_[entry.source].by_age.size == 0) forget_source(entry.source);
  unchain(entries_, buckets_[bucket_of(entry.datagram.key)], index);
  free_entries_.push_back(index);
}

std::size_t ReassemblyTable::size_of(const IpAddress& source) const {
  const Index found = find_source(source);
  return found == none ? 0 : sources_[found].by_age.size;
}

void ReassemblyTable::append(Queue& queue, Links Entry::* links, Index index) {
  entries_[index].*links = {queue.newest, none};
  (queue.newest == none ? queue.oldest : (entries_[queue.newest].*links).newer) = index;
  queue.newest = index;
  ++queue.size;
}

void ReassemblyTable::unlink(Queue& queue, Links Entry::* links, Index index) {
  const Links own = entries_[index].*links;
  (own.older == none ? queue.oldest : (entries_[own.older].*links).newer) = own.newer;
  (own.newer == none ? queue.newest : (entries_[own.newer].*links).older) = own.older;
  --queue.size;
}

Index ReassemblyTable::find_source(const IpAddress& source) const {
  Index at = source_buckets_[bucket_of(source)];
  while (at != none && !(sources_[at].address == source)) at = sources_[at].next;
  return at;
}

Index ReassemblyTable::find_or_make_source(const IpAddress& source) {
  const Index found = find_source(source);
  if (found != none) return found;
  const Index made = take(free_sources_);
  Index& bucket = source_buckets_[bucket_of(source)];
  sources_[made] = {source, {}, std::exchange(bucket, made)};
  return made;
}

void ReassemblyTable::forget_source(Index index) {
  unchain(sources_, source_buckets_[bucket_of(sources_[index].address)], index);
  free_sources_.push_back(index);
}

std::size_t ReassemblyTable::bucket_of(const FragmentKey& key) const {
  const std::uint64_t of_source = keyed_hash(key.source, secret_ + key.identification);
  return keyed_hash(key.destination, of_source + key.protocol) >> 32 & (buckets_.size() - 1);
}

std::size_t ReassemblyTable::bucket_of(const IpAddress& source) const {
  return keyed_hash(source, secret_) >> 32 & (source_buckets_.size() - 1);
}

}  // namespace tunstack::ip
