#include "tunstack/explain/describe.hpp"

#include <fmt/format.h>

#include "protocols/icmp/suppression.hpp"
#include "protocols/wire/arp.hpp"
#include "protocols/wire/ethernet.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/ndp.hpp"
#include "protocols/wire/tcp.hpp"
#include "tunstack/explain/icmp_names.hpp"

namespace tunstack {

namespace {

// A quote may be cut anywhere, so everything here reads only what is there. An error in a quote is named, but what
// it quotes in turn is not looked at: nesting costs neither time nor stack.
enum class Quotes : std::uint8_t { shown, left_out };

PacketText text_of(Bytes packet, Quotes quotes);

bool is_echo(Family family, std::uint8_t type) {
  return family == Family::ipv4 ? type == 0 || type == 8 : type == 128 || type == 129;
}

bool is_error(Family family, std::uint8_t type) {
  return family == Family::ipv6 ? type < icmpv6_first_informational : icmp::is_icmpv4_error(type);
}

std::string describe_quote(Bytes packet) {
  const PacketText quoted = text_of(packet, Quotes::left_out);
  if (quoted.source.empty()) return quoted.summary;
  return fmt::format("{} > {} {}", quoted.source, quoted.destination, quoted.summary);
}

/// What the 32 bits behind the checksum of an error say, where they say something.
std::string describe_error_field(Family family, Bytes message) {
  constexpr unsigned fragmentation_needed = 4;
  const unsigned type = message[0];
  if (message.size() < icmp_header_size) return {};
  if (family == Family::ipv4) {
    if (type == static_cast<unsigned>(Icmpv4Type::parameter_problem)) return fmt::format(", pointer {}", message[4]);
    if (type == static_cast<unsigned>(Icmpv4Type::redirect))
      return fmt::format(", gateway {}", to_text(Ipv4Address::load(message, 4)));
    const bool has_mtu =
        type == static_cast<unsigned>(Icmpv4Type::destination_unreachable) && message[1] == fragmentation_needed;
    return has_mtu ? fmt::format(", mtu {}", load_be16(message, 6)) : std::string();
  }
  if (type == static_cast<unsigned>(Icmpv6Type::parameter_problem))
    return fmt::format(", pointer {}", load_be32(message, 4));
  return type == static_cast<unsigned>(Icmpv6Type::packet_too_big) ? fmt::format(", mtu {}", load_be32(message, 4))
                                                                   : std::string();
}

bool has_target(Bytes message) {
  const bool is_about_neighbor = message[0] == static_cast<unsigned>(Icmpv6Type::neighbor_solicitation) ||
                                 message[0] == static_cast<unsigned>(Icmpv6Type::neighbor_advertisement);
  return is_about_neighbor && message.size() >= neighbor_solicitation_size;
}

std::string describe_icmp(Family family, Bytes message, Quotes quotes) {
  const std::string_view name = family == Family::ipv4 ? "ICMP" : "ICMP6";
  if (message.size() < 2) return fmt::format("{}, cut short, length {}", name, message.size());
  std::string text = fmt::format("{} {}", name, icmp_name(family, message[0], message[1]));
  if (message.size() >= icmp_header_size && is_echo(family, message[0]))
    text += fmt::format(", id {}, seq {}", load_be16(message, 4), load_be16(message, 6));
  if (family == Family::ipv6 && has_target(message))
    text += fmt::format(" of {}", to_text(Ipv6Address::load(message, nd_target_offset)));
  if (is_error(family, message[0])) {
    text += fmt::format(" ({}/{}){}", message[0], message[1], describe_error_field(family, message));
    if (message.size() > icmp_header_size && quotes == Quotes::shown)
      return text + fmt::format(" [{}]", describe_quote(message.subspan(icmp_header_size)));
  }
  return text + fmt::format(", length {}", message.size());
}

std::string describe_ports(std::string_view name, Bytes payload) {
  if (payload.size() < 4) return fmt::format("{}, cut short, length {}", name, payload.size());
  return fmt::format("{} {} > {}", name, load_be16(payload, 0), load_be16(payload, 2));
}

std::string describe_tcp(Bytes payload) {
  std::string text = describe_ports("TCP", payload);
  if (payload.size() < tcp_header_size) return text;
  constexpr std::string_view letters = "FSRP.UEW";
  text += ", flags [";
  for (std::size_t bit = 0; bit < letters.size(); ++bit)
    if (payload[13] & 1U << bit) text += letters[bit];
  return text + "]";
}

std::string describe_payload(Family family, std::uint8_t protocol, Bytes payload, Quotes quotes) {
  switch (protocol) {
    case protocol_number::icmpv4:
      if (family == Family::ipv4) return describe_icmp(family, payload, quotes);
      break;
    case protocol_number::icmpv6:
      if (family == Family::ipv6) return describe_icmp(family, payload, quotes);
      break;
    case protocol_number::tcp:
      return describe_tcp(payload);
    case protocol_number::udp:
      return describe_ports("UDP", payload);
    default:
      break;
  }
  return fmt::format("{} {}, length {}", family == Family::ipv4 ? "protocol" : "next header", protocol, payload.size());
}

std::string describe_fragment(const Bytes packet, std::size_t header) {
  const unsigned field = load_be16(packet, 6);
  return fmt::format("fragment, id {}, offset {}{}, length {}", load_be16(packet, 4), (field & 0x1fff) * 8,
                     field & 0x2000 ? "+" : "", packet.size() - header);
}

PacketText describe_ipv4(Bytes packet, Quotes quotes) {
  PacketText text{to_text(Ipv4Address::load(packet, 12)), to_text(Ipv4Address::load(packet, 16)), {}};
  const std::size_t header = (packet[0] & 0x0fU) * 4;
  const std::size_t total = load_be16(packet, 2);
  if (header < ipv4_header_size || header > packet.size()) {
    text.summary = fmt::format("IPv4, BAD HEADER LENGTH {}, length {}", header, packet.size());
    return text;
  }
  const Bytes held = packet.first(std::max(header, std::min(total, packet.size())));
  if ((load_be16(packet, 6) & 0x1fff) != 0)
    text.summary = describe_fragment(held, header);
  else
    text.summary = describe_payload(Family::ipv4, packet[9], held.subspan(header), quotes);
  if ((load_be16(packet, 6) & 0x3fff) == 0x2000) text.summary += ", first fragment";
  if (!checksum_is_intact(checksum_sum(packet.first(header)))) text.summary += ", BAD HEADER CHECKSUM";
  return text;
}

std::string_view extension_name(std::uint8_t kind) {
  switch (kind) {
    case protocol_number::hop_by_hop_options:
      return "HBH";
    case protocol_number::routing:
      return "RH";
    case protocol_number::destination_options:
      return "DO";
    default:
      return "frag";
  }
}

std::string describe_extension(std::uint8_t kind, Bytes header) {
  if (kind == protocol_number::routing) return fmt::format("RH type {} left {}, ", header[2], header[3]);
  if (kind != protocol_number::fragment) return fmt::format("{}, ", extension_name(kind));
  const Ipv6FragmentHeader fragment(header);
  return fmt::format("fragment, id {:#x}, offset {}{}, ", fragment.identification(), fragment.offset(),
                     fragment.more() ? "+" : "");
}

/// The extension headers one by one, as many as are worth a line, then what they lead to.
std::string describe_chain(Bytes packet, Quotes quotes) {
  constexpr int most_shown = 8;
  UpperLayer at{packet[ipv6_next_header_offset], false, ipv6_header_size, ipv6_next_header_offset};
  std::string text;
  for (int shown = 0; is_ipv6_extension(at.protocol); ++shown) {
    const auto header = ipv6_extension_at(packet, at.offset, at.protocol);
    if (!header || shown == most_shown)
      return fmt::format("{}{}, {}, length {}", text, extension_name(at.protocol), header ? "and more" : "cut short",
                         packet.size() - at.offset);
    text += describe_extension(at.protocol, *header);
    const bool later = at.protocol == protocol_number::fragment && Ipv6FragmentHeader(*header).offset() != 0;
    at = step_over(at, *header);
    if (later) return fmt::format("{}length {}", text, packet.size() - at.offset);
  }
  return text + describe_payload(Family::ipv6, at.protocol, packet.subspan(at.offset), quotes);
}

PacketText describe_ipv6(Bytes packet, Quotes quotes) {
  const std::size_t payload = std::min<std::size_t>(load_be16(packet, 4), packet.size() - ipv6_header_size);
  return {to_text(Ipv6Address::load(packet, 8)), to_text(Ipv6Address::load(packet, 24)),
          describe_chain(packet.first(ipv6_header_size + payload), quotes)};
}

PacketText text_of(Bytes packet, Quotes quotes) {
  if (packet.empty()) return {{}, {}, "no packet"};
  const int version = packet[0] >> 4;
  if (version == 4 && packet.size() >= ipv4_header_size) return describe_ipv4(packet, quotes);
  if (version == 6 && packet.size() >= ipv6_header_size) return describe_ipv6(packet, quotes);
  if (version == 4 || version == 6) return {{}, {}, fmt::format("IPv{}, cut short, length {}", version, packet.size())};
  return {{}, {}, fmt::format("IP version {}, length {}", version, packet.size())};
}

}  // namespace

PacketText describe(Bytes packet) { return text_of(packet, Quotes::shown); }

namespace {

PacketText describe_arp(Bytes bytes) {
  const auto packet = ArpPacket::parse(bytes);
  if (!packet) return {{}, {}, fmt::format("ARP, malformed, length {}", bytes.size())};
  PacketText text{to_text(packet->sender), to_text(packet->target), {}};
  if (packet->operation == ArpOperation::request)
    text.summary = fmt::format("ARP who has {}, tell {}", text.destination, to_text(packet->sender_mac));
  else if (packet->operation == ArpOperation::reply)
    text.summary = fmt::format("ARP {} is at {}", text.source, to_text(packet->sender_mac));
  else
    text.summary = fmt::format("ARP operation {}", static_cast<unsigned>(packet->operation));
  return text;
}

}  // namespace

PacketText describe(const OutgoingPacket& packet) {
  return packet.payload == LinkPayload::arp ? describe_arp(packet.bytes) : describe(packet.bytes);
}

PacketText describe_frame(Bytes frame) {
  const auto ethernet = EthernetView::parse(frame);
  if (!ethernet) return {{}, {}, fmt::format("Ethernet, cut short, length {}", frame.size())};
  const std::uint16_t type = ethernet->type();
  if (type == ethertype::arp) return describe_arp(ethernet->payload());
  if (type == ethertype::ipv4 || type == ethertype::ipv6) return describe(ethernet->payload());
  return {to_text(ethernet->source()), to_text(ethernet->destination()),
          fmt::format("Ethernet type {:#06x}, length {}", type, frame.size())};
}

}  // namespace tunstack
