#include "tunstack/events/event.hpp"

#include "tunstack/explain/explain.hpp"

namespace tunstack {

void EventTeller::decided(const Decision& decision) {
  Event event{.kind = EventKind::decided,
              .time = decision.time,
              .ids = decision.ids,
              .interface = decision.interface,
              .node = decision.node,
              .verdict = verdict_name(decision),
              .reason = deciding_reason(decision),
              .packet = decision.packet,
              .frame = decision.frame};
  if (decision.withheld) event.withheld = {proposed_name(decision.verdict), reason_of(decision.verdict)};
  tell(event);
  for (const OutgoingPacket& packet : decision.sent) tell_sent(decision.time, packet, event.reason, decision.node);
}

void EventTeller::originated(const Origination& origination) {
  for (const OutgoingPacket& packet : origination.sent)
    tell_sent(origination.time, packet, origination.reason, origination.node);
}

void EventTeller::tell_sent(Instant time, const OutgoingPacket& packet, Reason reason, NodeId node) {
  tell({.kind = EventKind::sent,
        .time = time,
        .ids = packet.ids,
        .interface = packet.interface,
        .node = node,
        .verdict = "send",
        .reason = reason,
        .packet = packet.bytes,
        .sent = &packet});
}

void EventTeller::noted(const Note& note) {
  tell({.kind = EventKind::noted,
        .time = note.time,
        .ids = {0, note.cause},
        .interface = note.interface,
        .node = note.node,
        .verdict = note_name(info(note.reason)),
        .reason = note.reason,
        .address = note.address});
}

}  // namespace tunstack
