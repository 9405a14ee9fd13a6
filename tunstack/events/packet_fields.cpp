#include "tunstack/events/packet_fields.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/ports.hpp"
#include "protocols/wire/quoted_packet.hpp"
#include "protocols/wire/tcp.hpp"
#include "tunstack/explain/message_forms.hpp"

namespace tunstack {

namespace {

using Fields = nlohmann::ordered_json;

/// What is behind all headers of IP.
struct UpperPart {
  std::uint8_t protocol;
  Bytes bytes;
};

/// As docs/packets.md has it, in one word; the address that discovery is about has none there.
std::string key_of(const Field& field) {
  if (field.word.empty()) return "target";
  std::string key(field.word);
  std::ranges::replace(key, ' ', '_');
  return key;
}

Fields value_of(Bytes message, const Field& field) {
  if (field.style == Style::flag) return field_value(message, field) != 0;
  if (is_number(field.style)) return field_number(message, field);
  return field_text(message, field);
}

/// What the message has by the table that explanations are made of.
void add_message_fields(Fields& fields, std::uint8_t protocol, Bytes message) {
  if (message.size() < icmp_header_size) return;
  const std::uint8_t type = message[icmp_offset::type];
  const std::uint8_t code = message[icmp_offset::code];
  fields["type"] = type;
  if (protocol != protocol_number::igmp) fields["code"] = code;
  for (const Field& field : message_form(protocol, type, code, is_long_query(protocol, message)).form.fields)
    if (has_field(message, field)) fields[key_of(field)] = value_of(message, field);
}

bool is_message(int version, std::uint8_t protocol) {
  if (version == 6) return protocol == protocol_number::icmpv6;
  return protocol == protocol_number::icmpv4 || protocol == protocol_number::igmp;
}

void add_upper_fields(Fields& fields, int version, const UpperPart& upper) {
  if (is_message(version, upper.protocol)) return add_message_fields(fields, upper.protocol, upper.bytes);
  if (upper.protocol != protocol_number::udp && upper.protocol != protocol_number::tcp) return;
  const auto ports = find_ports(upper.bytes);
  if (!ports) return;
  fields["source_port"] = ports->source;
  fields["destination_port"] = ports->destination;
  if (upper.protocol == protocol_number::tcp && upper.bytes.size() >= tcp_header_size)
    fields["tcp_flags"] = upper.bytes[tcp_offset::flags];
}

Fields fields_of(const QuotedIpv4& packet) {
  Fields fields{
      {"version", 4}, {"ttl", packet.ttl()}, {"tos", packet.type_of_service()}, {"protocol", packet.protocol()}};
  fields["ip_id"] = packet.identification();
  fields["df"] = packet.dont_fragment();
  fields["mf"] = packet.more_fragments();
  fields["offset"] = packet.fragment_offset();
  const QuotedIpv4 held = packet.without_padding();
  if (packet.fragment_offset() == 0) add_upper_fields(fields, 4, {packet.protocol(), held.payload()});
  return fields;
}

Fields fields_of(const QuotedIpv6& packet) {
  Fields fields{{"version", 6}, {"ttl", packet.hop_limit()}, {"tos", packet.traffic_class()}};
  const Bytes bytes = packet.without_padding().bytes();
  UpperLayer at{packet.next_header(), false, ipv6_header_size, ipv6_offset::next_header};
  bool is_later = false;
  while (is_ipv6_extension(at.protocol) && !is_later) {
    const auto header = ipv6_extension_at(bytes, at.offset, at.protocol);
    if (!header) break;
    if (at.protocol == protocol_number::fragment) {
      const Ipv6FragmentHeader fragment(*header);
      fields.update({{"ip_id", fragment.identification()}, {"mf", fragment.more()}, {"offset", fragment.offset()}});
      is_later = fragment.offset() != 0;
    }
    at = step_over(at, *header);
  }
  fields["protocol"] = at.protocol;
  if (!is_later)
    add_upper_fields(fields, 6, {at.protocol, bytes.subspan(std::min<std::size_t>(at.offset, bytes.size()))});
  return fields;
}

}  // namespace

nlohmann::ordered_json packet_fields(Bytes datagram) {
  if (const auto ipv4 = QuotedIpv4::parse(datagram)) return fields_of(*ipv4);
  if (const auto ipv6 = QuotedIpv6::parse(datagram)) return fields_of(*ipv6);
  return Fields::object();
}

}  // namespace tunstack
