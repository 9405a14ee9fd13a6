// Any text as the line of a packet or frame: where it is read, its octets are printed and read again to the same ones.
// The same of any octets.
#include <algorithm>

#include "tests/fuzz/sent_packets.hpp"
#include "tunstack/explain/describe.hpp"
#include "tunstack/notation/complete_line.hpp"
#include "tunstack/notation/frame_text.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

void check_packet(Bytes packet) {
  if (packet.empty()) return;
  const auto again = notation::parse_packet(notation::complete_line(packet));
  require(again && std::ranges::equal(*again, packet));
  require(!describe(packet).summary.empty());
}

void check_frame(Bytes frame) {
  const auto again = notation::parse_frame(notation::complete_frame_line(frame));
  require(again && std::ranges::equal(*again, frame));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto packet = notation::parse_packet(text)) check_packet(*packet);
  if (const auto frame = notation::parse_frame(text)) check_frame(*frame);
  check_packet({data, size});
  check_frame({data, size});
  return 0;
}
