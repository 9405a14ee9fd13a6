#include "tunstack/capture/recorder.hpp"

#include <fmt/format.h>

#include "protocols/wire/ethernet.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/explain/joined.hpp"

namespace tunstack {

namespace {

std::string comment_text(std::string_view verdict, const ReasonInfo& reason) {
  const std::string link = link_of(reason);
  return fmt::format("{} {} {}: {}{}{}", verdict, reason.name, citation(reason), reason.text, link.empty() ? "" : " | ",
                     link);
}

}  // namespace

std::vector<std::uint8_t> octets_on_link(const OutgoingPacket& packet) {
  std::vector<std::uint8_t> octets(packet.is_framed() ? ethernet_header_size : 0);
  if (packet.is_framed()) ethernet_header(packet).write(octets);
  octets.insert(octets.end(), packet.bytes.begin(), packet.bytes.end());
  return octets;
}

Recorder::Recorder(CaptureWriter& writer, Recorded recorded, CaptureTime start, Clock clock)
    : writer_(writer), recorded_(recorded), start_(start), clock_(std::move(clock)) {}

void Recorder::originated(const Origination& origination) {
  write_sent(origination.time, origination.sent, comment_of("send", origination.reason), "caused by");
}

void Recorder::decided(const Decision& decision) {
  const std::string& comment = comment_of(verdict_name(decision), deciding_reason(decision));
  if (recorded_ == Recorded::all) write_arrived(decision, comment);
  if (!decision.sent.empty()) write_sent(clock_ ? clock_() : decision.time, decision.sent, comment, "answers");
}

/// What was not just now on the link is put together, and stands for the last of its parts.
void Recorder::write_arrived(const Decision& decision, const std::string& comment) {
  const Bytes octets = decision.frame.empty() ? decision.packet : decision.frame;
  numbers_.remember(decision.ids.number, decision.arrived
                                             ? write(decision.time, Direction::in, decision.interface, octets, comment)
                                             : numbers_.find(decision.ids.cause));
}

const std::string& Recorder::comment_of(std::string_view verdict, Reason reason) {
  std::string& comment = comments_[{verdict, reason}];
  if (comment.empty()) comment = comment_text(verdict, info(reason));
  return comment;
}

void Recorder::write_sent(Instant time, std::span<const OutgoingPacket> packets, std::string_view comment,
                          std::string_view relation) {
  for (const OutgoingPacket& packet : packets) {
    const std::size_t cause = numbers_.find(packet.ids.cause);
    const std::string related = cause == 0 ? std::string() : joined(comment, " | ", relation, ' ', cause);
    const std::string_view whole = cause == 0 ? comment : related;
    if (packet.is_framed())
      write(time, Direction::out, packet.interface, octets_on_link(packet), whole);
    else
      write(time, Direction::out, packet.interface, packet.bytes, whole);
  }
}

std::size_t Recorder::write(Instant time, Direction direction, InterfaceId interface, Bytes octets,
                            std::string_view comment) {
  last_ = std::max(last_, time);
  return writer_.write(start_ + last_.time_since_epoch(), direction, octets, comment, interface);
}

}  // namespace tunstack
