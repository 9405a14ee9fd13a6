#include "tunstack/notation/complete_line.hpp"

#include <algorithm>

#include "tunstack/explain/describe.hpp"
#include "tunstack/explain/octet_form.hpp"
#include "tunstack/notation/frame_text.hpp"

namespace tunstack::notation {

namespace {

constexpr Detail details[] = {Detail::all, Detail::messages_as_octets, Detail::protocols_as_octets};

bool makes(const std::expected<Octets, TextFault>& read, Bytes octets) {
  return read && std::ranges::equal(*read, octets);
}

}  // namespace

std::string complete_line(Bytes packet) {
  for (const Detail detail : details)
    if (std::string line = line_of(describe(packet, detail)); makes(parse_packet(line), packet)) return line;
  return hexadecimal_text(packet);
}

std::string complete_frame_line(Bytes frame) {
  for (const Detail detail : details)
    if (std::string line = frame_line(frame, detail); makes(parse_frame(line), frame)) return line;
  return "frame " + hexadecimal_text(frame);
}

}  // namespace tunstack::notation
