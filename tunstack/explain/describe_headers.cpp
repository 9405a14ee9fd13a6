// Options of IPv4, extension headers of IPv6, UDP, TCP and checksums in words.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/ports.hpp"
#include "protocols/wire/tcp.hpp"
#include "tunstack/explain/checksums.hpp"
#include "tunstack/explain/describe_parts.hpp"
#include "tunstack/explain/item_forms.hpp"
#include "tunstack/explain/joined.hpp"
#include "tunstack/explain/transport_forms.hpp"

namespace tunstack {

namespace {

constexpr std::size_t option_words = 4;  // octets of a word of options

/// What fills an IPv4 header up to words is not told.
void leave_out_fill(std::vector<Bytes>& items, std::size_t size) {
  while (!items.empty() && items.back().size() == 1 && items.back()[0] == 0 &&
         (size - 1 + option_words - 1) / option_words == (size + option_words - 1) / option_words) {
    items.pop_back();
    --size;
  }
}

/// The option that fills a header of IPv6 up to units of 8 octets is not told either.
bool is_fill(Bytes item, std::size_t header_size) {
  const bool is_zero = std::ranges::all_of(item.subspan(std::min<std::size_t>(2, item.size())),
                                           [](std::uint8_t octet) { return octet == 0; });
  const bool pads = item.size() == 1 ? item[0] == ipv6_option::pad1 : item[0] == ipv6_option::padn && is_zero;
  const std::size_t before = header_size - item.size();
  return pads && (before + 7) / 8 == header_size / 8 && before > 0;
}

bool is_padding(Bytes item) { return item[0] == ipv6_option::pad1 || item[0] == ipv6_option::padn; }

/// In a line padding is not told, nor more options than people look at.
void leave_out_padding(std::vector<Bytes>& items) { std::erase_if(items, is_padding); }

std::string ipv6_options_text(Bytes header, Look look) {
  constexpr std::size_t most_told = 8;
  ItemList found = items_in(ItemKind::ipv6_option, header.subspan(ipv6_extension_offset::options));
  if (!found.left.empty()) return " octets " + hexadecimal_text(header.subspan(ipv6_extension_offset::options));
  if (!found.items.empty() && is_fill(found.items.back(), header.size())) found.items.pop_back();
  if (!look.is_complete()) leave_out_padding(found.items);
  const bool is_more = !look.is_complete() && found.items.size() > most_told;
  if (is_more) found.items.resize(most_told);
  std::string text;
  for (const Bytes item : found.items) text += ", " + item_text(ItemKind::ipv6_option, item);
  return text.empty() ? text : fmt::format(" ({}{})", text.substr(2), is_more ? ", and more" : "");
}

std::string route_addresses(Bytes list) {
  std::string text;
  for (std::size_t at = 0; at + Ipv6Address::size <= list.size(); at += Ipv6Address::size)
    text += (text.empty() ? "" : " ") + to_text(Ipv6Address::load(list, at));
  return text;
}

/// Types that list addresses behind four octets which are zero; others are told as octets.
std::string routing_text(Bytes header) {
  const Bytes content = header.subspan(4);
  const unsigned type = header[ipv6_routing_offset::type];
  const bool lists = (type == 0 || type == 2) && load_be32(content, 0) == 0 && content.size() % Ipv6Address::size == 4;
  std::string inside = lists ? route_addresses(content.subspan(4)) : "octets " + hexadecimal_text(content);
  if (!lists && std::ranges::all_of(content, [](std::uint8_t octet) { return octet == 0; }) && content.size() == 4)
    inside.clear();
  return fmt::format("RH type {} left {}{}", type, header[ipv6_routing_offset::segments_left],
                     inside.empty() ? "" : " (" + inside + ")");
}

std::string ports_text(std::string_view name, Bytes payload) {
  const auto ports = find_ports(payload);
  if (!ports) return fmt::format("{}, cut short, length {}", name, payload.size());
  return joined(name, ' ', ports->source, " > ", ports->destination);
}

/// A body of zeros is told by its length.
std::string data_text(Bytes data, Look look) {
  if (!look.is_complete() || data.empty()) return {};
  const std::string body = body_text(data, look);
  return body.empty() ? fmt::format(", length {}", data.size()) : body;
}

}  // namespace

std::string ipv4_options_text(Bytes options) {
  if (options.empty()) return {};
  ItemList found = items_in(ItemKind::ipv4_option, options);
  if (!found.left.empty()) return ", options " + hexadecimal_text(options);
  leave_out_fill(found.items, options.size());
  std::string text = ", options";
  for (const Bytes item : found.items) text += " " + item_text(ItemKind::ipv4_option, item);
  return found.items.empty() ? text + " eol" : text;
}

std::string_view extension_name(std::uint8_t kind) {
  switch (kind) {
    case protocol_number::hop_by_hop_options:
      return "HBH";
    case protocol_number::routing:
      return "RH";
    case protocol_number::destination_options:
      return "DO";
    default:
      return "frag";
  }
}

std::string extension_text(std::uint8_t kind, Bytes header, Look look) {
  if (kind == protocol_number::routing) return routing_text(header) + ", ";
  if (kind != protocol_number::fragment)
    return fmt::format("{}{}, ", extension_name(kind), ipv6_options_text(header, look));
  const Ipv6FragmentHeader fragment(header);
  return fmt::format("fragment, id {:#x}, offset {}{}, ", fragment.identification(), fragment.offset(),
                     fragment.more() ? "+" : "");
}

std::string udp_text(Bytes datagram, Look look) {
  std::string text = ports_text("UDP", datagram);
  if (datagram.size() < udp_form_size) return text;
  const std::size_t told = load_be16(datagram, 4);
  if (told > datagram.size() && (look.is_quote || look.is_first_fragment))  // it is cut
    text += look.is_complete() ? fmt::format(", udp length {}", told) : "";
  else if (told != datagram.size())
    text += fmt::format(", BAD UDP LENGTH {} (should be {})", told, datagram.size());
  return text + data_text(datagram.subspan(udp_form_size), look);
}

std::string tcp_text(Bytes segment, Look look) {
  std::string text = ports_text("TCP", segment);
  if (segment.size() < tcp_header_size) return text;
  constexpr std::string_view letters = "FSRP.UEW";
  text += ", flags [";
  for (std::size_t bit = 0; bit < letters.size(); ++bit)
    if (segment[tcp_offset::flags] & 1U << bit) text += letters[bit];
  text += "]";
  if (!look.is_complete()) return text;
  const std::size_t header = (segment[12] >> 4) * std::size_t{4};
  if (header < tcp_header_size || header > segment.size())
    return text + data_text(segment.subspan(tcp_header_size), look);
  const Bytes options = segment.subspan(tcp_header_size, header - tcp_header_size);
  text += fields_text(segment, tcp_fields);
  if (!options.empty()) text += ", tcp options " + hexadecimal_text(options);
  return text + data_text(segment.subspan(header), look);
}

std::string checksum_text(Bytes datagram, bool is_cut, Look look) {
  const auto checksum = upper_checksum(datagram);
  if (!checksum) {
    const auto stored = first_fragment_checksum(datagram);
    return look.is_complete() && stored && *stored != 0 ? fmt::format(", checksum {:#06x}", *stored) : std::string();
  }
  if (!is_cut && !checksum->is_right)
    return fmt::format(", BAD CHECKSUM {:#06x} (should be {:#06x})", checksum->stored, checksum->right);
  if (checksum->stored == checksum->right) return {};
  if (!is_cut && checksum->stored == 0 && checksum->right != 0) return ", no checksum";
  return look.is_complete() ? fmt::format(", checksum {:#06x}", checksum->stored) : std::string();
}

std::string header_checksum_text(Bytes datagram) {
  const auto checksum = header_checksum(datagram);
  if (!checksum || checksum->is_right) return {};
  return fmt::format(", BAD HEADER CHECKSUM {:#06x} (should be {:#06x})", checksum->stored, checksum->right);
}

}  // namespace tunstack
