// Packets that wait until it is known where they go: in places of one size, taken at the start.
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
  WaitingPackets(std::size_t largest, std::size_t packets)
      : largest_(largest),
        memory_(std::make_unique_for_overwrite<std::uint8_t[]>(largest * packets)),
        packets_(packets),
        free_(packets) {}

  bool is_full() const { return free_.empty(); }
  /// Copies a packet; of one neighbor the oldest makes room. False if this one was not taken, or an older one lost.
  bool add(WaitingQueue& queue, Bytes packet) {
    const bool has_room = queue.size < max_of_neighbor;
    if (!has_room) remove_first(queue);
    if (free_.empty() || packet.size() > largest_) return false;
    const EntryIndex made = free_.take();
    packets_[made] = {packet.size(), no_entry};
    copy_bytes({place(made), largest_}, packet);
    (queue.first == no_entry ? queue.first : packets_[queue.last].next) = made;
    queue.last = made;
    ++queue.size;
    return has_room;
  }
  /// The first of a queue that is not empty; valid until the next add().
  Bytes first(const WaitingQueue& queue) const { return {place(queue.first), packets_[queue.first].size}; }
  void remove_first(WaitingQueue& queue) {
    free_.give(queue.first);
    queue.first = packets_[queue.first].next;
    --queue.size;
  }
  void remove_all(WaitingQueue& queue) {
    while (queue.size > 0) remove_first(queue);
  }

 private:
  struct Packet {
    std::size_t size = 0;
    EntryIndex next = no_entry;
  };
  std::uint8_t* place(EntryIndex index) const { return memory_.get() + index * largest_; }

  std::size_t largest_;
  std::unique_ptr<std::uint8_t[]> memory_;
  std::vector<Packet> packets_;
  FreeEntries free_;
};

}  // namespace tunstack::discovery
