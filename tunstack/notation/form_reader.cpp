#include "tunstack/notation/form_reader.hpp"

#include <algorithm>

#include "protocols/base/mac_address.hpp"
#include "protocols/wire/domain_name.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/router_options.hpp"

namespace tunstack::notation {

namespace {

constexpr std::size_t most_octets = 65535;

void put(Octets& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }

template <class Address>
void put_address(Octets& to, const Address& address) {
  const std::size_t at = to.size();
  to.resize(at + Address::size);
  address.store(to, at);
}

/// Of rows whose words begin alike the longest is meant.
template <class Row, class Word>
const Row* longest_taken(TextReader& reader, std::span<const Row> rows, Word word_of_row) {
  const Row* longest = nullptr;
  for (const Row& row : rows)
    if (!word_of_row(row).empty() && reader.comes(word_of_row(row)) &&
        (longest == nullptr || word_of_row(row).size() > word_of_row(*longest).size()))
      longest = &row;
  if (longest != nullptr) reader.take(word_of_row(*longest));
  return longest;
}

// ---- values of fields ----

std::uint32_t preference_in(TextReader& reader) {
  constexpr std::string_view names[] = {"medium", "high", "reserved", "low"};
  for (std::uint32_t value = 0; value < 4; ++value)
    if (reader.take(names[value])) return value;
  reader.fail("high, medium, low or reserved is expected");
  return 0;
}

/// The code that amounts to `value`; the next lower one where there is none.
std::uint32_t floating_code(std::uint32_t value, unsigned bits) {
  if (value < 1U << (bits - 1)) return value;
  const std::uint32_t implied_one = 1U << (bits - 4);
  std::uint32_t exponent = 0;
  while (exponent < 7 && value >> (exponent + 3) >= implied_one * 2) ++exponent;
  const std::uint32_t mantissa = std::min(value >> (exponent + 3), implied_one * 2 - 1) & (implied_one - 1);
  return implied_one * 8 | exponent << (bits - 4) | mantissa;
}

Ipv4Address ipv4_in(TextReader& reader) {
  const IpAddress address = reader.expect_address();
  if (reader.fault()) return {};
  if (!address.is_ipv4()) reader.fail("an IPv4 address is expected");
  return address.is_ipv4() ? address.ipv4() : Ipv4Address{};
}

Ipv6Address ipv6_in(TextReader& reader) {
  const IpAddress address = reader.expect_address();
  if (reader.fault()) return {};
  if (address.is_ipv4()) reader.fail("an IPv6 address is expected");
  return address.is_ipv4() ? Ipv6Address{} : address.ipv6();
}

std::uint32_t largest_of(const Field& field) {
  if (field.style == Style::floating) return field.bits == 8 ? 31744 : 8387584;
  const std::uint64_t largest = ((std::uint64_t{1} << field.bits) - 1) * field.unit;
  return static_cast<std::uint32_t>(largest);
}

std::uint32_t value_in(TextReader& reader, const Field& field) {
  switch (field.style) {
    case Style::flag:
      return 1;
    case Style::ipv4:
      return ipv4_in(reader).value;
    case Style::preference:
      return preference_in(reader);
    case Style::signed_number:
      if (reader.rest().starts_with('-')) {
        reader.advance(1);
        return ~reader.number(0x80000000) + 1;
      }
      return reader.number(0x7fffffff);
    case Style::floating:
      return floating_code(reader.number(largest_of(field)), field.bits);
    default:
      return reader.number(largest_of(field)) / field.unit;
  }
}

// ---- main values ----

void read_prefix(TextReader& reader, Octets& block, std::size_t octets, MainValue kind) {
  const std::string_view text = reader.token();
  const auto address = parse_address(text.substr(0, text.find('/')));
  if (!address || address->is_ipv4() || !text.contains('/')) return reader.fail("a prefix is expected: 2001:db8::/64");
  reader.advance(text.find('/') + 1);
  const auto length = static_cast<std::uint8_t>(reader.number(255));
  if (kind == MainValue::pref64) {
    const auto code = std::ranges::find(Pref64::lengths, length) - Pref64::lengths.begin();
    if (code == 6) return reader.fail("such a prefix has a length of 96, 64, 56, 48, 40 or 32");
    block[3] |= static_cast<std::uint8_t>(code);
  } else {
    block[2] = length;
  }
  const Ipv6Address prefix = address->ipv6();
  put(block, Bytes(prefix.octets).first(kind == MainValue::route_prefix ? route_prefix_octets(length) : octets));
}

/// Up to a word that begins the next of `others`: "router alert" is no name of a router.
void read_addresses(TextReader& reader, Octets& block, bool is_ipv4, std::span<const Form> others = {}) {
  const auto comes = [&](const Form& form) { return !form.name.empty() && reader.comes(form.name); };
  while (!reader.fault() && block.size() < most_octets && std::ranges::none_of(others, comes)) {
    const auto address = reader.address();
    if (!address) return;
    if (address->is_ipv4() != is_ipv4) return reader.fail("addresses of one family are expected");
    if (is_ipv4)
      put_address(block, address->ipv4());
    else
      put_address(block, address->ipv6());
  }
}

/// Without a word about it there is room for as many addresses as a header takes.
void read_route(TextReader& reader, Octets& block) {
  const std::size_t before = block.size();
  read_addresses(reader, block, true, forms_of(ItemKind::ipv4_option));
  std::size_t free = block.size() == before ? 9 : 0;
  if (reader.take("free")) free = reader.number(9);
  block.resize(block.size() + free * Ipv4Address::size);
}

void read_domain_names(TextReader& reader, Octets& block) {
  while (!reader.fault()) {
    const std::string_view name = reader.token();
    if (name.empty() || name.starts_with('(')) break;
    if (!is_domain_name(name)) return reader.fail("'" + std::string(name) + "' is no domain name");
    const std::size_t at = block.size();
    block.resize(at + domain_name_size(name));
    write_domain_name(MutableBytes(block).subspan(at), name);
    reader.take_token();
  }
}

void read_interface_name(TextReader& reader, Octets& block) {
  for (const char letter : reader.take_token()) block.push_back(static_cast<std::uint8_t>(letter));
  block.resize((block.size() + 3) / 4 * 4);
}

void read_mac(TextReader& reader, Octets& block) {
  const auto mac = parse_mac_address(reader.token());
  if (!mac) return reader.fail("an Ethernet address is expected");
  put(block, mac->octets);
  reader.take_token();
}

void read_main(TextReader& reader, const Form& form, Octets& block, const QuoteReader& quote) {
  if (form.main == MainValue::none) return;
  block.resize(form.main_at);
  switch (form.main) {
    case MainValue::number:
      block.resize(form.main_at + 4);
      return store_be32(block, form.main_at, reader.number(0xffffffff));
    case MainValue::mac:
      return read_mac(reader, block);
    case MainValue::ipv4_addresses:
    case MainValue::ipv6_addresses:
      return read_addresses(reader, block, form.main == MainValue::ipv4_addresses);
    case MainValue::route:
      return read_route(reader, block);
    case MainValue::octets:
      return put(block, octets_in(reader));
    case MainValue::name:
      return read_interface_name(reader, block);
    case MainValue::domain_names:
      return read_domain_names(reader, block);
    case MainValue::packet:
      return put(block, quote ? quote(reader) : Octets{});
    case MainValue::prefix:
    case MainValue::route_prefix:
      return read_prefix(reader, block, 16, form.main);
    case MainValue::pref64:
      return read_prefix(reader, block, 12, form.main);
    default:
      return;
  }
}

// ---- items ----

/// Type and lengths of an item whose content is there.
void close_item(TextReader& reader, ItemKind kind, int number, Octets& item) {
  const std::size_t header = header_of(kind);
  const auto type = static_cast<std::uint8_t>(number);
  std::size_t length = item.size();
  std::size_t most = 255;
  switch (kind) {
    case ItemKind::nd_option:
      item.resize((std::max<std::size_t>(item.size(), 8) + 7) / 8 * 8);
      length = item.size() / 8;
      break;
    case ItemKind::ipv4_option:
      if (number <= 1 && item.size() <= header) item.resize(1);
      break;
    case ItemKind::ipv6_option:
      if (number == 0 && item.size() <= header) item.resize(1);
      length -= std::min(length, header);
      break;
    case ItemKind::record4:
    case ItemKind::record6: {
      const std::size_t address = kind == ItemKind::record4 ? Ipv4Address::size : Ipv6Address::size;
      if (item.size() < header + address) item.resize(header + address);
      store_be16(item, 2, static_cast<std::uint16_t>((item.size() - header) / address - 1));
      item[0] = type;
      return;
    }
    case ItemKind::object:
      store_be16(item, 0, static_cast<std::uint16_t>(item.size()));
      store_be16(item, 2, static_cast<std::uint16_t>(number));
      most = most_octets;
      break;
    default:
      return;
  }
  if (length > most) return reader.fail("this is too long");
  if (kind == ItemKind::object) return;
  item[0] = type;
  if (item.size() > 1) item[1] = static_cast<std::uint8_t>(length);
}

void read_form_fields(TextReader& reader, const Form& form, Octets& item) {
  if (!reader.take("(")) return;
  do {
    if (!read_field(reader, form.fields, item))
      reader.fail("'" + std::string(reader.token()) + "' is not a part of it");
  } while (!reader.fault() && reader.take(","));
  reader.expect(")");
}

Octets item_of_form(TextReader& reader, ItemKind kind, const Form& form, const QuoteReader& quote) {
  Octets item(std::max(header_of(kind), form.size));
  for (const Field& field : form.fields)
    if (field.usual != 0) store_field(item, field, field.usual);
  const Octets usual = item;
  read_main(reader, form, item, quote);
  if (item.size() < form.size)
    item.insert(item.end(), usual.begin() + static_cast<std::ptrdiff_t>(item.size()),
                usual.begin() + static_cast<std::ptrdiff_t>(form.size));
  if (!reader.fault()) read_form_fields(reader, form, item);
  return item;
}

}  // namespace

Octets octets_in(TextReader& reader) {
  Octets octets;
  while (!reader.at_end() && !reader.fault()) {
    const std::string_view rest = reader.rest();
    if (std::string_view(",])(").contains(rest[0])) break;
    if (rest[0] == ':') {
      reader.advance(1);
      continue;
    }
    std::uint8_t octet = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + std::min<std::size_t>(2, rest.size()), octet, 16);
    if (error != std::errc{} || end != rest.data() + 2 || octets.size() == most_octets) {
      reader.fail("two hexadecimal digits are expected for each octet");
      break;
    }
    octets.push_back(octet);
    reader.advance(2);
  }
  return octets;
}

