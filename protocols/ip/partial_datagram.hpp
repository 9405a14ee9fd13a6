// The data of one datagram while fragments of it are missing: blocks of a pool, and a list of holes that stands in
// the holes themselves (RFC 815 3), so that it needs no memory of its own.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "protocols/base/reason.hpp"
#include "protocols/ip/fragment.hpp"

namespace tunstack::ip {

/// Memory in blocks of one size, taken once.
class BlockPool {
 public:
  using Index = std::uint16_t;
  static constexpr Index none = 0xffff;
  static constexpr std::size_t block_size = 2048;

  explicit BlockPool(std::size_t octets);
  std::size_t available() const { return free_.size(); }
  /// At least one is available. The content is whatever was there.
  Index take();
  void give(Index block) { free_.push_back(block); }
  std::uint8_t* at(Index block) const { return memory_.get() + std::size_t{block} * block_size; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::vector<Index> free_;
};

class PartialDatagram {
 public:
  /// What add() may take out of the pool.
  std::size_t blocks_for(const Fragment& fragment) const;

  /// Back to one hole without end. What it held must have been released.
  void clear() { *this = PartialDatagram{}; }
  /// The pool has blocks_for(fragment). Nothing changes for the reason returned: fragment_duplicate, or one for
  /// which the whole datagram is to be given up.
  MaybeReason add(const Fragment& fragment, Overlap policy, BlockPool& pool);
  bool is_complete() const { return size_ != 0 && first_hole_ == BlockPool::none && header_ != BlockPool::none; }
  /// Gives all blocks back; afterwards clear() or nothing.
  void release(BlockPool& pool);

  bool has_first() const { return header_ != BlockPool::none; }
  /// Octets, once has_first().
  std::size_t header_size() const { return header_size_; }
  /// Octets of data in the fragment with offset 0.
  std::size_t first_size() const { return first_size_; }
  /// Octets of data, once is_complete().
  std::size_t size() const { return size_; }
  /// Writes the header and the first octets of data; `to` is not larger than both.
  void read(MutableBytes to, const BlockPool& pool) const;

 private:
  using Index = BlockPool::Index;
  static constexpr Index none = BlockPool::none;
  /// Units of 8 octets; stands at the start of the hole that it describes.
  struct Hole {
    Index last;  // inclusive; `none` is without end
    Index next;  // where the next hole begins, or none
  };
  struct Reach {
    std::uint32_t first, past;  // units
  };
  enum class Presence : std::uint8_t { absent, equal, different };

  static Reach reach_of(const Fragment& fragment);
  bool contradicts_end(const Fragment& fragment) const;
  Presence presence(const Fragment& fragment, const BlockPool& pool) const;
  bool equals(const Fragment& fragment, const BlockPool& pool) const;
  void keep_header(const Fragment& fragment, BlockPool& pool);
  void fill(const Fragment& fragment, BlockPool& pool);
  Hole hole_at(Index unit, const BlockPool& pool) const;
  void put_hole(Index unit, Hole hole, BlockPool& pool);
  std::uint8_t* octet(std::size_t offset, BlockPool& pool);
  void write(std::size_t offset, Bytes data, BlockPool& pool);

  static constexpr std::array<Index, 32> no_blocks = [] {
    std::array<Index, 32> blocks{};
    blocks.fill(none);
    return blocks;
  }();

  std::array<Index, 32> blocks_ = no_blocks;  // of the data
  Index header_ = none;
  Index first_hole_ = 0;
  std::uint16_t header_size_ = 0;
  std::uint32_t first_size_ = 0;
  std::uint32_t end_ = 0;   // octets: the highest that any fragment reached
  std::uint32_t size_ = 0;  // octets: known once the last fragment is there, else 0
  bool is_empty_ = true;    // then the first hole is not written yet
};

}  // namespace tunstack::ip
