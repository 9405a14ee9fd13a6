// Puts fragments together again, for both families (RFC 791 3.2, RFC 8200 4.5).
//
// Fed by a node with each fragment that passed the rules of its family; emptied when a datagram is complete, when
// its time is over, or when the pool needs the room. All memory is taken at the first fragment, and touched as far as
// fragments ever filled it.
#pragma once

#include <expected>
#include <memory>
#include <optional>

#include "protocols/base/late.hpp"
#include "protocols/base/random.hpp"
#include "protocols/ip/reassembly_table.hpp"

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
  bool is_looped_back = false;    // the node sent some fragment to itself
};

/// The datagram as if it had come in one piece. Changes its bytes; written for each family beside its fragments.
template <class View>
View make_whole(const Reassembled& datagram);

/// Why a fragment does not join the others.
struct FragmentRefusal {
  Reason reason;
  bool too_large = false;  // the whole datagram would be
};

class Reassembler {
 public:
  Reassembler(const ReassemblyLimits& limits, Random& random);

  /// The datagram that the fragment completes, or nothing while others are missing, or why the fragment was refused.
  std::expected<std::optional<Reassembled>, FragmentRefusal> add(const Fragment& fragment,
                                                                 const ReassemblyPolicy& policy, Instant now);

  /// The first fragment of a datagram was refused: nothing more of it gets in until its time is over, counted from the
  /// first of them.
  void refuse_later_fragments(const Fragment& fragment, const ReassemblyPolicy& policy, Instant now);

  /// A datagram whose time is over, unless it was refused before, and that is forgotten by this call: its first
  /// fragment as it arrived, or empty bytes if that never came. Nothing if no time is over.
  std::optional<Reassembled> expire(Instant now);
  /// When expire() will have something to do, or never.
  Instant next_deadline() const { return datagrams_held() == 0 ? Instant::max() : oldest().expires; }

  std::size_t datagrams_held() const { return memory_ ? memory_->table.size() : 0; }
  /// Octets of the pool that hold fragments.
  std::size_t memory_used() const { return memory_ ? memory_->pool.in_use() * BlockPool::block_size : 0; }
  /// Incomplete datagrams that had to make room so far.
  std::uint64_t evicted() const { return evicted_; }

 private:
  using Index = ReassemblyTable::Index;
  static constexpr Index none = ReassemblyTable::none;

  struct Memory {
    Memory(const ReassemblyLimits& limits, const SipHashKey& key);
    Memory(const Memory& other);
    Memory& operator=(const Memory&) = delete;
    ~Memory() = default;
    BlockPool pool;
    ReassemblyTable table;
    std::unique_ptr<std::uint8_t[]> whole;  // the datagram that is handed out, if it lay in pieces
  };

  // Once there was a fragment.
  BlockPool& pool() { return memory_->pool; }
  ReassemblyTable& table() { return memory_->table; }
  const IncompleteDatagram& oldest() const { return memory_->table[memory_->table.oldest()]; }

  Index find_or_make(const Fragment& fragment, const ReassemblyPolicy& policy, Instant now);
  void make_room(std::size_t blocks, Index except);
  std::expected<std::optional<Reassembled>, FragmentRefusal> complete(Index index, std::size_t largest);
  MutableBytes copy(const PartialDatagram& data, std::size_t size);
  static Reassembled hand_out(const IncompleteDatagram& datagram, MutableBytes bytes);
  void refuse(Index index);
  void evict(Index index);
  void remove(Index index);

  ReassemblyLimits limits_;
  SipHashKey key_;
  std::uint64_t evicted_ = 0;
  Late<Memory> memory_;
};

}  // namespace tunstack::ip
