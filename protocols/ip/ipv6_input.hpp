// What an IPv6 datagram of good shape must fulfil to be received by this node.
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack::ip {

/// :: may send what a node says before it has an address: solicitations and listener reports
/// (RFC 4861 4.1 and 4.3, RFC 3810 5.2.13).
inline bool may_come_from_unspecified(const Ipv6Arrival& arrival) {
  if (is_ipv6_extension(arrival.protocol())) return true;  // asked again about what stands behind
  if (!is_icmp(arrival) || arrival.payload().empty()) return false;
  switch (static_cast<Icmpv6Type>(arrival.payload()[icmp_offset::type])) {
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

/// Whoever asks whether a proxied neighbor is still there asks it alone (RFC 4861 7.3.3).
inline bool is_neighbor_solicitation(const Ipv6Arrival& arrival) {
  return is_icmp(arrival) && !arrival.payload().empty() &&
         static_cast<Icmpv6Type>(arrival.payload()[icmp_offset::type]) == Icmpv6Type::neighbor_solicitation;
}

/// Reports of version 1 and queries about a group go to the group itself; routers that query hear them by their router
/// alert, without being members (RFC 2710 4, RFC 3810 5.1.15). Whether this is one is asked where the message is taken.
[[gnu::noinline]] inline bool is_mld_to_group(const Ipv6Arrival& arrival) {
  const Bytes packet = arrival.ip.bytes();
  if (arrival.ip.payload().size() <= ipv6_extension_unit || !ipv6_has_router_alert(packet)) return false;
  const Bytes extension = arrival.ip.payload().first(ipv6_extension_unit);
  const Bytes message = arrival.ip.payload().subspan(ipv6_extension_unit);
  if (extension[ipv6_extension_offset::next_header] != protocol_number::icmpv6) return false;
  if (extension[ipv6_extension_offset::length] != 0) return false;
  const Icmpv6Type type{message[icmp_offset::type]};
  return type == Icmpv6Type::listener_report || type == Icmpv6Type::listener_query;
}

/// To a node that is none of us.
inline bool is_for_others(const Ipv6Arrival& arrival) {
  if (arrival.destination == AddressKind::proxied) return !is_neighbor_solicitation(arrival);
  return arrival.destination == AddressKind::unicast || arrival.destination == AddressKind::subnet_router;
}

inline bool is_to_foreign_group(const Ipv6Arrival& arrival) {
  return arrival.destination == AddressKind::multicast && !is_mld_to_group(arrival);
}

struct Ipv6Input {
  const Ipv6Arrival& arrival;
  bool is_forwarding = false;  // the arrival interface: what is for others goes on
};

/// Asked only where the source is not simply somebody's unicast address.
inline constexpr std::array ipv6_source_rules = {
    Rule<Ipv6Input>{Reason::ipv6_source_is_own, [](const Ipv6Input& in) { return is_own(in.arrival.source); }},
    Rule<Ipv6Input>{Reason::ipv6_source_multicast, [](const Ipv6Input& in) { return is_multicast(in.arrival.source); }},
    Rule<Ipv6Input>{Reason::ipv6_source_loopback,
                    [](const Ipv6Input& in) { return in.arrival.source == AddressKind::loopback; }},
    Rule<Ipv6Input>{Reason::ipv6_source_embeds_ipv4,
                    [](const Ipv6Input& in) { return in.arrival.source == AddressKind::ipv4_in_ipv6; }},
    Rule<Ipv6Input>{Reason::ipv6_source_unspecified,
                    [](const Ipv6Input& in) {
                      return in.arrival.source == AddressKind::unspecified && !may_come_from_unspecified(in.arrival);
                    }},
};

/// Asked only where the destination is not an address of the arrival interface.
inline constexpr std::array ipv6_destination_rules = {
    Rule<Ipv6Input>{Reason::ipv6_destination_tentative,
                    [](const Ipv6Input& in) { return in.arrival.destination == AddressKind::tentative; }},
    Rule<Ipv6Input>{Reason::ipv6_destination_unspecified,
                    [](const Ipv6Input& in) { return in.arrival.destination == AddressKind::unspecified; }},
    Rule<Ipv6Input>{Reason::ipv6_destination_loopback,
                    [](const Ipv6Input& in) { return in.arrival.destination == AddressKind::loopback; }},
    Rule<Ipv6Input>{Reason::ipv6_destination_embeds_ipv4,
                    [](const Ipv6Input& in) { return in.arrival.destination == AddressKind::ipv4_in_ipv6; }},
    Rule<Ipv6Input>{Reason::ipv6_destination_scope_too_narrow,
                    [](const Ipv6Input& in) { return in.arrival.destination == AddressKind::multicast_too_narrow; }},
    Rule<Ipv6Input>{Reason::ipv6_group_not_joined,
                    [](const Ipv6Input& in) { return is_to_foreign_group(in.arrival) && !in.is_forwarding; }},
    Rule<Ipv6Input>{Reason::ipv6_destination_not_ours,
                    [](const Ipv6Input& in) { return is_for_others(in.arrival) && !in.is_forwarding; }},
};

/// The first of all rules of reception that the datagram breaks.
inline MaybeReason refuses(const Ipv6Input& in, RuleTrace* trace = nullptr) {
  if (in.arrival.source != AddressKind::unicast) [[unlikely]]
    if (const auto broken = first_broken<ipv6_source_rules>(in, trace)) return broken;
  if (in.arrival.destination != AddressKind::own) [[unlikely]]
    if (const auto broken = first_broken<ipv6_destination_rules>(in, trace)) return broken;
  return {};
}

}  // namespace tunstack::ip
