// Options, records and objects: what stands in lists, each behind its type.
#pragma once

#include <string>
#include <vector>

#include "tunstack/explain/octet_form.hpp"

namespace tunstack {

/// How an item says what it is and where it ends.
enum class ItemKind : std::uint8_t {
  nd_option,    // type, length in units of 8 octets
  ipv4_option,  // type, length in octets; the first two are a type alone
  ipv6_option,  // type, length of what follows; the first is a type alone
  record4,      // of IGMP: type, auxiliary words, number of sources
  record6,      // of MLD
  source4,      // of a query: an address alone
  source6,
  router,  // of RFC 1256: address and preference
  object   // of an extension structure: length, class and C-type; its number is both of them
};

std::span<const Form> forms_of(ItemKind kind);
/// "option", "record", "object": items that have no form are written as this, a number and the octets behind the
/// header.
std::string_view word_of(ItemKind kind);
/// Octets of type and length.
std::size_t header_of(ItemKind kind);

/// "prefix 2001:db8::/64 (onlink, valid 60)", "option 200 00ff". `quote` stands in an item that quotes a packet.
std::string item_text(ItemKind kind, Bytes item, const std::string& quote = {});

/// The items of a list, as long as their lengths are right. `left` is what remains.
struct ItemList {
  std::vector<Bytes> items;
  Bytes left;
};
ItemList items_in(ItemKind kind, Bytes list);

}  // namespace tunstack
