#include "tunstack/events/packet_fields.hpp"

#include "protocols/icmp/suppression.hpp"
#include "protocols/wire/icmp_error.hpp"
#include "protocols/wire/ndp.hpp"
#include "protocols/wire/ports.hpp"
#include "protocols/wire/quoted_packet.hpp"
#include "protocols/wire/redirects.hpp"
#include "protocols/wire/tcp.hpp"

namespace tunstack {

namespace {

using Fields = nlohmann::ordered_json;

/// What is behind all headers of IP.
struct UpperPart {
  std::uint8_t protocol;
  Bytes bytes;
};

/// Of what only errors have.
void add_error_fields(Fields& fields, const auto& error) {
  if (const auto mtu = error.mtu()) fields["mtu"] = *mtu;
  if (const auto pointer = error.pointer()) fields["pointer"] = *pointer;
}

void add_echo_fields(Fields& fields, Bytes message) {
  fields["id"] = load_be16(message, icmp_echo_offset::identifier);
  fields["seq"] = load_be16(message, icmp_echo_offset::sequence);
}

void add_icmpv4_fields(Fields& fields, Bytes message) {
  const Icmpv4Type type{message[icmp_offset::type]};
  if (type == Icmpv4Type::echo_request || type == Icmpv4Type::echo_reply) return add_echo_fields(fields, message);
  if (type == Icmpv4Type::redirect)
    fields["gateway"] = to_text(Icmpv4RedirectView::of(message).gateway());
  else
    add_error_fields(fields, Icmpv4ErrorView::of(message));
}

void add_icmpv6_fields(Fields& fields, Bytes message) {
  const Icmpv6Type type{message[icmp_offset::type]};
  if (type == Icmpv6Type::echo_request || type == Icmpv6Type::echo_reply) return add_echo_fields(fields, message);
  const bool has_target = type == Icmpv6Type::neighbor_solicitation || type == Icmpv6Type::neighbor_advertisement;
  if (has_target && message.size() >= neighbor_solicitation_size)
    fields["target"] = to_text(NeighborSolicitationView::of(message).target());
  else
    add_error_fields(fields, Icmpv6ErrorView::of(message));
}

void add_icmp_fields(Fields& fields, int version, Bytes message) {
  if (message.size() < icmp_header_size) return;
  fields["type"] = message[icmp_offset::type];
  fields["code"] = message[icmp_offset::code];
  version == 4 ? add_icmpv4_fields(fields, message) : add_icmpv6_fields(fields, message);
}

void add_upper_fields(Fields& fields, int version, const UpperPart& upper) {
  if (upper.protocol == (version == 4 ? protocol_number::icmpv4 : protocol_number::icmpv6))
    return add_icmp_fields(fields, version, upper.bytes);
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
