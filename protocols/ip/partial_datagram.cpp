#include "protocols/ip/partial_datagram.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace tunstack::ip {

namespace {

constexpr std::size_t block_size = BlockPool::block_size;

constexpr std::size_t units_in(std::size_t octets) { return (octets + fragment_unit - 1) / fragment_unit; }

struct Units {
  std::size_t first, past;
};
Units units_of(const Fragment& fragment) {
  return {fragment.offset / fragment_unit, units_in(fragment.offset + fragment.data.size())};
}

/// Calls `each(offset, octets of the part)` for the parts of [offset, offset + size) that lie in one block each.
template <class Each>
void for_each_part(std::size_t offset, std::size_t size, const Each& each) {
  while (size > 0) {
    const std::size_t part = std::min(size, block_size - offset % block_size);
    each(offset, part);
    offset += part;
    size -= part;
  }
}

}  // namespace

BlockPool::BlockPool(std::size_t octets)
    : memory_(std::make_unique_for_overwrite<std::uint8_t[]>(octets)),
      count_(std::min<std::size_t>(octets / block_size, none)),
      free_((count_ + 63) / 64, 0) {
  for (std::size_t i = 0; i < count_; ++i) give(static_cast<Index>(i));
}

BlockPool::BlockPool(const BlockPool& other)
    : memory_(std::make_unique_for_overwrite<std::uint8_t[]>(other.count_ * block_size)),
      count_(other.count_),
      available_(other.available_),
      free_(other.free_),
      lowest_(other.lowest_) {
  for (std::size_t i = 0; i < count_; ++i)
    if ((free_[i / 64] >> i % 64 & 1) == 0)
      std::memcpy(at(static_cast<Index>(i)), other.at(static_cast<Index>(i)), block_size);
}

BlockPool::Index BlockPool::take() {
  while (free_[lowest_] == 0) ++lowest_;
  std::uint64_t& word = free_[lowest_];
  const std::size_t taken = lowest_ * 64 + static_cast<std::size_t>(std::countr_zero(word));
  word &= word - 1;
  --available_;
  return static_cast<Index>(taken);
}

void BlockPool::give(Index block) {
  free_[block / 64] |= std::uint64_t{1} << block % 64;
  lowest_ = std::min<std::size_t>(lowest_, block / 64);
  ++available_;
}

// ---- which units are there ----

namespace {

/// Calls `each(word, bits)` for the words that hold bits of [first, past).
template <class Each>
inline void for_each_word(std::size_t first, std::size_t past, const Each& each) {
  constexpr std::size_t word_bits = 64;
  constexpr std::uint64_t all = ~std::uint64_t{0};
  if (first >= past) return;
  const std::size_t last = (past - 1) / word_bits;
  std::uint64_t bits = all << first % word_bits;
  for (std::size_t word = first / word_bits; word < last; ++word) {
    each(word, bits);
    bits = all;
  }
  each(last, bits & all >> (word_bits - 1 - (past - 1) % word_bits));
}

}  // namespace

std::size_t UnitSet::count(std::size_t first, std::size_t past) const {
  std::size_t sum = 0;
  for_each_word(first, past, [&](std::size_t word, std::uint64_t bits) {
    if (is_in_use(word)) sum += static_cast<std::size_t>(std::popcount(words_[word] & bits));
  });
  return sum;
}

void UnitSet::add(std::size_t first, std::size_t past) {
  for_each_word(first, past, [&](std::size_t word, std::uint64_t bits) {
    words_[word] = is_in_use(word) ? words_[word] | bits : bits;
    in_use_[word / word_bits] |= std::uint64_t{1} << word % word_bits;
  });
}

// ---- a datagram ----

void PartialDatagram::clear() {
  blocks_ = no_blocks;
  header_ = none;
  header_size_ = 0;
  first_size_ = end_ = size_ = units_ = 0;
  present_.clear();
  begins_.clear();
}

bool PartialDatagram::is_complete() const { return size_ != 0 && units_ == units_in(size_) && header_ != none; }

std::size_t PartialDatagram::blocks_for(const Fragment& fragment) const {
  const std::size_t past = (fragment.offset + fragment.data.size() + block_size - 1) / block_size;
  std::size_t count = fragment.offset == 0 && header_ == none ? 1 : 0;
  for (std::size_t i = fragment.offset / block_size; i < past; ++i) count += blocks_[i] == none;
  return count;
}

bool PartialDatagram::fills_its_blocks_with(const Fragment& fragment) const {
  constexpr std::size_t least_filled = block_size / 16;  // octets of a block
  const auto taken = std::ranges::count_if(blocks_, [](Index block) { return block != none; });
  const std::size_t blocks = static_cast<std::size_t>(taken) + (header_ != none ? 1 : 0) + blocks_for(fragment);
  const std::size_t header = fragment.offset == 0 && header_ == none ? fragment.header.size() : header_size_;
  return header + std::size_t{units_} * fragment_unit + fragment.data.size() >= blocks * least_filled;
}

std::optional<Misfit> PartialDatagram::add(const Fragment& fragment, Overlap policy, BlockPool& pool) {
  if (contradicts_end(fragment)) return Misfit{Reason::fragment_contradicts_end};
  const std::size_t there = units_there(fragment);
  const Presence before = presence(fragment, there, pool);
  if (before != Presence::absent)
    if (const auto misfit = refuses_overlap(fragment, before, policy)) return misfit;
  if (fragment.offset == 0 && header_ == none) keep_header(fragment, pool);
  if (before == Presence::different && policy == Overlap::first)
    write_missing(fragment, pool);
  else
    write(fragment.offset, fragment.data, pool);
  const Units units = units_of(fragment);
  present_.add(units.first, units.past);
  units_ += static_cast<std::uint32_t>(units.past - units.first - there);
  begins_.add(units.first, units.first + 1);
  const auto end = static_cast<std::uint32_t>(fragment.offset + fragment.data.size());
  end_ = std::max(end_, end);
  if (!fragment.more) size_ = end;
  return {};
}

