// What the messages of ICMP, ICMPv6 and IGMP hold, and what follows their fixed part.
#pragma once

#include "protocols/base/address.hpp"
#include "tunstack/explain/item_forms.hpp"

namespace tunstack {

enum class Tail : std::uint8_t {
  octets,
  quote,  // with extensions behind it (RFC 4884)
  nd_options,
  records,         // group records of a report
  sources,         // addresses of a query
  routers,         // entries of RFC 1256
  queried_object,  // an extension structure (RFC 8335 2)
};

struct MessageForm {
  std::uint8_t protocol = 0;
  int type = 0;
  int code = -1;  // -1: any
  Form form;      // its `size` is that of the fixed part
  Tail tail = Tail::octets;
};

/// What the list behind the fixed part is made of, if there is one.
std::optional<ItemKind> items_of(const MessageForm& message);

/// Where the number of records, sources or routers stands: octets from the start, and how many.
struct CountField {
  std::size_t at, octets;
};
std::optional<CountField> count_field(const MessageForm& message);

/// IGMP and MLD: a query that is as long as those of the current version has another form.
const MessageForm& message_form(std::uint8_t protocol, std::uint8_t type, std::uint8_t code, bool is_long_query);
bool is_long_query(std::uint8_t protocol, Bytes message);

/// Names of IGMP messages; those of queries without and with version 3.
std::string_view igmp_name(std::uint8_t type, bool is_long);
/// What `text` begins with, if it is a name.
struct IgmpNameFound {
  std::uint8_t type = 0;
  bool is_long = false;
  std::size_t length = 0;  // octets of the name
};
std::optional<IgmpNameFound> find_igmp_name(std::string_view text);

/// 64, or what neighbor discovery and groups require.
std::uint8_t usual_time_to_live(std::uint8_t protocol, std::uint8_t type);

bool is_icmp_error(Family family, std::uint8_t type);

}  // namespace tunstack
