// Puts fragments together again, for both families (RFC 791 3.2, RFC 8200 4.5).
//
// Fed by a node with each fragment that passed the rules of its family; emptied when a datagram is complete, when
// its time is over, or when the pool needs the room. All memory is taken at the start.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "protocols/base/random.hpp"
#include "protocols/base/time.hpp"
#include "protocols/ip/partial_datagram.hpp"

namespace tunstack::ip {

struct ReassemblyLimits {
  std::uint32_t kibioctets = 4096;  // at least 256, at most 65536
  std::uint32_t datagrams = 1024;
  std::uint32_t datagrams_of_source = 64;
};

struct ReassemblyPolicy {
  std::uint32_t timeout = 60;     // seconds
  std::uint32_t largest = 65535;  // octets of a whole datagram, the kept header included
  Overlap overlap = Overlap::drop;
};

/// A whole datagram, or the first fragment of one. Valid until the next call of the Reassembler.
struct Reassembled {
  MutableBytes bytes = {};  // header of the first fragment as it arrived, then data
  std::size_t header_size = 0;
  bool congestion_experienced = false;  // some fragment was marked so (RFC 3168 5.3)
  InterfaceId interface{};
  bool link_layer_group = false;  // some fragment came in a link-layer broadcast or multicast frame
};

class Reassembler {
 public:
  Reassembler(Random& random, const ReassemblyLimits& limits);

  /// The datagram that the fragment completes, or nothing while others are missing, or why the fragment was refused.
  std::expected<std::optional<Reassembled>, Reason> add(const Fragment& fragment, const ReassemblyPolicy& policy,
                                                        Instant now);

  /// A datagram whose time is over, unless it was given up before, and that is forgotten by this call: its first
  /// fragment as it arrived, or empty bytes if that never came. Nothing if no time is over.
  std::optional<Reassembled> expire(Instant now);
  /// When expire() will have something to give, or never.
  Instant next_deadline() const { return oldest_ == none ? Instant::max() : entries_[oldest_].expires; }

  std::size_t datagrams_held() const { return held_; }
  /// Incomplete datagrams that had to make room so far.
  std::uint64_t evicted() const { return evicted_; }

 private:
  using Index = std::uint16_t;
  static constexpr Index none = 0xffff;

  struct Entry {
    FragmentKey key;
    Instant expires;
    PartialDatagram data;
    InterfaceId interface{};
    bool link_layer_group = false;
    std::uint8_t ecn_seen = 0;           // one bit for each codepoint
    bool refused = false;                // kept only to refuse what still comes of it
    Index older = none, newer = none;    // all entries by age
    Index previous = none, next = none;  // entries whose sources share a bucket, by age
  };

  Index find(const FragmentKey& key) const;
  Entry& make(const Fragment& fragment, Instant expires);
  void limit_source(const IpAddress& source);
  void make_room(std::size_t blocks, const Entry& except);
  std::expected<std::optional<Reassembled>, Reason> complete(Entry& entry, std::size_t largest);
  Reassembled read(const Entry& entry, std::size_t data_size);
  void refuse(Entry& entry);
  void evict(Index index);
  void remove(Index index);
  std::size_t bucket_of(const IpAddress& source) const;
  Index index_of(const Entry& entry) const { return static_cast<Index>(&entry - entries_.data()); }

  ReassemblyLimits limits_;
  std::uint64_t secret_;
  BlockPool pool_;
  std::vector<Entry> entries_;
  std::vector<Index> free_entries_;
  std::vector<Index> buckets_;
  Index oldest_ = none, newest_ = none;
  std::size_t held_ = 0;
  std::uint64_t evicted_ = 0;
  std::vector<std::uint8_t> whole_;
};

}  // namespace tunstack::ip
