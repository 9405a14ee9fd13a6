#include "tunstack/explain/message_forms.hpp"

#include <algorithm>

#include "protocols/icmp/suppression.hpp"
#include "protocols/wire/igmp.hpp"
#include "protocols/wire/mld.hpp"
#include "protocols/wire/ndp.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack {

namespace {

using protocol_number::icmpv4;
using protocol_number::icmpv6;
using protocol_number::igmp;

constexpr Field always(std::string_view word, unsigned octet, unsigned bits = 16) {
  return {.word = word, .octet = octet, .bits = bits, .is_always_said = true};
}
constexpr Field number(std::string_view word, unsigned octet, unsigned bits = 16) {
  return {.word = word, .octet = octet, .bits = bits};
}
constexpr Field flag(std::string_view word, unsigned octet, unsigned bit) {
  return {.word = word, .style = Style::flag, .octet = octet, .bit = bit, .bits = 1};
}
constexpr Field floating(std::string_view word, unsigned octet, unsigned bits) {
  return {.word = word, .style = Style::floating, .octet = octet, .bits = bits};
}
constexpr Field address4(std::string_view word, unsigned octet) {
  return {.word = word, .style = Style::ipv4, .octet = octet, .bits = 32};
}
constexpr Field address6(std::string_view word, unsigned octet) {
  return {.word = word, .style = Style::ipv6, .octet = octet, .bits = 32};
}

constexpr Field echo[] = {always("id", 4), always("seq", 6)};
constexpr Field timestamps[] = {always("id", 4), always("seq", 6), number("originate", 8, 32),
                                number("receive", 12, 32), number("transmit", 16, 32)};
constexpr Field mask[] = {always("id", 4), always("seq", 6), address4("mask", 8)};
constexpr Field extended_request[] = {always("id", 4), always("seq", 6, 8), flag("local", 7, 7)};
constexpr Field extended_reply[] = {always("id", 4),      always("seq", 6, 8), {.word = "state", .octet = 7, .bits = 3},
                                    flag("active", 7, 5), flag("ipv4", 7, 6),  flag("ipv6", 7, 7)};
constexpr Field gateway[] = {{.word = "gateway", .style = Style::ipv4, .octet = 4, .bits = 32, .is_always_said = true}};
constexpr Field mtu4[] = {always("mtu", 6)};
constexpr Field pointer4[] = {always("pointer", 4, 8)};
constexpr Field routers[] = {{.word = "entry size", .octet = 5, .bits = 8, .usual = 2}, number("lifetime", 6)};
constexpr Field mtu6[] = {always("mtu", 4, 32)};
constexpr Field pointer6[] = {always("pointer", 4, 32)};
constexpr Field mld1[] = {number("max response", 4), address6("group", 8)};
constexpr Field mld2_query[] = {floating("max response", 4, 16),
                                address6("group", 8),
                                flag("suppress", 24, 4),
                                {.word = "robustness", .octet = 24, .bit = 5, .bits = 3},
                                floating("interval", 25, 8)};
constexpr Field advertisement[] = {number("cur hop limit", 4, 8),
                                   flag("managed", 5, 0),
                                   flag("other", 5, 1),
                                   flag("home agent", 5, 2),
                                   {.word = "preference", .style = Style::preference, .octet = 5, .bit = 3, .bits = 2},
                                   flag("proxy", 5, 5),
                                   number("router lifetime", 6),
                                   number("reachable time", 8, 32),
                                   number("retrans timer", 12, 32)};
constexpr Field target[] = {address6("", 8)};  // said behind the name of the message
constexpr Field neighbor[] = {address6("", 8), flag("router", 4, 0), flag("solicited", 4, 1), flag("override", 4, 2)};
constexpr Field redirect[] = {address6("to", 8), address6("destination", 24)};
constexpr Field igmp_group[] = {number("max response", 1, 8), address4("group", 4)};
constexpr Field igmp3_query[] = {floating("max response", 1, 8),
                                 address4("group", 4),
                                 flag("suppress", 8, 4),
                                 {.word = "robustness", .octet = 8, .bit = 5, .bits = 3},
                                 floating("interval", 9, 8)};

constexpr Form form(std::size_t size, std::span<const Field> fields = {}) {
  return {.number = 0, .name = {}, .size = size, .main = MainValue::none, .main_at = 0, .fields = fields};
}

constexpr MessageForm messages[] = {
    {icmpv4, 0, -1, form(8, echo)},
    {icmpv4, 3, 4, form(8, mtu4), Tail::quote},
    {icmpv4, 3, -1, form(8), Tail::quote},
    {icmpv4, 4, -1, form(8), Tail::quote},
    {icmpv4, 5, -1, form(8, gateway), Tail::quote},
    {icmpv4, 8, -1, form(8, echo)},
    {icmpv4, 9, -1, form(8, routers), Tail::routers},
    {icmpv4, 11, -1, form(8), Tail::quote},
    {icmpv4, 12, -1, form(8, pointer4), Tail::quote},
    {icmpv4, 13, -1, form(20, timestamps)},
    {icmpv4, 14, -1, form(20, timestamps)},
    {icmpv4, 15, -1, form(8, echo)},
    {icmpv4, 16, -1, form(8, echo)},
    {icmpv4, 17, -1, form(12, mask)},
    {icmpv4, 18, -1, form(12, mask)},
    {icmpv4, 42, -1, form(8, extended_request), Tail::queried_object},
    {icmpv4, 43, -1, form(8, extended_reply)},
    {icmpv6, 2, -1, form(8, mtu6), Tail::quote},
    {icmpv6, 4, -1, form(8, pointer6), Tail::quote},
    {icmpv6, 128, -1, form(8, echo)},
    {icmpv6, 129, -1, form(8, echo)},
    {icmpv6, 130, -1, form(mld_v1_size, mld1)},
    {icmpv6, 131, -1, form(mld_v1_size, mld1)},
    {icmpv6, 132, -1, form(mld_v1_size, mld1)},
    {icmpv6, 133, -1, form(8), Tail::nd_options},
    {icmpv6, 134, -1, form(16, advertisement), Tail::nd_options},
    {icmpv6, 135, -1, form(24, target), Tail::nd_options},
    {icmpv6, 136, -1, form(24, neighbor), Tail::nd_options},
    {icmpv6, 137, -1, form(40, redirect), Tail::nd_options},
    {icmpv6, 143, -1, form(8), Tail::records},
    {icmpv6, 160, -1, form(8, extended_request), Tail::queried_object},
    {icmpv6, 161, -1, form(8, extended_reply)},
    {igmp, 0x11, -1, form(8, igmp_group)},
    {igmp, 0x12, -1, form(8, igmp_group)},
    {igmp, 0x16, -1, form(8, igmp_group)},
    {igmp, 0x17, -1, form(8, igmp_group)},
    {igmp, 0x22, -1, form(8), Tail::records},
};
constexpr MessageForm mld_query{icmpv6, 130, -1, form(mld_v2_query_size, mld2_query), Tail::sources};
constexpr MessageForm igmp_query{igmp, 0x11, -1, form(igmp_v3_query_size, igmp3_query), Tail::sources};
constexpr MessageForm other{0, -1, -1, form(8)};
constexpr MessageForm error{0, -1, -1, form(8), Tail::quote};

struct IgmpName {
  std::string_view name;
  std::uint8_t type;
  bool is_long = false;
};
constexpr IgmpName igmp_names[] = {
    {"query v3", 0x11, true}, {"query", 0x11}, {"report v1", 0x12},
    {"report v2", 0x16},      {"leave", 0x17}, {"report v3", 0x22},
};

}  // namespace

