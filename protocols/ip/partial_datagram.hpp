// The data of one datagram while fragments of it are missing: blocks of a pool, and a bit for each unit of 8 octets
// that is there, so that a fragment costs what its own octets cost, however many holes others leave.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "protocols/base/reason.hpp"
#include "protocols/ip/fragment.hpp"

namespace tunstack::ip {

/// Memory in blocks of one size, taken once. The lowest one that is free is taken first, so that blocks taken one after
/// the other mostly lie in a row.
class BlockPool {
 public:
  using Index = std::uint16_t;
  static constexpr Index none = 0xffff;
  static constexpr std::size_t block_size = 2048;

  explicit BlockPool(std::size_t octets);
  /// Copies the blocks that are in use.
  BlockPool(const BlockPool& other);
  BlockPool& operator=(const BlockPool&) = delete;
  BlockPool(BlockPool&&) = default;
  BlockPool& operator=(BlockPool&&) = default;
  ~BlockPool() = default;
  std::size_t available() const { return available_; }
  std::size_t in_use() const { return count_ - available_; }
  /// At least one is available. The content is whatever was there.
  Index take();
  void give(Index block);
  std::uint8_t* at(Index block) const { return memory_.get() + std::size_t{block} * block_size; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t count_;
  std::size_t available_ = 0;
  std::vector<std::uint64_t> free_;  // a bit for each block
  std::size_t lowest_ = 0;           // no word before this one has a free block
};

/// The units of a datagram that are there. Only the words that hold some of them are touched.
class UnitSet {
 public:
  // Written out, or making one would fill all of the bits with zeros.
  UnitSet() {}  // NOLINT(modernize-use-equals-default)
  void clear() { in_use_ = {}; }
  /// Of one behind the last of the largest datagram too: it is not there.
  bool has(std::size_t unit) const { return unit < max_units && count(unit, unit + 1) != 0; }
  /// How many of [first, past) are there.
  std::size_t count(std::size_t first, std::size_t past) const;
  /// Adds [first, past), of which some may be there already.
  void add(std::size_t first, std::size_t past);

 private:
  static constexpr std::size_t word_bits = 64;
  static constexpr std::size_t max_units = 65536 / fragment_unit;
  static constexpr std::size_t words = max_units / word_bits;

  bool is_in_use(std::size_t word) const { return (in_use_[word / word_bits] >> word % word_bits & 1) != 0; }

  std::array<std::uint64_t, words> words_;
  std::array<std::uint64_t, words / word_bits> in_use_{};  // a bit for each word that was written
};

/// Why a fragment does not fit to those that are there.
struct Misfit {
  Reason reason;
  bool spoils_datagram = true;  // nothing of it can be believed any more
};

class PartialDatagram {
 public:
  /// What add() may take out of the pool.
  std::size_t blocks_for(const Fragment& fragment) const;
  /// Whether it fills a sixteenth of its blocks at least once it has this fragment too. Only then it may push others
  /// out of the pool: else few octets, far from each other, would take the room of many.
  bool fills_its_blocks_with(const Fragment& fragment) const;

  /// Back to nothing. What it held must have been released.
  void clear();
  /// The pool has blocks_for(fragment). Nothing changes if it does not fit.
  std::optional<Misfit> add(const Fragment& fragment, Overlap policy, BlockPool& pool);
  bool is_complete() const;
  /// Gives all blocks back; afterwards clear() or nothing.
  void release(BlockPool& pool);

  bool has_first() const { return header_ != BlockPool::none; }
  /// Octets, once has_first().
  std::size_t header_size() const { return header_size_; }
  /// Octets of data in the fragment with offset 0.
  std::size_t first_size() const { return first_size_; }
  /// Octets of data, once is_complete().
  std::size_t size() const { return size_; }
  /// Header and data where they lie in the pool, if they lie there in one piece, as those nearly always do whose
  /// fragments came in their order. Once is_complete().
  std::optional<MutableBytes> in_one_piece(const BlockPool& pool) const;
  /// Writes the header and the first octets of data; `to` is not larger than both.
  void read(MutableBytes to, const BlockPool& pool) const;

 private:
  using Index = BlockPool::Index;
  static constexpr Index none = BlockPool::none;
  enum class Presence : std::uint8_t { absent, equal, partly_equal, different };

  bool contradicts_end(const Fragment& fragment) const;
  std::size_t units_there(const Fragment& fragment) const;
  Presence presence(const Fragment& fragment, std::size_t there, const BlockPool& pool) const;
  /// Of a fragment of which something is there already.
  [[gnu::noinline]] std::optional<Misfit> refuses_overlap(const Fragment& fragment, Presence before,
                                                          Overlap policy) const;
  bool is_one_fragment(const Fragment& fragment) const;
  bool equals(const Fragment& fragment, const BlockPool& pool) const;
  bool agrees(const Fragment& fragment, const BlockPool& pool) const;
  void keep_header(const Fragment& fragment, BlockPool& pool);
  std::uint8_t* header(const BlockPool& pool) const { return pool.at(header_) + BlockPool::block_size - header_size_; }
  void write_missing(const Fragment& fragment, BlockPool& pool);
  void write(std::size_t offset, Bytes data, BlockPool& pool);

  static constexpr std::array<Index, 32> no_blocks = [] {
    std::array<Index, 32> blocks{};
    blocks.fill(none);
    return blocks;
  }();

  std::array<Index, 32> blocks_ = no_blocks;  // of the data
  Index header_ = none;                       // which ends with it, so that the next block may go on
  std::uint16_t header_size_ = 0;
  std::uint32_t first_size_ = 0;
  std::uint32_t end_ = 0;    // octets: the highest that any fragment reached
  std::uint32_t size_ = 0;   // octets: known once the last fragment is there, else 0
  std::uint32_t units_ = 0;  // that are there
  UnitSet present_;
  UnitSet begins_;  // units with which a fragment began
};

}  // namespace tunstack::ip
