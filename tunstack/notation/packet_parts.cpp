#include "tunstack/notation/packet_parts.hpp"

#include <algorithm>

#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/tcp.hpp"
#include "tunstack/explain/icmp_names.hpp"
#include "tunstack/explain/transport_forms.hpp"

namespace tunstack::notation {

namespace {

constexpr std::size_t largest = 65535;  // octets of a packet

void append(Octets& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }

// ---- the upper layer ----

/// Error: the quote is filled up, and its length stands in the header (RFC 4884 4).
void place_extensions(Octets& message, const PacketParts& parts) {
  const std::size_t quote = parts.extensions_at;
  store_be32(message, 4, load_be32(message, 4) | icmp_quote_length_field(parts.family(), quote));
}

void store_count(Octets& message, const PacketParts& parts) {
  const auto field = count_field(parts.form());
  if (!field || parts.is_raw || message.size() < field->at + field->octets) return;
  const std::size_t count = parts.count.value_or(static_cast<std::uint32_t>(parts.items));
  if (field->octets == 1)
    message[field->at] = static_cast<std::uint8_t>(count);
  else
    store_be16(message, field->at, static_cast<std::uint16_t>(count));
}

Octets message_of(const PacketParts& parts) {
  Octets message = parts.message;
  message.resize(std::max(message.size(), parts.is_raw ? 8 : parts.form().form.size));
  message[0] = parts.type;
  if (parts.protocol != protocol_number::igmp) message[1] = parts.code;
  append(message, parts.body);
  if (parts.extensions_at != 0) place_extensions(message, parts);
  store_count(message, parts);
  if (parts.length) message.resize(*parts.length);
  return message;
}

Octets udp_datagram(const PacketParts& parts) {
  Octets datagram = parts.header;
  append(datagram, parts.body);
  if (parts.length) datagram.resize(udp_form_size + *parts.length);
  store_be16(datagram, 4, parts.udp_length.value_or(static_cast<std::uint16_t>(datagram.size())));
  return datagram;
}

Octets tcp_segment(const PacketParts& parts) {
  Octets segment = parts.header;
  append(segment, parts.tcp_options);
  segment.resize(std::min<std::size_t>((segment.size() + 3) / 4 * 4, 60));
  segment[12] = static_cast<std::uint8_t>((segment[12] & 0x0f) | segment.size() / 4 << 4);
  const std::size_t header = segment.size();
  append(segment, parts.body);
  if (parts.length) segment.resize(header + *parts.length);
  return segment;
}

Octets payload_of(const PacketParts& parts) {
  if (parts.upper == UpperForm::message) return message_of(parts);
  if (parts.upper == UpperForm::udp) return udp_datagram(parts);
  if (parts.upper == UpperForm::tcp) return tcp_segment(parts);
  Octets payload = parts.body;
  if (parts.length) payload.resize(*parts.length);
  return payload;
}

// ---- the headers ----

std::uint8_t ttl_of(const PacketParts& parts, Bytes payload) {
  const bool is_known = !payload.empty() && !parts.is_later_fragment && parts.offset == 0 && !parts.ends_with_extension;
  return parts.ttl.value_or(is_known ? usual_time_to_live(parts.protocol, payload[0]) : 64);
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
             static_cast<std::uint16_t>((parts.reserved_flag ? 0x8000U : 0) | (parts.dont_fragment ? 0x4000U : 0) |
                                        (parts.more_fragments ? 0x2000U : 0) | parts.offset / 8));
  packet[8] = ttl_of(parts, payload);
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
  store_be32(packet, 0, load_be32(packet, 0) | parts.flow_label);
  packet[7] = ttl_of(parts, payload);
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

/// What is said to be wrong. The header is summed with the length that it says.
void put_faults(Octets& packet, const PacketParts& parts) {
  const bool is_ipv4 = parts.family() == Family::ipv4;
  if (parts.bad_checksum && !parts.checksum) spoil_checksum(packet);
  if (const auto at = upper_checksum_at(packet); at && parts.checksum) store_be16(packet, *at, *parts.checksum);
  if (parts.header_length)
    store_be16(packet, is_ipv4 ? std::size_t{ipv4_offset::total_length} : std::size_t{ipv6_offset::payload_length},
               *parts.header_length);
  if (!is_ipv4) return;
  if (const auto right = header_checksum(packet)) store_be16(packet, right->at, right->right);
  if (parts.header_checksum) store_be16(packet, ipv4_offset::checksum, *parts.header_checksum);
  if (parts.bad_header_checksum && !parts.header_checksum) spoil_header_checksum(packet);
}

}  // namespace

Octets octets_of(const PacketParts& parts) {
  const Octets payload = payload_of(parts);
  Octets packet = parts.family() == Family::ipv4 ? ipv4_packet(parts, payload) : ipv6_packet(parts, payload);
  packet.resize(std::min(packet.size(), largest));
  mend_length(packet);
  mend_checksums(packet);
  put_faults(packet, parts);
  append(packet, parts.trailing);
  packet.resize(std::min(packet.size(), largest));
  return packet;
}

// ---- reading ----

bool read_message_name(TextReader& reader, PacketParts& parts) {
  if (reader.take("type")) {
    parts.type = static_cast<std::uint8_t>(reader.number(255));
    if (reader.rest().starts_with(", code")) {
      reader.advance(6);
      parts.code = static_cast<std::uint8_t>(reader.number(255));
    }
  } else if (parts.protocol == protocol_number::igmp) {
    const auto found = find_igmp_name(reader.rest());
    if (!found) return false;
    parts.type = found->type;
    parts.is_long_query = found->is_long;
    reader.advance(found->length);
  } else {
    const auto found = find_icmp_name(parts.family(), reader.rest());
    if (!found) return false;
    parts.type = found->type;
    parts.code = found->code;
    reader.advance(found->length);
    const bool is_query = parts.protocol == protocol_number::icmpv6 && parts.type == 130;
    parts.is_long_query = is_query && reader.take("v2");
  }
  parts.message.resize(parts.form().form.size);
  for (const Field& field : parts.form().form.fields)
    if (field.usual != 0) store_field(parts.message, field, field.usual);
  return !reader.fault();
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

namespace {

/// Options as far as they are said, filled up to units of 8 octets.
Octets options_header_in(TextReader& reader) {
  Octets header(2);
  if (reader.take("octets"))
    append(header, octets_in(reader));
  else if (reader.rest().starts_with('('))
    append(header, read_items(reader, ItemKind::ipv6_option));
  const std::size_t missing = (8 - header.size() % 8) % 8;
  if (missing == 1) header.push_back(ipv6_option::pad1);
  if (missing > 1) append(header, Octets{ipv6_option::padn, static_cast<std::uint8_t>(missing - 2)});
  header.resize((header.size() + 7) / 8 * 8);
  if (header.size() > 2048) reader.fail("this header is too long");
  header[1] = static_cast<std::uint8_t>(header.size() / 8 - 1);
  return header;
}

Octets routing_header_in(TextReader& reader) {
  Octets header(8);
  reader.expect("type");
  header[2] = static_cast<std::uint8_t>(reader.number(255));
  reader.expect("left");
  header[3] = static_cast<std::uint8_t>(reader.number(255));
  if (!reader.take("(")) return header;
  if (reader.take("octets")) {
    header.resize(4);
    append(header, octets_in(reader));
  }
  while (const auto address = reader.address()) {
    if (address->is_ipv4()) reader.fail("IPv6 addresses are expected");
    if (reader.fault() || header.size() > 2048) break;
    append(header, address->ipv6().octets);
  }
  reader.expect(")");
  header.resize((header.size() + 7) / 8 * 8);
  if (header.size() > 2048) reader.fail("this header is too long");
  header[1] = static_cast<std::uint8_t>(header.size() / 8 - 1);
  return header;
}

}  // namespace

bool read_extension(TextReader& reader, PacketParts& parts) {
  Extension extension;
  if (reader.take("HBH"))
    extension = {protocol_number::hop_by_hop_options, options_header_in(reader)};
  else if (reader.take("DO"))
    extension = {protocol_number::destination_options, options_header_in(reader)};
  else if (reader.take("fragment"))
    extension = {protocol_number::fragment, fragment_header_in(reader, parts)};
  else if (reader.take("RH"))
    extension = {protocol_number::routing, routing_header_in(reader)};
  else
    return false;
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

}  // namespace tunstack::notation
