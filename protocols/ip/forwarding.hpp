// What a datagram in transit must fulfil to be forwarded: rows that look at the packet, and rows that look at where it
// would go as well (RFC 1812 5.2 and 5.3, RFC 8200 3, RFC 4007 9). Asked by the forwarder of a node; both families side
// by side.
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/error_rule.hpp"
#include "protocols/ip/flow.hpp"
#include "protocols/ip/ipv4_transit_options.hpp"
#include "protocols/ip/routes.hpp"

namespace tunstack::ip {

/// Whether the route back to the source must lead where the packet came from, or anywhere (RFC 3704 2.2 and 2.4).
enum class ReversePath : std::uint8_t { off, loose, strict };

/// Hop-by-hop options of packets in transit (RFC 9673 5).
enum class HopByHop : std::uint8_t { ignore, process, drop };

/// ICMPv6 messages that go on: all, or those of RFC 4890 4.3.1 and 4.3.2.
enum class IcmpInTransit : std::uint8_t { all, rfc4890 };

struct Ipv4ForwardingPolicy {
  bool enabled = true;  // where the node is a router
  ReversePath reverse_path = ReversePath::off;
  bool reports_reverse_path = false;
  bool directed_broadcast = false;
  TransitOptions options;
  EqualRoutes equal_routes = EqualRoutes::flow;
  bool redirects_by_service = false;   // where the route is for one type of service
  std::uint32_t least_precedence = 0;  // of what is forwarded
  bool reports_truncated = true;       // datagrams of which not all arrived
};
struct Ipv6ForwardingPolicy {
  bool enabled = true;
  ReversePath reverse_path = ReversePath::off;
  bool reports_reverse_path = false;
  HopByHop hop_by_hop = HopByHop::ignore;
  EqualRoutes equal_routes = EqualRoutes::flow;
  IcmpInTransit icmp = IcmpInTransit::all;
  bool inspects_chain = false;    // up to the upper layer, which has to be known
  std::uint32_t parse_limit = 0;  // octets of headers that are looked through; 0: any number
};
template <class View>
using ForwardingPolicy = std::conditional_t<std::is_same_v<View, Ipv4View>, Ipv4ForwardingPolicy, Ipv6ForwardingPolicy>;

/// A datagram that is for somebody else.
template <class View>
struct InTransit {
  const Arrival<View>& arrival;
  const ForwardingPolicy<View>& policy;
  decltype(arrival.ip.destination()) destination = arrival.ip.destination();  // or the next one of a source route
  AddressKind kind = arrival.destination;                                     // of that
  bool has_strict_route = false;                                              // of IPv4
  bool has_group_route = false;                                               // where it is a group
};
using Ipv4InTransit = InTransit<Ipv4View>;
using Ipv6InTransit = InTransit<Ipv6View>;

/// Whether there is a way, or only one for packets of another type of service (RFC 1812 4.3.3.1).
enum class Reach : std::uint8_t { none, other_service, other_service_on_link, known };

/// What the routes say of it. Where there is none, nothing else is known.
struct Onward {
  Reach reach = Reach::none;
  RouteAction action = RouteAction::forward;
  std::uint8_t code = 0;         // of a route that rejects
  bool may_leave = true;         // forwarding is on there
  bool is_direct = true;         // the destination is on the link
  bool stays = false;            // on the link that it came from
  bool turns_back = false;       // likewise, where nobody else is
  bool comes_from_right = true;  // by the reverse path, if that is asked for
  std::size_t mtu = 0;           // octets
};

template <class View>
struct Routed {
  const Arrival<View>& arrival;
  const ForwardingPolicy<View>& policy;
  const Onward& onward;
  bool follows_strict_route = false;  // of IPv4
};
using Ipv4Routed = Routed<Ipv4View>;
using Ipv6Routed = Routed<Ipv6View>;

template <class Subject>
std::size_t no_pointer(const Subject&) {
  return 0;
}
template <class Subject>
std::size_t code_of_route(const Subject& routed) {
  return routed.onward.code;
}
template <class Subject>
std::size_t next_mtu(const Subject& routed) {
  return routed.onward.mtu;
}

constexpr bool is_link_local(Ipv4Address address) { return address.value >> 16 == 0xa9fe; }
constexpr bool is_of_link(Ipv4Address group) { return group.value >> 8 == 0xe00000; }
/// Of scope 2 and below (RFC 4291 2.7).
constexpr bool is_of_link(const Ipv6Address& group) { return (group.octets[1] & 0x0f) <= 2; }

constexpr std::uint8_t precedence_of(std::uint8_t type_of_service) { return type_of_service >> 5; }
/// Internetwork and network control, which routers live by (RFC 1812 5.3.3.3).
constexpr std::uint8_t first_control_precedence = 6;

/// Addresses that no other host has (RFC 1812 5.3.7), the limited broadcast among them (5.3.5.1).
constexpr bool is_martian(AddressKind kind) {
  return kind == AddressKind::reserved || kind == AddressKind::this_network || kind == AddressKind::unspecified ||
         kind == AddressKind::loopback || kind == AddressKind::limited_broadcast;
}

inline constexpr std::array ipv4_transit_rules = {
    ErrorRule<Ipv4InTransit>{
        Reason::forward4_link_layer_group, silently, no_pointer,
        [](const Ipv4InTransit& t) { return t.arrival.link_layer_group && !is_multicast(t.kind); }},
    ErrorRule<Ipv4InTransit>{Reason::forward4_source_route_not_ours, Problem::erroneous_header_field,
                             [](const Ipv4InTransit&) -> std::size_t { return ipv4_offset::destination; },
                             [](const Ipv4InTransit& t) { return t.has_strict_route; }},
    ErrorRule<Ipv4InTransit>{Reason::forward4_group_local, silently, no_pointer,
                             [](const Ipv4InTransit& t) { return is_multicast(t.kind) && is_of_link(t.destination); }},
    ErrorRule<Ipv4InTransit>{Reason::forward4_group_without_route, silently, no_pointer,
                             [](const Ipv4InTransit& t) { return is_multicast(t.kind) && !t.has_group_route; }},
    ErrorRule<Ipv4InTransit>{Reason::forward4_source_route_to_us, Problem::source_route_failed, no_pointer,
                             [](const Ipv4InTransit& t) { return is_own(t.kind) || t.kind == AddressKind::tentative; }},
    ErrorRule<Ipv4InTransit>{Reason::forward4_destination_martian, silently, no_pointer,
                             [](const Ipv4InTransit& t) { return is_martian(t.kind); }},
    ErrorRule<Ipv4InTransit>{
        Reason::forward4_directed_broadcast, silently, no_pointer,
        [](const Ipv4InTransit& t) { return is_broadcast(t.kind) && !t.policy.directed_broadcast; }},
    ErrorRule<Ipv4InTransit>{
        Reason::forward4_link_local, silently, no_pointer,
        [](const Ipv4InTransit& t) { return is_link_local(t.arrival.ip.source()) || is_link_local(t.destination); }},
    ErrorRule<Ipv4InTransit>{Reason::forward4_precedence_cut_off, Problem::precedence_cut_off, no_pointer,
                             [](const Ipv4InTransit& t) {
                               return precedence_of(t.arrival.ip.type_of_service()) <
                                      std::min<std::uint32_t>(t.policy.least_precedence, first_control_precedence);
                             }},
};

inline constexpr std::array ipv6_transit_rules = {
    ErrorRule<Ipv6InTransit>{
        Reason::forward6_link_layer_group, silently, no_pointer,
        [](const Ipv6InTransit& t) { return t.arrival.link_layer_group && !is_multicast(t.kind); }},
    ErrorRule<Ipv6InTransit>{Reason::forward6_group_local, silently, no_pointer,
                             [](const Ipv6InTransit& t) { return is_multicast(t.kind) && is_of_link(t.destination); }},
    ErrorRule<Ipv6InTransit>{Reason::forward6_group_without_route, silently, no_pointer,
                             [](const Ipv6InTransit& t) { return is_multicast(t.kind) && !t.has_group_route; }},
    ErrorRule<Ipv6InTransit>{Reason::forward6_source_unspecified, silently, no_pointer,
                             [](const Ipv6InTransit& t) { return t.arrival.source == AddressKind::unspecified; }},
    ErrorRule<Ipv6InTransit>{Reason::forward6_destination_link_local, silently, no_pointer,
                             [](const Ipv6InTransit& t) { return t.destination.is_link_local(); }},
    ErrorRule<Ipv6InTransit>{Reason::forward6_hop_by_hop_dropped, silently, no_pointer,
                             [](const Ipv6InTransit& t) {
                               return t.policy.hop_by_hop == HopByHop::drop &&
                                      t.arrival.ip.next_header() == protocol_number::hop_by_hop_options;
                             }},
};

// ---- with their route ----

template <class View>
bool is_told_of_source(const Routed<View>& routed) {
  return !routed.onward.comes_from_right && routed.policy.reports_reverse_path;
}

/// Also of what is for the router itself (RFC 1812 5.3.8).
inline constexpr std::array ipv4_way_back_rules = {
    ErrorRule<Ipv4Routed>{Reason::forward4_source_from_elsewhere, Problem::source_refused, no_pointer,
                          is_told_of_source<Ipv4View>},
    ErrorRule<Ipv4Routed>{Reason::forward4_source_from_elsewhere, silently, no_pointer,
                          [](const Ipv4Routed& r) { return !r.onward.comes_from_right; }},
};
inline constexpr std::array ipv6_way_back_rules = {
    ErrorRule<Ipv6Routed>{Reason::forward6_source_from_elsewhere, Problem::source_refused, no_pointer,
                          is_told_of_source<Ipv6View>},
    ErrorRule<Ipv6Routed>{Reason::forward6_source_from_elsewhere, silently, no_pointer,
                          [](const Ipv6Routed& r) { return !r.onward.comes_from_right; }},
};

inline constexpr std::array ipv4_routed_rules = {
    ErrorRule<Ipv4Routed>{Reason::forward4_no_route, Problem::network_unreachable, no_pointer,
                          [](const Ipv4Routed& r) { return r.onward.reach == Reach::none; }},
    ErrorRule<Ipv4Routed>{Reason::forward4_no_route_for_service, Problem::network_unreachable_for_service, no_pointer,
                          [](const Ipv4Routed& r) { return r.onward.reach == Reach::other_service; }},
    ErrorRule<Ipv4Routed>{Reason::forward4_on_link_for_other_service, Problem::host_unreachable_for_service, no_pointer,
                          [](const Ipv4Routed& r) { return r.onward.reach != Reach::known; }},
    ErrorRule<Ipv4Routed>{Reason::forward4_route_blackhole, silently, no_pointer,
                          [](const Ipv4Routed& r) { return r.onward.action == RouteAction::blackhole; }},
    ErrorRule<Ipv4Routed>{Reason::forward4_route_unreachable, Problem::route_rejects, no_pointer,
                          [](const Ipv4Routed& r) { return r.onward.action == RouteAction::unreachable; }},
    ErrorRule<Ipv4Routed>{Reason::forward4_route_prohibits, Problem::prohibited, no_pointer,
                          [](const Ipv4Routed& r) { return r.onward.action == RouteAction::prohibit; }},
    ErrorRule<Ipv4Routed>{Reason::forward4_route_rejects, Problem::unreachable_by_code, code_of_route,
                          [](const Ipv4Routed& r) { return r.onward.action == RouteAction::reject; }},
    ErrorRule<Ipv4Routed>{Reason::forward4_off_on_link, silently, no_pointer,
                          [](const Ipv4Routed& r) { return !r.onward.may_leave; }},
    ErrorRule<Ipv4Routed>{Reason::forward4_source_route_not_direct, Problem::source_route_failed, no_pointer,
                          [](const Ipv4Routed& r) { return r.follows_strict_route && !r.onward.is_direct; }},
    ipv4_way_back_rules[0],
    ipv4_way_back_rules[1],
    ErrorRule<Ipv4Routed>{Reason::forward4_turns_back, Problem::host_unreachable, no_pointer,
                          [](const Ipv4Routed& r) { return r.onward.turns_back; }},
    ErrorRule<Ipv4Routed>{Reason::forward4_ttl_exceeded, Problem::hop_limit_exceeded, no_pointer,
                          [](const Ipv4Routed& r) { return r.arrival.ip.ttl() <= 1; }},
    ErrorRule<Ipv4Routed>{
        Reason::forward4_too_big, Problem::packet_too_big, next_mtu,
        [](const Ipv4Routed& r) { return r.arrival.ip.total_length() > r.onward.mtu && r.arrival.ip.dont_fragment(); }},
};

inline constexpr std::array ipv6_routed_rules = {
    ErrorRule<Ipv6Routed>{Reason::forward6_no_route, Problem::network_unreachable, no_pointer,
                          [](const Ipv6Routed& r) { return r.onward.reach == Reach::none; }},
    ErrorRule<Ipv6Routed>{Reason::forward6_no_route_for_class, Problem::network_unreachable, no_pointer,
                          [](const Ipv6Routed& r) { return r.onward.reach != Reach::known; }},
    ErrorRule<Ipv6Routed>{Reason::forward6_route_blackhole, silently, no_pointer,
                          [](const Ipv6Routed& r) { return r.onward.action == RouteAction::blackhole; }},
    ErrorRule<Ipv6Routed>{Reason::forward6_route_unreachable, Problem::route_rejects, no_pointer,
                          [](const Ipv6Routed& r) { return r.onward.action == RouteAction::unreachable; }},
    ErrorRule<Ipv6Routed>{Reason::forward6_route_prohibits, Problem::prohibited, no_pointer,
                          [](const Ipv6Routed& r) { return r.onward.action == RouteAction::prohibit; }},
    ErrorRule<Ipv6Routed>{Reason::forward6_route_rejects, Problem::unreachable_by_code, code_of_route,
                          [](const Ipv6Routed& r) { return r.onward.action == RouteAction::reject; }},
    ErrorRule<Ipv6Routed>{Reason::forward6_off_on_link, silently, no_pointer,
                          [](const Ipv6Routed& r) { return !r.onward.may_leave; }},
    ErrorRule<Ipv6Routed>{Reason::forward6_source_link_local, Problem::beyond_scope, no_pointer,
                          [](const Ipv6Routed& r) { return r.arrival.ip.source().is_link_local() && !r.onward.stays; }},
    ipv6_way_back_rules[0],
    ipv6_way_back_rules[1],
    ErrorRule<Ipv6Routed>{Reason::forward6_turns_back, Problem::host_unreachable, no_pointer,
                          [](const Ipv6Routed& r) { return r.onward.turns_back; }},
    ErrorRule<Ipv6Routed>{Reason::forward6_hop_limit_exceeded, Problem::hop_limit_exceeded, no_pointer,
                          [](const Ipv6Routed& r) { return r.arrival.ip.hop_limit() <= 1; }},
    ErrorRule<Ipv6Routed>{Reason::forward6_too_big, Problem::packet_too_big, next_mtu,
                          [](const Ipv6Routed& r) { return r.arrival.ip.bytes().size() > r.onward.mtu; }},
};

}  // namespace tunstack::ip
