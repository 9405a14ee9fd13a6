// How blocks of octets (messages, options, records) are written in words. One table row says it for both directions:
// explain prints by it, and notation reads by it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocols/base/bytes.hpp"

namespace tunstack {

/// How the value of a field is written.
enum class Style : std::uint8_t {
  number,
  signed_number,  // of 32 bits
  hexadecimal,
  flag,        // the word alone
  floating,    // of 8 or 16 bits, with an exponent (RFC 3810 5.1.3, RFC 9776 4.1.1)
  preference,  // of a router: "high", "low", "reserved" (RFC 4191 2.1)
  ipv4,
  ipv6
};

struct Field {
  std::string_view word;
  Style style = Style::number;
  unsigned octet = 0;           // from the start of the block
  unsigned bit = 0;             // from there, the most significant first
  unsigned bits = 16;           // at most 32; of addresses it does not matter
  std::uint32_t usual = 0;      // left out where the field has this value,
  bool is_always_said = false;  // unless it is always said
  std::uint32_t unit = 1;       // the text says so many times the value
};

/// What stands behind the name of an option or record, before its fields.
enum class MainValue : std::uint8_t {
  none,
  number,  // 32 bits
  mac,
  ipv4_addresses,  // all to the end of the block
  ipv6_addresses,
  route,  // IPv4 addresses; those behind the last one that is not zero are told as "free N"
  octets,
  name,          // of an interface, filled up with zeros to words
  domain_names,  // RFC 8106 5.2
  packet,        // in brackets
  prefix,        // length in octet 2, address from octet 16 on
  route_prefix,  // length in octet 2, 0, 8 or 16 octets of address from octet 8 on
  pref64         // length in the last three bits of octet 3, 12 octets of address
};

struct Form {
  int number = 0;  // type
  std::string_view name;
  std::size_t size = 0;  // octets, without a main value that goes to the end
  MainValue main = MainValue::none;
  std::size_t main_at = 0;
  std::span<const Field> fields = {};
};

std::uint32_t field_value(Bytes block, const Field& field);
void store_field(MutableBytes block, const Field& field, std::uint32_t value);
/// Whether the field lies within the block.
bool has_field(Bytes block, const Field& field);

/// Whether the value of such a field is a number, which may be negative; field_number() is that of a field within the
/// block, in its unit. field_text() says any value but that of a flag in words.
bool is_number(Style style);
std::int64_t field_number(Bytes block, const Field& field);
std::string field_text(Bytes block, const Field& field);

/// ", id 5, seq 1": those that are not as usual.
std::string fields_text(Bytes block, std::span<const Field> fields);

/// "prefix 2001:db8::/64 (onlink, valid 60)". Nothing where the form cannot say all that the block holds behind its
/// `header` octets. What quotes a packet is left to the caller, as `quote`.
std::optional<std::string> form_text(Bytes block, const Form& form, std::size_t header, const std::string& quote = {});

/// Of the address in a route information option, as few as its prefix length needs (RFC 4191 2.3).
std::size_t route_prefix_octets(unsigned length);

/// "0102ff"
std::string hexadecimal_text(Bytes octets);

}  // namespace tunstack
