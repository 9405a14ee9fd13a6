// Hears what the nodes of a network tell, and passes on what passes its doors, as one node would tell it: interfaces
// are doors, and what leaves by one names as its cause the packet that came in by one. So captures and comparisons know
// nothing of networks.
#pragma once

#include "tunstack/network/network.hpp"

namespace tunstack {

class AtDoors final : public Observer {
 public:
  /// Both must outlive it.
  AtDoors(const Network& network, Observer& outside) : network_(network), outside_(outside) {}
  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override;

 private:
  /// Which packet from outside brought another one about, if one did, of the latest ones.
  class Roots {
   public:
    void remember(PacketNumber packet, PacketNumber root) { of(packet) = {packet, root}; }
    bool knows(PacketNumber packet) { return packet != 0 && of(packet).packet == packet; }
    PacketNumber find(PacketNumber packet) { return knows(packet) ? of(packet).root : 0; }

   private:
    struct Entry {
      PacketNumber packet = 0;
      PacketNumber root = 0;
    };
    Entry& of(PacketNumber packet) { return entries_[packet % entries_.size()]; }
    std::vector<Entry> entries_ = std::vector<Entry>(16'384);
  };

  /// Those that leave by doors, in `leaving_`.
  std::span<const OutgoingPacket> leaving(NodeId node, std::span<const OutgoingPacket> sent);

  const Network& network_;
  Observer& outside_;
  Roots roots_;
  std::vector<OutgoingPacket> leaving_;
};

}  // namespace tunstack
