#include "tools/packet_argument.hpp"

#include <fmt/format.h>

#include "tunstack/fault.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack {

PacketArgument parse_packet_argument(const std::string& text) {
  const bool is_frame = notation::is_frame_line(text);
  auto packet = is_frame ? notation::parse_frame(text) : notation::parse_packet(text);
  if (packet) return {std::move(*packet), is_frame};
  const notation::TextFault& fault = packet.error();
  throw UsageFault(fmt::format("'{}' is no packet", text.substr(0, 80)),
                   fmt::format("{}, at '{}'", fault.what, text.substr(std::min(fault.at, text.size()), 30)),
                   "write it as --explain prints it, for example '192.0.2.1 > 192.0.2.2  ICMP echo request'");
}

}  // namespace tunstack
