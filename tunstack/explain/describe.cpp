#include "tunstack/explain/describe.hpp"

#include <fmt/format.h>

#include "protocols/wire/quoted_packet.hpp"
#include "tunstack/explain/describe_parts.hpp"
#include "tunstack/explain/joined.hpp"
#include "tunstack/explain/message_forms.hpp"
#include "tunstack/explain/octet_form.hpp"

namespace tunstack {

namespace {

PacketText text_of(Bytes packet, Look look);

std::string payload_text(Family family, std::uint8_t protocol, Bytes payload, Look look) {
  if (look.detail != Detail::protocols_as_octets || look.is_quote) switch (protocol) {
      case protocol_number::icmpv4:
      case protocol_number::igmp:
        if (family == Family::ipv4) return message_text(protocol, payload, look);
        break;
      case protocol_number::icmpv6:
        if (family == Family::ipv6) return message_text(protocol, payload, look);
        break;
      case protocol_number::tcp:
        return tcp_text(payload, look);
      case protocol_number::udp:
        return udp_text(payload, look);
      default:
        break;
    }
  return fmt::format("{} {}, length {}{}", family == Family::ipv4 ? "protocol" : "next header", protocol,
                     payload.size(), body_text(payload, look));
}

/// What is not as usual in the header: a hop limit is usual for what it carries.
std::string lifetime_text(std::string_view word, std::uint8_t value, std::uint8_t usual) {
  return value == usual ? std::string() : joined(", ", word, ' ', value);
}

std::uint8_t usual_lifetime(std::uint8_t protocol, Bytes payload) {
  return payload.empty() ? std::uint8_t{64} : usual_time_to_live(protocol, payload[0]);
}

/// `told` octets by the header, `there` in fact: in quotes they are more where it was cut, which only a complete line
/// tells.
std::string length_text(std::size_t told, std::size_t there, std::size_t least, Look look) {
  if (told >= least && told <= there) return {};
  if (!look.is_quote || told < least) return fmt::format(", BAD LENGTH {} (should be {})", told, there);
  return look.is_complete() ? fmt::format(", total length {}", told) : std::string();
}

std::string trailing_text(Bytes all, std::size_t used, Look look) {
  if (!look.is_complete() || all.size() <= used) return {};
  return ", trailing " + hexadecimal_text(all.subspan(used));
}

// ---- IPv4 ----

std::string fragment_text(const QuotedIpv4& packet, Look look) {
  std::string text = fmt::format("fragment, id {}, offset {}{}, length {}", packet.identification(),
                                 packet.fragment_offset(), packet.more_fragments() ? "+" : "", packet.payload().size());
  if (!look.is_complete()) return text;
  return text + fmt::format(", protocol {}{}", packet.protocol(), body_text(packet.payload(), look));
}

std::string header_text(const QuotedIpv4& packet, Look look) {
  const bool is_later = packet.fragment_offset() != 0;
  const Bytes payload = is_later ? Bytes{} : packet.payload();
  std::string text = !is_later && packet.more_fragments() ? ", first fragment" : "";
  text += lifetime_text("ttl", packet.ttl(), usual_lifetime(packet.protocol(), payload));
  if (packet.type_of_service() != 0) text += fmt::format(", tos {:#x}", packet.type_of_service());
  if (packet.dont_fragment()) text += ", df";
  if ((packet.header()[ipv4_offset::flags_and_fragment_offset] & 0x80) != 0) text += ", reserved flag";
  if (look.is_complete() && !is_later && packet.identification() != 0)
    text += fmt::format(", ip id {:#x}", packet.identification());
  return text + ipv4_options_text(packet.header().subspan(ipv4_header_size));
}

std::string summary_of(const QuotedIpv4& packet, Look look) {
  if (!packet.has_header())
    return fmt::format("IPv4, BAD HEADER LENGTH {}, length {}", packet.header_size(), packet.bytes().size());
  const QuotedIpv4 held = packet.without_padding();
  look.is_first_fragment = held.more_fragments();
  std::string text = held.fragment_offset() == 0 ? payload_text(Family::ipv4, held.protocol(), held.payload(), look)
                                                 : fragment_text(held, look);
  text += header_text(held, look);
  text += length_text(held.total_length(), packet.bytes().size(), held.header_size(), look);
  text += checksum_text(held.bytes(), held.total_length() > held.bytes().size(), look);
  text += header_checksum_text(held.bytes());
  return text + trailing_text(packet.bytes(), held.bytes().size(), look);
}

// ---- IPv6 ----

struct Chain {
  std::string text;
  UpperLayer upper;
  bool is_told = false;  // the text says all that there is
  bool is_first_fragment = false;
};

/// The extension headers one by one, as many as are worth a line.
Chain chain_of(const QuotedIpv6& quoted, Look look) {
  constexpr int most_shown = 8;
  const Bytes packet = quoted.bytes();
  Chain chain{{}, {quoted.next_header(), false, ipv6_header_size, ipv6_offset::next_header}};
  UpperLayer& at = chain.upper;
  if (look.detail == Detail::protocols_as_octets) return chain;
  for (int shown = 0; is_ipv6_extension(at.protocol) && !chain.is_told; ++shown) {
    const auto header = ipv6_extension_at(packet, at.offset, at.protocol);
    chain.is_told = !header || (shown == most_shown && !look.is_complete());
    if (chain.is_told) {
      chain.text += fmt::format("{}, {}, length {}", extension_name(at.protocol), header ? "and more" : "cut short",
                                packet.size() - at.offset);
      return chain;
    }
    chain.text += extension_text(at.protocol, *header, look);
    if (at.protocol == protocol_number::fragment) {
      const Ipv6FragmentHeader fragment(*header);
      chain.is_told = fragment.offset() != 0;
      chain.is_first_fragment = fragment.more();
    }
    at = step_over(at, *header);
  }
  if (!chain.is_told) return chain;
  chain.text += fmt::format("length {}", packet.size() - at.offset);
  if (look.is_complete())
    chain.text += fmt::format(", next header {}{}", at.protocol, body_text(packet.subspan(at.offset), look));
  return chain;
}

std::string header_text(const QuotedIpv6& packet, const Chain& chain, Look look) {
  const auto usual = chain.is_told || look.detail == Detail::protocols_as_octets
                         ? std::uint8_t{64}
                         : usual_lifetime(chain.upper.protocol, packet.bytes().subspan(chain.upper.offset));
  std::string text = lifetime_text("hop limit", packet.hop_limit(), usual);
  if (packet.traffic_class() != 0) text += fmt::format(", tos {:#x}", packet.traffic_class());
  if (look.is_complete() && packet.flow_label() != 0) text += fmt::format(", flow {:#x}", packet.flow_label());
  return text;
}

std::string summary_of(const QuotedIpv6& packet, Look look) {
  const QuotedIpv6 held = packet.without_padding();
  const Chain chain = chain_of(held, look);
  look.is_first_fragment = chain.is_first_fragment;
  std::string text = chain.text;
  if (!chain.is_told)
    text += payload_text(Family::ipv6, chain.upper.protocol, held.bytes().subspan(chain.upper.offset), look);
  text += header_text(held, chain, look);
  text += length_text(held.payload_length(), packet.payload().size(), 0, look);
  text += checksum_text(held.bytes(), held.total_length() > held.bytes().size(), look);
  return text + trailing_text(packet.bytes(), held.bytes().size(), look);
}

// ---- either ----

PacketText text_of(Bytes packet, Look look) {
  if (packet.empty()) return {{}, {}, "no packet"};
  if (const auto ipv4 = QuotedIpv4::parse(packet))
    return {to_text(ipv4->source()), to_text(ipv4->destination()), summary_of(*ipv4, look)};
  if (const auto ipv6 = QuotedIpv6::parse(packet))
    return {to_text(ipv6->source()), to_text(ipv6->destination()), summary_of(*ipv6, look)};
  const unsigned version = ip_version(packet);
  if (version == 4 || version == 6) return {{}, {}, fmt::format("IPv{}, cut short, length {}", version, packet.size())};
  return {{}, {}, fmt::format("IP version {}, length {}", version, packet.size())};
}

}  // namespace

std::string quote_text(Bytes packet, Detail detail) {
  const PacketText quoted = text_of(packet, {detail, true});
  if (quoted.source.empty()) return detail == Detail::line ? quoted.summary : hexadecimal_text(packet);
  return joined(quoted.source, " > ", quoted.destination, ' ', quoted.summary);
}

PacketText describe(Bytes packet, Detail detail) { return text_of(packet, {detail, false}); }

std::string line_of(const PacketText& packet) {
  if (packet.summary_tells_addresses) return packet.summary;
  if (packet.source.empty()) return "?  " + packet.summary;
  return joined(packet.source, " > ", packet.destination, "  ", packet.summary);
}

}  // namespace tunstack
