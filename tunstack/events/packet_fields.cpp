#include "tunstack/events/packet_fields.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/ports.hpp"
#include "protocols/wire/quoted_packet.hpp"
#include "protocols/wire/tcp.hpp"
#include "tunstack/explain/message_forms.hpp"

namespace tunstack {

namespace {

using Fields = JsonObject;

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

void add_field(Fields& fields, Bytes message, const Field& field) {
  const std::string key = key_of(field);
  if (field.style == Style::flag) return fields.add(key, field_value(message, field) != 0);
  if (is_number(field.style)) return fields.add(key, field_number(message, field));
  fields.add(key, field_text(message, field));
}

/// What the message has by the table that explanations are made of.
void add_message_fields(Fields& fields, std::uint8_t protocol, Bytes message) {
  if (message.size() < icmp_header_size) return;
  const std::uint8_t type = message[icmp_offset::type];
  const std::uint8_t code = message[icmp_offset::code];
  fields.add("type", type);
  if (protocol != protocol_number::igmp) fields.add("code", code);
  for (const Field& field : message_form(protocol, type, code, is_long_query(protocol, message)).form.fields)
    if (has_field(message, field)) add_field(fields, message, field);
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
  fields.add("source_port", ports->source);
  fields.add("destination_port", ports->destination);
  if (upper.protocol == protocol_number::tcp && upper.bytes.size() >= tcp_header_size)
    fields.add("tcp_flags", upper.bytes[tcp_offset::flags]);
}

void add_fields(Fields& fields, const QuotedIpv4& packet) {
  fields.add("version", 4);
  fields.add("ttl", packet.ttl());
  fields.add("tos", packet.type_of_service());
  fields.add("protocol", packet.protocol());
  fields.add("ip_id", packet.identification());
  fields.add("df", packet.dont_fragment());
  fields.add("mf", packet.more_fragments());
  fields.add("offset", packet.fragment_offset());
  const QuotedIpv4 held = packet.without_padding();
  if (packet.fragment_offset() == 0) add_upper_fields(fields, 4, {packet.protocol(), held.payload()});
}

/// The chain of headers of IPv6 up to the upper layer, or to a later fragment's fragment header.
struct HeaderChain {
  UpperLayer upper;
  std::optional<Ipv6FragmentHeader> fragment;  // the last one
  bool is_later_fragment() const { return fragment && fragment->offset() != 0; }
};

HeaderChain chain_of(const QuotedIpv6& packet, Bytes bytes) {
  HeaderChain chain{{packet.next_header(), false, ipv6_header_size, ipv6_offset::next_header}, {}};
  while (is_ipv6_extension(chain.upper.protocol) && !chain.is_later_fragment()) {
    const auto header = ipv6_extension_at(bytes, chain.upper.offset, chain.upper.protocol);
    if (!header) break;
    if (chain.upper.protocol == protocol_number::fragment) chain.fragment.emplace(*header);
    chain.upper = step_over(chain.upper, *header);
  }
  return chain;
}

void add_fields(Fields& fields, const QuotedIpv6& packet) {
  const Bytes bytes = packet.without_padding().bytes();
  const HeaderChain chain = chain_of(packet, bytes);
  fields.add("version", 6);
  fields.add("ttl", packet.hop_limit());
  fields.add("tos", packet.traffic_class());
  if (chain.fragment) {
    fields.add("ip_id", chain.fragment->identification());
    fields.add("mf", chain.fragment->more());
    fields.add("offset", chain.fragment->offset());
  }
  fields.add("protocol", chain.upper.protocol);
  if (chain.is_later_fragment()) return;
  const auto upper = bytes.subspan(std::min<std::size_t>(chain.upper.offset, bytes.size()));
  add_upper_fields(fields, 6, {chain.upper.protocol, upper});
}

}  // namespace

void add_packet_fields(JsonObject& fields, Bytes datagram) {
  if (const auto ipv4 = QuotedIpv4::parse(datagram)) return add_fields(fields, *ipv4);
  if (const auto ipv6 = QuotedIpv6::parse(datagram)) add_fields(fields, *ipv6);
}

std::vector<std::string> packet_field_names() {
  std::set<std::string> names{"version", "ttl",  "tos",         "protocol",         "ip_id",    "df", "mf", "offset",
                              "type",    "code", "source_port", "destination_port", "tcp_flags"};
  constexpr int most_codes = 16;
  for (const std::uint8_t protocol : {protocol_number::icmpv4, protocol_number::icmpv6, protocol_number::igmp})
    for (int type = 0; type < 256; ++type)
      for (int code = 0; code < most_codes; ++code)
        for (const bool is_long : {false, true})
          for (const Field& field :
               message_form(protocol, static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code), is_long)
                   .form.fields)
            names.insert(key_of(field));
  return {names.begin(), names.end()};
}

}  // namespace tunstack
