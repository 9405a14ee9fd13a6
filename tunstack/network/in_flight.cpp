#include "tunstack/network/in_flight.hpp"

#include <algorithm>

namespace tunstack {

// ---- memory ----

std::size_t PacketMemory::kind_of(std::size_t size) {
  return static_cast<std::size_t>(std::ranges::find_if(sizes, [&](std::size_t s) { return size <= s; }) -
                                  sizes.begin());
}

PacketMemory::Block PacketMemory::take(std::size_t size) {
  const auto number = chunk_with_room(kind_of(size));
  if (!number) return {};
  Chunk& chunk = chunks_[*number];
  const bool is_used_again = chunk.free != none;
  std::uint8_t* const block = chunk.octets.get() + (is_used_again ? chunk.free : chunk.begun++) * sizes[chunk.kind];
  if (is_used_again) chunk.free = load_be32({block, 4}, 0);
  ++chunk.used;
  if (chunk.is_full()) remove_with_room(*number);
  return {block, *number, static_cast<std::uint32_t>(size)};
}

void PacketMemory::give_back(const Block& block) {
  Chunk& chunk = chunks_[block.chunk];
  if (chunk.is_full()) add_with_room(block.chunk);
  store_be32({block.octets, 4}, 0, chunk.free);
  chunk.free =
      static_cast<std::uint32_t>(static_cast<std::size_t>(block.octets - chunk.octets.get()) / sizes[chunk.kind]);
  if (--chunk.used > 0) return;
  remove_with_room(block.chunk);
  unused_.push_back(block.chunk);
}

/// One that is cut already, or else one is cut.
std::optional<PacketMemory::ChunkNumber> PacketMemory::chunk_with_room(std::size_t kind) {
  if (!with_room_[kind].empty()) return with_room_[kind].back();
  if (unused_.empty()) {
    if (chunks_.size() == most_chunks_) return std::nullopt;
    unused_.push_back(static_cast<ChunkNumber>(chunks_.size()));
    chunks_.push_back({.octets = std::make_unique_for_overwrite<std::uint8_t[]>(octets_of_a_chunk)});
  }
  const ChunkNumber number = unused_.back();
  unused_.pop_back();
  Chunk& chunk = chunks_[number];
  chunk.kind = kind;
  chunk.begun = 0;
  chunk.free = none;
  add_with_room(number);
  return number;
}

void PacketMemory::add_with_room(ChunkNumber number) {
  std::vector<ChunkNumber>& all = with_room_[chunks_[number].kind];
  chunks_[number].place = all.size();
  all.push_back(number);
}

void PacketMemory::remove_with_room(ChunkNumber number) {
  std::vector<ChunkNumber>& all = with_room_[chunks_[number].kind];
  const std::size_t place = chunks_[number].place;
  all[place] = all.back();
  chunks_[all[place]].place = place;
  all.pop_back();
}

// ---- packets ----

MutableBytes InFlight::add(Instant due, Tag tag, std::uint64_t number, std::size_t size) {
  if (heap_.size() == limits_.packets || size > PacketMemory::largest) return {};
  const PacketMemory::Block block = memory_.take(size);
  if (block.octets == nullptr) return {};
  heap_.push_back({due, added_++, tag, number, block});
  std::ranges::push_heap(heap_, IsLater{});
  return block.bytes();
}

std::optional<InFlight::Packet> InFlight::take(Instant now) {
  if (taken_) memory_.give_back(*taken_);
  taken_.reset();
  if (next_due() > now) return std::nullopt;
  std::ranges::pop_heap(heap_, IsLater{});
  const Entry next = heap_.back();
  heap_.pop_back();
  taken_ = next.block;
  return Packet{next.due, next.tag, next.number, next.block.bytes()};
}

}  // namespace tunstack