std::optional<ItemKind> items_of(const MessageForm& message) {
  const bool is_igmp = message.protocol == igmp;
  switch (message.tail) {
    case Tail::nd_options:
      return ItemKind::nd_option;
    case Tail::records:
      return is_igmp ? ItemKind::record4 : ItemKind::record6;
    case Tail::sources:
      return is_igmp ? ItemKind::source4 : ItemKind::source6;
    case Tail::routers:
      return ItemKind::router;
    default:
      return std::nullopt;
  }
}

std::optional<CountField> count_field(const MessageForm& message) {
  switch (message.tail) {
    case Tail::records:
      return CountField{group_report_offset::record_count, 2};
    case Tail::sources:
      return message.protocol == igmp ? CountField{igmp_offset::source_count, 2}
                                      : CountField{mld_offset::source_count, 2};
    case Tail::routers:
      return CountField{4, 1};
    default:
      return std::nullopt;
  }
}

bool is_icmp_error(Family family, std::uint8_t type) {
  return family == Family::ipv6 ? type < icmpv6_first_informational : icmp::is_icmpv4_error(type);
}

bool is_long_query(std::uint8_t protocol, Bytes message) {
  if (protocol == igmp) return message.size() >= igmp_v3_query_size && message[0] == 0x11;
  return protocol == icmpv6 && message.size() >= mld_v2_query_size && message[0] == 130;
}

const MessageForm& message_form(std::uint8_t protocol, std::uint8_t type, std::uint8_t code, bool is_long_query) {
  if (is_long_query && protocol == igmp && type == 0x11) return igmp_query;
  if (is_long_query && protocol == icmpv6 && type == 130) return mld_query;
  const auto* row = std::ranges::find_if(messages, [&](const MessageForm& m) {
    return m.protocol == protocol && m.type == type && (m.code < 0 || m.code == code);
  });
  if (row != std::end(messages)) return *row;
  if (protocol == igmp) return other;
  return is_icmp_error(protocol == icmpv4 ? Family::ipv4 : Family::ipv6, type) ? error : other;
}

std::string_view igmp_name(std::uint8_t type, bool is_long) {
  const auto* row = std::ranges::find_if(
      igmp_names, [&](const IgmpName& n) { return n.type == type && n.is_long == (is_long && type == 0x11); });
  return row == std::end(igmp_names) ? std::string_view() : row->name;
}

std::optional<IgmpNameFound> find_igmp_name(std::string_view text) {
  const auto* row = std::ranges::find_if(igmp_names, [&](const IgmpName& n) { return text.starts_with(n.name); });
  if (row == std::end(igmp_names)) return std::nullopt;
  return IgmpNameFound{row->type, row->is_long, row->name.size()};
}

std::uint8_t usual_time_to_live(std::uint8_t protocol, std::uint8_t type) {
  if (protocol == igmp) return igmp_time_to_live;
  if (protocol != icmpv6) return 64;
  if ((type >= 130 && type <= 132) || type == 143) return 1;  // RFC 3810 5
  const bool is_discovery = (type >= 133 && type <= 137) || type == 141 || type == 142;
  return is_discovery ? 255 : 64;  // RFC 4861 6.1, RFC 3122 4.3
}

}  // namespace tunstack
