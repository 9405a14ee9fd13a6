#include "tunstack/notation/packet_text.hpp"

#include <algorithm>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/notation/packet_parts.hpp"
#include "tunstack/notation/text_reader.hpp"

namespace tunstack::notation {

namespace {

constexpr int deepest = 4;  // packets that quote packets

Octets read_packet(TextReader& reader, int depth);

/// "[...]": the packet that an error quotes.
void read_quote(TextReader& reader, PacketParts& parts, int depth) {
  TextReader inside(reader.bracketed());
  if (reader.fault()) return;
  if (depth == deepest) return reader.fail("packets that quote packets nest too deeply");
  parts.quote = read_packet(inside, depth + 1);
  if (const auto& fault = inside.fault()) reader.fail("in the quoted packet: " + fault->what);
}

// ---- what a part of a line says ----

struct Attribute {
  std::string_view word;
  void (*read)(TextReader&, PacketParts&);
};

constexpr Attribute attributes[] = {
    {"id", [](TextReader& r, PacketParts& p) { p.identifier = r.number(0xffffffff); }},
    {"seq", [](TextReader& r, PacketParts& p) { p.sequence = static_cast<std::uint16_t>(r.number(0xffff)); }},
    {"length", [](TextReader& r, PacketParts& p) { p.length = r.number(0xffff); }},
    {"pointer", [](TextReader& r, PacketParts& p) { p.field = r.number(0xffffffff); }},
    {"mtu", [](TextReader& r, PacketParts& p) { p.field = r.number(0xffffffff); }},
    {"gateway",
     [](TextReader& r, PacketParts& p) {
       const IpAddress gateway = r.expect_address();
       if (!gateway.is_ipv4()) return r.fail("a gateway has an IPv4 address");
       p.field = gateway.ipv4().value;
     }},
    {"code", [](TextReader& r, PacketParts& p) { p.code = static_cast<std::uint8_t>(r.number(255)); }},
    {"flags", [](TextReader& r, PacketParts& p) { p.tcp_flags = tcp_flags_in(r); }},
    {"ttl", [](TextReader& r, PacketParts& p) { p.ttl = static_cast<std::uint8_t>(r.number(255)); }},
    {"hop limit", [](TextReader& r, PacketParts& p) { p.ttl = static_cast<std::uint8_t>(r.number(255)); }},
    {"tos", [](TextReader& r, PacketParts& p) { p.traffic_class = static_cast<std::uint8_t>(r.number(255)); }},
    {"df", [](TextReader&, PacketParts& p) { p.dont_fragment = true; }},
    {"mf", [](TextReader&, PacketParts& p) { p.more_fragments = true; }},
    {"first fragment", [](TextReader&, PacketParts& p) { p.more_fragments = true; }},
    {"offset",
     [](TextReader& r, PacketParts& p) {
       p.offset = r.number(65528);
       if (p.offset % 8 != 0) r.fail("an offset is a multiple of 8");
       p.more_fragments |= r.take("+");
     }},
    {"ip id", [](TextReader& r, PacketParts& p) { p.identification = r.number(0xffffffff); }},
    {"options", [](TextReader& r, PacketParts& p) { p.options = octets_in(r); }},
    {"body", [](TextReader& r, PacketParts& p) { p.body = octets_in(r); }},
    {"bad checksum", [](TextReader&, PacketParts& p) { p.bad_checksum = true; }},
    {"bad header checksum", [](TextReader&, PacketParts& p) { p.bad_header_checksum = true; }},
    {"BAD HEADER CHECKSUM", [](TextReader&, PacketParts& p) { p.bad_header_checksum = true; }},
};

void read_attribute(TextReader& reader, PacketParts& parts, int depth) {
  if (reader.rest().starts_with('[')) return read_quote(reader, parts, depth);
  for (const Attribute& attribute : attributes)
    if (reader.take(attribute.word)) return attribute.read(reader, parts);
  reader.fail("'" + std::string(reader.token()) + "' says nothing about a packet");
}

// ---- what a packet carries ----

/// "(3/4)": the type once more, and the code, which not every name has.
void read_type_and_code(TextReader& reader, PacketParts& parts) {
  if (!reader.take("(")) return;
  if (reader.number(255) != parts.type) reader.fail("the type is not that of the name");
  reader.expect("/");
  parts.code = static_cast<std::uint8_t>(reader.number(255));
  reader.expect(")");
}

void read_icmp(TextReader& reader, PacketParts& parts, Family family) {
  if (family != parts.family()) return reader.fail("ICMP is of IPv4, ICMP6 of IPv6");
  parts.protocol = family == Family::ipv4 ? protocol_number::icmpv4 : protocol_number::icmpv6;
  parts.is_icmp = true;
  if (!read_icmp_name(reader, parts)) return reader.fail("the name of an ICMP message is expected, or 'type N'");
  read_type_and_code(reader, parts);
  if (reader.take("of")) parts.target = reader.expect_address();
}

void read_ports(TextReader& reader, PacketParts& parts, std::uint8_t protocol) {
  parts.protocol = protocol;
  parts.source_port = static_cast<std::uint16_t>(reader.number(0xffff));
  reader.expect(">");
  parts.destination_port = static_cast<std::uint16_t>(reader.number(0xffff));
}

void read_content(TextReader& reader, PacketParts& parts) {
  if (reader.take("ICMP6")) return read_icmp(reader, parts, Family::ipv6);
  if (reader.take("ICMP")) return read_icmp(reader, parts, Family::ipv4);
  if (reader.take("UDP")) return read_ports(reader, parts, protocol_number::udp);
  if (reader.take("TCP")) return read_ports(reader, parts, protocol_number::tcp);
  if (reader.take("fragment")) {
    parts.is_later_fragment = true;
    parts.protocol = protocol_number::icmpv4;
    return;
  }
  if (reader.take("protocol") || reader.take("next header")) {
    parts.protocol = static_cast<std::uint8_t>(reader.number(255));
    return;
  }
  reader.fail("ICMP, ICMP6, UDP, TCP, fragment, protocol or next header is expected");
}

/// "HBH, RH type 0 left 1, DO, fragment, id 0x1, offset 0+," before what they lead to.
void read_extensions(TextReader& reader, PacketParts& parts) {
  while (!reader.fault() && parts.family() == Family::ipv6 && read_extension(reader, parts)) {
    if (parts.is_later_fragment) return;
    parts.ends_with_extension = reader.at_end();
    if (!reader.at_end()) reader.expect(",");
  }
}

Octets read_packet(TextReader& reader, int depth) {
  PacketParts parts;
  parts.source = reader.expect_address();
  reader.expect(">");
  parts.destination = reader.expect_address();
  if (!reader.fault() && parts.source.is_ipv4() != parts.destination.is_ipv4())
    reader.fail("both addresses are of one family");
  if (!reader.fault()) read_extensions(reader, parts);
  const bool is_all = parts.ends_with_extension || parts.is_later_fragment;
  if (!reader.fault() && !is_all) read_content(reader, parts);
  while (!reader.fault() && !reader.at_end()) {
    if (!reader.rest().starts_with('[')) reader.expect(",");
    if (!reader.fault()) read_attribute(reader, parts, depth);
  }
  return reader.fault() ? Octets{} : octets_of(parts);
}

}  // namespace

std::expected<Octets, TextFault> parse_packet(std::string_view text) {
  TextReader reader(text);
  Octets packet = read_packet(reader, 0);
  if (const auto& fault = reader.fault()) return std::unexpected(*fault);
  return packet;
}

std::expected<Octets, TextFault> parse_octets(std::string_view text) {
  TextReader reader(text);
  Octets octets = octets_in(reader);
  if (!reader.fault() && !reader.at_end()) reader.fail("hexadecimal digits are expected");
  if (const auto& fault = reader.fault()) return std::unexpected(*fault);
  return octets;
}

}  // namespace tunstack::notation
