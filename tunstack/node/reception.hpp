// The input module: what a datagram or frame is, and what is to become of it. Judging changes nothing but how far the
// arrival itself was read; decide() and receive() of a node ask the same function.
#pragma once

#include "protocols/ip/ipv4_input.hpp"
#include "protocols/ip/ipv4_truncated.hpp"
#include "protocols/ip/ipv6_input.hpp"
#include "tunstack/node/dispatch.hpp"
#include "tunstack/node/forwarder.hpp"

namespace tunstack {

/// A packet as a device delivers it. The bytes are read during the call only.
struct Received {
  InterfaceId interface{};
  Bytes bytes;  // from the first octet of the IP header; a whole frame where the link has addresses
  Instant now;
  bool link_layer_group = false;  // came in a link-layer broadcast or multicast frame
  bool is_looped_back = false;    // this node sent it to itself: a datagram on any link
  PacketNumber number = 0;        // that it has already, where it comes from another node of a network
};

// ---- kinds ----

inline AddressKind kind_of_source(const NodeState& state, InterfaceId interface, Ipv4Address source) {
  return state.addresses.kind_on(interface, source);
}
/// That others send from an optimistic address is no forgery (RFC 4429 3.3).
inline AddressKind kind_of_source(const NodeState& state, InterfaceId interface, const Ipv6Address& source) {
  const AddressKind kind = state.addresses.kind_on(interface, source);
  if (kind != AddressKind::own) [[likely]]
    return kind;
  return state.interface(interface).is_optimistic(source) ? AddressKind::tentative : kind;
}

template <class View>
[[gnu::always_inline]] inline Arrival<View> classify(const Received& received, const View& ip, const NodeState& state) {
  return {ip,
          kind_of_source(state, received.interface, ip.source()),
          state.addresses.kind_on(received.interface, ip.destination()),
          received.link_layer_group,
          received.interface,
          received.now,
          upper_layer_without_extensions(ip),
          received.bytes.size()};
}

// ---- datagrams ----

/// Tells the families apart and checks the shape. `then` gets a view or the Drop that ends the matter.
template <class Then>
[[gnu::always_inline]] inline auto by_family(Bytes bytes, const Then& then, RuleTrace* trace = nullptr) {
  if (bytes.empty()) return then(Drop{Reason::empty_read});
  if (bytes[0] >> 4 == 4) {
    if (const auto broken = first_broken<ipv4_shape_rules>(bytes, trace)) return then(Drop{*broken});
    return then(Ipv4View::of(bytes));
  }
  if (bytes[0] >> 4 == 6) {
    if (const auto broken = first_broken<ipv6_shape_rules>(bytes, trace)) return then(Drop{*broken});
    return then(Ipv6View::of(bytes));
  }
  return then(Drop{Reason::ip_version_unknown});
}

/// Of one that has no view: dropped; but a router reports a datagram of which not all arrived, if it would have taken
/// the whole one (RFC 1812 5.2.2).
[[gnu::cold]] Verdict judge_misshapen(const Received& received, const Drop& misshapen, const NodeState& state);
/// For the error about such a one.
Ipv4Arrival arrival_of(const Received& received, const ip::TruncatedIpv4& truncated, const NodeState& state);

[[gnu::always_inline]] inline MaybeReason refuses(const Ipv4Arrival& arrival, const NodeState& state,
                                                  RuleTrace* trace) {
  return ip::refuses({arrival, state.options.ipv4, state.is_forwarding(arrival.interface, Family::ipv4)}, trace);
}
[[gnu::always_inline]] inline MaybeReason refuses(const Ipv6Arrival& arrival, const NodeState& state,
                                                  RuleTrace* trace) {
  return ip::refuses({arrival, state.is_forwarding(arrival.interface, Family::ipv6)}, trace);
}

/// Nearly all datagrams have neither options or extension headers nor are they fragments.
inline bool has_options_or_fragment(const Ipv4Arrival& arrival, const NodeState& state) {
  return !arrival.ip.is_plain() || state.options.ipv4_options.required != 0;
}
inline bool has_options_or_fragment(const Ipv6Arrival& arrival, const NodeState&) {
  return is_ipv6_extension(arrival.protocol());
}
[[gnu::noinline]] std::optional<Verdict> judge_options_and_fragment(const Ipv4Arrival& arrival, const NodeState& state);
/// Moves the arrival along to its upper layer.
[[gnu::noinline]] std::optional<Verdict> judge_options_and_fragment(Ipv6Arrival& arrival, const NodeState& state);

inline bool checks_way_back(const Ipv4Arrival&, const NodeState& state) {
  return state.options.forwarding4.reverse_path != ip::ReversePath::off;
}
inline bool checks_way_back(const Ipv6Arrival&, const NodeState& state) {
  return state.options.forwarding6.reverse_path != ip::ReversePath::off;
}

/// Of a datagram that was not refused.
inline bool is_in_transit(const Ipv4Arrival& arrival) { return ip::is_for_others(arrival.destination); }
inline bool is_in_transit(const Ipv6Arrival& arrival) {
  return ip::is_for_others(arrival) || ip::is_to_foreign_group(arrival);
}

/// What is to become of a datagram: the rows of reception, then those of forwarding if it is for others, or else the
/// way back to its source, its options or chain, and the rows of its protocol. (`trace`: the arrival's own, or here
/// nobody asks; on the way of every packet it is an argument, so that the compiler knows.)
template <class View>
[[gnu::always_inline]] inline Verdict judge(Arrival<View>& arrival, const NodeState& state,
                                            RuleTrace* trace = nullptr) {
  if (const auto refused = refuses(arrival, state, trace)) return Drop{*refused};
  if (arrival.destination != AddressKind::own && is_in_transit(arrival)) [[unlikely]]
    return forwarder::judge(arrival, state);
  if (checks_way_back(arrival, state)) [[unlikely]]
    if (const auto verdict = forwarder::judge_way_back(arrival, state)) return *verdict;
  if (has_options_or_fragment(arrival, state)) [[unlikely]]
    if (const auto verdict = judge_options_and_fragment(arrival, state)) return *verdict;
  arrival.is_dispatched = true;
  return dispatch(arrival, state, trace);
}

// ---- frames ----

/// What the frame carries, or why nobody looks into it.
std::expected<Received, Reason> unwrap(const Received& frame, const NodeState& state, RuleTrace* trace = nullptr);
/// Of a frame that was unwrapped.
bool carries_arp(const Received& frame);

/// What is to become of a packet, and why; nothing changes. `trace` hears of the tables that were asked.
Verdict judge_received(const Received& received, const NodeState& state, RuleTrace* trace = nullptr);

}  // namespace tunstack
