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
        [](const Ipv6Arrival& a) { return a.source == AddressKind::unspecified && !may_come_from_unspecified(a); }},
};

/// Asked only where the destination is not an address of the arrival interface.
inline constexpr std::array ipv6_destination_rules = {
    Rule<Ipv6Arrival>{Reason::ipv6_destination_tentative,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::tentative; }},
    Rule<Ipv6Arrival>{Reason::ipv6_destination_unspecified,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::unspecified; }},
    Rule<Ipv6Arrival>{Reason::ipv6_destination_loopback,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::loopback; }},
    Rule<Ipv6Arrival>{Reason::ipv6_destination_embeds_ipv4,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::ipv4_in_ipv6; }},
    Rule<Ipv6Arrival>{Reason::ipv6_destination_scope_too_narrow,
                      [](const Ipv6Arrival& a) { return a.destination == AddressKind::multicast_too_narrow; }},
    Rule<Ipv6Arrival>{
        Reason::ipv6_group_not_joined,
        [](const Ipv6Arrival& a) { return a.destination == AddressKind::multicast && !is_mld_to_group(a); }},
    Rule<Ipv6Arrival>{Reason::ipv6_destination_not_ours,
                      [](const Ipv6Arrival& a) {
                        if (a.destination == AddressKind::proxied) return !is_neighbor_solicitation(a);
                        return a.destination == AddressKind::unicast || a.destination == AddressKind::subnet_router;
                      }},
};

/// The first of all rules of reception that the datagram breaks.
inline MaybeReason refuses(const Ipv6Arrival& arrival, RuleTrace* trace = nullptr) {
  if (arrival.source != AddressKind::unicast) [[unlikely]]
    if (const auto broken = first_broken<ipv6_source_rules>(arrival, trace)) return broken;
  if (arrival.destination != AddressKind::own) [[unlikely]]
    if (const auto broken = first_broken<ipv6_destination_rules>(arrival, trace)) return broken;
  return {};
}

}  // namespace tunstack::ip
