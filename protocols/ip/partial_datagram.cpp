#include "protocols/ip/partial_datagram.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tunstack::ip {

namespace {

constexpr std::size_t block_size = BlockPool::block_size;

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

BlockPool::BlockPool(std::size_t octets) : memory_(std::make_unique_for_overwrite<std::uint8_t[]>(octets)) {
  const std::size_t count = std::min<std::size_t>(octets / block_size, none);
  free_.reserve(count);
  for (std::size_t i = count; i-- > 0;) free_.push_back(static_cast<Index>(i));
}

BlockPool::Index BlockPool::take() {
  const Index taken = free_.back();
  free_.pop_back();
  return taken;
}

/// Those of the data, of a hole behind it, of the first hole, and of the header.
std::size_t PartialDatagram::blocks_for(const Fragment& fragment) const {
  const std::size_t first = fragment.offset / block_size;
  const std::size_t last = std::min((fragment.offset + fragment.data.size()) / block_size, blocks_.size() - 1);
  std::size_t count = 0;
  for (std::size_t i = first; i <= last; ++i) count += blocks_[i] == none;
  if (is_empty_ && first > 0) ++count;
  return count + (fragment.offset == 0 && header_ == none);
}

PartialDatagram::Reach PartialDatagram::reach_of(const Fragment& fragment) {
  const std::size_t end = fragment.offset + fragment.data.size();
  return {static_cast<std::uint32_t>(fragment.offset / fragment_unit),
          static_cast<std::uint32_t>((end + fragment_unit - 1) / fragment_unit)};
}

MaybeReason PartialDatagram::add(const Fragment& fragment, Overlap policy, BlockPool& pool) {
  if (contradicts_end(fragment)) return Reason::fragment_contradicts_end;
  const Presence before = presence(fragment, pool);
  if (before == Presence::equal) return Reason::fragment_duplicate;
  if (before == Presence::different && policy == Overlap::drop) return Reason::fragment_overlaps;
  if (fragment.offset == 0 && header_ == none) keep_header(fragment, pool);
  fill(fragment, pool);
  if (before == Presence::different && policy == Overlap::last) write(fragment.offset, fragment.data, pool);
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
  if (is_empty_) return Presence::absent;
  const Reach reach = reach_of(fragment);
  std::uint32_t missing = 0;
  for (Index at = first_hole_; at != none;) {
    const Hole hole = hole_at(at, pool);
    const std::uint32_t begin = std::max<std::uint32_t>(reach.first, at);
    const std::uint32_t end = std::min<std::uint32_t>(reach.past, hole.last == none ? reach.past : hole.last + 1U);
    if (begin < end) missing += end - begin;
    at = hole.next;
  }
  if (missing == reach.past - reach.first) return Presence::absent;
  return missing == 0 && equals(fragment, pool) ? Presence::equal : Presence::different;
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

/// Copies what falls into holes. A hole that the fragment touches leaves what is before and behind; behind the last
/// fragment nothing is missing (RFC 815 3).
void PartialDatagram::fill(const Fragment& fragment, BlockPool& pool) {
  if (std::exchange(is_empty_, false)) put_hole(0, {none, none}, pool);
  const Reach reach = reach_of(fragment);
  Index kept = none;  // the hole before the current one, of those that remain
  const auto link = [&](Index to) {
    if (kept == none)
      first_hole_ = to;
    else
      put_hole(kept, {hole_at(kept, pool).last, to}, pool);
  };
  const auto keep = [&](std::uint32_t first, Index last) {
    put_hole(static_cast<Index>(first), {last, none}, pool);
    link(static_cast<Index>(first));
    kept = static_cast<Index>(first);
  };
  for (Index at = first_hole_; at != none;) {
    const Hole hole = hole_at(at, pool);
    const std::uint32_t hole_past = hole.last == none ? none : hole.last + 1U;
    const std::uint32_t begin = std::max<std::uint32_t>(reach.first, at);
    const std::uint32_t end = std::min(reach.past, hole_past);
    if (begin < end) {
      const std::size_t from = begin * fragment_unit - fragment.offset;
      const std::size_t size = std::min(end * fragment_unit - fragment.offset, fragment.data.size()) - from;
      write(begin * fragment_unit, fragment.data.subspan(from, size), pool);
    }
    const std::uint32_t missing_before = std::min(reach.first, hole_past);
    const std::uint32_t missing_behind = std::max<std::uint32_t>(reach.past, at);
    if (at < missing_before) keep(at, missing_before == hole_past ? hole.last : static_cast<Index>(missing_before - 1));
    if (missing_behind < hole_past && fragment.more) keep(missing_behind, hole.last);
    at = hole.next;
  }
  link(none);
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

PartialDatagram::Hole PartialDatagram::hole_at(Index unit, const BlockPool& pool) const {
  const std::size_t offset = unit * fragment_unit;
  Hole hole;
  std::memcpy(&hole, pool.at(blocks_[offset / block_size]) + offset % block_size, sizeof hole);
  return hole;
}

void PartialDatagram::put_hole(Index unit, Hole hole, BlockPool& pool) {
  std::memcpy(octet(unit * fragment_unit, pool), &hole, sizeof hole);
}

std::uint8_t* PartialDatagram::octet(std::size_t offset, BlockPool& pool) {
  Index& block = blocks_[offset / block_size];
  if (block == none) block = pool.take();
  return pool.at(block) + offset % block_size;
}

void PartialDatagram::write(std::size_t offset, Bytes data, BlockPool& pool) {
  const std::uint8_t* from = data.data();
  for_each_part(offset, data.size(), [&](std::size_t at, std::size_t part) {
    copy_bytes({octet(at, pool), part}, {from, part});
    from += part;
  });
}

}  // namespace tunstack::ip
