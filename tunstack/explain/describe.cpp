#include "tunstack/explain/describe.hpp"

#include <fmt/format.h>

#include "protocols/icmp/suppression.hpp"
#include "protocols/wire/arp.hpp"
#include "protocols/wire/ethernet.hpp"
#include "protocols/wire/icmp_error.hpp"
#include "protocols/wire/ports.hpp"
#include "protocols/wire/quoted_packet.hpp"
#include "protocols/wire/redirects.hpp"
#include "tunstack/explain/icmp_names.hpp"

namespace tunstack {

namespace {

// A quote may be cut anywhere, so every packet is read as one. An error in a quote is named, but what it quotes in turn
// is not looked at: nesting costs neither time nor stack.
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

std::string describe_pointer_or_mtu(const auto& error) {
  if (const auto pointer = error.pointer()) return fmt::format(", pointer {}", *pointer);
  if (const auto mtu = error.mtu()) return fmt::format(", mtu {}", *mtu);
  return {};
}

/// What the 32 bits behind the checksum of an error say, where they say something.
std::string describe_error_field(Family family, Bytes message) {
  if (message.size() < icmp_header_size) return {};
  if (family == Family::ipv6) return describe_pointer_or_mtu(Icmpv6ErrorView::of(message));
  const auto error = Icmpv4ErrorView::of(message);
  if (!error.has_type(Icmpv4Type::redirect)) return describe_pointer_or_mtu(error);
  return fmt::format(", gateway {}", to_text(Icmpv4RedirectView::of(message).gateway()));
}

/// The fixed part of a message about a neighbor: its options may be cut.
std::string describe_target(Bytes message) {
  const Icmpv6Type type{message[icmp_offset::type]};
  if (type != Icmpv6Type::neighbor_solicitation && type != Icmpv6Type::neighbor_advertisement) return {};
  if (message.size() < neighbor_solicitation_size) return {};
  return fmt::format(" of {}", to_text(NeighborSolicitationView::of(message).target()));
}

std::string describe_icmp(Family family, Bytes message, Quotes quotes) {
  const std::string_view name = family == Family::ipv4 ? "ICMP" : "ICMP6";
  if (message.size() < icmp_offset::checksum) return fmt::format("{}, cut short, length {}", name, message.size());
  const std::uint8_t type = message[icmp_offset::type];
  const std::uint8_t code = message[icmp_offset::code];
  std::string text = fmt::format("{} {}", name, icmp_name(family, type, code));
  if (message.size() >= icmp_header_size && is_echo(family, type))
    text += fmt::format(", id {}, seq {}", load_be16(message, icmp_echo_offset::identifier),
                        load_be16(message, icmp_echo_offset::sequence));
  if (family == Family::ipv6) text += describe_target(message);
  if (is_error(family, type)) {
    text += fmt::format(" ({}/{}){}", type, code, describe_error_field(family, message));
    if (message.size() > icmp_header_size && quotes == Quotes::shown)
      return text + fmt::format(" [{}]", describe_quote(message.subspan(icmp_header_size)));
  }
  return text + fmt::format(", length {}", message.size());
}

std::string describe_ports(std::string_view name, Bytes payload) {
  const auto ports = find_ports(payload);
  if (!ports) return fmt::format("{}, cut short, length {}", name, payload.size());
  return fmt::format("{} {} > {}", name, ports->source, ports->destination);
}

std::string describe_tcp(Bytes payload) {
  std::string text = describe_ports("TCP", payload);
  if (payload.size() < tcp_header_size) return text;
  constexpr std::string_view letters = "FSRP.UEW";
  text += ", flags [";
  for (std::size_t bit = 0; bit < letters.size(); ++bit)
    if (payload[tcp_offset::flags] & 1U << bit) text += letters[bit];
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

std::string describe_fragment(const QuotedIpv4& packet) {
  return fmt::format("fragment, id {}, offset {}{}, length {}", packet.identification(), packet.fragment_offset(),
                     packet.more_fragments() ? "+" : "", packet.payload().size());
}

std::string summary_of(const QuotedIpv4& packet, Quotes quotes) {
  if (!packet.has_header())
    return fmt::format("IPv4, BAD HEADER LENGTH {}, length {}", packet.header_size(), packet.bytes().size());
  const QuotedIpv4 held = packet.without_padding();
  const bool is_first = held.fragment_offset() == 0;
  std::string text =
      is_first ? describe_payload(Family::ipv4, held.protocol(), held.payload(), quotes) : describe_fragment(held);
  if (is_first && held.more_fragments()) text += ", first fragment";
  if (!checksum_is_intact(checksum_sum(held.header()))) text += ", BAD HEADER CHECKSUM";
  return text;
}

PacketText text_of(const QuotedIpv4& packet, Quotes quotes) {
  return {to_text(packet.source()), to_text(packet.destination()), summary_of(packet, quotes)};
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
  if (kind == protocol_number::routing)
    return fmt::format("RH type {} left {}, ", header[ipv6_routing_offset::type],
                       header[ipv6_routing_offset::segments_left]);
  if (kind != protocol_number::fragment) return fmt::format("{}, ", extension_name(kind));
  const Ipv6FragmentHeader fragment(header);
  return fmt::format("fragment, id {:#x}, offset {}{}, ", fragment.identification(), fragment.offset(),
                     fragment.more() ? "+" : "");
}

/// The extension headers one by one, as many as are worth a line, then what they lead to.
std::string describe_chain(const QuotedIpv6& quoted, Quotes quotes) {
  constexpr int most_shown = 8;
  const Bytes packet = quoted.bytes();
  UpperLayer at{quoted.next_header(), false, ipv6_header_size, ipv6_offset::next_header};
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

PacketText text_of(const QuotedIpv6& packet, Quotes quotes) {
  return {to_text(packet.source()), to_text(packet.destination()), describe_chain(packet.without_padding(), quotes)};
}

PacketText text_of(Bytes packet, Quotes quotes) {
  if (packet.empty()) return {{}, {}, "no packet"};
  if (const auto ipv4 = QuotedIpv4::parse(packet)) return text_of(*ipv4, quotes);
  if (const auto ipv6 = QuotedIpv6::parse(packet)) return text_of(*ipv6, quotes);
  const unsigned version = ip_version(packet);
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
  if (packet.payload == LinkPayload::frame) return describe_frame(packet.bytes);
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
