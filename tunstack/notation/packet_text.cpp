#include "tunstack/notation/packet_text.hpp"

#include <algorithm>
#include <utility>

#include "protocols/base/checksum.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/tcp.hpp"
#include "tunstack/explain/transport_forms.hpp"
#include "tunstack/notation/packet_parts.hpp"
#include "tunstack/notation/text_reader.hpp"

namespace tunstack::notation {

namespace {

constexpr int deepest = 4;  // packets that quote packets
constexpr std::uint16_t usual_source_port = 40000;

Octets read_any(TextReader& reader, int depth);

/// "(should be 0x9c3a)" is for people.
std::uint32_t wrong_number(TextReader& reader) {
  const std::uint32_t number = reader.number(0xffff);
  if (!reader.take("(")) return number;
  reader.expect("should be");
  reader.number(0xffff);
  reader.expect(")");
  return number;
}

/// "BAD CHECKSUM" alone, or the one that is there.
void wrong_checksum(TextReader& reader, bool& is_bad, std::optional<std::uint16_t>& stored) {
  is_bad = true;
  if (reader.rest().starts_with("0x")) stored = static_cast<std::uint16_t>(wrong_number(reader));
}

void put_all(Octets& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }

/// "[...]": the packet that an error quotes.
void read_quote(TextReader& reader, PacketParts& parts, int depth) {
  const std::string_view text = reader.bracketed();
  TextReader inside(reader, text);
  if (reader.fault()) return;
  if (depth == deepest) return reader.fail("packets that quote packets nest too deeply");
  if (!parts.body.empty()) reader.fail("one packet is quoted, before all else");
  const auto named = inside.named_packet();
  parts.body = named ? *named : read_any(inside, depth + 1);
  if (named && !inside.at_end()) inside.fail("'first N' is expected behind the name of a packet, or nothing");
  if (const auto& fault = inside.fault()) reader.fail_in(text, {fault->at, "in the quoted packet: " + fault->what});
}

// ---- what a part of a line says ----

/// "options nop rr free 3", or all of them as octets.
void read_ipv4_options(TextReader& reader, PacketParts& parts) {
  if (parts.family() != Family::ipv4) return reader.fail("these are options of IPv4");
  while (!reader.fault() && !reader.at_end() && parts.options.size() <= 40) {
    const auto option = read_item(reader, ItemKind::ipv4_option, {});
    if (!option) break;
    put_all(parts.options, *option);
  }
  if (!reader.fault() && parts.options.empty()) parts.options = octets_in(reader);
  if (parts.options.size() > 40) reader.fail("there is room for 40 octets of options");
}

struct Attribute {
  std::string_view word;
  void (*read)(TextReader&, PacketParts&);
};

void read_flags(TextReader& reader, PacketParts& parts) {
  if (parts.upper != UpperForm::tcp) return reader.fail("flags are of TCP");
  parts.header[tcp_offset::flags] = tcp_flags_in(reader);
}

constexpr auto wrong_length = [](TextReader& r, PacketParts& p) {
  p.header_length = static_cast<std::uint16_t>(wrong_number(r));
};
constexpr auto wrong_udp_length = [](TextReader& r, PacketParts& p) {
  p.udp_length = static_cast<std::uint16_t>(wrong_number(r));
};
constexpr auto bad_sum = [](TextReader& r, PacketParts& p) { wrong_checksum(r, p.bad_checksum, p.checksum); };
constexpr auto bad_header_sum = [](TextReader& r, PacketParts& p) {
  wrong_checksum(r, p.bad_header_checksum, p.header_checksum);
};
constexpr auto lifetime = [](TextReader& r, PacketParts& p) { p.ttl = static_cast<std::uint8_t>(r.number(255)); };
constexpr auto carried = [](TextReader& r, PacketParts& p) {
  p.protocol = static_cast<std::uint8_t>(r.number(255));
  if (!p.is_later_fragment) r.fail("this stands behind the addresses, or in a later fragment");
};

constexpr Attribute attributes[] = {
    {"id", [](TextReader& r, PacketParts& p) { p.identifier = r.number(0xffffffff); }},
    {"length", [](TextReader& r, PacketParts& p) { p.length = r.number(0xffff); }},
    {"code", [](TextReader& r, PacketParts& p) { p.code = static_cast<std::uint8_t>(r.number(255)); }},
    {"count", [](TextReader& r, PacketParts& p) { p.count = r.number(0xffff); }},
    {"flags", read_flags},
    {"ttl", lifetime},
    {"hop limit", lifetime},
    {"tos", [](TextReader& r, PacketParts& p) { p.traffic_class = static_cast<std::uint8_t>(r.number(255)); }},
    {"flow", [](TextReader& r, PacketParts& p) { p.flow_label = r.number(0xfffff); }},
    {"df", [](TextReader&, PacketParts& p) { p.dont_fragment = true; }},
    {"mf", [](TextReader&, PacketParts& p) { p.more_fragments = true; }},
    {"reserved flag", [](TextReader&, PacketParts& p) { p.reserved_flag = true; }},
    {"first fragment", [](TextReader&, PacketParts& p) { p.more_fragments = true; }},
    {"offset",
     [](TextReader& r, PacketParts& p) {
       p.offset = r.number(65528);
       if (p.offset % 8 != 0) r.fail("an offset is a multiple of 8");
       p.more_fragments |= r.take("+");
     }},
    {"ip id", [](TextReader& r, PacketParts& p) { p.identification = r.number(0xffffffff); }},
    {"protocol", carried},
    {"next header", carried},
    {"options", [](TextReader& r, PacketParts& p) { read_ipv4_options(r, p); }},
    {"tcp options", [](TextReader& r, PacketParts& p) { p.tcp_options = octets_in(r); }},
    {"body", [](TextReader& r, PacketParts& p) { put_all(p.body, octets_in(r)); }},
    {"trailing", [](TextReader& r, PacketParts& p) { p.trailing = octets_in(r); }},
    {"rest",
     [](TextReader& r, PacketParts& p) {
       p.is_raw = true;
       p.message.resize(8);
       store_be32(p.message, 4, r.number(0xffffffff));
     }},
    {"checksum", [](TextReader& r, PacketParts& p) { p.checksum = static_cast<std::uint16_t>(r.number(0xffff)); }},
    {"no checksum", [](TextReader&, PacketParts& p) { p.checksum = std::uint16_t{0}; }},
    {"total length", wrong_length},
    {"BAD LENGTH", wrong_length},
    {"bad length", wrong_length},
    {"udp length", wrong_udp_length},
    {"BAD UDP LENGTH", wrong_udp_length},
    {"bad checksum", bad_sum},
    {"BAD CHECKSUM", bad_sum},
    {"bad header checksum", bad_header_sum},
    {"BAD HEADER CHECKSUM", bad_header_sum},
};

std::optional<ItemKind> items_in(const PacketParts& parts) {
  return parts.upper == UpperForm::message && !parts.is_raw ? items_of(parts.form()) : std::nullopt;
}

/// "extensions (...)": of an error they stand behind its quote, which is filled up (RFC 4884 4).
void read_message_extensions(TextReader& reader, PacketParts& parts) {
  if (parts.form().tail == Tail::quote) {
    const std::size_t unit = parts.family() == Family::ipv4 ? 4 : 8;
    parts.extensions_at = std::max<std::size_t>((parts.body.size() + unit - 1) / unit * unit, icmp_extended_quote_size);
    if (parts.extensions_at > 255 * unit) return reader.fail("the quoted packet is too long for extensions");
    parts.body.resize(parts.extensions_at);
  }
  Octets structure{0x20, 0, 0, 0};
  put_all(structure, read_items(reader, ItemKind::object));
  store_be16(structure, icmp_extension_offset::checksum, internet_checksum(structure, 0));
  put_all(parts.body, structure);
}

/// What only this message, or this protocol, has.
bool read_own_attribute(TextReader& reader, PacketParts& parts, int depth) {
  if (parts.upper == UpperForm::tcp) return read_field(reader, tcp_fields, parts.header);
  if (parts.upper != UpperForm::message) return false;
  if (!parts.is_raw && read_field(reader, parts.form().form.fields, parts.message)) return true;
  if (reader.take("extensions")) {
    read_message_extensions(reader, parts);
    return true;
  }
  const auto kind = items_in(parts);
  if (!kind) return false;
  const auto item = read_item(reader, *kind, [&](TextReader& r) {
    PacketParts quoting;
    read_quote(r, quoting, depth);
    return quoting.body;
  });
  if (!item) return false;
  put_all(parts.body, *item);
  ++parts.items;
  return true;
}

void read_attribute(TextReader& reader, PacketParts& parts, int depth) {
  if (reader.rest().starts_with('['))
    return parts.upper == UpperForm::tcp ? read_flags(reader, parts) : read_quote(reader, parts, depth);
  if (read_own_attribute(reader, parts, depth)) return;
  const Attribute* longest = nullptr;
  for (const Attribute& attribute : attributes)
    if (reader.comes(attribute.word) && (longest == nullptr || attribute.word.size() > longest->word.size()))
      longest = &attribute;
  if (longest == nullptr) return reader.fail("'" + std::string(reader.token()) + "' says nothing about this packet");
  reader.take(longest->word);
  longest->read(reader, parts);
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

void read_message(TextReader& reader, PacketParts& parts, std::uint8_t protocol) {
  if ((protocol == protocol_number::icmpv6) != (parts.family() == Family::ipv6))
    return reader.fail("ICMP and IGMP are of IPv4, ICMP6 of IPv6");
  parts.protocol = protocol;
  parts.upper = UpperForm::message;
  if (!read_message_name(reader, parts)) return reader.fail("the name of a message is expected, or 'type N'");
  read_type_and_code(reader, parts);
  if (!reader.take("of")) return;
  const IpAddress target = reader.expect_address();
  if (reader.fault()) return;
  if (target.is_ipv4() || parts.message.size() < 24) return reader.fail("this message is about no IPv6 address");
  target.ipv6().store(parts.message, 8);
}

/// "40000 > 80", or the second alone.
void read_ports(TextReader& reader, PacketParts& parts, std::uint8_t protocol) {
  const bool is_udp = protocol == protocol_number::udp;
  parts.protocol = protocol;
  parts.upper = is_udp ? UpperForm::udp : UpperForm::tcp;
  parts.header.resize(is_udp ? udp_form_size : tcp_header_size);
  if (!is_udp) store_be16(parts.header, 14, 65535);  // window
  std::uint16_t source = usual_source_port;
  auto destination = static_cast<std::uint16_t>(reader.number(0xffff));
  if (reader.take(">")) source = std::exchange(destination, static_cast<std::uint16_t>(reader.number(0xffff)));
  store_be16(parts.header, 0, source);
  store_be16(parts.header, 2, destination);
}

void read_content(TextReader& reader, PacketParts& parts) {
  if (reader.take("ICMP6")) return read_message(reader, parts, protocol_number::icmpv6);
  if (reader.take("ICMP")) return read_message(reader, parts, protocol_number::icmpv4);
  if (reader.take("IGMP")) return read_message(reader, parts, protocol_number::igmp);
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
  reader.fail("ICMP, ICMP6, IGMP, UDP, TCP, fragment, protocol or next header is expected");
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

bool is_hexadecimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF: \t\n") == std::string_view::npos;
}

Octets read_any(TextReader& reader, int depth) {
  return is_hexadecimal(reader.rest()) ? octets_in(reader) : read_packet(reader, depth);
}

}  // namespace

std::expected<Octets, TextFault> parse_packet(std::string_view text) {
  static const Names none;
  return parse_packet(text, none);
}

std::expected<Octets, TextFault> parse_packet(std::string_view text, const Names& names) {
  TextReader reader(text, names);
  Octets packet = read_any(reader, 0);
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
