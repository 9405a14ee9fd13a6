#include "tunstack/node/dispatch.hpp"

#include "protocols/discovery/groups/membership_rules.hpp"
#include "protocols/discovery/nd_rules.hpp"
#include "protocols/discovery/routers/advertising/advertisement_consistency.hpp"
#include "protocols/discovery/routers/irdp_rules.hpp"
#include "protocols/discovery/routers/redirect_rules.hpp"
#include "protocols/transport/udp_input.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/node/error_input.hpp"
#include "tunstack/node/probed_neighbors.hpp"

namespace tunstack {

namespace {

using Ipv4Handler = Verdict (*)(const Ipv4Arrival&, const NodeState&);
using Ipv6Handler = Verdict (*)(const Ipv6Arrival&, const NodeState&);
using Icmpv4Handler = Verdict (*)(const Ipv4Arrival&, const Icmpv4View&, const NodeState&);
using Icmpv6Handler = Verdict (*)(const Ipv6Arrival&, const Icmpv6View&, const NodeState&);

// ---- ICMP types ----

/// A message type goes to its handler, or is dropped for a reason of its own.
template <class Type, class Handler>
struct IcmpRow {
  Type first;
  Type last;
  Reason dropped;
  Handler handler = nullptr;
};

using Icmpv4Row = IcmpRow<Icmpv4Type, Icmpv4Handler>;
using Icmpv6Row = IcmpRow<Icmpv6Type, Icmpv6Handler>;

template <class Arrival, class View>
Verdict extended_echo(const Arrival& arrival, const View& message, const NodeState& state) {
  constexpr Family family = std::is_same_v<Arrival, Ipv4Arrival> ? Family::ipv4 : Family::ipv6;
  const auto neighbors = [&state, now = arrival.now](std::uint16_t address_family, Bytes address) {
    return neighbor_entries(state, address_family, address, now);
  };
  return icmp::answer_extended_echo({family, message.bytes(), arrival.ip.source(), arrival.source, arrival.destination},
                                    {state.interfaces, neighbors}, state.options.probe);
}

Verdict timestamp(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  return icmp::answer_timestamp({message, arrival.destination, state.options.queries, state.options.echo4.to_groups},
                                state.time_of_day(arrival.now));
}

Verdict address_mask(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  return icmp::answer_address_mask(
      {message, state.addresses.mask_for(arrival.interface, arrival.ip.source()), state.options.queries});
}

Verdict address_mask_reply(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  const Bytes reply = message.bytes();
  if (reply.size() < icmp::address_mask_size) return Drop{Reason::icmp4_mask_message_too_short};
  const Reason reason = state.mask_learner.judge(arrival.interface, load_be32(reply, 4), load_be32(reply, 8));
  return reason == Reason::icmp4_mask_learned ? Verdict(Deliver{reason}) : Drop{reason};
}

discovery::IrdpInput irdp_input(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  return {arrival.ip.source(), message.bytes(), state.addresses.is_on_link(arrival.interface, arrival.ip.source())};
}

Verdict router_solicitation4(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  if (const auto broken = first_broken<discovery::irdp_solicitation_rules>(irdp_input(arrival, message, state)))
    return Drop{*broken};
  if (state.is_host(arrival.interface)) return Drop{Reason::irdp_solicitation_to_host};
  const auto& router = state.link(arrival.interface).irdp_router;
  if (!router || !router->is_advertising()) return Drop{Reason::irdp_not_advertised_here};
  return Deliver{Reason::irdp_solicitation_accepted};
}

Verdict router_advertisement4(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  if (const auto broken = first_broken<discovery::irdp_advertisement_rules>(irdp_input(arrival, message, state)))
    return Drop{*broken};
  if (!state.is_host(arrival.interface)) return Drop{Reason::irdp_advertisement_to_router};
  if (!state.link(arrival.interface).learns_from_routers4) return Drop{Reason::irdp_host_off};
  return Deliver{message.code() == irdp_routes_no_common_traffic ? Reason::irdp_no_common_traffic
                                                                 : Reason::irdp_advertisement_accepted};
}

Verdict redirect4(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  const auto redirect = discovery::Ipv4Redirect::parse(message.bytes());
  if (!redirect) return Drop{redirect.error()};
  const InterfaceId interface = arrival.interface;
  const discovery::Ipv4RedirectInput input{
      .accept_redirects = state.options.accept_redirects4 && state.is_host(interface),
      .gateway = state.addresses.kind_on(interface, redirect->gateway),
      .gateway_is_on_link = state.addresses.is_on_link(interface, redirect->gateway),
      .quoted_source_is_ours = is_own(state.addresses.kind_on(interface, redirect->quoted_source)),
      .destination = state.addresses.kind_on(interface, redirect->destination),
      .destination_is_on_link = state.addresses.is_on_link(interface, redirect->destination),
      .source_is_first_hop =
          state.next_hop(interface, redirect->destination, arrival.now) == IpAddress(arrival.ip.source())};
  if (const auto broken = first_broken<discovery::ipv4_redirect_rules>(input)) return Drop{*broken};
  return Deliver{Reason::icmp4_redirect_accepted};
}

constexpr Icmpv4Row icmpv4_rows[] = {
    {Icmpv4Type::echo_request, Icmpv4Type::echo_request, Reason::icmp4_echo_request_for_us,
     [](const Ipv4Arrival& a, const Icmpv4View& m, const NodeState& s) {
       return icmp::answer_echo(a, m, s.options.echo4);
     }},
    {Icmpv4Type::echo_reply, Icmpv4Type::echo_reply, Reason::icmp4_reply_unsolicited},
    {Icmpv4Type::destination_unreachable, Icmpv4Type::destination_unreachable, Reason::icmp4_error_about_our_packet,
     judge_error},
    {Icmpv4Type::source_quench, Icmpv4Type::source_quench, Reason::icmp4_source_quench},
    {Icmpv4Type::redirect, Icmpv4Type::redirect, Reason::icmp4_redirect_accepted, redirect4},
    {Icmpv4Type::alternate_host_address, Icmpv4Type::alternate_host_address, Reason::icmp4_type_deprecated},
    {Icmpv4Type::router_advertisement, Icmpv4Type::router_advertisement, Reason::irdp_advertisement_accepted,
     router_advertisement4},
    {Icmpv4Type::router_solicitation, Icmpv4Type::router_solicitation, Reason::irdp_solicitation_accepted,
     router_solicitation4},
    {Icmpv4Type::time_exceeded, Icmpv4Type::parameter_problem, Reason::icmp4_error_about_our_packet, judge_error},
    {Icmpv4Type::timestamp_request, Icmpv4Type::timestamp_request, Reason::icmp4_timestamp_request_for_us, timestamp},
    {Icmpv4Type::timestamp_reply, Icmpv4Type::timestamp_reply, Reason::icmp4_reply_unsolicited},
    {Icmpv4Type::information_request, Icmpv4Type::information_request, Reason::icmp4_information_request_for_us,
     [](const Ipv4Arrival&, const Icmpv4View& m, const NodeState& s) {
       return icmp::answer_information(m, s.options.queries);
     }},
    {Icmpv4Type::information_reply, Icmpv4Type::information_reply, Reason::icmp4_reply_unsolicited},
    {Icmpv4Type::address_mask_request, Icmpv4Type::address_mask_request, Reason::icmp4_mask_request_for_us,
     address_mask},
    {Icmpv4Type::address_mask_reply, Icmpv4Type::address_mask_reply, Reason::icmp4_mask_learned, address_mask_reply},
    {Icmpv4Type::traceroute, Icmpv4Type::skip, Reason::icmp4_type_deprecated},
    {Icmpv4Type::photuris, Icmpv4Type::photuris, Reason::icmp4_type_not_handled},
    {Icmpv4Type::extended_echo_request, Icmpv4Type::extended_echo_request, Reason::extended_echo_request_for_us,
     extended_echo<Ipv4Arrival, Icmpv4View>},
    {Icmpv4Type::extended_echo_reply, Icmpv4Type::extended_echo_reply, Reason::icmp4_reply_unsolicited},
};

discovery::MldInput mld_input(const Ipv6Arrival& arrival, const Icmpv6View& message) {
  return {message.bytes(), arrival.ip.source(), arrival.ip.hop_limit(), ipv6_has_router_alert(arrival.ip.bytes())};
}

/// To a group that this node is no member of, and no router that queries.
bool is_mld_for_others(const Ipv6Arrival& arrival, const NodeState& state) {
  return arrival.destination == AddressKind::multicast && !state.link(arrival.interface).querier6;
}

Verdict listener_query(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  if (is_mld_for_others(arrival, state)) return Drop{Reason::ipv6_group_not_joined};
  if (const auto query = discovery::accept_mld_query(mld_input(arrival, message)); !query) return Drop{query.error()};
  if (!state.link(arrival.interface).speaks_mld()) return Drop{Reason::mld_off_on_link};
  return Deliver{Reason::mld_query_accepted};
}

/// Of version 1.
Verdict listener_report(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  if (is_mld_for_others(arrival, state)) return Drop{Reason::ipv6_group_not_joined};
  const auto group = discovery::accept_mld_v1_report(mld_input(arrival, message));
  if (!group) return Drop{group.error()};
  if (!state.link(arrival.interface).speaks_mld()) return Drop{Reason::mld_off_on_link};
  return Deliver{Reason::mld_report_accepted};
}

Verdict to_querier(Reason judged, const Ipv6Arrival& arrival, const NodeState& state) {
  const bool is_taken = judged == Reason::mld_message_for_routers && state.link(arrival.interface).querier6;
  return is_taken ? Verdict(Deliver{Reason::mld_listeners_updated}) : Drop{judged};
}

Verdict listener_done(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  const auto group = discovery::accept_mld_v1_report(mld_input(arrival, message));
  return to_querier(group ? Reason::mld_message_for_routers : group.error(), arrival, state);
}

Verdict listener_report_v2(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  return to_querier(discovery::judge_mld_v2_report(mld_input(arrival, message)), arrival, state);
}

discovery::NdInput nd_input(const Ipv6Arrival& arrival, const Icmpv6View& message, std::size_t fixed_size) {
  return {arrival.ip, message.bytes(), fixed_size};
}

/// Whoever could hide its options in fragments could pass what guards the link (RFC 6980 5).
MaybeReason refuses_discovery(const Ipv6Arrival& arrival, const discovery::NdInput& input) {
  if (arrival.was_held || arrival.upper.behind_fragment_header) return Reason::icmp6_discovery_in_fragments;
  return first_broken<discovery::nd_rules>(input);
}

/// Optimistic addresses count as tentative where others may say that they have them (RFC 4429 3.3).
AddressKind kind_of_target(const Ipv6Arrival& arrival, const Ipv6Address& target, const NodeState& state) {
  const AddressKind kind = state.addresses.kind_on(arrival.interface, target);
  return kind == AddressKind::own && state.is_optimistic(arrival.interface, target) ? AddressKind::tentative : kind;
}

Verdict neighbor_solicitation(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  auto input = nd_input(arrival, message, neighbor_solicitation_size);
  if (const auto broken = refuses_discovery(arrival, input)) return Drop{*broken};
  input.target = discovery::is_from_unspecified(input)
                     ? kind_of_target(arrival, input.target_address(), state)
                     : state.addresses.kind_on(arrival.interface, input.target_address());
  if (const auto broken = first_broken<discovery::neighbor_solicitation_rules>(input)) return Drop{*broken};
  if (input.target == AddressKind::tentative) return Deliver{Reason::address_target_tentative};
  return Deliver{discovery::is_answered_for(input.target) ? Reason::nd_solicitation_answer_delayed
                                                          : Reason::nd_solicitation_for_us};
}

/// A router may want to know a new host of the link before there is anything to send to it (RFC 9131 6.1).
bool takes_untracked(const Ipv6Arrival& arrival, const discovery::NdInput& input, const NodeState& state) {
  const IpAddress target = input.target_address();
  return state.options.accepts_untracked && !state.is_host(arrival.interface) &&
         state.link_address(arrival.interface) &&
         find_link_layer_address(input.options(), nd_option::target_link_layer_address) &&
         state.next_hop(arrival.interface, target, arrival.now) == target;
}

/// Of no interest from neighbors that nobody here wants to know (RFC 4861 7.2.5).
Verdict neighbor_advertisement(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  auto input = nd_input(arrival, message, neighbor_advertisement_size);
  if (const auto broken = refuses_discovery(arrival, input)) return Drop{*broken};
  input.target = kind_of_target(arrival, input.target_address(), state);
  if (const auto broken = first_broken<discovery::neighbor_advertisement_rules>(input)) return Drop{*broken};
  if (input.target == AddressKind::tentative) return Deliver{Reason::address_target_tentative};
  const auto known = state.neighbors.state_of({arrival.interface, input.target_address()}, arrival.now);
  if (known != discovery::NeighborState::none && known != discovery::NeighborState::failed)
    return Deliver{Reason::nd_advertisement};
  if (takes_untracked(arrival, input, state)) return Deliver{Reason::nd_advertisement_untracked};
  return Drop{Reason::nd_advertisement_without_entry};
}

Verdict router_solicitation(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  const auto input = nd_input(arrival, message, router_solicitation_size);
  if (const auto broken = refuses_discovery(arrival, input)) return Drop{*broken};
  if (const auto broken = first_broken<discovery::router_solicitation_rules>(input)) return Drop{*broken};
  if (!state.link(arrival.interface).advertising) return Drop{Reason::router_solicitation_to_host};
  return Deliver{Reason::router_solicitation_accepted};
}

/// A router compares, a host believes (RFC 4861 6.2.7, 6.3.4).
Verdict router_advertisement(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  const auto input = nd_input(arrival, message, router_advertisement_size);
  if (const auto broken = refuses_discovery(arrival, input)) return Drop{*broken};
  if (const auto broken = first_broken<discovery::router_advertisement_rules>(input)) return Drop{*broken};
  const LinkDiscovery& link = state.link(arrival.interface);
  if (link.learns_from_routers) return Deliver{Reason::router_advertisement_accepted};
  if (!link.advertising) return Drop{Reason::router_advertisement_ignored};
  const auto differs = first_broken<discovery::consistency_rules>(
      discovery::Compared{link.advertising->config, RouterAdvertisementHeader::parse(input.message), input.options()});
  return Drop{differs ? *differs : Reason::advertisement_agrees_with_ours};
}

Verdict redirect6(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  const auto told = nd_input(arrival, message, redirect_size);
  if (const auto broken = refuses_discovery(arrival, told)) return Drop{*broken};
  if (const auto broken = first_broken<discovery::ipv6_redirect_message_rules>(told)) return Drop{*broken};
  const auto redirect = discovery::Ipv6Redirect::of(told);
  const InterfaceId interface = arrival.interface;
  const discovery::Ipv6RedirectInput input{
      .accept_redirects = state.options.accept_redirects6 && state.is_host(interface),
      .target_is_ours = is_own(state.addresses.kind_on(interface, redirect.target)),
      .source_is_first_hop =
          state.next_hop(interface, redirect.destination, arrival.now) == IpAddress(arrival.ip.source())};
  if (const auto broken = first_broken<discovery::ipv6_redirect_rules>(input)) return Drop{*broken};
  return Deliver{Reason::icmp6_redirect_accepted};
}

constexpr Icmpv6Row icmpv6_rows[] = {
    {Icmpv6Type{0}, Icmpv6Type{icmpv6_first_informational - 1}, Reason::icmp6_error_about_our_packet, judge_error},
    {Icmpv6Type::echo_request, Icmpv6Type::echo_request, Reason::icmp6_echo_request_for_us,
     [](const Ipv6Arrival& a, const Icmpv6View& m, const NodeState& s) {
       return icmp::answer_echo(a, m, s.options.echo6);
     }},
    {Icmpv6Type::echo_reply, Icmpv6Type::echo_reply, Reason::icmp6_reply_unsolicited},
    {Icmpv6Type::listener_query, Icmpv6Type::listener_query, Reason::mld_query_accepted, listener_query},
    {Icmpv6Type::listener_report, Icmpv6Type::listener_report, Reason::mld_report_accepted, listener_report},
    {Icmpv6Type::listener_done, Icmpv6Type::listener_done, Reason::mld_message_for_routers, listener_done},
    {Icmpv6Type::router_solicitation, Icmpv6Type::router_solicitation, Reason::router_solicitation_accepted,
     router_solicitation},
    {Icmpv6Type::router_advertisement, Icmpv6Type::router_advertisement, Reason::router_advertisement_accepted,
     router_advertisement},
    {Icmpv6Type::neighbor_solicitation, Icmpv6Type::neighbor_solicitation, Reason::nd_solicitation_for_us,
     neighbor_solicitation},
    {Icmpv6Type::neighbor_advertisement, Icmpv6Type::neighbor_advertisement, Reason::nd_advertisement,
     neighbor_advertisement},
    {Icmpv6Type::redirect, Icmpv6Type::redirect, Reason::icmp6_redirect_accepted, redirect6},
    {Icmpv6Type::router_renumbering, Icmpv6Type::router_renumbering, Reason::icmp6_type_ignored},
    {Icmpv6Type::node_information_query, Icmpv6Type::node_information_response, Reason::icmp6_node_information},
    {Icmpv6Type::inverse_neighbor_solicitation, Icmpv6Type::inverse_neighbor_advertisement, Reason::icmp6_type_ignored},
    {Icmpv6Type::listener_report_v2, Icmpv6Type::listener_report_v2, Reason::mld_message_for_routers,
     listener_report_v2},
    {Icmpv6Type{144}, Icmpv6Type{159}, Reason::icmp6_type_ignored},
    {Icmpv6Type::extended_echo_request, Icmpv6Type::extended_echo_request, Reason::extended_echo_request_for_us,
     extended_echo<Ipv6Arrival, Icmpv6View>},
    {Icmpv6Type::extended_echo_reply, Icmpv6Type::extended_echo_reply, Reason::icmp6_reply_unsolicited},
};

/// One entry for each of the 256 types, so that looking one up costs one load.
template <class Row, std::size_t count>
constexpr auto by_type(const Row (&rows)[count], Reason unknown) {
  std::array<Row, 256> table{};
  for (Row& entry : table) entry.dropped = unknown;
  for (const Row& row : rows)
    for (auto type = static_cast<std::size_t>(row.first); type <= static_cast<std::size_t>(row.last); ++type)
      table[type] = row;
  return table;
}

constexpr auto icmpv4_types = by_type(icmpv4_rows, Reason::icmp4_type_unknown);
constexpr auto icmpv6_types = by_type(icmpv6_rows, Reason::icmp6_type_unknown);

Verdict icmpv4_input(const Ipv4Arrival& arrival, const NodeState& state) {
  const auto message = Icmpv4View::parse(arrival.payload());
  if (!message) return Drop{message.error()};
  const Icmpv4Row& row = icmpv4_types[message->type()];
  return row.handler ? row.handler(arrival, *message, state) : Drop{row.dropped};
}

Verdict icmpv6_input(const Ipv6Arrival& arrival, const NodeState& state) {
  const auto message = Icmpv6View::parse({arrival.payload(), icmpv6_pseudo_header(arrival)});
  if (!message) return Drop{message.error()};
  const Icmpv6Row& row = icmpv6_types[message->type()];
  return row.handler ? row.handler(arrival, *message, state) : Drop{row.dropped};
}

// ---- protocols ----

Verdict unsupported(const Ipv4Arrival&, const NodeState&) {
  return Error{Reason::ipv4_protocol_unsupported, Problem::protocol_unreachable};
}

Verdict igmp_input(const Ipv4Arrival& arrival, const NodeState& state) {
  if (!state.link(arrival.interface).groups4) return unsupported(arrival, state);
  const discovery::IgmpInput input{arrival.payload(), arrival.ip.destination(), has_router_alert(arrival.ip.options())};
  if (const auto broken = first_broken<discovery::igmp_rules>(input)) return Drop{*broken};
  switch (static_cast<IgmpType>(input.message[0])) {
    case IgmpType::membership_query:
      if (const auto query = discovery::accept_igmp_query(input); !query) return Drop{query.error()};
      return Deliver{Reason::igmp_query_accepted};
    case IgmpType::membership_report_v1:
    case IgmpType::membership_report_v2:
      return Deliver{Reason::igmp_report_accepted};
    case IgmpType::membership_report_v3:
      return Drop{discovery::judge_igmp_v3_report(input)};
    case IgmpType::leave_group:
      break;
  }
  return Drop{Reason::igmp_message_for_routers};
}

Verdict unrecognized(const Ipv6Arrival& arrival, const NodeState&) {
  return Error{Reason::ipv6_next_header_unrecognized, Problem::protocol_unreachable, arrival.upper.protocol_at};
}

Verdict nothing_follows(const Ipv6Arrival&, const NodeState&) { return Drop{Reason::ipv6_no_next_header}; }

struct ProtocolRow {
  std::uint8_t number;
  Ipv4Handler ipv4;
  Ipv6Handler ipv6;
};

constexpr ProtocolRow protocol_rows[] = {
    {protocol_number::icmpv4, icmpv4_input, unrecognized},
    {protocol_number::igmp, igmp_input, unrecognized},
    {protocol_number::tcp,
     [](const Ipv4Arrival& a, const NodeState& s) { return transport::tcp_input(a, s.options.closed_tcp); },
     [](const Ipv6Arrival& a, const NodeState& s) { return transport::tcp_input(a, s.options.closed_tcp); }},
    {protocol_number::udp,
     [](const Ipv4Arrival& a, const NodeState& s) { return transport::udp_input(a, s.options.udp_services); },
     [](const Ipv6Arrival& a, const NodeState& s) { return transport::udp_input(a, s.options.udp_services); }},
    {protocol_number::icmpv6, unsupported, icmpv6_input},
    {protocol_number::no_next_header, unsupported, nothing_follows},
};

constexpr auto protocols = [] {
  std::array<ProtocolRow, 256> table{};
  for (ProtocolRow& entry : table) entry = {0, unsupported, unrecognized};
  for (const ProtocolRow& row : protocol_rows) table[row.number] = row;
  return table;
}();

}  // namespace

Verdict dispatch(const Ipv4Arrival& arrival, const NodeState& state) {
  return protocols[arrival.protocol()].ipv4(arrival, state);
}

Verdict dispatch(const Ipv6Arrival& arrival, const NodeState& state) {
  return protocols[arrival.protocol()].ipv6(arrival, state);
}

}  // namespace tunstack
