#include "tunstack/node/groups.hpp"

#include "protocols/discovery/groups/membership_rules.hpp"

namespace tunstack::groups {

using discovery::IgmpMembership;
using discovery::MldMembership;

// ---- judging ----

namespace {

discovery::MldInput mld_input(const Ipv6Arrival& arrival, const Icmpv6View& message) {
  return {message.bytes(), arrival.ip.source(), arrival.ip.hop_limit(), ipv6_has_router_alert(arrival.ip.bytes()),
          arrival.trace};
}

/// To a group that this node is no member of, and no router that queries.
bool is_mld_for_others(const Ipv6Arrival& arrival, const NodeState& state) {
  return arrival.destination == AddressKind::multicast && !state.interface(arrival.interface).groups.querier;
}

Verdict to_querier(MaybeReason refused, const Ipv6Arrival& arrival, const NodeState& state) {
  if (refused) return Drop{*refused};
  if (!state.interface(arrival.interface).groups.querier) return Drop{Reason::mld_message_for_routers};
  return Deliver{Reason::mld_listeners_updated, Recipient::mld_records};
}

}  // namespace

Verdict judge_mld_query(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  if (is_mld_for_others(arrival, state)) return Drop{Reason::ipv6_group_not_joined};
  if (const auto query = discovery::accept_mld_query(mld_input(arrival, message)); !query) return Drop{query.error()};
  if (!state.interface(arrival.interface).groups.speaks_mld()) return Drop{Reason::mld_off_on_link};
  return Deliver{Reason::mld_query_accepted, Recipient::mld_query};
}

Verdict judge_mld_report(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  if (is_mld_for_others(arrival, state)) return Drop{Reason::ipv6_group_not_joined};
  const auto group = discovery::accept_mld_v1_report(mld_input(arrival, message));
  if (!group) return Drop{group.error()};
  if (!state.interface(arrival.interface).groups.speaks_mld()) return Drop{Reason::mld_off_on_link};
  return Deliver{Reason::mld_report_accepted, Recipient::mld_report};
}

Verdict judge_mld_done(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  const auto group = discovery::accept_mld_v1_report(mld_input(arrival, message));
  return to_querier(group ? MaybeReason{} : group.error(), arrival, state);
}

Verdict judge_mld_v2_report(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  return to_querier(discovery::refuses_mld_v2_report(mld_input(arrival, message)), arrival, state);
}

Verdict judge_igmp(const Ipv4Arrival& arrival, const NodeState&) {
  const discovery::IgmpInput input{.message = arrival.payload(),
                                   .destination = arrival.ip.destination(),
                                   .router_alert = has_router_alert(arrival.ip.options()),
                                   .trace = arrival.trace};
  if (const auto broken = first_broken<discovery::igmp_rules>(input, arrival.trace)) return Drop{*broken};
  switch (IgmpV2View::of(input.message).type()) {
    case IgmpType::membership_query:
      if (const auto query = discovery::accept_igmp_query(input); !query) return Drop{query.error()};
      return Deliver{Reason::igmp_query_accepted, Recipient::igmp_query};
    case IgmpType::membership_report_v1:
    case IgmpType::membership_report_v2:
      return Deliver{Reason::igmp_report_accepted, Recipient::igmp_report};
    case IgmpType::membership_report_v3:
      return Drop{discovery::judge_igmp_v3_report(input)};
    case IgmpType::leave_group:
      break;
  }
  return Drop{Reason::igmp_message_for_routers};
}

// ---- taking ----

namespace {

void note_listener(const Ipv6Address& reporter, const MldListenerRecord& record, InterfaceId id, Turn& turn) {
  auto& querier = turn.state.interface(id).groups.querier;
  if (const auto refused = querier ? querier->on_record(reporter, record, turn.now) : MaybeReason{})
    turn.output.note(*refused, id, turn, IpAddress(record.group));
}

}  // namespace

void on_mld_query(const Ipv6Arrival& arrival, Turn& turn) {
  InterfaceGroups& groups = turn.state.interface(arrival.interface).groups;
  const MldQuery query = parse_mld_query(arrival.payload());
  if (groups.mld) groups.mld->on_query(query, turn.now, turn.random);
  if (!groups.querier) return;
  if (const auto gave_way = groups.querier->on_query(arrival.ip.source(), query, turn.now))
    turn.output.note(*gave_way, arrival.interface, turn, IpAddress(arrival.ip.source()));
}

void on_mld_report(const Ipv6Arrival& arrival, Turn& turn) {
  if (auto& mld = turn.state.interface(arrival.interface).groups.mld)
    mld->on_report(MldV1View::of(arrival.payload()).group(), turn.now);
  on_mld_records(arrival, turn);
}

void on_mld_records(const Ipv6Arrival& arrival, Turn& turn) {
  for_each_listener_record(arrival.payload(), [&](const MldListenerRecord& record) {
    note_listener(arrival.ip.source(), record, arrival.interface, turn);
  });
}

void on_igmp_query(const Ipv4Arrival& arrival, Turn& turn) {
  if (auto& igmp = turn.state.interface(arrival.interface).groups.igmp)
    igmp->on_query(parse_igmp_query(arrival.payload()), turn.now, turn.random);
}

void on_igmp_report(const Ipv4Arrival& arrival, Turn& turn) {
  if (auto& igmp = turn.state.interface(arrival.interface).groups.igmp)
    igmp->on_report(IgmpV2View::of(arrival.payload()).group(), turn.now);
}

// ---- sending ----

namespace {

Ipv6Header mld_header(const Ipv6Address& source, const Ipv6Address& destination) {
  return {.source = source,
          .destination = destination,
          .next_header = protocol_number::icmpv6,
          .hop_limit = mld_hop_limit,
          .router_alert = true};
}

/// What all routers of the link hear, and this node is one of them.
template <class Each>
void for_each_record_sent(const MldReport& report, const Each& each) {
  for (const MldRecord& record : report.records)
    each(MldListenerRecord{record.type, record.group, !record.sources.empty()});
}
template <class Each>
void for_each_record_sent(const MldV1Message& message, const Each& each) {
  each(older_listener_record(message.type, message.group));
}

/// From a link-local address, or from :: before there is one (RFC 3590 4).
void send(const MldMembership::Due& due, InterfaceId id, Turn& turn) {
  const Ipv6Address source = turn.state.link_local_source(id).value_or(Ipv6Address{});
  std::visit(
      [&](const auto& message) {
        turn.output.originate(Reason::mld_report_sent, mld_header(source, due.destination), message, id, turn);
        for_each_record_sent(message, [&](const auto& record) { note_listener(source, record, id, turn); });
      },
      due.message);
}

void send(const IgmpMembership::Due& due, InterfaceId id, Turn& turn) {
  constexpr std::uint8_t internetwork_control = 0xc0;  // RFC 3376 4
  static constexpr std::array<std::uint8_t, 4> router_alert{ipv4_option::router_alert, 4, 0, 0};
  const Ipv4Header header{.source = turn.state.addresses.source_for(id, due.destination).value_or(Ipv4Address{}),
                          .destination = due.destination,
                          .protocol = protocol_number::igmp,
                          .type_of_service = internetwork_control,
                          .ttl = igmp_time_to_live,
                          .options = router_alert};
  std::visit([&](const auto& message) { turn.output.originate(Reason::igmp_report_sent, header, message, id, turn); },
             due.message);
}

/// This node is asked with all others: its answer is for switches, and for routers that do not query (RFC 3810 4).
void query_listeners(InterfaceId id, Turn& turn) {
  InterfaceGroups& groups = turn.state.interface(id).groups;
  if (!groups.querier) return;
  const auto source = turn.state.link_local_source(id);
  groups.querier->use_address(source, turn.now);
  while (const auto query = groups.querier->take_due(turn.now)) {
    const bool is_general = query->group == Ipv6Address{};
    const auto header = mld_header(source.value_or(Ipv6Address{}), is_general ? ipv6_all_nodes : query->group);
    turn.output.originate(Reason::mld_query_sent, header, *query, id, turn);
    if (groups.mld)
      groups.mld->on_query({GroupVersion::current, query->maximum_response, query->group}, turn.now, turn.random);
  }
}

}  // namespace

void step(InterfaceId id, Turn& turn) {
  InterfaceGroups& groups = turn.state.interface(id).groups;
  while (const auto due = groups.mld ? groups.mld->take_due(turn.now, turn.random) : std::nullopt) send(*due, id, turn);
  while (const auto due = groups.igmp ? groups.igmp->take_due(turn.now, turn.random) : std::nullopt)
    send(*due, id, turn);
  query_listeners(id, turn);
}

void leave_router_groups(InterfaceId id, Turn& turn) {
  if (!turn.state.interface(id).is_up()) return;
  turn.state.addresses.cease_to_be_router(id);
  turn.state.pass_on_group_changes(turn.now, turn.now);
  step(id, turn);
}

}  // namespace tunstack::groups
