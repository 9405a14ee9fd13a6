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
      count_(std::min<std::size_t>(octets / block_size, none)) {
  free_.reserve(count_);
  for (std::size_t i = count_; i-- > 0;) free_.push_back(static_cast<Index>(i));
}

BlockPool::Index BlockPool::take() {
  const Index taken = free_.back();
  free_.pop_back();
  return taken;
}

// ---- which units are there ----

namespace {

/// Calls `each(word, bits, how many)` for the words that hold bits of [first, past).
template <class Each>
void for_each_word(std::size_t first, std::size_t past, const Each& each) {
  constexpr std::size_t word_bits = 64;
  while (first < past) {
    const std::size_t from = first % word_bits;
    const std::size_t count = std::min(past - first, word_bits - from);
    each(first / word_bits, ~std::uint64_t{0} >> (word_bits - count) << from, count);
    first += count;
  }
}

/// How many bits of `there` are among `bits`. Nearly always none or all of them, and counting is no instruction of
/// every CPU.
std::size_t count_of(std::uint64_t there, std::uint64_t bits, std::size_t all) {
  const std::uint64_t common = there & bits;
  if (common == 0) return 0;
  return common == bits ? all : static_cast<std::size_t>(std::popcount(common));
}

}  // namespace

std::size_t UnitSet::count(std::size_t first, std::size_t past) const {
  std::size_t sum = 0;
  for_each_word(first, past, [&](std::size_t word, std::uint64_t bits, std::size_t all) {
    if (is_in_use(word)) sum += count_of(words_[word], bits, all);
  });
  return sum;
}

void UnitSet::add(std::size_t first, std::size_t past) {
  for_each_word(first, past, [&](std::size_t word, std::uint64_t bits, std::size_t all) {
    const std::uint64_t before = is_in_use(word) ? words_[word] : 0;
    size_ += count_of(~before, bits, all);
    words_[word] = before | bits;
    in_use_[word / word_bits] |= std::uint64_t{1} << word % word_bits;
  });
}

// ---- a datagram ----

void PartialDatagram::clear() {
  blocks_ = no_blocks;
  header_ = none;
  header_size_ = 0;
  first_size_ = end_ = size_ = 0;
  present_.clear();
  begins_.clear();
}

bool PartialDatagram::is_complete() const {
  return size_ != 0 && present_.size() == units_in(size_) && header_ != none;
}

std::size_t PartialDatagram::blocks_for(const Fragment& fragment) const {
  const std::size_t past = (fragment.offset + fragment.data.size() + block_size - 1) / block_size;
  std::size_t count = fragment.offset == 0 && header_ == none ? 1 : 0;
  for (std::size_t i = fragment.offset / block_size; i < past; ++i) count += blocks_[i] == none;
  return count;
}

std::optional<Misfit> PartialDatagram::add(const Fragment& fragment, Overlap policy, BlockPool& pool) {
  if (contradicts_end(fragment)) return Misfit{Reason::fragment_contradicts_end};
  const Presence before = presence(fragment, pool);
  const bool equal_suffices = policy != Overlap::drop_equal_too || is_one_fragment(fragment);
  if (before == Presence::equal && equal_suffices) return Misfit{Reason::fragment_duplicate, false};
  const bool may_overlap = policy == Overlap::first || policy == Overlap::last;
  if (before != Presence::absent && !may_overlap) return Misfit{Reason::fragment_overlaps};
  if (fragment.offset == 0 && header_ == none) keep_header(fragment, pool);
  if (before == Presence::different && policy == Overlap::first)
    write_missing(fragment, pool);
  else
    write(fragment.offset, fragment.data, pool);
  const Units units = units_of(fragment);
  present_.add(units.first, units.past);
  begins_.add(units.first, units.first + 1);
  const auto end = static_cast<std::uint32_t>(fragment.offset + fragment.data.size());
  end_ = std::max(end_, end);
  if (!fragment.more) size_ = end;
  return {};
}

bool PartialDatagram::contradicts_end(const Fragment& fragment) const {
  const std::size_t end = fragment.offset + fragment.data.size();
  if (size_ != 0) return fragment.more ? end >= size_ : end != size_;
  return !fragment.more && end <= end_;
}

/// Whether octets of the fragment are there already: none, all of them and equal, or anything else.
PartialDatagram::Presence PartialDatagram::presence(const Fragment& fragment, const BlockPool& pool) const {
  const Units units = units_of(fragment);
  const std::size_t there = present_.count(units.first, units.past);
  if (there == 0) return Presence::absent;
  const bool all_there = there == units.past - units.first;
  return all_there && equals(fragment, pool) ? Presence::equal : Presence::different;
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

void PartialDatagram::keep_header(const Fragment& fragment, BlockPool& pool) {
  header_ = pool.take();
  header_size_ = static_cast<std::uint16_t>(fragment.header.size());
  first_size_ = static_cast<std::uint32_t>(fragment.data.size());
  copy_bytes({pool.at(header_), block_size}, fragment.header);
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

void PartialDatagram::read(MutableBytes to, const BlockPool& pool) const {
  copy_bytes(to, {pool.at(header_), header_size_});
  std::uint8_t* data = to.data() + header_size_;
  for_each_part(0, to.size() - header_size_, [&](std::size_t offset, std::size_t part) {
    copy_bytes({data, part}, {pool.at(blocks_[offset / block_size]), part});
    data += part;
  });
}

void PartialDatagram::release(BlockPool& pool) {
  for (Index& block : blocks_)
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
