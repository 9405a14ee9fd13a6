#include "protocols/ip/reassembly_table.hpp"

#include <bit>
#include <utility>

#include "protocols/base/address_hash.hpp"

namespace tunstack::ip {

using Index = ReassemblyTable::Index;

ReassemblyTable::ReassemblyTable(std::size_t capacity, const SipHashKey& key)
    : key_(key),
      entries_(capacity),
      buckets_(std::bit_ceil(capacity), none),
      sources_(capacity),
      source_buckets_(std::bit_ceil(capacity), none) {
  entries_.reserve();
  datagrams_.reserve(capacity);
  sources_.reserve();
}

Index ReassemblyTable::find(const FragmentKey& key, Bucket bucket) const {
  Index at = buckets_[bucket];
  while (at != none && !(entries_[at].key == key)) at = entries_[at].next;
  return at;
}

Index ReassemblyTable::add(const FragmentKey& key, Bucket bucket, Bucket of_source) {
  const Index made = entries_.take();
  if (made == datagrams_.size()) datagrams_.emplace_back();
  datagrams_[made].refused = false;
  Entry& entry = entries_[made];
  entry.key = key;
  entry.bucket = bucket;
  entry.next = std::exchange(buckets_[entry.bucket], made);
  entry.source = find_or_make_source(key.source, of_source);
  sources_[entry.source].by_age.append(entries_, &Entry::of_source, made);
  by_age_.append(entries_, &Entry::by_age, made);
  held_.append(entries_, &Entry::held, made);
  return made;
}

void ReassemblyTable::remove(Index index) {
  const Entry& entry = entries_[index];
  by_age_.unlink(entries_, &Entry::by_age, index);
  if (!datagrams_[index].refused) held_.unlink(entries_, &Entry::held, index);
  sources_[entry.source].by_age.unlink(entries_, &Entry::of_source, index);
  if (sources_[entry.source].by_age.size == 0) forget_source(entry.source);
  unchain(entries_, buckets_[entry.bucket], index);
  entries_.give(index);
}

void ReassemblyTable::refuse(Index index) {
  datagrams_[index].refused = true;
  held_.unlink(entries_, &Entry::held, index);
}

std::size_t ReassemblyTable::size_of(const IpAddress& source, Bucket bucket) const {
  const Index found = find_source(source, bucket);
  return found == none ? 0 : sources_[found].by_age.size;
}

Index ReassemblyTable::find_source(const IpAddress& source, Bucket bucket) const {
  Index at = source_buckets_[bucket];
  while (at != none && !(sources_[at].address == source)) at = sources_[at].next;
  return at;
}

Index ReassemblyTable::find_or_make_source(const IpAddress& source, Bucket bucket) {
  const Index found = find_source(source, bucket);
  if (found != none) return found;
  const Index made = sources_.take();
  sources_[made] = {source, {}, std::exchange(source_buckets_[bucket], made), bucket};
  return made;
}

void ReassemblyTable::forget_source(Index index) {
  unchain(sources_, source_buckets_[sources_[index].bucket], index);
  sources_.give(index);
}

ReassemblyTable::Bucket ReassemblyTable::bucket_of(const FragmentKey& key) const {
  TableHash hash(key_);
  hash.add(key.source);
  hash.add(key.destination);
  const std::uint64_t tail = std::uint64_t{key.protocol} << 32 | key.identification;
  return static_cast<Bucket>(hash.finish(key.source.is_ipv4() ? 4 : 16, tail) & (buckets_.size() - 1));
}

ReassemblyTable::Bucket ReassemblyTable::bucket_of(const IpAddress& source) const {
  return static_cast<Bucket>(keyed_hash(source, key_) & (source_buckets_.size() - 1));
}

}  // namespace tunstack::ip
