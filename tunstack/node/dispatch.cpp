#include "tunstack/node/dispatch.hpp"

#include "protocols/transport/tcp_input.hpp"
#include "protocols/transport/udp_input.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/node/error_reports.hpp"
#include "tunstack/node/groups.hpp"
#include "tunstack/node/masks.hpp"
#include "tunstack/node/neighbors.hpp"
#include "tunstack/node/probed_neighbors.hpp"
#include "tunstack/node/routers.hpp"

namespace tunstack {

namespace {

using Ipv4Handler = Verdict (*)(const Ipv4Arrival&, const NodeState&);
using Ipv6Handler = Verdict (*)(const Ipv6Arrival&, const NodeState&);
using Icmpv4Handler = Verdict (*)(const Ipv4Arrival&, const Icmpv4View&, const NodeState&);
using Icmpv6Handler = Verdict (*)(const Ipv6Arrival&, const Icmpv6View&, const NodeState&);

// ---- queries that are answered at once ----

template <class Arrival, class View>
Verdict extended_echo(const Arrival& arrival, const View& message, const NodeState& state) {
  constexpr Family family = std::is_same_v<Arrival, Ipv4Arrival> ? Family::ipv4 : Family::ipv6;
  return answer_probe(
      {family, message.bytes(), arrival.ip.source(), arrival.source, arrival.destination, arrival.trace}, arrival.now,
      state);
}

Verdict timestamp(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  const icmp::TimestampRequest request{message, arrival.destination, state.options.queries,
                                       state.options.echo4.to_groups};
  return icmp::as_query_reply(icmp::answer_timestamp(request, state.time_of_day(arrival.now), arrival.trace), arrival);
}

Verdict information(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  return icmp::as_query_reply(icmp::answer_information(message, state.options.queries), arrival);
}

// ---- ICMP types ----

/// Messages of some types go to a handler, or are dropped for a reason.
template <class Type, class Handler>
struct IcmpRow {
  constexpr IcmpRow(Type only, std::variant<Handler, Reason> what) : IcmpRow(only, only, what) {}
  constexpr IcmpRow(Type from, Type to, std::variant<Handler, Reason> what) : first(from), last(to), then(what) {}

