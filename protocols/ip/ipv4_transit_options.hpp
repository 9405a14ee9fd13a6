// What a router does with the options of IPv4 datagrams in transit, each by its kind (RFC 7126 4). Set by whoever
// configures the node; asked where options are judged and where they are brought up to date.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "protocols/wire/ipv4_options.hpp"

namespace tunstack::ip {

/// `pass`: the router does what the option asks of routers, if anything; `ignore`: it goes on as it is; `drop`: its
/// datagram does not.
enum class OptionInTransit : std::uint8_t { pass, ignore, drop };

enum class OptionKind : std::uint8_t {
  record_route,
  timestamp,
  loose_source_route,
  strict_source_route,
  router_alert,
  security,
  stream_id,
  quick_start,
  traceroute,
  experiment,
  other
};

/// THE table of kinds. All types that stand in no row are `other`.
struct OptionKindRow {
  std::uint8_t type;
  OptionKind kind;
};
inline constexpr OptionKindRow option_kinds[] = {{ipv4_option::record_route, OptionKind::record_route},
                                                 {ipv4_option::timestamp, OptionKind::timestamp},
                                                 {ipv4_option::loose_source_route, OptionKind::loose_source_route},
                                                 {ipv4_option::strict_source_route, OptionKind::strict_source_route},
                                                 {ipv4_option::router_alert, OptionKind::router_alert},
                                                 {130, OptionKind::security},    // RFC 1108 2
                                                 {133, OptionKind::security},    // RFC 1108 3
                                                 {134, OptionKind::security},    // CIPSO
                                                 {136, OptionKind::stream_id},   // RFC 791 3.1
                                                 {25, OptionKind::quick_start},  // RFC 4782 3.1
                                                 {82, OptionKind::traceroute},   // RFC 1393 2.2
                                                 {30, OptionKind::experiment},   // RFC 4727 3.3, and those that follow
                                                 {94, OptionKind::experiment},
                                                 {158, OptionKind::experiment},
                                                 {222, OptionKind::experiment}};

constexpr OptionKind kind_of_option(std::uint8_t type) {
  const auto* const row = std::ranges::find(option_kinds, type, &OptionKindRow::type);
  return row == std::end(option_kinds) ? OptionKind::other : row->kind;
}

struct TransitOptions {
  std::array<OptionInTransit, static_cast<std::size_t>(OptionKind::other) + 1> by_kind{};

  OptionInTransit& of(OptionKind kind) { return by_kind[static_cast<std::size_t>(kind)]; }
  OptionInTransit of_type(std::uint8_t type) const { return by_kind[static_cast<std::size_t>(kind_of_option(type))]; }
};

}  // namespace tunstack::ip
