#include "tunstack/firewall/reactions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/wire/numbers.hpp"
#include "protocols/wire/tcp.hpp"
#include "tunstack/explain/icmp_names.hpp"
#include "tunstack/explain/message_forms.hpp"
#include "tunstack/firewall/packet_kind.hpp"

namespace tunstack::firewall {

namespace {

bool is_icmp(const PacketKind& kind) {
  return kind.protocol == (kind.family() == Family::ipv4 ? protocol_number::icmpv4 : protocol_number::icmpv6) &&
         !kind.is_later && kind.upper.size() >= 2;
}
bool is_tcp(const PacketKind& kind) {
  return kind.protocol == protocol_number::tcp && !kind.is_later && kind.upper.size() > tcp_offset::flags;
}

// ---- words ----

std::string flags_text(std::uint8_t flags) {
  constexpr std::string_view letters = "FSRP.UEW";
  std::string text;
  for (const std::size_t bit : {1U, 0U, 2U, 3U, 4U, 5U, 6U, 7U})  // SYN first, as people write it
    if ((flags >> bit & 1) != 0) text += letters[bit];
  return text.empty() ? "none" : text;
}

std::string error_code(const PacketKind& kind) { return fmt::format("{}/{}", kind.upper[0], kind.upper[1]); }

std::string icmp_words(const PacketKind& kind) {
  constexpr std::string_view all_unreachable = "destination unreachable, ";
  std::string name = icmp_name(kind.family(), kind.upper[0], kind.upper[1]);
  if (name.starts_with(all_unreachable)) name.erase(0, all_unreachable.size());
  const char* protocol = kind.family() == Family::ipv4 ? "ICMP" : "ICMP6";
  return is_icmp_error(kind.family(), kind.upper[0]) ? fmt::format("{} {} {}", protocol, name, error_code(kind))
                                                     : fmt::format("{} {}", protocol, name);
}

std::string igmp_words(const PacketKind& kind) {
  const std::string_view name = kind.upper.empty() ? "" : igmp_name(kind.upper[0], false);
  return name.empty() ? "IGMP" : fmt::format("IGMP {}", name);
}

std::string words_of(const PacketKind& kind) {
  if (is_icmp(kind)) return icmp_words(kind);
  if (is_tcp(kind)) return fmt::format("TCP [{}]", flags_text(kind.upper[tcp_offset::flags]));
  if (kind.protocol == protocol_number::udp) return "UDP";
  if (kind.protocol == protocol_number::igmp && kind.family() == Family::ipv4) return igmp_words(kind);
  return fmt::format("{} {}", kind.family() == Family::ipv4 ? "protocol" : "next header", kind.protocol);
}

std::string rejection_of(const PacketKind& kind) {
  if (is_icmp(kind) && is_icmp_error(kind.family(), kind.upper[0])) return error_code(kind);
  return is_tcp(kind) && (kind.upper[tcp_offset::flags] & tcp_flag::rst) != 0 ? "RST" : "";
}

// ---- chatter ----

enum class Talk : std::uint8_t { other, group_query, group_report, discovery };

Talk icmpv6_talk(std::uint8_t type) {
  switch (type) {
    case 130:
      return Talk::group_query;
    case 131:
    case 132:
    case 143:
      return Talk::group_report;
    case 133:  // a host that looks for routers
    case 135:  // one that resolves, or asks whether an address is free
      return Talk::discovery;
    default:
      return Talk::other;
  }
}

Talk talk_of(const PacketKind& kind) {
  constexpr std::uint8_t igmp_query = 0x11;
  if (kind.family() == Family::ipv6) return is_icmp(kind) ? icmpv6_talk(kind.upper[0]) : Talk::other;
  if (kind.protocol != protocol_number::igmp || kind.upper.empty()) return Talk::other;
  return kind.upper[0] == igmp_query ? Talk::group_query : Talk::group_report;
}

bool was_asked_for_groups(const std::vector<Injection>& injections) {
  return std::ranges::any_of(injections, [](const Injection& injection) {
    const auto kind = kind_of(injection.octets);
    return kind && talk_of(*kind) == Talk::group_query;
  });
}

// ---- forwarded ----

/// Translation of addresses changes neither protocol, type nor flags. An error about a packet is another packet.
bool is_of_same_kind(const PacketKind& out, const PacketKind& in) {
  if (out.family() != in.family() || out.protocol != in.protocol) return false;
  if (is_icmp(out) && is_icmp(in)) return out.upper[0] == in.upper[0] && out.upper[1] == in.upper[1];
  if (is_tcp(out) && is_tcp(in)) return out.upper[tcp_offset::flags] == in.upper[tcp_offset::flags];
  return true;
}

/// The injected packet that came out again, if this is one.
const Injection* carried_one(const Reaction& reaction, const PacketKind& kind,
                             const std::vector<Injection>& injections) {
  const auto found = std::ranges::find_if(injections, [&](const Injection& injection) {
    const auto injected = kind_of(injection.octets);
    return injection.side != reaction.side && injected && is_of_same_kind(kind, *injected);
  });
  return found == injections.end() ? nullptr : &*found;
}

}  // namespace

ReactionRead read_reaction(const Reaction& reaction, const std::vector<Injection>& injections) {
  const auto kind = kind_of(reaction.octets);
  if (!kind) return {.words = "no packet"};
  if (const Injection* const carried = carried_one(reaction, *kind, injections))
    return {.words = carried->side == Side::host ? "sent" : "forwarded", .is_forwarded = true};
  const Talk talk = talk_of(*kind);
  const bool is_report = talk == Talk::group_report && !was_asked_for_groups(injections);
  return {.words = words_of(*kind),
          .rejection = rejection_of(*kind),
          .is_chatter = is_report || talk == Talk::discovery || kind->is_later};
}

}  // namespace tunstack::firewall
