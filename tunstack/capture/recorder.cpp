#include "tunstack/capture/recorder.hpp"

#include <fmt/format.h>

#include "protocols/wire/ethernet.hpp"
#include "tunstack/explain/explain.hpp"

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
    write_sent(time, packet, comment_of("send", origination.reason));
}

void Recorder::decided(const Decision& decision) {
  const CaptureTime time = start_ + decision.time.time_since_epoch();
  const std::string comment = comment_of(verdict_name(decision), deciding_reason(decision));
  if (recorded_ == Recorded::all && decision.arrived)
    writer_.write(time, Direction::in, decision.frame.empty() ? decision.packet : decision.frame, comment);
  for (const OutgoingPacket& packet : decision.sent) write_sent(time, packet, comment);
}

void Recorder::write_sent(CaptureTime time, const OutgoingPacket& packet, const std::string& comment) {
  if (!packet.is_framed()) return writer_.write(time, Direction::out, packet.bytes, comment);
  std::vector<std::uint8_t> frame(ethernet_header_size);
  ethernet_header(packet).write(frame);
  frame.insert(frame.end(), packet.bytes.begin(), packet.bytes.end());
  writer_.write(time, Direction::out, frame, comment);
}

}  // namespace tunstack
