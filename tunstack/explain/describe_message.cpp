// Messages of ICMP, ICMPv6 and IGMP in words.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/explain/describe_parts.hpp"
#include "tunstack/explain/icmp_names.hpp"
#include "tunstack/explain/item_forms.hpp"
#include "tunstack/explain/joined.hpp"
#include "tunstack/explain/message_forms.hpp"

namespace tunstack {

namespace {

constexpr std::size_t most_items = 8;        // in a line
constexpr std::size_t most_odd_octets = 32;  // behind the last item, in a line
constexpr std::size_t usual_length = 120;    // of all that is said of a message

Family family_of(std::uint8_t protocol) { return protocol == protocol_number::icmpv6 ? Family::ipv6 : Family::ipv4; }

std::string_view protocol_name(std::uint8_t protocol) {
  if (protocol == protocol_number::igmp) return "IGMP";
  return protocol == protocol_number::icmpv4 ? "ICMP" : "ICMP6";
}

/// Messages of IGMP have no code.
IcmpName name_of(std::uint8_t protocol, std::uint8_t type, std::uint8_t code, bool is_long) {
  if (protocol == protocol_number::igmp) {
    const std::string_view name = igmp_name(type, is_long);
    return {name.empty() ? fmt::format("type {:#x}", type) : std::string(name), true};
  }
  IcmpName name = name_of_icmp(family_of(protocol), type, code);
  if (is_long) name.text += " v2";
  return name;
}

/// The code, where the name does not say it.
std::string code_text(const IcmpName& name, std::uint8_t code) {
  return name.tells_code ? std::string() : joined(", code ", code);
}

/// What is left of a list, or of a message: it is said where it is not zeros, and short or all is to be said.
std::string odd_text(Bytes left, Look look) {
  if (!look.is_complete() && left.size() > most_odd_octets) return {};
  if (std::ranges::all_of(left, [](std::uint8_t octet) { return octet == 0; })) return {};
  return ", body " + hexadecimal_text(left);
}

std::string one_item_text(ItemKind kind, Bytes item, Look look) {
  constexpr std::size_t quote_at = 8;
  const bool quotes = kind == ItemKind::nd_option && item[0] == 4 && item.size() > quote_at;
  return item_text(kind, item, quotes ? quote_text(item.subspan(quote_at), look.detail) : std::string());
}

std::string list_text(ItemKind kind, Bytes list, Look look) {
  const ItemList found = items_in(kind, list);
  std::string text;
  for (std::size_t i = 0; i < found.items.size(); ++i) {
    if (i == most_items && !look.is_complete()) return text + ", and more";
    text += ", " + one_item_text(kind, found.items[i], look);
  }
  return text + odd_text(found.left, look);
}

/// The number of items, where it is not theirs.
std::string wrong_count_text(const MessageForm& form, ItemKind kind, Bytes message, Bytes list) {
  const auto field = count_field(form);
  if (!field) return {};
  const std::size_t told = field->octets == 1 ? message[field->at] : load_be16(message, field->at);
  return told == items_in(kind, list).items.size() ? std::string() : fmt::format(", count {}", told);
}

std::string extensions_text(Bytes structure, Look look) {
  if (structure.size() <= icmp_extension_header_size) return {};
  const std::string objects = list_text(ItemKind::object, structure.subspan(icmp_extension_header_size), look);
  return objects.empty() ? std::string() : fmt::format(", extensions ({})", objects.substr(2));
}

std::string queried_text(Bytes structure, Look look) {
  if (structure.size() > icmp_extension_header_size && IcmpExtensionReader::open(structure))
    return extensions_text(structure, look);
  return odd_text(structure, look);
}

/// " [192.0.2.1 > ...], extensions (...)"; in a quote, or where there is none, the length.
std::string quoted_text(std::uint8_t protocol, Bytes message, Look look) {
  const Bytes body = message.subspan(icmp_header_size);
  if (body.empty() || look.is_quote)
    return odd_text(look.is_complete() ? body : Bytes{}, look) + fmt::format(", length {}", message.size());
  const IcmpErrorBody parts = split_icmp_error(family_of(protocol), message, ExtensionCompatibility::off);
  return fmt::format(" [{}]{}", quote_text(parts.quote, look.detail), extensions_text(parts.extensions, look));
}

std::string tail_text(const MessageForm& form, std::uint8_t protocol, Bytes message, Look look) {
  if (form.tail == Tail::quote) return quoted_text(protocol, message, look);
  const Bytes tail = message.subspan(std::min(form.form.size, message.size()));
  std::string text;
  if (form.tail == Tail::octets)
    text = body_text(tail, look);
  else if (form.tail == Tail::queried_object)
    text = queried_text(tail, look);
  else if (const auto kind = items_of(form); kind && message.size() >= form.form.size)
    text = list_text(*kind, tail, look) + wrong_count_text(form, *kind, message, tail);
  append_parts(text, ", length ", message.size());
  return text;
}

/// The fixed part: a neighbor is named behind the name of the message.
std::string fixed_text(const MessageForm& form, Bytes message) {
  const std::span<const Field> fields = form.form.fields;
  const bool is_about_neighbor = form.protocol == protocol_number::icmpv6 && (form.type == 135 || form.type == 136);
  if (!is_about_neighbor || !has_field(message, fields[0])) return fields_text(message, fields);
  return fmt::format(" of {}{}", to_text(Ipv6Address::load(message, fields[0].octet)),
                     fields_text(message, fields.subspan(1)));
}

std::string octets_of_message(Bytes message, Look look) {
  if (message.size() < icmp_header_size) return fmt::format(", length {}", message.size());
  return fmt::format(", rest {:#010x}{}, length {}", load_be32(message, icmp_offset::rest_of_header),
                     odd_text(message.subspan(icmp_header_size), look), message.size());
}

}  // namespace

std::string body_text(Bytes body, Look look) { return look.is_complete() ? odd_text(body, look) : std::string(); }

std::string message_text(std::uint8_t protocol, Bytes message, Look look) {
  const std::string_view prefix = protocol_name(protocol);
  if (message.size() < icmp_offset::checksum) return fmt::format("{}, cut short, length {}", prefix, message.size());
  const std::uint8_t type = message[icmp_offset::type];
  const std::uint8_t code = message[icmp_offset::code];
  const bool is_long = is_long_query(protocol, message);
  const MessageForm& form = message_form(protocol, type, code, is_long);
  const bool is_error = protocol != protocol_number::igmp && is_icmp_error(family_of(protocol), type);
  const IcmpName name = name_of(protocol, type, code, is_long);
  std::string text;
  text.reserve(usual_length);
  append_parts(text, prefix, ' ', name.text);
  if (is_error) text += fmt::format(" ({}/{})", type, code);
  if (look.detail == Detail::messages_as_octets && !look.is_quote)
    return text + code_text(name, code) + octets_of_message(message, look);
  const bool is_whole = message.size() >= icmp_header_size;
  if (is_whole) text += fixed_text(form, message);
  if (!is_error) text += code_text(name, code);
  return text + (is_whole ? tail_text(form, protocol, message, look) : fmt::format(", length {}", message.size()));
}

}  // namespace tunstack
