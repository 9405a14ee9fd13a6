#include "tunstack/network/in_flight.hpp"

#include <algorithm>

namespace tunstack {

std::size_t PacketMemory::kind_of(std::size_t size) {
  return static_cast<std::size_t>(std::ranges::find_if(sizes, [&](std::size_t s) { return size <= s; }) -
                                  sizes.begin());
}

std::uint8_t* PacketMemory::take(std::size_t size) {
  const std::size_t number = kind_of(size);
  Kind& kind = kinds_[number];
  if (kind.free.empty()) {
    kind.chunks.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(octets_of_a_chunk));
    std::uint8_t* const chunk = kind.chunks.back().get();
    for (std::size_t at = 0; at + sizes[number] <= octets_of_a_chunk; at += sizes[number])
      kind.free.push_back(chunk + at);
  }
  std::uint8_t* const block = kind.free.back();
  kind.free.pop_back();
  return block;
}

void PacketMemory::give_back(std::uint8_t* block, std::size_t size) { kinds_[kind_of(size)].free.push_back(block); }

MutableBytes InFlight::add(Instant due, Tag tag, std::uint64_t number, std::size_t size) {
  if (heap_.size() == most_packets_ || size > PacketMemory::largest) return {};
  if (PacketMemory::block_size(size) > most_octets_ - octets_) return {};
  const MutableBytes bytes(memory_.take(size), size);
  octets_ += PacketMemory::block_size(size);
  heap_.push_back({{due, tag, number, bytes}, added_++});
  std::ranges::push_heap(heap_, IsLater{});
  return bytes;
}

std::optional<InFlight::Packet> InFlight::take(Instant now) {
  if (taken_) memory_.give_back(taken_->data(), taken_->size());
  taken_.reset();
  if (next_due() > now) return std::nullopt;
  std::ranges::pop_heap(heap_, IsLater{});
  const Packet packet = heap_.back().packet;
  heap_.pop_back();
  octets_ -= PacketMemory::block_size(packet.bytes.size());
  taken_ = packet.bytes;
  return packet;
}

}  // namespace tunstack
