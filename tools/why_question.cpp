#include "tools/why_question.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "tools/packet_argument.hpp"
#include "tunstack/capture/reader.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/notation/packet_text.hpp"
#include "tunstack/why/arriving_frame.hpp"

namespace tunstack {

namespace {

// ---- a packet of a capture ----

struct InCapture {
  std::string path;
  std::size_t number = 0;  // from 1
};

/// FILE:N, where there is such a file.
std::optional<InCapture> in_capture(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return std::nullopt;
  InCapture found{text.substr(0, colon)};
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data() + colon + 1, end, found.number);
  std::error_code unknown;
  if (error != std::errc{} || last != end || !std::filesystem::exists(found.path, unknown)) return std::nullopt;
  return found;
}

/// What the node gets of a captured frame; nothing where it holds nothing for such a link.
std::optional<why::Earlier> arrived(const CapturedFrame& frame, LinkType type, Duration after_start,
                                    const NodeConfig& node) {
  if (type == LinkType::ethernet && why::has_frames(node))
    return why::Earlier{{frame.bytes.begin(), frame.bytes.end()}, after_start};
  const auto datagram = datagram_in(type, frame.bytes);
  if (!datagram) return std::nullopt;
  return why::Earlier{why::arriving(node, datagram->bytes), after_start, datagram->link_layer_group};
}

WhyQuestion read_capture(const InCapture& wanted, const NodeConfig& node) {
  CaptureReader reader(wanted.path);
  WhyQuestion question{.packet = {}, .earlier = {}, .is_captured = true};
  std::size_t number = 0;
  std::optional<CaptureTime> start;
  while (const auto frame = reader.next()) {
    ++number;
    if (!start) start = frame->time;
    auto packet = arrived(*frame, reader.link_type(), frame->time - *start, node);
    if (number == wanted.number) {
      if (!packet)
        throw UsageFault(fmt::format("packet {} of {} holds no IP", number, wanted.path),
                         "without --tap questions are about IPv4 and IPv6 packets",
                         "choose another one, or add --tap if it is a frame of Ethernet");
      question.packet = std::move(packet->bytes);
      question.after_start = packet->after_start;
      question.link_layer_group = packet->link_layer_group;
      return question;
    }
    if (packet && frame->direction != Direction::out) question.earlier.push_back(std::move(*packet));
  }
  throw UsageFault(fmt::format("{} has no packet {}", wanted.path, wanted.number),
                   fmt::format("it holds {}, counted from 1", number), "choose another number");
}

// ---- a packet in words or digits ----

/// Digits are octets as they arrive.
why::Octets read_packet(const std::string& text, const NodeConfig& node) {
  if (why::has_frames(node))
    if (auto frame = notation::parse_octets(text)) return *frame;
  const PacketArgument packet = parse_packet_argument(text);
  if (!packet.is_frame) return why::arriving(node, packet.octets);
  if (why::has_frames(node)) return packet.octets;
  throw UsageFault("this is an Ethernet frame", "packets of a TUN device travel without link-layer addresses",
                   "add --tap, or write it without the Ethernet addresses in front");
}

}  // namespace

WhyQuestion read_question(const std::string& text, const NodeConfig& node) {
  if (const auto wanted = in_capture(text)) return read_capture(*wanted, node);
  return {.packet = read_packet(text, node), .earlier = {}};
}

}  // namespace tunstack
