#include "tunstack/firewall/case_packets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/notation/form_reader.hpp"
#include "tunstack/notation/text_reader.hpp"

namespace tunstack::firewall {

namespace {

using notation::Octets;
using notation::TextFault;
using notation::TextReader;

void add_octets(Octets& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }

// ---- lines ----

/// Which of several is wrong.
TextFault fault_in(const char* kind, std::size_t index, std::size_t count, const TextFault& fault) {
  if (count == 1) return fault;
  return {fault.at, fmt::format("in {} {}: {}", kind, index + 1, fault.what)};
}

std::expected<std::vector<Octets>, TextFault> packets_in_lines(const std::vector<std::string>& lines,
                                                               const Names& names) {
  std::vector<Octets> packets;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto packet = notation::parse_packet(lines[i], names);
    if (!packet) return std::unexpected(fault_in("packet", i, lines.size(), packet.error()));
    packets.push_back(std::move(*packet));
  }
  return packets;
}

// ---- fragments ----

std::size_t header_size(Bytes packet) {
  return packet[0] >> 4 == 4 ? std::size_t{packet[0] & 0xfU} * 4 : std::size_t{ipv6_header_size};
}

/// Fragments of two cases are never put together: FNV-1a of the id.
std::uint32_t identification_of(const std::string& id) {
  std::uint32_t hash = 2166136261;
  for (const char letter : id) hash = (hash ^ static_cast<std::uint8_t>(letter)) * 16777619;
  return hash;
}

bool is_whole(Bytes packet) {
  return packet.size() >= ipv4_header_size && (packet[0] >> 4 == 4 || packet[0] >> 4 == 6) &&
         packet.size() >= header_size(packet);
}

struct Range {
  std::uint32_t begin = 0, end = 0;
  std::size_t source = 0;  // of the octets: which packet
};

/// "0-1480", "8-24 of 2"
std::expected<Range, TextFault> range_in(const std::string& text, std::size_t packets) {
  TextReader reader(text);
  Range range;
  range.begin = reader.number(65528);
  if (range.begin % 8 != 0) reader.fail("a fragment begins at a multiple of 8");
  reader.expect("-");
  range.end = reader.number(65535);
  if (range.end <= range.begin) reader.fail("a fragment ends behind its beginning");
  if (reader.take("of")) range.source = reader.number(0xff) - std::size_t{1};
  if (range.source >= packets) reader.fail(fmt::format("there are {} packets", packets));
  if (!reader.at_end()) reader.fail("a fragment is written 0-1480, or 8-24 of 2");
  if (const auto& fault = reader.fault()) return std::unexpected(*fault);
  return range;
}

Octets ipv4_fragment(Bytes header, const Range& range, bool more, Bytes data, std::uint32_t identification) {
  Octets packet(header.begin(), header.end());
  if (load_be16(packet, ipv4_offset::identification) == 0)
    store_be16(packet, ipv4_offset::identification, static_cast<std::uint16_t>(identification | 1));
  const unsigned flags = load_be16(packet, ipv4_offset::flags_and_fragment_offset) & 0xc000U;
  store_be16(packet, ipv4_offset::flags_and_fragment_offset,
             static_cast<std::uint16_t>(flags | (more ? 0x2000U : 0U) | range.begin / 8));
  add_octets(packet, data);
  return packet;
}

Octets ipv6_fragment(Bytes header, const Range& range, bool more, Bytes data, std::uint32_t identification) {
  Octets packet(header.begin(), header.end());
  Octets fragment(8);
  fragment[0] = std::exchange(packet[ipv6_offset::next_header], std::uint8_t{protocol_number::fragment});
  store_be16(fragment, 2, static_cast<std::uint16_t>(range.begin | (more ? 1U : 0U)));
  store_be32(fragment, 4, identification);
  add_octets(packet, fragment);
  add_octets(packet, data);
  return packet;
}

std::expected<std::vector<Octets>, TextFault> fragments_of(const Case& a_case, const std::vector<Octets>& packets) {
  if (!std::ranges::all_of(packets, is_whole))
    return std::unexpected(TextFault{0, "only packets of IP are fragmented"});
  std::vector<Octets> fragments;
  const std::uint32_t identification = identification_of(a_case.id);
  const Bytes header = Bytes(packets[0]).first(header_size(packets[0]));
  for (std::size_t i = 0; i < a_case.fragments.size(); ++i) {
    const auto range = range_in(a_case.fragments[i], packets.size());
    if (!range) return std::unexpected(fault_in("fragment", i, a_case.fragments.size(), range.error()));
    const Bytes payload = Bytes(packets[range->source]).subspan(header_size(packets[range->source]));
    if (range->end > payload.size())
      return std::unexpected(TextFault{0, fmt::format("fragment {}: there are {} octets", i + 1, payload.size())});
    const Bytes data = payload.subspan(range->begin, range->end - range->begin);
    const auto make = packets[0][0] >> 4 == 4 ? ipv4_fragment : ipv6_fragment;
    fragments.push_back(make(header, *range, range->end < payload.size(), data, identification));
    notation::mend_length(fragments.back());
    notation::mend_checksums(fragments.back());
  }
  return fragments;
}

// ---- patches ----

/// "12: 44 00"
std::optional<TextFault> patch(Octets& packet, const std::string& text) {
  TextReader reader(text);
  const std::size_t at = reader.number(0xffff);
  reader.expect(":");
  const Octets octets = notation::octets_in(reader);
  if (octets.empty() || !reader.at_end()) reader.fail("a patch is written 12: 44 00");
  if (at + octets.size() > packet.size()) reader.fail(fmt::format("the packet has {} octets", packet.size()));
  if (reader.fault()) return reader.fault();
  std::ranges::copy(octets, packet.begin() + static_cast<std::ptrdiff_t>(at));
  return std::nullopt;
}

std::optional<TextFault> patch_all(std::vector<Octets>& packets, const std::vector<std::string>& patches) {
  for (Octets& packet : packets)
    for (std::size_t i = 0; i < patches.size(); ++i)
      if (const auto fault = patch(packet, patches[i])) return fault_in("patch", i, patches.size(), *fault);
  return std::nullopt;
}

// ---- examples ----

IpAddress literal(const std::string& text) { return parse_address(text).value_or(IpAddress{}); }

void name_addresses4(Names& names, unsigned index) {
  names.addresses = {{"host", literal("192.0.2.1")},
                     {"router", literal("192.0.2.1")},
                     {"peer", literal("192.0.2.2")},
                     {"other-peer", literal("192.0.2.77")},
                     {"broadcast", literal("192.0.2.255")},
                     {"far", literal(fmt::format("203.0.113.{}", 10 + index % 200))},
                     {"other", literal("203.0.113.250")},
                     {"inside-router", literal("198.51.100.1")},
                     {"client", literal("198.51.100.10")},
                     {"server", literal("198.51.100.20")},
                     {"inside-broadcast", literal("198.51.100.255")}};
}

void name_addresses6(Names& names, unsigned index) {
  names.addresses = {{"host", literal("2001:db8:1::1")},
                     {"router", literal("2001:db8:1::1")},
                     {"peer", literal("2001:db8:1::2")},
                     {"other-peer", literal("2001:db8:1::77")},
                     {"host-link", literal("fe80::1")},
                     {"peer-link", literal("fe80::2")},
                     {"host-group", solicited_node_group(literal("2001:db8:1::1").ipv6())},
                     {"far", literal(fmt::format("2001:db8:f::{:x}", 0x10 + index))},
                     {"other", literal("2001:db8:f:1::1")},
                     {"inside-router", literal("2001:db8:2::1")},
                     {"client", literal("2001:db8:2::10")},
                     {"server", literal("2001:db8:2::20")}};
}

/// A packet of a conversation that was opened from inside.
std::string flow_line(Family family, Flow flow) {
  const std::string ends = "flow-source > far ";
  if (flow == Flow::tcp) return ends + "TCP local > remote [P.], seq 0x12345678, ack 0x23456789, length 64";
  if (flow == Flow::echo)
    return ends + (family == Family::ipv4 ? "ICMP" : "ICMP6") + " echo request, id local, seq 1, length 64";
  return ends + "UDP local > remote, length 64";
}

Names example(Family family, Mode mode, Flow flow, unsigned index) {
  Names names;
  family == Family::ipv4 ? name_addresses4(names, index) : name_addresses6(names, index);
  names.addresses["flow-source"] = names.addresses[mode == Mode::router ? "client" : "host"];
  const auto local = static_cast<std::uint16_t>(41000 + index);
  names.ports = {{"open", 80}, {"blocked", 7777}, {"closed", 7779}, {"local", local}, {"remote", 443}};
  names.packets["flow"] = notation::parse_packet(flow_line(family, flow), names).value_or(Octets{});
  return names;
}

}  // namespace

std::expected<std::vector<Octets>, TextFault> packets_of(const Case& a_case, const Names& names) {
  auto packets = packets_in_lines(a_case.packets, names);
  if (packets && !packets->empty() && !a_case.fragments.empty()) packets = fragments_of(a_case, *packets);
  if (!packets) return packets;
  if (const auto fault = patch_all(*packets, a_case.patches)) return std::unexpected(*fault);
  return packets;
}

Names example_names(Family family, unsigned index) { return example(family, Mode::host, Flow::udp, index); }

Names example_names(const Case& a_case, unsigned index) {
  return example(a_case.family, a_case.mode, a_case.flow, index);
}

}  // namespace tunstack::firewall
