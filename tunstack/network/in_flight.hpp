// Packets on their way: each is kept until its time has come, in the order of those times. Filled by links, emptied by
// whoever has the time. A packet is one copy in memory that is used again and again; what is on its way at once is
// bounded.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "protocols/base/bytes.hpp"
#include "protocols/base/time.hpp"

namespace tunstack {

/// What is on its way at once at most, whatever strangers send.
struct InFlightLimits {
  std::size_t packets = 131'072;                // 48 octets for each, beside
  std::size_t octets = std::size_t{64} << 20U;  // of memory for them
};

/// Memory for packets: chunks, each of which is cut into blocks of one size while any of them is in use, and then
/// serves any size again. So whatever sizes come, there is no more of it than there may be. It is kept for the next
/// packets.
class PacketMemory {
 public:
  static constexpr std::size_t largest = 65664;  // holds any frame
  static constexpr std::size_t octets_of_a_chunk = largest;

  struct Block {
    std::uint8_t* octets = nullptr;
    std::uint32_t chunk = 0;
    std::uint32_t size = 0;  // as it was asked for
    MutableBytes bytes() const { return {octets, size}; }
  };

  explicit PacketMemory(std::size_t most_octets) : most_chunks_(most_octets / octets_of_a_chunk) {}

  /// Uninitialised; of `largest` octets at most. Null if there is no room.
  Block take(std::size_t size);
  void give_back(const Block& block);
  /// Of all chunks.
  std::size_t octets() const { return chunks_.size() * octets_of_a_chunk; }
  /// How many packets of a size one chunk holds.
  static std::size_t blocks_of_a_chunk(std::size_t size) { return octets_of_a_chunk / sizes[kind_of(size)]; }

 private:
  static constexpr std::array<std::size_t, 5> sizes{128, 512, 2048, 9216, largest};
  static std::size_t kind_of(std::size_t size);

  static constexpr std::uint32_t none = ~std::uint32_t{0};
  struct Chunk {
    std::unique_ptr<std::uint8_t[]> octets = {};
    std::uint32_t free = none;  // the first of the blocks that were given back: each holds the number of the next one
    std::uint32_t begun = 0;    // so many were taken since it was cut
    std::size_t kind = 0;       // of its blocks
    std::size_t used = 0;       // those that are taken now
    std::size_t place = 0;      // among those with room
    bool is_full() const { return used == octets_of_a_chunk / sizes[kind]; }
  };
  using ChunkNumber = std::uint32_t;

  std::optional<ChunkNumber> chunk_with_room(std::size_t kind);
  void add_with_room(ChunkNumber number);
  void remove_with_room(ChunkNumber number);

  std::size_t most_chunks_;
  std::vector<Chunk> chunks_;
  std::vector<ChunkNumber> unused_;                               // of which no block is taken
  std::array<std::vector<ChunkNumber>, sizes.size()> with_room_;  // of which some are, and some are not: by kind
};

class InFlight {
 public:
  /// What whoever adds packets knows them by.
  using Tag = std::uint64_t;
  struct Packet {
    Instant due;
    Tag tag;
    std::uint64_t number;
    MutableBytes bytes;
  };

  explicit InFlight(const InFlightLimits& limits) : limits_(limits), memory_(limits.octets) {}
  // A copy is empty: packets on their way are nobody's but the original's.
  InFlight(const InFlight& other) : InFlight(other.limits_) {}
  InFlight& operator=(const InFlight&) = delete;
  InFlight(InFlight&&) = default;
  InFlight& operator=(InFlight&&) = default;
  ~InFlight() = default;

  /// Room for a packet that comes out at `due`, to be filled at once; empty if there is none. Those with the same time
  /// come out in the order in which they were added.
  MutableBytes add(Instant due, Tag tag, std::uint64_t number, std::size_t size);
  /// When the next one comes out; never if none is on its way.
  Instant next_due() const { return heap_.empty() ? Instant::max() : heap_.front().due; }
  /// The next one whose time has come; its bytes are good until the next call.
  std::optional<Packet> take(Instant now);
  std::size_t packets() const { return heap_.size(); }
  /// Of the memory for them, which is kept for the next ones.
  std::size_t octets() const { return memory_.octets(); }

 private:
  struct Entry {
    Instant due;
    std::uint64_t order;
    Tag tag;
    std::uint64_t number;
    PacketMemory::Block block;
  };
  struct IsLater {
    bool operator()(const Entry& one, const Entry& other) const {
      return one.due != other.due ? one.due > other.due : one.order > other.order;
    }
  };

  InFlightLimits limits_;
  std::uint64_t added_ = 0;
  std::vector<Entry> heap_;  // the one that is due next in front
  PacketMemory memory_;
  std::optional<PacketMemory::Block> taken_;
};

}  // namespace tunstack