  Type first;
  Type last;
  std::variant<Handler, Reason> then;
};

using Icmpv4Row = IcmpRow<Icmpv4Type, Icmpv4Handler>;
using Icmpv6Row = IcmpRow<Icmpv6Type, Icmpv6Handler>;

constexpr Icmpv4Row icmpv4_rows[] = {
    {Icmpv4Type::echo_reply, Reason::icmp4_reply_unsolicited},
    {Icmpv4Type::destination_unreachable, error_reports::judge4},
    {Icmpv4Type::source_quench, Reason::icmp4_source_quench},
    {Icmpv4Type::redirect, routers::judge_redirect4},
    {Icmpv4Type::alternate_host_address, Reason::icmp4_type_deprecated},
    {Icmpv4Type::router_advertisement, routers::judge_irdp_advertisement},
    {Icmpv4Type::router_solicitation, routers::judge_irdp_solicitation},
    {Icmpv4Type::time_exceeded, Icmpv4Type::parameter_problem, error_reports::judge4},
    {Icmpv4Type::timestamp_request, timestamp},
    {Icmpv4Type::timestamp_reply, Reason::icmp4_reply_unsolicited},
    {Icmpv4Type::information_request, information},
    {Icmpv4Type::information_reply, Reason::icmp4_reply_unsolicited},
    {Icmpv4Type::address_mask_request, masks::judge_request},
    {Icmpv4Type::address_mask_reply, masks::judge_reply},
    {Icmpv4Type::traceroute, Icmpv4Type::skip, Reason::icmp4_type_deprecated},
    {Icmpv4Type::photuris, Reason::icmp4_type_not_handled},
    {Icmpv4Type::extended_echo_request, extended_echo<Ipv4Arrival, Icmpv4View>},
    {Icmpv4Type::extended_echo_reply, Reason::icmp4_reply_unsolicited},
};

constexpr Icmpv6Row icmpv6_rows[] = {
    {Icmpv6Type{0}, Icmpv6Type{icmpv6_first_informational - 1}, error_reports::judge6},
    {Icmpv6Type::echo_reply, Reason::icmp6_reply_unsolicited},
    {Icmpv6Type::listener_query, groups::judge_mld_query},
    {Icmpv6Type::listener_report, groups::judge_mld_report},
    {Icmpv6Type::listener_done, groups::judge_mld_done},
    {Icmpv6Type::router_solicitation, routers::judge_solicitation},
    {Icmpv6Type::router_advertisement, routers::judge_advertisement},
    {Icmpv6Type::neighbor_solicitation, neighbors::judge_solicitation},
    {Icmpv6Type::neighbor_advertisement, neighbors::judge_advertisement},
    {Icmpv6Type::redirect, routers::judge_redirect6},
    {Icmpv6Type::router_renumbering, Reason::icmp6_type_ignored},
    {Icmpv6Type::node_information_query, Icmpv6Type::node_information_response, Reason::icmp6_node_information},
    {Icmpv6Type::inverse_neighbor_solicitation, Icmpv6Type::inverse_neighbor_advertisement, Reason::icmp6_type_ignored},
    {Icmpv6Type::listener_report_v2, groups::judge_mld_v2_report},
    {Icmpv6Type{144}, Icmpv6Type{159}, Reason::icmp6_type_ignored},
    {Icmpv6Type::extended_echo_request, extended_echo<Ipv6Arrival, Icmpv6View>},
    {Icmpv6Type::extended_echo_reply, Reason::icmp6_reply_unsolicited},
};

/// One entry for each of the 256 types, so that looking one up costs one load.
template <class Handler>
struct IcmpEntry {
  Handler handler = nullptr;
  Reason dropped;
};

template <class Type, class Handler, std::size_t count>
constexpr auto by_type(const IcmpRow<Type, Handler> (&rows)[count], Reason unknown) {
  std::array<IcmpEntry<Handler>, 256> table{};
  for (auto& entry : table) entry = {nullptr, unknown};
  for (const auto& row : rows)
    for (auto type = static_cast<std::size_t>(row.first); type <= static_cast<std::size_t>(row.last); ++type)
      table[type] = row.then.index() == 0 ? IcmpEntry<Handler>{std::get<0>(row.then), unknown}
                                          : IcmpEntry<Handler>{nullptr, std::get<1>(row.then)};
  return table;
}

constexpr auto icmpv4_types = by_type(icmpv4_rows, Reason::icmp4_type_unknown);
constexpr auto icmpv6_types = by_type(icmpv6_rows, Reason::icmp6_type_unknown);

// ---- protocols ----

Verdict unsupported(const Ipv4Arrival&, const NodeState&) {
  return Error{Reason::ipv4_protocol_unsupported, Problem::protocol_unreachable};
}

Verdict unrecognized(const Ipv6Arrival& arrival, const NodeState&) {
  return Error{Reason::ipv6_next_header_unrecognized, Problem::protocol_unreachable, arrival.upper.protocol_at};
}

Verdict igmp_input(const Ipv4Arrival& arrival, const NodeState& state) {
  const bool is_spoken = state.interface(arrival.interface).groups.igmp.has_value();
  return is_spoken ? groups::judge_igmp(arrival, state) : unsupported(arrival, state);
}

Verdict nothing_follows(const Ipv6Arrival&, const NodeState&) { return Drop{Reason::ipv6_no_next_header}; }

struct ProtocolRow {
  std::uint8_t number;
  Ipv4Handler ipv4;
  Ipv6Handler ipv6;
};

constexpr ProtocolRow protocol_rows[] = {
    {protocol_number::igmp, igmp_input, unrecognized},
    {protocol_number::tcp,
     [](const Ipv4Arrival& a, const NodeState& s) { return transport::tcp_input(a, s.options.closed_tcp); },
     [](const Ipv6Arrival& a, const NodeState& s) { return transport::tcp_input(a, s.options.closed_tcp); }},
    {protocol_number::udp,
     [](const Ipv4Arrival& a, const NodeState& s) { return transport::udp_input(a, s.options.udp_services); },
     [](const Ipv6Arrival& a, const NodeState& s) { return transport::udp_input(a, s.options.udp_services); }},
    {protocol_number::no_next_header, unsupported, nothing_follows},
};

constexpr auto protocols = [] {
  std::array<ProtocolRow, 256> table{};
  for (ProtocolRow& entry : table) entry = {0, unsupported, unrecognized};
  for (const ProtocolRow& row : protocol_rows) table[row.number] = row;
  return table;
}();

}  // namespace

Verdict dispatch_protocol(const Ipv4Arrival& arrival, const NodeState& state) {
  return protocols[arrival.protocol()].ipv4(arrival, state);
}

Verdict dispatch_protocol(const Ipv6Arrival& arrival, const NodeState& state) {
  return protocols[arrival.protocol()].ipv6(arrival, state);
}

Verdict dispatch_type(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  const auto& entry = icmpv4_types[message.type()];
  return entry.handler ? entry.handler(arrival, message, state) : Drop{entry.dropped};
}

Verdict dispatch_type(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  const auto& entry = icmpv6_types[message.type()];
  return entry.handler ? entry.handler(arrival, message, state) : Drop{entry.dropped};
}

}  // namespace tunstack