bool read_field(TextReader& reader, std::span<const Field> fields, Octets& block) {
  const Field* field = longest_taken(reader, fields, [](const Field& f) { return f.word; });
  if (field == nullptr) return false;
  if (!has_field(block, *field)) block.resize(field->octet + 16);
  if (field->style == Style::ipv6)
    ipv6_in(reader).store(block, field->octet);
  else
    store_field(block, *field, value_in(reader, *field));
  return true;
}

std::optional<Octets> read_item(TextReader& reader, ItemKind kind, const QuoteReader& quote) {
  const Form* form = longest_taken(reader, forms_of(kind), [](const Form& f) { return f.name; });
  if (form == nullptr && !reader.take(word_of(kind))) return std::nullopt;
  int number = form == nullptr ? 0 : form->number;
  Octets item;
  if (form != nullptr) {
    item = item_of_form(reader, kind, *form, quote);
  } else {
    number = static_cast<int>(reader.number(kind == ItemKind::object ? 0xffff : 255));
    item.resize(header_of(kind));
    put(item, octets_in(reader));
  }
  if (!reader.fault()) close_item(reader, kind, number, item);
  return item;
}

Octets read_items(TextReader& reader, ItemKind kind) {
  Octets list;
  reader.expect("(");
  do {
    const auto item = read_item(reader, kind, {});
    if (!item) reader.fail("'" + std::string(reader.token()) + "' is no " + std::string(word_of(kind)));
    if (item) put(list, *item);
  } while (!reader.fault() && reader.take(","));
  reader.expect(")");
  return list;
}

}  // namespace tunstack::notation
