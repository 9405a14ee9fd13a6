#include "tunstack/explain/item_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "protocols/wire/group_messages.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/ipv4_options.hpp"
#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/nd_options.hpp"

namespace tunstack {

namespace {

constexpr Field part(std::string_view word, unsigned octet, unsigned bits, std::uint32_t usual = 0) {
  return {.word = word, .octet = octet, .bits = bits, .usual = usual};
}
constexpr Field switched(std::string_view word, unsigned octet, unsigned bit) {
  return {.word = word, .style = Style::flag, .octet = octet, .bit = bit, .bits = 1};
}

constexpr Field prefix_fields[] = {switched("onlink", 3, 0), switched("auto", 3, 1), switched("router", 3, 2),
                                   part("valid", 4, 32), part("preferred", 8, 32)};
constexpr Field route_fields[] = {{.word = "preference", .style = Style::preference, .octet = 3, .bit = 3, .bits = 2},
                                  part("lifetime", 4, 32)};
constexpr Field lifetime_fields[] = {part("lifetime", 4, 32)};
constexpr Field pref64_fields[] = {{.word = "lifetime", .octet = 2, .bits = 13, .unit = 8}};

constexpr Form nd_options[] = {
    {1, "source link-address", 8, MainValue::mac, 2},
    {2, "target link-address", 8, MainValue::mac, 2},
    {3, "prefix", 32, MainValue::prefix, 16, prefix_fields},
    {4, "redirected", 8, MainValue::packet, 8},
    {5, "mtu", 8, MainValue::number, 4},
    {14, "nonce", 8, MainValue::octets, 2},
    {24, "route", 8, MainValue::route_prefix, 8, route_fields},
    {25, "rdnss", 8, MainValue::ipv6_addresses, 8, lifetime_fields},
    {31, "dnssl", 8, MainValue::domain_names, 8, lifetime_fields},
    {38, "pref64", 16, MainValue::pref64, 4, pref64_fields},
};

constexpr Field pointer_fields[] = {part("pointer", 2, 8, 4)};
constexpr Field time_fields[] = {part("pointer", 2, 8, 5),
                                 {.word = "overflow", .octet = 3, .bits = 4},
                                 {.word = "form", .octet = 3, .bit = 4, .bits = 4}};
constexpr Field alert_fields[] = {part("value", 2, 16)};

constexpr Form ipv4_options[] = {
    {ipv4_option::end_of_list, "eol", 1},
    {ipv4_option::no_operation, "nop", 1},
    {ipv4_option::record_route, "rr", 3, MainValue::route, 3, pointer_fields},
    {ipv4_option::timestamp, "ts", 4, MainValue::octets, 4, time_fields},
    {ipv4_option::loose_source_route, "lsrr", 3, MainValue::route, 3, pointer_fields},
    {ipv4_option::strict_source_route, "ssrr", 3, MainValue::route, 3, pointer_fields},
    {ipv4_option::router_alert, "router alert", 4, MainValue::none, 0, alert_fields},
};

constexpr Field size_fields[] = {part("value", 2, 32)};
constexpr Form ipv6_options[] = {
    {ipv6_option::pad1, "pad1", 1},
    {ipv6_option::padn, "padn", 2, MainValue::octets, 2},
    {ipv6_option::router_alert, "router alert", 4, MainValue::none, 0, alert_fields},
    {ipv6_option::jumbo_payload, "jumbo", 6, MainValue::none, 0, size_fields},
};

template <MainValue addresses>
constexpr Form group_records[] = {
    {1, "is_in", 4, addresses, 4}, {2, "is_ex", 4, addresses, 4}, {3, "to_in", 4, addresses, 4},
    {4, "to_ex", 4, addresses, 4}, {5, "allow", 4, addresses, 4}, {6, "block", 4, addresses, 4},
};
constexpr Form sources4[] = {{-1, "source", 4, MainValue::ipv4_addresses, 0}};
constexpr Form sources6[] = {{-1, "source", 16, MainValue::ipv6_addresses, 0}};

constexpr Field router_fields[] = {
    {.word = "address", .style = Style::ipv4, .octet = 0, .bits = 32, .is_always_said = true},
    {.word = "preference", .style = Style::signed_number, .octet = 4, .bits = 32}};
constexpr Form routers_listed[] = {{-1, "router", 8, MainValue::none, 0, router_fields}};

constexpr Field mpls_fields[] = {{.word = "label", .octet = 4, .bits = 20, .is_always_said = true},
                                 {.word = "class", .octet = 6, .bit = 4, .bits = 3},
                                 switched("bottom", 6, 7),
                                 part("ttl", 7, 8)};
constexpr Field family4_fields[] = {part("family", 4, 16, address_family_number::ipv4), part("size", 6, 8, 4)};
constexpr Field family6_fields[] = {part("family", 4, 16, address_family_number::ipv6), part("size", 6, 8, 16)};
constexpr Form objects[] = {
    {0x101, "mpls", 8, MainValue::none, 0, mpls_fields},
    {0x301, "interface name", 4, MainValue::name, 4},
    {0x302, "interface index", 8, MainValue::number, 4},
    {0x303, "interface ipv4", 8, MainValue::ipv4_addresses, 8, family4_fields},
    {0x303, "interface ipv6", 8, MainValue::ipv6_addresses, 8, family6_fields},
};

int number_of(ItemKind kind, Bytes item) {
  if (kind == ItemKind::object) return load_be16(item, icmp_object_offset::class_number);
  return kind == ItemKind::source4 || kind == ItemKind::source6 || kind == ItemKind::router ? -1 : item[0];
}

/// Octets of the first item; 0 where that is not known.
std::size_t record_size(Bytes list, std::size_t address) {
  if (list.size() < group_record_offset::group) return 0;
  return group_record_offset::group + address * (1U + load_be16(list, group_record_offset::source_count)) +
         list[group_record_offset::auxiliary_words] * std::size_t{4};
}

std::size_t first_size(ItemKind kind, Bytes list) {
  const std::size_t second = list.size() > 1 ? list[1] : 0;
  switch (kind) {
    case ItemKind::nd_option:
      return second * nd_option_unit;
    case ItemKind::ipv4_option:
      return list[0] <= ipv4_option::no_operation ? 1 : second < ipv4_option_header_size ? 0 : second;
    case ItemKind::ipv6_option:
      return list[0] == ipv6_option::pad1             ? 1
             : list.size() < ipv6_option_offset::data ? 0
                                                      : ipv6_option_offset::data + second;
    case ItemKind::record4:
      return record_size(list, Ipv4Address::size);
    case ItemKind::record6:
      return record_size(list, Ipv6Address::size);
    case ItemKind::source4:
      return Ipv4Address::size;
    case ItemKind::source6:
      return Ipv6Address::size;
    case ItemKind::router:
      return 8;
    case ItemKind::object: {
      const std::size_t size =
          list.size() < icmp_extension_object_header_size ? 0 : load_be16(list, icmp_object_offset::length);
      return size < icmp_extension_object_header_size ? 0 : size;
    }
  }
  return 0;
}

}  // namespace

std::span<const Form> forms_of(ItemKind kind) {
  switch (kind) {
    case ItemKind::nd_option:
      return nd_options;
    case ItemKind::ipv4_option:
      return ipv4_options;
    case ItemKind::ipv6_option:
      return ipv6_options;
    case ItemKind::record4:
      return group_records<MainValue::ipv4_addresses>;
    case ItemKind::record6:
      return group_records<MainValue::ipv6_addresses>;
    case ItemKind::source4:
      return sources4;
    case ItemKind::source6:
      return sources6;
    case ItemKind::router:
      return routers_listed;
    case ItemKind::object:
      return objects;
  }
  return {};
}

std::string_view word_of(ItemKind kind) {
  if (kind == ItemKind::record4 || kind == ItemKind::record6) return "record";
  return kind == ItemKind::object ? "object" : "option";
}

std::size_t header_of(ItemKind kind) {
  switch (kind) {
    case ItemKind::record4:
    case ItemKind::record6:
    case ItemKind::object:
      return 4;
    case ItemKind::source4:
    case ItemKind::source6:
    case ItemKind::router:
      return 0;
    default:
      return 2;
  }
}

std::string item_text(ItemKind kind, Bytes item, const std::string& quote) {
  const int number = number_of(kind, item);
  const std::size_t header = std::min(header_of(kind), item.size());
  const bool is_record = kind == ItemKind::record4 || kind == ItemKind::record6;
  const bool has_auxiliary_data = is_record && item[group_record_offset::auxiliary_words] != 0;
  for (const Form& form : forms_of(kind))
    if (form.number == number && !has_auxiliary_data)
      if (auto text = form_text(item, form, header, quote)) return *text;
  const std::string octets = hexadecimal_text(item.subspan(header));
  return fmt::format("{} {}{}{}", word_of(kind), number, octets.empty() ? "" : " ", octets);
}

ItemList items_in(ItemKind kind, Bytes list) {
  ItemList found{{}, list};
  while (!found.left.empty()) {
    const std::size_t size = first_size(kind, found.left);
    if (size == 0 || size > found.left.size()) break;
    found.items.push_back(found.left.first(size));
    found.left = found.left.subspan(size);
  }
  return found;
}

}  // namespace tunstack
