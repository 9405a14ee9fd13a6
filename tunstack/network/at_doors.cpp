#include "tunstack/network/at_doors.hpp"

namespace tunstack {

std::span<const OutgoingPacket> AtDoors::leaving(NodeId node, std::span<const OutgoingPacket> sent) {
  leaving_.clear();
  for (const OutgoingPacket& packet : sent) {
    const PacketNumber root = roots_.find(packet.ids.cause);
    roots_.remember(packet.ids.number, root);
    const auto door = network_.door_at(node, packet.interface);
    if (!door || packet.loops_back) continue;
    leaving_.push_back(packet);
    leaving_.back().interface = *door;
    leaving_.back().ids.cause = root;
  }
  return leaving_;
}

void AtDoors::decided(const Decision& decision) {
  const auto door = network_.door_at(decision.node, decision.interface);
  const bool is_from_outside = door && decision.arrived && !roots_.knows(decision.ids.number);
  if (is_from_outside)
    roots_.remember(decision.ids.number, decision.ids.number);
  else if (!decision.arrived)
    roots_.remember(decision.ids.number, roots_.find(decision.ids.cause));
  const auto sent = leaving(decision.node, decision.sent);
  if (is_from_outside) {
    Decision outside = decision;
    outside.interface = *door;
    outside.sent = sent;
    return outside_.decided(outside);
  }
  if (!sent.empty())
    outside_.originated(
        {.time = decision.time, .reason = reason_of(decision.verdict), .sent = sent, .node = decision.node});
}

void AtDoors::originated(const Origination& origination) {
  const auto sent = leaving(origination.node, origination.sent);
  if (sent.empty()) return;
  Origination outside = origination;
  outside.sent = sent;
  outside_.originated(outside);
}

}  // namespace tunstack
