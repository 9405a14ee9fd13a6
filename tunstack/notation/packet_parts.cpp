#include "tunstack/notation/packet_parts.hpp"

#include <algorithm>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/tcp.hpp"
#include "tunstack/explain/icmp_names.hpp"

namespace tunstack::notation {

namespace {

constexpr std::size_t largest = 65535;  // octets of a packet

void append(Octets& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }

// ---- the upper layer ----

/// Octets of messages that have a fixed part longer than the header, without their options.
std::size_t fixed_size(Family family, std::uint8_t type) {
  struct Row {
    Family family;
    std::uint8_t type;
    std::size_t size;
  };
  static constexpr Row rows[] = {
      {Family::ipv4, 13, 20},  {Family::ipv4, 14, 20},  {Family::ipv4, 17, 12},  {Family::ipv4, 18, 12},
      {Family::ipv6, 130, 28}, {Family::ipv6, 131, 24}, {Family::ipv6, 132, 24}, {Family::ipv6, 134, 16},
      {Family::ipv6, 135, 24}, {Family::ipv6, 136, 24}, {Family::ipv6, 137, 40},
  };
  const auto row = std::ranges::find_if(rows, [&](const Row& r) { return r.family == family && r.type == type; });
  return row == std::end(rows) ? 8 : row->size;
}

/// Where the field of an error stands: the pointer of ICMPv4 is one octet, an MTU two.
void store_field(Octets& message, const PacketParts& parts) {
  if (parts.family() == Family::ipv4 && parts.type == 12)
    message[4] = static_cast<std::uint8_t>(parts.field);
  else
    store_be32(message, 4, parts.field);
}

Octets icmp_message(const PacketParts& parts) {
  Octets message(8);
  message[0] = parts.type;
  message[1] = parts.code;
  store_field(message, parts);
  if (parts.identifier) {
    store_be16(message, 4, static_cast<std::uint16_t>(*parts.identifier));
    store_be16(message, 6, parts.sequence);
  }
  append(message, parts.quote);
  append(message, parts.body);
  message.resize(parts.length.value_or(std::max(message.size(), fixed_size(parts.family(), parts.type))));
  if (parts.target && !parts.target->is_ipv4() && message.size() >= 24) parts.target->ipv6().store(message, 8);
  return message;
}

Octets udp_datagram(const PacketParts& parts) {
  Octets datagram(8);
  append(datagram, parts.body);
  if (parts.length) datagram.resize(8 + *parts.length);
  store_be16(datagram, 0, parts.source_port);
  store_be16(datagram, 2, parts.destination_port);
  store_be16(datagram, 4, static_cast<std::uint16_t>(datagram.size()));
  return datagram;
}

Octets tcp_segment(const PacketParts& parts) {
  Octets segment(tcp_header_size);
  append(segment, parts.body);
  if (parts.length) segment.resize(tcp_header_size + *parts.length);
  store_be16(segment, 0, parts.source_port);
  store_be16(segment, 2, parts.destination_port);
  segment[12] = tcp_header_size / 4 << 4;
  segment[tcp_offset::flags] = parts.tcp_flags;
  store_be16(segment, 14, 65535);  // window
  return segment;
}

Octets payload_of(const PacketParts& parts) {
  if (parts.is_icmp) return icmp_message(parts);
  if (!parts.is_later_fragment && parts.protocol == protocol_number::udp) return udp_datagram(parts);
  if (!parts.is_later_fragment && parts.protocol == protocol_number::tcp) return tcp_segment(parts);
  Octets payload = parts.body;
  if (parts.length) payload.resize(*parts.length);
  return payload;
}

// ---- the headers ----

std::uint8_t usual_ttl(const PacketParts& parts) {
  const bool is_discovery = parts.is_icmp && parts.family() == Family::ipv6 && parts.type >= 133 && parts.type <= 137;
  return parts.ttl.value_or(is_discovery ? 255 : 64);
}

Octets ipv4_packet(const PacketParts& parts, Bytes payload) {
  Octets options = parts.options;
  options.resize(std::min<std::size_t>((options.size() + 3) / 4 * 4, 40));
  Octets packet(ipv4_header_size);
  packet[0] = static_cast<std::uint8_t>(0x45 + options.size() / 4);
  packet[1] = parts.traffic_class;
  const std::uint32_t of_fragment = parts.is_later_fragment ? parts.identifier.value_or(0) : 0;
  store_be16(packet, ipv4_offset::identification,
             static_cast<std::uint16_t>(parts.identification.value_or(of_fragment)));
  store_be16(packet, ipv4_offset::flags_and_fragment_offset,
             static_cast<std::uint16_t>((parts.dont_fragment ? 0x4000U : 0) | (parts.more_fragments ? 0x2000U : 0) |
                                        parts.offset / 8));
  packet[8] = usual_ttl(parts);
  packet[ipv4_offset::protocol] = parts.protocol;
  parts.source.ipv4().store(packet, 12);
  parts.destination.ipv4().store(packet, 16);
  append(packet, options);
  append(packet, payload);
  return packet;
}

/// Each extension header names what follows it.
Octets ipv6_packet(const PacketParts& parts, Bytes payload) {
  Octets packet(ipv6_header_size);
  packet[0] = static_cast<std::uint8_t>(0x60 | parts.traffic_class >> 4);
  packet[1] = static_cast<std::uint8_t>(parts.traffic_class << 4);
  packet[7] = usual_ttl(parts);
  parts.source.ipv6().store(packet, 8);
  parts.destination.ipv6().store(packet, 24);
  std::size_t names_next = ipv6_offset::next_header;
  for (const Extension& extension : parts.extensions) {
    packet[names_next] = extension.kind;
    names_next = packet.size();
    append(packet, extension.octets);
  }
  packet[names_next] = parts.ends_with_extension ? protocol_number::no_next_header : parts.protocol;
  append(packet, payload);
  return packet;
}

}  // namespace

Octets octets_of(const PacketParts& parts) {
  const Octets payload = payload_of(parts);
  Octets packet = parts.family() == Family::ipv4 ? ipv4_packet(parts, payload) : ipv6_packet(parts, payload);
  packet.resize(std::min(packet.size(), largest));
  mend_length(packet);
  mend_checksums(packet);
  if (parts.bad_checksum) spoil_checksum(packet);
  if (parts.bad_header_checksum) spoil_header_checksum(packet);
  return packet;
}

// ---- reading ----

bool read_icmp_name(TextReader& reader, PacketParts& parts) {
  if (reader.take("type")) {
    parts.type = static_cast<std::uint8_t>(reader.number(255));
    if (reader.rest().starts_with(", code")) {
      reader.advance(6);
      parts.code = static_cast<std::uint8_t>(reader.number(255));
    }
    return !reader.fault();
  }
  const auto found = find_icmp_name(parts.family(), reader.rest());
  if (!found) return false;
  parts.type = found->type;
  parts.code = found->code;
  reader.advance(found->length);
  return true;
}

namespace {

/// ", id 0x1, offset 8+": a later one says nothing of what it is a part of.
Octets fragment_header_in(TextReader& reader, PacketParts& parts) {
  Octets header(8);
  reader.expect(",");
  reader.expect("id");
  store_be32(header, 4, reader.number(0xffffffff));
  reader.expect(",");
  reader.expect("offset");
  const std::uint32_t offset = reader.number(65528);
  if (offset % 8 != 0) reader.fail("an offset is a multiple of 8");
  store_be16(header, 2, static_cast<std::uint16_t>(offset | (reader.take("+") ? 1U : 0U)));
  parts.is_later_fragment = offset != 0;
  if (parts.is_later_fragment) parts.protocol = protocol_number::icmpv6;
  return header;
}

}  // namespace

bool read_extension(TextReader& reader, PacketParts& parts) {
  const Octets padding{0, 0, 1, 4, 0, 0, 0, 0};
  Extension extension;
  if (reader.take("HBH")) {
    extension = {protocol_number::hop_by_hop_options, padding};
  } else if (reader.take("DO")) {
    extension = {protocol_number::destination_options, padding};
  } else if (reader.take("fragment")) {
    extension = {protocol_number::fragment, fragment_header_in(reader, parts)};
  } else if (reader.take("RH")) {
    extension = {protocol_number::routing, Octets(8)};
    reader.expect("type");
    extension.octets[2] = static_cast<std::uint8_t>(reader.number(255));
    reader.expect("left");
    extension.octets[3] = static_cast<std::uint8_t>(reader.number(255));
  } else {
    return false;
  }
  parts.extensions.push_back(std::move(extension));
  return true;
}

std::uint8_t tcp_flags_in(TextReader& reader) {
  if (!reader.rest().starts_with('[')) {
    reader.fail("flags are written [S]");
    return 0;
  }
  constexpr std::string_view letters = "FSRP.UEW";
  unsigned flags = 0;
  for (const char letter : reader.bracketed()) {
    const std::size_t bit = letters.find(letter);
    if (bit == std::string_view::npos) reader.fail("flags are letters of FSRP.UEW");
    flags |= bit == std::string_view::npos ? 0U : 1U << bit;
  }
  return static_cast<std::uint8_t>(flags);
}

Octets octets_in(TextReader& reader) {
  Octets octets;
  while (!reader.at_end() && !reader.fault()) {
    const std::string_view rest = reader.rest();
    if (rest[0] == ',' || rest[0] == ']') break;
    if (rest[0] == ':') {
      reader.advance(1);
      continue;
    }
    std::uint8_t octet = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + std::min<std::size_t>(2, rest.size()), octet, 16);
    if (error != std::errc{} || end != rest.data() + 2 || octets.size() == largest) {
      reader.fail("two hexadecimal digits are expected for each octet");
      break;
    }
    octets.push_back(octet);
    reader.advance(2);
  }
  return octets;
}

}  // namespace tunstack::notation