std::optional<Misfit> PartialDatagram::refuses_overlap(const Fragment& fragment, Presence before,
                                                       Overlap policy) const {
  const bool equal_suffices = policy != Overlap::drop_equal_too || is_one_fragment(fragment);
  if (before == Presence::equal && equal_suffices) return Misfit{Reason::fragment_duplicate, false};
  const bool may_overlap = policy == Overlap::first || policy == Overlap::last ||
                           (policy == Overlap::drop && before == Presence::partly_equal);
  return may_overlap ? std::nullopt : std::optional(Misfit{Reason::fragment_overlaps});
}

bool PartialDatagram::contradicts_end(const Fragment& fragment) const {
  const std::size_t end = fragment.offset + fragment.data.size();
  if (size_ != 0) return fragment.more ? end >= size_ : end != size_;
  return !fragment.more && end <= end_;
}

/// How many of its units are there already: none of a fragment that lies behind all others, as nearly each one does.
std::size_t PartialDatagram::units_there(const Fragment& fragment) const {
  if (fragment.offset >= end_) return 0;
  const Units units = units_of(fragment);
  return present_.count(units.first, units.past);
}

/// Whether octets of the fragment are there already: none, all or some of them and those are equal, or others.
PartialDatagram::Presence PartialDatagram::presence(const Fragment& fragment, std::size_t there,
                                                    const BlockPool& pool) const {
  if (there == 0) return Presence::absent;
  const Units units = units_of(fragment);
  const bool all_there = there == units.past - units.first;
  if (all_there) return equals(fragment, pool) ? Presence::equal : Presence::different;
  return agrees(fragment, pool) ? Presence::partly_equal : Presence::different;
}

/// Whether its octets came in one fragment of the same place and size, rather than in others (RFC 5722 4).
bool PartialDatagram::is_one_fragment(const Fragment& fragment) const {
  const Units units = units_of(fragment);
  const bool ends_there = units.past == units_in(end_) || begins_.has(units.past) || !present_.has(units.past);
  return begins_.has(units.first) && begins_.count(units.first, units.past) == 1 && ends_there;
}

bool PartialDatagram::equals(const Fragment& fragment, const BlockPool& pool) const {
  bool equal = true;
  const std::uint8_t* data = fragment.data.data();
  for_each_part(fragment.offset, fragment.data.size(), [&](std::size_t offset, std::size_t part) {
    equal = equal && std::memcmp(pool.at(blocks_[offset / block_size]) + offset % block_size, data, part) == 0;
    data += part;
  });
  return equal;
}

/// The same of those octets that are there.
bool PartialDatagram::agrees(const Fragment& fragment, const BlockPool& pool) const {
  const Units units = units_of(fragment);
  for (std::size_t unit = units.first; unit < units.past; ++unit) {
    if (!present_.has(unit)) continue;
    const std::size_t at = unit * fragment_unit, from = at - fragment.offset;
    const std::size_t size = std::min(fragment_unit, fragment.data.size() - from);
    if (std::memcmp(pool.at(blocks_[at / block_size]) + at % block_size, fragment.data.data() + from, size) != 0)
      return false;
  }
  return true;
}

void PartialDatagram::keep_header(const Fragment& fragment, BlockPool& pool) {
  header_ = pool.take();
  header_size_ = static_cast<std::uint16_t>(fragment.header.size());
  first_size_ = static_cast<std::uint32_t>(fragment.data.size());
  copy_bytes({header(pool), header_size_}, fragment.header);
}

void PartialDatagram::write_missing(const Fragment& fragment, BlockPool& pool) {
  const Units units = units_of(fragment);
  for (std::size_t unit = units.first; unit < units.past; ++unit) {
    if (present_.has(unit)) continue;
    const std::size_t from = unit * fragment_unit - fragment.offset;
    const std::size_t size = std::min(fragment_unit, fragment.data.size() - from);
    write(unit * fragment_unit, fragment.data.subspan(from, size), pool);
  }
}

std::optional<MutableBytes> PartialDatagram::in_one_piece(const BlockPool& pool) const {
  for (std::size_t i = 0; i * block_size < size_; ++i)
    if (blocks_[i] != header_ + 1 + i) return {};
  return MutableBytes(header(pool), header_size_ + size_);
}

void PartialDatagram::read(MutableBytes to, const BlockPool& pool) const {
  copy_bytes(to, {header(pool), header_size_});
  std::uint8_t* data = to.data() + header_size_;
  for_each_part(0, to.size() - header_size_, [&](std::size_t offset, std::size_t part) {
    copy_bytes({data, part}, {pool.at(blocks_[offset / block_size]), part});
    data += part;
  });
}

void PartialDatagram::release(BlockPool& pool) {
  for (Index& block : std::span(blocks_).first((end_ + block_size - 1) / block_size))
    if (block != none) pool.give(std::exchange(block, none));
  if (header_ != none) pool.give(std::exchange(header_, none));
}

void PartialDatagram::write(std::size_t offset, Bytes data, BlockPool& pool) {
  const std::uint8_t* from = data.data();
  for_each_part(offset, data.size(), [&](std::size_t at, std::size_t part) {
    Index& block = blocks_[at / block_size];
    if (block == none) block = pool.take();
    copy_bytes({pool.at(block) + at % block_size, part}, {from, part});
    from += part;
  });
}

}  // namespace tunstack::ip
