// Incomplete datagrams, found by their key, by their source and by their age, each in constant time, whatever
// arrives. All memory is taken at the start, and touched only as far as there were ever datagrams.
#pragma once

#include <vector>

#include "protocols/base/linked_entries.hpp"
#include "protocols/base/siphash.hpp"
#include "protocols/base/time.hpp"
#include "protocols/ip/partial_datagram.hpp"

namespace tunstack::ip {

struct IncompleteDatagram {
  IncompleteDatagram() {}  // NOLINT(modernize-use-equals-default): written out, or the bits would be filled with zeros

  Instant expires;
  PartialDatagram data;
  InterfaceId interface{};
  bool link_layer_group = false;
  bool is_looped_back = false;
  std::uint8_t ecn_seen = 0;  // one bit for each codepoint
  bool refused = false;       // kept only to refuse what still comes of it; set by ReassemblyTable
};

class ReassemblyTable {
 public:
  using Index = EntryIndex;
  static constexpr Index none = no_entry;

  /// The key keeps strangers from aiming at one bucket.
  ReassemblyTable(std::size_t capacity, const SipHashKey& key);

  IncompleteDatagram& operator[](Index index) { return datagrams_[index]; }
  const IncompleteDatagram& operator[](Index index) const { return datagrams_[index]; }

  /// Where a key or a source is looked for: who asks several things of one hashes it once.
  using Bucket = std::uint32_t;
  Bucket bucket_of(const FragmentKey& key) const;
  Bucket bucket_of(const IpAddress& source) const;

  const FragmentKey& key_of(Index index) const { return entries_[index].key; }
  Index find(const FragmentKey& key, Bucket bucket) const;
  Index find(const FragmentKey& key) const { return find(key, bucket_of(key)); }
  bool is_full() const { return entries_.is_full(); }
  /// The table is not full and does not hold `key`. All but the key is as the last user of the place left it.
  Index add(const FragmentKey& key, Bucket bucket, Bucket of_source);
  Index add(const FragmentKey& key) { return add(key, bucket_of(key), bucket_of(key.source)); }
  void remove(Index index);
  /// From now on it holds no octets of fragments, only its key and its age.
  void refuse(Index index);

  std::size_t size() const { return entries_.size(); }
  /// The oldest of all, or none; newer_than() leads to each newer one in turn.
  Index oldest() const { return by_age_.oldest; }
  Index newer_than(Index index) const { return entries_[index].by_age.newer; }
  /// Likewise of those that are not refused.
  Index oldest_held() const { return held_.oldest; }
  Index newer_held(Index index) const { return entries_[index].held.newer; }
  std::size_t size_of(const IpAddress& source, Bucket bucket) const;
  std::size_t size_of(const IpAddress& source) const { return size_of(source, bucket_of(source)); }
  /// The oldest of a source that has one.
  Index oldest_of(const IpAddress& source, Bucket bucket) const {
    return sources_[find_source(source, bucket)].by_age.oldest;
  }
  Index oldest_of(const IpAddress& source) const { return oldest_of(source, bucket_of(source)); }

 private:
  // What finds a datagram lies apart from it: all of this stays in the caches, whoever it is that comes and goes.
  struct Entry {
    FragmentKey key;
    AgeLinks by_age, held, of_source;
    Index next = none;  // entries whose keys share a bucket
    Bucket bucket = 0;
    Index source = none;
  };
  struct Source {
    IpAddress address;
    AgeList by_age;
    Index next = none;  // sources that share a bucket
    Bucket bucket = 0;
  };

  Index find_source(const IpAddress& source, Bucket bucket) const;
  Index find_or_make_source(const IpAddress& source, Bucket bucket);
  void forget_source(Index index);

  SipHashKey key_;
  EntryPool<Entry> entries_;
  std::vector<IncompleteDatagram> datagrams_;  // each where its entry is
  std::vector<Index> buckets_;
  AgeList by_age_, held_;
  EntryPool<Source> sources_;
  std::vector<Index> source_buckets_;
};

}  // namespace tunstack::ip
