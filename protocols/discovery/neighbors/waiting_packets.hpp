// Packets that wait until it is known where they go, in places of one size. The neighbor cache keeps them, and gives
// them out when their neighbor is known or given up. Places are made when first needed, and then kept.
#pragma once

#include <memory>

#include "protocols/base/bytes.hpp"
#include "protocols/base/linked_entries.hpp"

namespace tunstack::discovery {

/// The packets that wait for one neighbor, in the order of sending.
struct WaitingQueue {
  EntryIndex first = no_entry, last = no_entry;
  std::size_t size = 0;
};

class WaitingPackets {
 public:
  static constexpr std::size_t max_of_neighbor = 3;

  /// `largest`: octets of a packet.
  WaitingPackets(std::size_t largest, std::size_t packets) : largest_(largest), packets_(packets) {}

  bool is_full() const { return packets_.is_full(); }
  /// Copies a packet; of one neighbor the oldest makes room. False if this one was not taken, or an older one lost.
  bool add(WaitingQueue& queue, Bytes packet) {
    const bool has_room = queue.size < max_of_neighbor;
    if (!has_room) remove_first(queue);
    if (is_full() || packet.size() > largest_) return false;
    const EntryIndex made = packets_.take();
    Packet& kept = packets_[made];
    if (!kept.memory) kept.memory = std::make_unique_for_overwrite<std::uint8_t[]>(largest_);
    copy_bytes({kept.memory.get(), largest_}, packet);
    kept.size = packet.size();
    kept.next = no_entry;
    (queue.first == no_entry ? queue.first : packets_[queue.last].next) = made;
    queue.last = made;
    ++queue.size;
    return has_room;
  }
  /// The first of a queue that is not empty; valid until the next add().
  Bytes first(const WaitingQueue& queue) const {
    const Packet& packet = packets_[queue.first];
    return {packet.memory.get(), packet.size};
  }
  void remove_first(WaitingQueue& queue) {
    packets_.give(std::exchange(queue.first, packets_[queue.first].next));
    --queue.size;
  }
  void remove_all(WaitingQueue& queue) {
    while (queue.size > 0) remove_first(queue);
  }

 private:
  struct Packet {
    std::unique_ptr<std::uint8_t[]> memory;  // of the largest packet
    std::size_t size = 0;
    EntryIndex next = no_entry;
  };

  std::size_t largest_;
  EntryPool<Packet> packets_;
};

}  // namespace tunstack::discovery
