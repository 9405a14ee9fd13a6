#include "tunstack/capture/recorder.hpp"

#include <fmt/format.h>

#include "tunstack/explain.hpp"

namespace tunstack {

namespace {

std::string comment_of(std::string_view verdict, Reason deciding) {
  const ReasonInfo& reason = info(deciding);
  return fmt::format("{} {} {}: {}", verdict, reason.name, citation(reason), reason.text);
}

}  // namespace

void Recorder::originated(const Origination& origination) {
  const CaptureTime time = start_ + origination.time.time_since_epoch();
  for (const OutgoingPacket& packet : origination.sent)
    writer_.write(time, Direction::out, packet.bytes, comment_of("send", origination.reason));
}

void Recorder::decided(const Decision& decision) {
  const CaptureTime time = start_ + decision.time.time_since_epoch();
  const std::string comment = comment_of(verdict_name(decision), deciding_reason(decision));
  if (recorded_ == Recorded::all && decision.arrived) writer_.write(time, Direction::in, decision.packet, comment);
  for (const OutgoingPacket& packet : decision.sent) writer_.write(time, Direction::out, packet.bytes, comment);
}

}  // namespace tunstack
