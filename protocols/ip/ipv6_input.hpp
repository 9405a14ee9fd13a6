// What an IPv6 datagram of good shape must fulfil to be received by this node.
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack::ip {

/// :: may send what a node says before it has an address: solicitations and listener reports
/// (RFC 4861 4.1 and 4.3, RFC 3810 5.2.13).
inline bool may_come_from_unspecified(const Ipv6View& ip) {
  // A listener report travels behind a hop-by-hop header; how that is met is the next rows' affair.
  if (ip.next_header() == protocol_number::hop_by_hop_options) return true;
  if (ip.next_header() != protocol_number::icmpv6 || ip.payload().empty()) return false;
  switch (static_cast<Icmpv6Type>(ip.payload()[0])) {
    case Icmpv6Type::router_solicitation:
    case Icmpv6Type::neighbor_solicitation:
    case Icmpv6Type::listener_report:
    case Icmpv6Type::listener_done:
    case Icmpv6Type::listener_report_v2:
      return true;
    default:
      return false;
  }
}

constexpr bool is_extension_header(std::uint8_t next_header) {
  switch (next_header) {
    case protocol_number::hop_by_hop_options:
    case protocol_number::routing:
    case protocol_number::fragment:
    case protocol_number::destination_options:
    case protocol_number::mobility:
    case protocol_number::host_identity:
    case protocol_number::shim6:
      return true;
    default:
      return false;
  }
}

/// Asked only where the source is not simply somebody's unicast address.
inline constexpr std::array ipv6_source_rules = {
    Rule<Ipv6Arrival>{Reason::ipv6_source_is_own, [](const Ipv6Arrival& a) { return is_own(a.source); }},
    Rule<Ipv6Arrival>{Reason::ipv6_source_multicast, [](const Ipv6Arrival& a) { return is_multicast(a.source); }},
    Rule<Ipv6Arrival>{Reason::ipv6_source_loopback,
                      [](const Ipv6Arrival& a) { return a.source == AddressKind::loopback; }},
    Rule<Ipv6Arrival>{Reason::ipv6_source_embeds_ipv4,
                      [](const Ipv6Arrival& a) { return a.source == AddressKind::ipv4_in_ipv6; }},
    Rule<Ipv6Arrival>{
        Reason::ipv6_source_unspecified,
        [](const Ipv6Arrival& a) { return a.source == AddressKind::unspecified && !may_come_from_unspecified(a.ip); }},
};

/// Asked only where the destination is not an address of the arrival interface.
inline constexpr std::array ipv6_destination_rules = {
    Rule<Ipv6Arrival>{Reason::ipv6_destination_unspecified,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::unspecified; }},
    Rule<Ipv6Arrival>{Reason::ipv6_destination_loopback,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::loopback; }},
    Rule<Ipv6Arrival>{Reason::ipv6_destination_embeds_ipv4,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::ipv4_in_ipv6; }},
    Rule<Ipv6Arrival>{Reason::ipv6_destination_scope_too_narrow,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::multicast_too_narrow; }},
    Rule<Ipv6Arrival>{Reason::ipv6_group_not_joined,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::multicast; }},
    Rule<Ipv6Arrival>{Reason::ipv6_destination_not_ours,
                      [](const Ipv6Arrival& a) {
                        return a.destination == AddressKind::unicast || a.destination == AddressKind::subnet_router;
                      }},
};

inline constexpr std::array ipv6_delivery_rules = {
    Rule<Ipv6Arrival>{Reason::ipv6_extension_header_not_handled,
                      [](const Ipv6Arrival& a) { return is_extension_header(a.ip.next_header()); }},
    Rule<Ipv6Arrival>{Reason::ipv6_no_next_header,
                      [](const Ipv6Arrival& a) { return a.ip.next_header() == protocol_number::no_next_header; }},
};

/// The first of all rules of reception that the datagram breaks.
inline MaybeReason refuses(const Ipv6Arrival& arrival) {
  if (arrival.source != AddressKind::unicast)
    if (const auto broken = first_broken<ipv6_source_rules>(arrival)) return broken;
  if (arrival.destination != AddressKind::own)
    if (const auto broken = first_broken<ipv6_destination_rules>(arrival)) return broken;
  return first_broken<ipv6_delivery_rules>(arrival);
}

}  // namespace tunstack::ip
