// Ethernet frames and ARP in words.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/wire/arp.hpp"
#include "protocols/wire/ethernet.hpp"
#include "tunstack/explain/describe_parts.hpp"
#include "tunstack/explain/octet_form.hpp"

namespace tunstack {

namespace {

/// Who sends and who receives the frame that ARP is in.
struct Ends {
  MacAddress source, destination;
};

std::string arp_words(const ArpPacket& packet) {
  const std::string sender = to_text(packet.sender), target = to_text(packet.target);
  if (packet.operation == ArpOperation::reply)
    return fmt::format("ARP {} is at {}{}", sender, to_text(packet.sender_mac),
                       sender == target ? "" : ", to " + target);
  if (packet.operation != ArpOperation::request)
    return fmt::format("ARP operation {}, sender {}, target {}", static_cast<unsigned>(packet.operation), sender,
                       target);
  if (packet.sender == Ipv4Address{}) return "ARP probe for " + target;
  if (packet.sender == packet.target) return "ARP announcement of " + target;
  return fmt::format("ARP who has {}, tell {}", target, sender);
}

/// Hardware addresses are told where they are not those of the frame; that of a target is asked for.
std::string arp_hardware(const ArpPacket& packet, const Ends& ends) {
  std::string text;
  const bool is_reply = packet.operation == ArpOperation::reply;
  if (packet.sender_mac != ends.source && !is_reply) text += ", sender mac " + to_text(packet.sender_mac);
  if (packet.target_mac != (is_reply ? ends.destination : MacAddress{}))
    text += ", target mac " + to_text(packet.target_mac);
  return text;
}

PacketText describe_arp(Bytes bytes, const Ends& ends, Detail detail) {
  const auto packet = ArpPacket::parse(bytes);
  if (!packet) return {{}, {}, fmt::format("ARP, malformed, length {}", bytes.size())};
  std::string summary = arp_words(*packet) + arp_hardware(*packet, ends);
  if (detail != Detail::line && bytes.size() > arp_size)
    summary += ", trailing " + hexadecimal_text(bytes.subspan(arp_size));
  return {to_text(packet->sender), to_text(packet->target), summary, true};
}

PacketText describe_other(const EthernetView& frame, Detail detail) {
  const std::string summary = fmt::format("Ethernet type {:#06x}, length {}", frame.type(), frame.bytes().size());
  return {to_text(frame.source()), to_text(frame.destination()),
          summary + body_text(frame.payload(), {.detail = detail})};
}

bool carries_ip(const EthernetView& frame) {
  return (frame.type() == ethertype::ipv4 || frame.type() == ethertype::ipv6);
}

/// IP of the version that the type says, of which there is enough to tell.
bool carries_its_version(const EthernetView& frame) {
  if (!carries_ip(frame) || frame.payload().empty()) return false;
  return ip_version(frame.payload()) == (frame.type() == ethertype::ipv4 ? 4 : 6) &&
         !describe(frame.payload()).source.empty();
}

}  // namespace

PacketText describe(const OutgoingPacket& packet) {
  if (packet.payload == LinkPayload::frame) return describe_frame(packet.bytes);
  if (packet.payload != LinkPayload::arp) return describe(packet.bytes);
  return describe_arp(packet.bytes, {packet.link_source, packet.link_destination}, Detail::line);
}

PacketText describe_frame(Bytes frame) {
  const auto ethernet = EthernetView::parse(frame);
  if (!ethernet) return {{}, {}, fmt::format("Ethernet, cut short, length {}", frame.size())};
  if (ethernet->type() == ethertype::arp)
    return describe_arp(ethernet->payload(), {ethernet->source(), ethernet->destination()}, Detail::line);
  return carries_ip(*ethernet) ? describe(ethernet->payload()) : describe_other(*ethernet, Detail::line);
}

std::string frame_line(Bytes frame, Detail detail) {
  const auto ethernet = EthernetView::parse(frame);
  if (!ethernet) return line_of(describe_frame(frame));
  const Ends ends{ethernet->source(), ethernet->destination()};
  const std::string addresses = fmt::format("{} > {}, ", to_text(ends.source), to_text(ends.destination));
  const bool is_taken_apart = detail != Detail::protocols_as_octets;
  if (is_taken_apart && ethernet->type() == ethertype::arp && ArpPacket::parse(ethernet->payload()))
    return addresses + describe_arp(ethernet->payload(), ends, detail).summary;
  if (carries_its_version(*ethernet)) return addresses + line_of(describe(ethernet->payload(), detail));
  return addresses + describe_other(*ethernet, detail).summary;
}

}  // namespace tunstack
