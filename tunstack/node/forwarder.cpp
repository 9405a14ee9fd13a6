#include "tunstack/node/forwarder.hpp"

#include <algorithm>

#include "protocols/ip/forwarding.hpp"
#include "protocols/ip/inspection.hpp"
#include "protocols/ip/ipv4_input.hpp"
#include "protocols/ip/ipv6_options.hpp"
#include "tunstack/node/transit_way.hpp"

namespace tunstack::forwarder {

namespace {

// ---- where it would go ----

/// By the reverse path to its source (RFC 3704 2.2, 2.4).
template <class View>
bool comes_from_right(ip::ReversePath check, const Arrival<View>& arrival, const NodeState& state) {
  if (check == ip::ReversePath::off) [[likely]]
    return true;
  const auto back = way_back(arrival.ip.source(), arrival.interface, arrival.now, state);
  return back && (check == ip::ReversePath::loose || *back == arrival.interface);
}

template <class View, class Address>
[[gnu::always_inline]] inline ip::Onward onward_by(const TransitWay& way, const Arrival<View>& arrival,
                                                   const Address& destination, const ip::ForwardingPolicy<View>& policy,
                                                   const NodeState& state) {
  if (way.reach != ip::Reach::known) return {.reach = way.reach};
  const Interface& interface = state.interface(way.interface);
  const bool is_direct = way.gateway == nullptr || *way.gateway == IpAddress(destination);
  return {.reach = way.reach,
          .action = way.action,
          .code = way.code,
          .may_leave = interface.is_forwarding(),
          .is_direct = is_direct,
          .stays = way.interface == arrival.interface,
          .turns_back = is_direct && way.interface == arrival.interface && !interface.has_frames(),
          .comes_from_right = comes_from_right(policy.reverse_path, arrival, state),
          .mtu = interface.mtu(family_of(arrival))};
}

// ---- redirects ----

bool is_neighbor(Ipv4Address address, InterfaceId interface, Instant, const NodeState& state) {
  return state.addresses.is_on_link(interface, address);
}
bool is_neighbor(const Ipv6Address& address, InterfaceId interface, Instant now, const NodeState& state) {
  return state.interface(interface).routers.routing.prefixes.on_link_length(address, now).has_value();
}

bool may_be_redirected(const Ipv4Arrival& arrival) { return !ip::has_source_route(arrival.ip); }
bool may_be_redirected(const Ipv6Arrival&) { return true; }

/// Where the source could as well have sent it to the next hop (RFC 1812 5.2.7.2, RFC 4861 8.2). At the other end of a
/// link without addresses there is nobody else.
template <class View>
bool is_redirected(const TransitWay& way, const Arrival<View>& arrival, const NodeState& state) {
  return way.interface == arrival.interface && state.interface(way.interface).has_frames() &&
         arrival.source == AddressKind::unicast &&
         (way.gateway != nullptr ? *way.gateway : IpAddress(arrival.ip.destination())) !=
             IpAddress(arrival.ip.source()) &&
         arrival.destination == AddressKind::unicast &&
         is_neighbor(arrival.ip.source(), way.interface, arrival.now, state) && may_be_redirected(arrival);
}

}  // namespace

// ---- judging ----

namespace {

template <class View>
struct InTransitTo {
  using Address = decltype(std::declval<View>().destination());
  const Arrival<View>& arrival;
  Address destination;
  bool is_strict = false;  // the step of a source route
};

/// By the rows that look at where it would go: to `destination`, which may be the next one of a source route. (The
/// verdict is made in its place: of a copy the CPU would wait for what was just written in parts.)
template <const auto& rules, class View>
[[gnu::always_inline]] inline Verdict judge_onward(Reason forwarded, const InTransitTo<View>& to,
                                                   const ip::ForwardingPolicy<View>& policy, const NodeState& state) {
  const Arrival<View>& arrival = to.arrival;
  const TransitWay way = choose_transit_way(arrival, to.destination, state);
  const ip::Onward onward = onward_by(way, arrival, to.destination, policy, state);
  const ip::Routed<View> routed{arrival, policy, onward, to.is_strict};
  if (const auto verdict = tunstack::judge<rules>(routed, arrival.trace)) return *verdict;
  return Verdict(std::in_place_type<Forward>, forwarded, way.interface, static_cast<std::uint32_t>(onward.mtu),
                 way.gateway != nullptr ? *way.gateway : IpAddress(to.destination), is_redirected(way, arrival, state),
                 way.is_for_service, is_broadcast(arrival.destination), way.is_in_turn);
}

// ---- filters ----

template <const auto& rules, class View>
[[gnu::noinline]] std::optional<Verdict> judge_by_filter(const Arrival<View>& arrival, const IpAddress& destination,
                                                         const NodeState& state) {
  ip::FilterSubject subject = ip::filter_subject(arrival);
  subject.destination = destination;
  return tunstack::judge<rules>(ip::ask(state.filter, subject), arrival.trace);
}

// ---- groups ----

bool takes_copies(InterfaceId link, InterfaceId came_by, const NodeState& state) {
  const Interface& interface = state.interface(link);
  return link != came_by && interface.is_up() && interface.is_forwarding();
}

template <const auto& rules, class View>
Verdict judge_copies(Reason forwarded, const ip::GroupRoute& route, const Arrival<View>& arrival,
                     const NodeState& state) {
  ip::ToGroup<View> to{arrival};
  for (const InterfaceId link : route.to) {
    if (!takes_copies(link, arrival.interface, state)) continue;
    const std::size_t mtu = state.interface(link).mtu(family_of(arrival));
    to.least_mtu = to.links++ == 0 ? mtu : std::min(to.least_mtu, mtu);
    to.largest_mtu = std::max(to.largest_mtu, mtu);
  }
  if (const auto verdict = tunstack::judge<rules>(to, arrival.trace)) return *verdict;
  const bool is_too_big_for_some = family_of(arrival) == Family::ipv6 && arrival.ip.bytes().size() > to.least_mtu;
  return Copies{forwarded, route.to, is_too_big_for_some, static_cast<std::uint32_t>(to.least_mtu)};
}

// ---- of IPv4 ----

/// By all rows that do not ask where it would go.
[[gnu::always_inline]] inline std::optional<Verdict> judge_itself(const ip::Ipv4InTransit& transit,
                                                                  const NodeState& state) {
  const Ipv4Arrival& arrival = transit.arrival;
  if (auto verdict = tunstack::judge<ip::ipv4_transit_rules>(transit, arrival.trace)) return verdict;
  if (!state.filter.empty()) [[unlikely]]
    return judge_by_filter<ip::ipv4_filter_rules>(arrival, transit.destination, state);
  return std::nullopt;
}

[[gnu::noinline]] Verdict judge_to_group(ip::Ipv4InTransit transit, const NodeState& state) {
  const Ipv4Arrival& arrival = transit.arrival;
  const auto* const route = ip::find_group_route(state.group_routes, transit.destination, arrival.interface);
  transit.has_group_route = route != nullptr;
  if (const auto verdict = judge_itself(transit, state)) return *verdict;
  return judge_copies<ip::ipv4_group_rules>(Reason::forward4_group_routed, *route, arrival, state);
}

}  // namespace

Verdict judge(const Ipv4Arrival& arrival, const NodeState& state) {
  const ip::Ipv4ForwardingPolicy& policy = state.options.forwarding4;
  ip::Ipv4InTransit transit{arrival, policy};
  if (arrival.ip.header_size() > ipv4_header_size) [[unlikely]] {
    if (const auto verdict = ip::judge_options_in_transit(arrival.ip, state.options.ipv4_options, policy.options))
      return *verdict;
    transit.has_strict_route = ip::has_strict_route(arrival.ip, policy.options);
  }
  if (is_multicast(arrival.destination)) [[unlikely]]
    return judge_to_group(transit, state);
  if (const auto verdict = judge_itself(transit, state)) return *verdict;
  return judge_onward<ip::ipv4_routed_rules, Ipv4View>(Reason::forward4_routed, {arrival, transit.destination}, policy,
                                                       state);
}

namespace {

/// Whoever chose the way is told that it fails, not that a destination is unreachable (RFC 1812 5.2.7.1).
Problem of_source_route(Problem problem) {
  switch (problem) {
    case Problem::network_unreachable:
    case Problem::host_unreachable:
    case Problem::route_rejects:
      return Problem::source_route_failed;
    default:
      return problem;
  }
}

}  // namespace

Verdict judge_source_route(const Ipv4Arrival& arrival, const ip::SourceRouteStep& step, const NodeState& state) {
  const ip::Ipv4ForwardingPolicy& policy = state.options.forwarding4;
  if (const auto verdict = ip::judge_options_in_transit(arrival.ip, state.options.ipv4_options, policy.options))
    return *verdict;
  Ipv4Arrival onto = arrival;
  onto.destination = state.addresses.kind_on(arrival.interface, step.next);
  if (const auto verdict = judge_itself({onto, policy, step.next}, state)) return *verdict;
  Verdict verdict = judge_onward<ip::ipv4_routed_rules, Ipv4View>(Reason::forward4_source_routed,
                                                                  {onto, step.next, step.is_strict}, policy, state);
  if (auto* const forward = std::get_if<Forward>(&verdict)) forward->destination = step.next;
  if (auto* const error = std::get_if<Error>(&verdict)) error->problem = of_source_route(error->problem);
  return verdict;
}

// ---- of IPv6 ----

namespace {

/// Behind the header, and nothing else is looked at on the way (RFC 8200 4).
std::optional<Verdict> judge_hop_by_hop(const Ipv6Arrival& arrival, const ip::Ipv6OptionPolicy& options) {
  const auto header = ipv6_extension_at(arrival.ip.bytes(), ipv6_header_size, protocol_number::hop_by_hop_options);
  if (!header) return Drop{Reason::ipv6_extension_header_missing};
  return ip::judge_options({protocol_number::hop_by_hop_options, ipv6_header_size, *header,
                            is_multicast(arrival.destination) || arrival.link_layer_group},
                           options);
}

[[gnu::noinline]] std::optional<Verdict> judge_by_inspection(const Ipv6Arrival& arrival,
                                                             const ip::Ipv6ForwardingPolicy& policy) {
  return tunstack::judge<ip::ipv6_inspection_rules>(ip::inspect(arrival, policy), arrival.trace);
}

[[gnu::always_inline]] inline std::optional<Verdict> judge_itself(const ip::Ipv6InTransit& transit,
                                                                  const NodeState& state) {
  const Ipv6Arrival& arrival = transit.arrival;
  const ip::Ipv6ForwardingPolicy& policy = transit.policy;
  if (auto verdict = tunstack::judge<ip::ipv6_transit_rules>(transit, arrival.trace)) return verdict;
  if (policy.hop_by_hop == ip::HopByHop::process && arrival.ip.next_header() == protocol_number::hop_by_hop_options)
      [[unlikely]]
    if (auto verdict = judge_hop_by_hop(arrival, state.options.ipv6_chain.options)) return verdict;
  if (ip::is_inspected(policy)) [[unlikely]]
    if (auto verdict = judge_by_inspection(arrival, policy)) return verdict;
  if (!state.filter.empty()) [[unlikely]]
    return judge_by_filter<ip::ipv6_filter_rules>(arrival, transit.destination, state);
  return std::nullopt;
}

[[gnu::noinline]] Verdict judge_to_group(ip::Ipv6InTransit transit, const NodeState& state) {
  const Ipv6Arrival& arrival = transit.arrival;
  const auto* const route = ip::find_group_route(state.group_routes, transit.destination, arrival.interface);
  transit.has_group_route = route != nullptr;
  if (const auto verdict = judge_itself(transit, state)) return *verdict;
  return judge_copies<ip::ipv6_group_rules>(Reason::forward6_group_routed, *route, arrival, state);
}

}  // namespace

Verdict judge(const Ipv6Arrival& arrival, const NodeState& state) {
  const ip::Ipv6ForwardingPolicy& policy = state.options.forwarding6;
  const ip::Ipv6InTransit transit{arrival, policy};
  if (is_multicast(arrival.destination)) [[unlikely]]
    return judge_to_group(transit, state);
  if (const auto verdict = judge_itself(transit, state)) return *verdict;
  return judge_onward<ip::ipv6_routed_rules, Ipv6View>(Reason::forward6_routed, {arrival, transit.destination}, policy,
                                                       state);
}

// ---- of both, for the router itself ----

namespace {

/// Sources that no route is about: those of nobody yet, and those that mean the link alone.
bool has_no_way_back(const Ipv4Arrival& arrival) {
  return ip::is_this_network(arrival.source) || ip::is_link_local(arrival.ip.source());
}
bool has_no_way_back(const Ipv6Arrival& arrival) {
  return arrival.source == AddressKind::unspecified || arrival.ip.source().is_link_local();
}

template <const auto& rules, class View>
std::optional<Verdict> judge_way_back_of(const Arrival<View>& arrival, const ip::ForwardingPolicy<View>& policy,
                                         const NodeState& state) {
  if (!state.is_forwarding(arrival.interface, family_of(arrival)) || has_no_way_back(arrival)) return std::nullopt;
  if (is_looped_back(arrival)) return std::nullopt;  // no way at all
  const ip::Onward onward{.comes_from_right = comes_from_right(policy.reverse_path, arrival, state)};
  return tunstack::judge<rules>(ip::Routed<View>{arrival, policy, onward}, arrival.trace);
}

}  // namespace

std::optional<Verdict> judge_way_back(const Ipv4Arrival& arrival, const NodeState& state) {
  return judge_way_back_of<ip::ipv4_way_back_rules>(arrival, state.options.forwarding4, state);
}

std::optional<Verdict> judge_way_back(const Ipv6Arrival& arrival, const NodeState& state) {
  return judge_way_back_of<ip::ipv6_way_back_rules>(arrival, state.options.forwarding6, state);
}

// ---- sending ----

namespace {

Egress egress_of(const Forward& forward, const NodeState& state) {
  Egress egress{.link = {forward.interface, forward.mtu}};
  if (!state.interface(forward.interface).has_frames()) return egress;
  if (forward.to_broadcast)
    egress.group_mac = mac_broadcast;
  else
    egress.next_hop = forward.next_hop;
  return egress;
}

/// One hop less. The checksum follows: HC' = ~(~HC + ~m + m') (RFC 1624 3).
void reduce_ttl(MutableBytes header) {
  const std::uint16_t before = load_be16(header, ipv4_offset::ttl);
  --header[ipv4_offset::ttl];
  std::uint32_t sum = static_cast<std::uint16_t>(~load_be16(header, ipv4_offset::checksum));
  sum += static_cast<std::uint16_t>(~before);
  sum += load_be16(header, ipv4_offset::ttl);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  store_be16(header, ipv4_offset::checksum, static_cast<std::uint16_t>(~sum));
}

void restore_hop(MutableBytes packet) {
  if (ip_version(packet) == 6) {
    ++packet[ipv6_offset::hop_limit];
    return;
  }
  ++packet[ipv4_offset::ttl];
  write_header_checksum(packet);
}

/// The header as it goes on, options and all.
[[gnu::noinline]] void rewrite_options(MutableBytes header, const Forward& forward, const Ipv4Arrival& arrival,
                                       const NodeState& state) {
  const Ipv4Address next = forward.destination.value_or(arrival.ip.destination());
  const Ipv4Address own = state.addresses.source_for(forward.interface, next).value_or(Ipv4Address{});
  ip::pass_on_options(header.subspan(ipv4_header_size), {own, state.addresses, state.time_of_day(arrival.now)},
                      arrival.interface,
                      {state.options.forwarding4.options, forward.destination.has_value(), own.value != 0});
  if (forward.destination) forward.destination->store(header, ipv4_offset::destination);
  write_header_checksum(header);
}

void rewrite_header(MutableBytes header, const Forward& forward, const Ipv4Arrival& arrival, const NodeState& state) {
  reduce_ttl(header);
  if (arrival.ip.header_size() > ipv4_header_size) [[unlikely]]
    rewrite_options(header, forward, arrival, state);
}

void count(const Forward& forward, NodeState& state) {
  ++state.forwarded;
  state.turns += forward.is_in_turn ? 1U : 0U;
}

void number(std::span<OutgoingPacket> packets, Turn& turn) {
  for (OutgoingPacket& packet : packets) packet.ids = {turn.output.next_number(), turn.cause};
}

template <class EgressOf>
[[gnu::noinline]] MaybeReason send_in_fragments(const Forward& forward, const Ipv4Arrival& arrival,
                                                const EgressOf& egress, Turn& turn) {
  std::array<std::uint8_t, ipv4_header_size + ipv4_options_largest> storage;
  const MutableBytes header = MutableBytes(storage).first(arrival.ip.header_size());
  copy_bytes(header, arrival.ip.header());
  rewrite_header(header, forward, arrival, turn.state);
  count(forward, turn.state);
  const std::size_t before = turn.outbox.packets().size();
  const auto added = add_ipv4_fragments({header, arrival.ip.payload()}, {forward.interface, forward.mtu}, turn.outbox);
  if (!added) return added.error();
  number(turn.outbox.from(before), turn);
  return turn.output.send_in_transit(before, egress(), turn);
}

/// A copy of the packet in the outbox; empty if there is no room.
MutableBytes add_copy(const Forward& forward, Bytes packet, Turn& turn) {
  const MutableBytes room = turn.outbox.add(forward.interface, packet.size(), {turn.output.next_number(), turn.cause});
  if (!room.empty()) copy_bytes(room, packet);
  return room;
}

/// `egress` makes the way once the packet is written.
template <class EgressOf>
[[gnu::always_inline]] inline MaybeReason send(const Forward& forward, const Ipv4Arrival& arrival,
                                               const EgressOf& egress, Turn& turn) {
  if (arrival.ip.total_length() > forward.mtu) [[unlikely]]
    return send_in_fragments(forward, arrival, egress, turn);
  count(forward, turn.state);
  const std::size_t before = turn.outbox.packets().size();
  const MutableBytes packet = add_copy(forward, arrival.ip.bytes(), turn);
  if (packet.empty()) return Reason::outbox_full;
  rewrite_header(packet.first(arrival.ip.header_size()), forward, arrival, turn.state);
  return turn.output.send_in_transit(before, egress(), turn);
}
template <class EgressOf>
[[gnu::always_inline]] inline MaybeReason send(const Forward& forward, const Ipv6Arrival& arrival,
                                               const EgressOf& egress, Turn& turn) {
  count(forward, turn.state);
  const std::size_t before = turn.outbox.packets().size();
  const MutableBytes packet = add_copy(forward, arrival.ip.bytes(), turn);
  if (packet.empty()) return Reason::outbox_full;
  --packet[ipv6_offset::hop_limit];
  return turn.output.send_in_transit(before, egress(), turn);
}

}  // namespace

MaybeReason apply(const Forward& forward, const Ipv4Arrival& arrival, Turn& turn) {
  return send(forward, arrival, [&] { return egress_of(forward, turn.state); }, turn);
}

MaybeReason apply(const Forward& forward, const Ipv6Arrival& arrival, Turn& turn) {
  return send(forward, arrival, [&] { return egress_of(forward, turn.state); }, turn);
}

namespace {

template <class Address>
Egress egress_to_group(const Address& group, const Forward& forward, const NodeState& state) {
  Egress egress{.link = {forward.interface, forward.mtu}};
  if (state.interface(forward.interface).has_frames()) egress.group_mac = mac_of_group(group);
  return egress;
}

bool fits(const Ipv4Arrival& arrival, std::size_t mtu) {
  return arrival.ip.total_length() <= mtu || !arrival.ip.dont_fragment();
}
bool fits(const Ipv6Arrival& arrival, std::size_t mtu) { return arrival.ip.bytes().size() <= mtu; }

template <class View>
MaybeReason send_copies(const Copies& copies, const Arrival<View>& arrival, Turn& turn) {
  const std::size_t before = turn.outbox.packets().size();
  MaybeReason withheld;
  for (const InterfaceId link : copies.links) {
    if (!takes_copies(link, arrival.interface, turn.state)) continue;
    const Forward forward{.reason = copies.reason,
                          .interface = link,
                          .mtu = static_cast<std::uint32_t>(turn.state.interface(link).mtu(family_of(arrival)))};
    if (!fits(arrival, forward.mtu)) continue;
    const auto egress = [&] { return egress_to_group(arrival.ip.destination(), forward, turn.state); };
    const auto unsent = send(forward, arrival, egress, turn);
    if (unsent && withheld)
      turn.output.note(*withheld, link, turn);  // one is told with the decision, each of the others here
    if (unsent) withheld = unsent;
  }
  const bool has_left = turn.outbox.packets().size() > before;
  if (has_left && withheld) turn.output.note(*withheld, arrival.interface, turn);
  return has_left ? MaybeReason{} : withheld;
}

}  // namespace

MaybeReason apply(const Copies& copies, const Ipv4Arrival& arrival, Turn& turn) {
  return send_copies(copies, arrival, turn);
}

MaybeReason apply(const Copies& copies, const Ipv6Arrival& arrival, Turn& turn) {
  return send_copies(copies, arrival, turn);
}

Returned::Returned(Bytes packet) : bytes_(packet.begin(), packet.end()) { restore_hop(bytes_); }

}  // namespace tunstack::forwarder
