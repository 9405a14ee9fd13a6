// Where packets to be sent wait: one block of memory taken at the start, filled by emit and emptied by
// whoever owns the link.
#pragma once

#include <algorithm>
#include <memory>

#include "protocols/base/bytes.hpp"
#include "protocols/base/interface_id.hpp"
#include "protocols/base/mac_address.hpp"

namespace tunstack {

/// What a frame carries: an IP datagram, whose version tells which, or ARP. Or the packet is a whole frame itself, as
/// somebody gave it, and gets no header.
enum class LinkPayload : std::uint8_t { ip, arp, frame };

/// Numbers one packet of a node, in the order in which packets arrived or were made; 0 is none.
using PacketNumber = std::uint64_t;

/// A packet and the one that brought it about; time brought about what has no cause.
struct PacketIds {
  PacketNumber number = 0;
  PacketNumber cause = 0;
  friend bool operator==(const PacketIds&, const PacketIds&) = default;
};

struct OutgoingPacket {
  InterfaceId interface;
  LinkPayload payload = LinkPayload::ip;
  bool loops_back = false;  // it is for the node that sends it, and never leaves
  // Where the link has addresses, and the packet leaves in a frame.
  MacAddress link_destination = {};
  MacAddress link_source = {};
  PacketIds ids = {};
  Bytes bytes = {};

  bool is_framed() const { return link_source != MacAddress{}; }
  /// Says what the packet is to a link with addresses, where it goes there and whom it comes from.
  void address(const MacAddress& destination, const MacAddress& source, LinkPayload carried = LinkPayload::ip) {
    link_destination = destination;
    link_source = source;
    payload = carried;
  }
};

class Outbox {
 public:
  explicit Outbox(std::size_t capacity_octets = 256 * 1024, std::size_t capacity_packets = 2048);

  /// Room for a packet of `size` octets with the number and cause that it has, or gets later by from(); uninitialised,
  /// to be filled at once; empty if there is none.
  [[gnu::always_inline]] MutableBytes add(InterfaceId interface, std::size_t size, const PacketIds& ids = {}) {
    const std::size_t begin = used_;
    const std::size_t end = begin + aligned(size);
    if (end > capacity_ || count_ == capacity_packets_) return {};
    used_ = end;
    const MutableBytes room(memory_.get() + begin, size);
    packets_[count_++] = {.interface = interface, .ids = ids, .bytes = room};
    return room;
  }

  /// Memory at the far end for a datagram that will be cut up; it is lost as soon as more than the rest is filled by
  /// add(), so `size` and all fragments must fit together. Empty if `size` does not.
  MutableBytes scratch(std::size_t size) {
    if (used_ + aligned(size) > capacity_) return {};
    return {memory_.get() + capacity_ - aligned(size), size};
  }
  /// Whether add() will succeed `packets` times with `size` octets each and leave the scratch of `kept` octets alone.
  bool has_room(std::size_t packets, std::size_t size, std::size_t kept) const {
    return used_ + packets * aligned(size) + aligned(kept) <= capacity_ && count_ + packets <= capacity_packets_;
  }

  /// The packets from the `first` on, for who says more about them.
  std::span<OutgoingPacket> from(std::size_t first) { return {packets_.get() + first, count_ - first}; }
  /// Takes back all packets but the first `count`.
  void keep_only(std::size_t count) {
    if (count >= count_) return;
    used_ = static_cast<std::size_t>(packets_[count].bytes.data() - memory_.get());
    count_ = count;
  }

  /// Takes one packet out of the row; its octets stay until clear() or trim().
  OutgoingPacket take(std::size_t which) {
    OutgoingPacket* const place = packets_.get() + which;
    const OutgoingPacket taken = *place;
    std::copy(place + 1, packets_.get() + count_--, place);
    return taken;
  }
  /// What lies behind the last packet, of those that were taken out, is room again.
  void trim() {
    const OutgoingPacket* const last = count_ == 0 ? nullptr : &packets_[count_ - 1];
    used_ = last == nullptr
                ? 0
                : static_cast<std::size_t>(last->bytes.data() - memory_.get()) + aligned(last->bytes.size());
  }

  /// Whoever has several packets answered in a row empties it then: the largest answer, a datagram of 65,535 octets and
  /// its 1366 fragments on a link with the least MTU, takes two thirds of the usual size.
  bool is_quarter_full() const { return used_ > capacity_ / 4 || count_ > capacity_packets_ / 4; }

  /// In the order of sending; valid until clear().
  std::span<const OutgoingPacket> packets() const { return {packets_.get(), count_}; }
  void clear() {
    count_ = 0;
    used_ = 0;
  }

 private:
  static constexpr std::size_t aligned(std::size_t size) { return (size + 15) & ~std::size_t{15}; }

  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t capacity_;
  std::size_t used_ = 0;
  std::unique_ptr<OutgoingPacket[]> packets_;  // counted here: a vector divides to know its size
  std::size_t capacity_packets_;
  std::size_t count_ = 0;
};

}  // namespace tunstack
