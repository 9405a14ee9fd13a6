// Datagrams that wait until it is known where they go, each whole or in fragments, which wait and are lost together.
// The neighbor cache keeps them, and gives them out when their neighbor is known or given up. Their packets lie in
// places of one size, made when first needed and then kept.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "protocols/base/bytes.hpp"
#include "protocols/base/linked_entries.hpp"
#include "protocols/base/outbox.hpp"

namespace tunstack::discovery {

/// Whose packet waits: of the node itself, of somebody who gave it whole, or of somebody it is forwarded for.
enum class WaitingFor : std::uint8_t { node, giver, sender };

/// Octets are those of the packet.
struct WaitingPacket {
  Bytes bytes;
  PacketIds ids;
  WaitingFor whose = WaitingFor::node;
};

/// What waits for one neighbor, in the order of sending.
struct WaitingQueue {
  EntryIndex first = no_entry, last = no_entry;
  std::size_t size = 0;  // packets
  std::size_t datagrams = 0;
  std::size_t octets = 0;
};

class WaitingPackets {
 public:
  static constexpr std::size_t datagrams_of_neighbor = 3;
  /// More than the fragments of the largest datagram have, also on a path with the least MTU of IPv4.
  static constexpr std::size_t octets_of_neighbor = std::size_t{128} * 1024;

  using Datagram = std::span<const OutgoingPacket>;

  /// `largest`: octets of a packet.
  WaitingPackets(std::size_t largest, std::size_t packets) : largest_(largest), packets_(packets) {}

  /// Whether it could wait if no other did.
  bool can_ever_hold(Datagram datagram) const {
    const auto fits = [&](const OutgoingPacket& packet) { return packet.bytes.size() <= largest_; };
    return datagram.size() <= packets_.capacity() && octets_in(datagram) <= octets_of_neighbor &&
           std::ranges::all_of(datagram, fits);
  }
  bool has_room_for(Datagram datagram) const { return packets_.available() >= datagram.size(); }
  static bool has_share_for(const WaitingQueue& queue, Datagram datagram) {
    return queue.datagrams < datagrams_of_neighbor && queue.octets + octets_in(datagram) <= octets_of_neighbor;
  }
  /// Copies a datagram that has_room_for() and can_ever_hold() say yes to.
  void add(WaitingQueue& queue, Datagram datagram, WaitingFor whose = WaitingFor::node) {
    for (const OutgoingPacket& packet : datagram) append(queue, packet, whose);
    packets_[queue.last].ends_datagram = true;
    ++queue.datagrams;
  }
  /// The first packet of a queue that is not empty; valid until the next add().
  WaitingPacket first(const WaitingQueue& queue) const {
    const Packet& packet = packets_[queue.first];
    return {Bytes(packet.memory).first(packet.size), packet.ids, packet.whose};
  }
  void remove_first(WaitingQueue& queue) {
    const Packet& packet = packets_[queue.first];
    queue.datagrams -= packet.ends_datagram ? 1 : 0;
    queue.octets -= packet.size;
    --queue.size;
    packets_.give(std::exchange(queue.first, packet.next));
  }
  void remove_first_datagram(WaitingQueue& queue) {
    for (const std::size_t left = queue.datagrams - 1; queue.datagrams > left;) remove_first(queue);
  }
  void remove_all(WaitingQueue& queue) {
    while (queue.size > 0) remove_first(queue);
  }

 private:
  struct Packet {
    std::vector<std::uint8_t> memory;  // of the largest packet, once one waited here
    std::size_t size = 0;
    PacketIds ids;
    WaitingFor whose = WaitingFor::node;
    bool ends_datagram = false;
    EntryIndex next = no_entry;
  };

  static std::size_t octets_in(Datagram datagram) {
    return std::accumulate(datagram.begin(), datagram.end(), std::size_t{0},
                           [](std::size_t sum, const OutgoingPacket& packet) { return sum + packet.bytes.size(); });
  }
  void append(WaitingQueue& queue, const OutgoingPacket& packet, WaitingFor whose) {
    const EntryIndex made = packets_.take();
    Packet& kept = packets_[made];
    kept.memory.resize(largest_);
    copy_bytes(kept.memory, packet.bytes);
    kept.size = packet.bytes.size();
    kept.ids = packet.ids;
    kept.whose = whose;
    kept.ends_datagram = false;
    kept.next = no_entry;
    (queue.first == no_entry ? queue.first : packets_[queue.last].next) = made;
    queue.last = made;
    ++queue.size;
    queue.octets += kept.size;
  }

  std::size_t largest_;
  EntryPool<Packet> packets_;
};

}  // namespace tunstack::discovery
