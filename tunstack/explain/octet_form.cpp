#include "tunstack/explain/octet_form.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "protocols/base/mac_address.hpp"
#include "protocols/wire/group_messages.hpp"
#include "protocols/wire/nd_options.hpp"
#include "protocols/wire/router_options.hpp"
#include "tunstack/explain/joined.hpp"

namespace tunstack {

namespace {

std::size_t octets_of_field(const Field& field) {
  if (field.style == Style::ipv4) return Ipv4Address::size;
  if (field.style == Style::ipv6) return Ipv6Address::size;
  return (field.bit + field.bits + 7) / 8;
}

bool is_zero(Bytes octets) {
  return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

bool is_usual(Bytes block, const Field& field) {
  if (field.style == Style::ipv6) return is_zero(block.subspan(field.octet, Ipv6Address::size));
  return field_value(block, field) == field.usual;
}

std::string preference_text(std::uint32_t value) {
  constexpr std::string_view names[] = {"medium", "high", "reserved", "low"};
  return std::string(names[value & 3]);
}

template <class Address>
std::optional<std::string> addresses_text(Bytes list) {
  if (list.size() % Address::size != 0) return std::nullopt;
  std::string text;
  for (std::size_t at = 0; at < list.size(); at += Address::size) text += " " + to_text(Address::load(list, at));
  return text;
}

std::optional<std::string> route_text(Bytes list) {
  std::size_t used = list.size();
  while (used >= Ipv4Address::size && load_be32(list, used - Ipv4Address::size) == 0) used -= Ipv4Address::size;
  auto addresses = addresses_text<Ipv4Address>(list.first(used));
  const std::size_t free = (list.size() - used) / Ipv4Address::size;
  if (!addresses || (used != 0 && free == 0)) return addresses;
  return fmt::format("{} free {}", *addresses, free);
}

std::string prefix_text(Bytes octets, unsigned length) {
  Ipv6Address address;
  copy_bytes(address.octets, octets);
  return fmt::format(" {}/{}", to_text(address), length);
}

std::optional<std::string> domain_names_text(Bytes names) {
  DomainNameReader reader(names);
  std::string text;
  std::size_t size = 0;
  while (const auto name = reader.next()) {
    const std::string one = domain_name_text(*name);
    if (!is_domain_name(one)) return std::nullopt;
    text += " " + one;
    size += name->size();
  }
  if (text.empty() || reader.is_malformed() || names.size() - size >= nd_option_unit) return std::nullopt;
  return text;
}

std::optional<std::string> interface_name_text(Bytes name) {
  const auto end = std::ranges::find(name, 0);
  const auto is_plain = [](std::uint8_t c) {
    return c > 0x20 && c < 0x7f && std::string_view("(),[]").find(static_cast<char>(c)) == std::string_view::npos;
  };
  const Bytes zeros = name.subspan(static_cast<std::size_t>(end - name.begin()));
  if (end == name.begin() || !std::all_of(name.begin(), end, is_plain) || !is_zero(zeros) || zeros.size() > 3)
    return std::nullopt;
  return " " + std::string(name.begin(), end);
}

std::optional<std::string> main_text(Bytes block, const Form& form, const std::string& quote) {
  const Bytes value = block.subspan(form.main_at);
  switch (form.main) {
    case MainValue::none:
      return std::string();
    case MainValue::number:
      return fmt::format(" {}", load_be32(value, 0));
    case MainValue::mac:
      return " " + to_text(MacAddress::load(value, 0));
    case MainValue::ipv4_addresses:
      return addresses_text<Ipv4Address>(value);
    case MainValue::ipv6_addresses:
      return addresses_text<Ipv6Address>(value);
    case MainValue::route:
      return route_text(value);
    case MainValue::octets:
      return value.empty() ? std::string() : " " + hexadecimal_text(value);
    case MainValue::name:
      return interface_name_text(value);
    case MainValue::domain_names:
      return domain_names_text(value);
    case MainValue::packet:
      return " [" + quote + "]";
    case MainValue::prefix:
      return prefix_text(value, block[2]);
    case MainValue::route_prefix:
      if (value.size() != route_prefix_octets(block[2])) return std::nullopt;
      return prefix_text(value, block[2]);
    case MainValue::pref64: {
      const std::size_t code = block[3] & 7;
      if (code >= Pref64::lengths.size()) return std::nullopt;
      return prefix_text(value, Pref64::lengths[code]);
    }
  }
  return std::nullopt;
}

/// The octets of the main value are no longer to be looked at.
void clear_main(std::vector<std::uint8_t>& block, const Form& form) {
  std::size_t end = block.size();
  if (form.main == MainValue::none) return;
  if (form.main == MainValue::number) end = form.main_at + 4;
  if (form.main == MainValue::prefix || form.main == MainValue::route_prefix) block[2] = 0;
  if (form.main == MainValue::pref64) block[3] &= 0xf8;
  std::fill(block.begin() + static_cast<std::ptrdiff_t>(form.main_at), block.begin() + static_cast<std::ptrdiff_t>(end),
            std::uint8_t{0});
}

bool says_all(Bytes block, const Form& form, std::size_t header) {
  std::vector<std::uint8_t> left(block.begin(), block.end());
  for (const Field& field : form.fields) {
    if (field.style == Style::ipv6)
      std::fill_n(left.begin() + field.octet, Ipv6Address::size, std::uint8_t{0});
    else
      store_field(left, field, 0);
  }
  clear_main(left, form);
  return is_zero(Bytes(left).subspan(std::min(header, left.size())));
}

}  // namespace

std::size_t route_prefix_octets(unsigned length) { return length == 0 ? 0 : length <= 64 ? 8 : 16; }

bool has_field(Bytes block, const Field& field) { return block.size() >= field.octet + octets_of_field(field); }

std::uint32_t field_value(Bytes block, const Field& field) {
  if (field.style == Style::ipv4) return load_be32(block, field.octet);
  std::uint64_t value = 0;
  const std::size_t octets = octets_of_field(field);
  for (std::size_t i = 0; i < octets; ++i) value = value << 8 | block[field.octet + i];
  value >>= octets * 8 - field.bit - field.bits;
  return static_cast<std::uint32_t>(value & ((std::uint64_t{1} << field.bits) - 1));
}

bool is_number(Style style) {
  return style == Style::number || style == Style::signed_number || style == Style::hexadecimal ||
         style == Style::floating;
}

std::int64_t field_number(Bytes block, const Field& field) {
  const std::uint32_t value = field_value(block, field);
  if (field.style == Style::signed_number) return static_cast<std::int32_t>(value);
  if (field.style == Style::floating)
    return field.bits == 8 ? decode_response_code<8>(value) : decode_response_code<16>(value);
  return std::int64_t{value} * field.unit;
}

std::string field_text(Bytes block, const Field& field) {
  switch (field.style) {
    case Style::ipv4:
      return to_text(Ipv4Address{field_value(block, field)});
    case Style::ipv6:
      return to_text(Ipv6Address::load(block, field.octet));
    case Style::hexadecimal:
      return fmt::format("{:#0{}x}", field_value(block, field), 2 + (field.bits + 3) / 4);
    case Style::preference:
      return preference_text(field_value(block, field));
    default:
      return std::to_string(field_number(block, field));
  }
}

void store_field(MutableBytes block, const Field& field, std::uint32_t value) {
  if (field.style == Style::ipv4) return store_be32(block, field.octet, value);
  const std::size_t octets = octets_of_field(field);
  const std::size_t shift = octets * 8 - field.bit - field.bits;
  const std::uint64_t mask = ((std::uint64_t{1} << field.bits) - 1) << shift;
  const std::uint64_t bits = std::uint64_t{value} << shift & mask;
  for (std::size_t i = 0; i < octets; ++i) {
    const std::size_t down = (octets - 1 - i) * 8;
    std::uint8_t& octet = block[field.octet + i];
    octet = static_cast<std::uint8_t>((octet & ~(mask >> down)) | bits >> down);
  }
}

std::string fields_text(Bytes block, std::span<const Field> fields) {
  std::string text;
  for (const Field& field : fields) {
    if (!has_field(block, field) || (!field.is_always_said && is_usual(block, field))) continue;
    append_parts(text, ", ", field.word);
    if (field.style != Style::flag) append_parts(text, ' ', field_text(block, field));
  }
  return text;
}

std::optional<std::string> form_text(Bytes block, const Form& form, std::size_t header, const std::string& quote) {
  const bool goes_on =
      form.main >= MainValue::ipv4_addresses && form.main != MainValue::prefix && form.main != MainValue::pref64;
  if (block.size() < form.size || (!goes_on && block.size() != form.size)) return std::nullopt;
  if (!says_all(block, form, header)) return std::nullopt;
  const auto main = main_text(block, form, quote);
  if (!main) return std::nullopt;
  const std::string fields = fields_text(block, form.fields);
  return fmt::format("{}{}{}", form.name, *main, fields.empty() ? "" : fmt::format(" ({})", fields.substr(2)));
}

std::string hexadecimal_text(Bytes octets) { return fmt::format("{:02x}", fmt::join(octets, "")); }

}  // namespace tunstack
