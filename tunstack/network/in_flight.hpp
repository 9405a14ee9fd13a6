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

/// Memory for packets in blocks of a few sizes, which are kept for the next ones.
class PacketMemory {
 public:
  static constexpr std::size_t largest = 65664;  // holds any frame

  /// Uninitialised; of `largest` octets at most.
  std::uint8_t* take(std::size_t size);
  void give_back(std::uint8_t* block, std::size_t size);
  /// Of the block that holds so many octets.
  static std::size_t block_size(std::size_t size) { return sizes[kind_of(size)]; }

 private:
  static constexpr std::array<std::size_t, 5> sizes{128, 512, 2048, 9216, largest};
  static constexpr std::size_t octets_of_a_chunk = largest;
  static std::size_t kind_of(std::size_t size);

  struct Kind {
    std::vector<std::uint8_t*> free;
    std::vector<std::unique_ptr<std::uint8_t[]>> chunks;
  };
  std::array<Kind, sizes.size()> kinds_;
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

  /// `most_octets`: of the blocks that packets take.
  InFlight(std::size_t most_packets, std::size_t most_octets)
      : most_packets_(most_packets), most_octets_(most_octets) {}
  // A copy is empty: packets on their way are nobody's but the original's.
  InFlight(const InFlight& other) : InFlight(other.most_packets_, other.most_octets_) {}
  InFlight& operator=(const InFlight&) = delete;
  InFlight(InFlight&&) = default;
  InFlight& operator=(InFlight&&) = default;
  ~InFlight() = default;

  /// Room for a packet that comes out at `due`, to be filled at once; empty if there is none. Those with the same time
  /// come out in the order in which they were added.
  MutableBytes add(Instant due, Tag tag, std::uint64_t number, std::size_t size);
  /// When the next one comes out; never if none is on its way.
  Instant next_due() const { return heap_.empty() ? Instant::max() : heap_.front().packet.due; }
  /// The next one whose time has come; its bytes are good until the next call.
  std::optional<Packet> take(Instant now);
  std::size_t packets() const { return heap_.size(); }

 private:
  struct Entry {
    Packet packet;
    std::uint64_t order;
  };
  struct IsLater {
    bool operator()(const Entry& one, const Entry& other) const {
      return one.packet.due != other.packet.due ? one.packet.due > other.packet.due : one.order > other.order;
    }
  };

  std::size_t most_packets_;
  std::size_t most_octets_;
  std::size_t octets_ = 0;
  std::uint64_t added_ = 0;
  std::vector<Entry> heap_;  // the one that is due next in front
  PacketMemory memory_;
  std::optional<MutableBytes> taken_;
};

}  // namespace tunstack
