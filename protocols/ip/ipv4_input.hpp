// What an IPv4 datagram of good shape must fulfil to be received by this node.
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack::ip {

struct Ipv4Policy {
  bool zero_broadcast = false;  // take the obsolete all-zeros forms as broadcast
  bool strong_es = false;       // RFC 1122 3.3.4.2(A)
};

struct Ipv4Input {
  const Ipv4Arrival& arrival;
  const Ipv4Policy& policy;
  bool is_forwarding = false;  // the arrival interface: what is for others goes on
};

constexpr bool is_zero_broadcast(AddressKind kind) {
  return kind == AddressKind::zero_broadcast || kind == AddressKind::unspecified;
}

constexpr bool is_this_network(AddressKind kind) {
  return kind == AddressKind::unspecified || kind == AddressKind::this_network;
}

/// Who does not know its own address or network may ask for the mask (RFC 950 I) and for routers (RFC 1256 4.2).
inline bool may_come_from_this_network(const Ipv4View& ip) {
  if (ip.protocol() != protocol_number::icmpv4 || ip.is_fragment() || ip.payload().empty()) return false;
  const Icmpv4Type type{ip.payload()[icmp_offset::type]};
  return type == Icmpv4Type::address_mask_request || type == Icmpv4Type::router_solicitation;
}

/// Kinds of destinations that no host here listens to.
constexpr bool is_for_others(AddressKind kind) {
  return kind == AddressKind::unicast || kind == AddressKind::multicast || kind == AddressKind::reserved ||
         kind == AddressKind::this_network || kind == AddressKind::broadcast_elsewhere;
}

inline constexpr std::array ipv4_header_rules = {
    Rule<Ipv4Input>{Reason::ipv4_header_checksum_wrong,
                    [](const Ipv4Input& in) { return !checksum_is_intact(in.arrival.ip.header_sum()); }},
};

/// Asked only where the source is not simply somebody's unicast address.
inline constexpr std::array ipv4_source_rules = {
    Rule<Ipv4Input>{Reason::ipv4_source_is_own, [](const Ipv4Input& in) { return is_own(in.arrival.source); }},
    Rule<Ipv4Input>{Reason::ipv4_source_multicast, [](const Ipv4Input& in) { return is_multicast(in.arrival.source); }},
    Rule<Ipv4Input>{Reason::ipv4_source_broadcast, [](const Ipv4Input& in) { return is_broadcast(in.arrival.source); }},
    Rule<Ipv4Input>{Reason::ipv4_source_reserved,
                    [](const Ipv4Input& in) { return in.arrival.source == AddressKind::reserved; }},
    Rule<Ipv4Input>{Reason::ipv4_source_loopback,
                    [](const Ipv4Input& in) { return in.arrival.source == AddressKind::loopback; }},
    Rule<Ipv4Input>{Reason::ipv4_source_this_network,
                    [](const Ipv4Input& in) {
                      return is_this_network(in.arrival.source) && !may_come_from_this_network(in.arrival.ip);
                    }},
};

/// Asked only where the destination is not an address of the arrival interface.
inline constexpr std::array ipv4_destination_rules = {
    Rule<Ipv4Input>{Reason::ipv4_destination_tentative,
                    [](const Ipv4Input& in) { return in.arrival.destination == AddressKind::tentative; }},
    Rule<Ipv4Input>{Reason::ipv4_destination_loopback,
                    [](const Ipv4Input& in) { return in.arrival.destination == AddressKind::loopback; }},
    Rule<Ipv4Input>{
        Reason::ipv4_destination_zero_broadcast,
        [](const Ipv4Input& in) { return is_zero_broadcast(in.arrival.destination) && !in.policy.zero_broadcast; }},
    Rule<Ipv4Input>{Reason::ipv4_destination_on_other_interface,
                    [](const Ipv4Input& in) {
                      return in.arrival.destination == AddressKind::own_elsewhere && in.policy.strong_es;
                    }},
    Rule<Ipv4Input>{Reason::ipv4_destination_not_ours,
                    [](const Ipv4Input& in) { return is_for_others(in.arrival.destination) && !in.is_forwarding; }},
};

inline constexpr std::array ipv4_delivery_rules = {
    Rule<Ipv4Input>{Reason::ipv4_unicast_in_link_layer_group,
                    [](const Ipv4Input& in) {
                      return in.arrival.link_layer_group && !is_group(in.arrival.destination) &&
                             !(in.is_forwarding && is_for_others(in.arrival.destination));
                    }},
};

/// The first of all rules of reception that the datagram breaks.
[[gnu::always_inline]] inline MaybeReason refuses(const Ipv4Input& in, RuleTrace* trace = nullptr) {
  if (const auto broken = first_broken<ipv4_header_rules>(in, trace)) return broken;
  if (in.arrival.source != AddressKind::unicast) [[unlikely]]
    if (const auto broken = first_broken<ipv4_source_rules>(in, trace)) return broken;
  if (in.arrival.destination != AddressKind::own) [[unlikely]]
    if (const auto broken = first_broken<ipv4_destination_rules>(in, trace)) return broken;
  return first_broken<ipv4_delivery_rules>(in, trace);
}

}  // namespace tunstack::ip
