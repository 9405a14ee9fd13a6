// What a node tells routers about its multicast groups, when it changes them and when it is asked: MLD and IGMP. And
// what it asks and hears as such a router.
#include "protocols/discovery/groups/membership_rules.hpp"
#include "tunstack/node/node_sending.hpp"

namespace tunstack {

void Node::step_groups(InterfaceId interface, Instant now, Outbox& out) {
  LinkDiscovery& link = state_.link(interface);
  while (const auto due = link.groups6 ? link.groups6->take_due(now, random_) : std::nullopt)
    send_report(interface, *due, now, out);
  while (const auto due = link.groups4 ? link.groups4->take_due(now, random_) : std::nullopt)
    send_report(interface, *due, now, out);
  query_listeners(interface, now, out);
}

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

}  // namespace

std::optional<Ipv6Address> Node::link_local_source(InterfaceId interface) const {
  const auto source = state_.addresses.source_for(interface, ipv6_all_nodes);
  return source && source->is_link_local() ? source : std::nullopt;
}

/// From a link-local address, or from :: before there is one (RFC 3590 4).
void Node::send_report(InterfaceId interface, const discovery::MldMembership::Due& sending, Instant now, Outbox& out) {
  const Ipv6Address source = link_local_source(interface).value_or(Ipv6Address{});
  const Ipv6Header header = mld_header(source, sending.destination);
  std::visit(
      [&](const auto& message) {
        originate(Reason::mld_report_sent, header, message, link_to(header.destination, interface, now), now, out);
        for_each_record_sent(message, [&](const auto& record) { note_listener(interface, source, record, now); });
      },
      sending.message);
}

void Node::send_report(InterfaceId interface, const discovery::IgmpMembership::Due& sending, Instant now, Outbox& out) {
  constexpr std::uint8_t internetwork_control = 0xc0;  // RFC 3376 4
  static constexpr std::array<std::uint8_t, 4> router_alert{ipv4_option::router_alert, 4, 0, 0};
  Ipv4Header header{.source = state_.addresses.source_for(interface, sending.destination).value_or(Ipv4Address{}),
                    .destination = sending.destination,
                    .protocol = protocol_number::igmp,
                    .type_of_service = internetwork_control,
                    .ttl = igmp_time_to_live,
                    .options = router_alert};
  header.identification = next_identification(header);
  std::visit(
      [&](const auto& message) {
        originate(Reason::igmp_report_sent, header, message, link_to(header.destination, interface, now), now, out);
      },
      sending.message);
}

void Node::hear_query(const Ipv6Arrival& arrival) {
  LinkDiscovery& link = state_.link(arrival.interface);
  const MldQuery query = parse_mld_query(arrival.payload());
  if (link.groups6) link.groups6->on_query(query, arrival.now, random_);
  if (!link.querier6) return;
  if (const auto gave_way = link.querier6->on_query(arrival.ip.source(), query, arrival.now)) count(*gave_way);
}

void Node::hear_query(const Ipv4Arrival& arrival) {
  if (auto& groups = state_.link(arrival.interface).groups4)
    groups->on_query(parse_igmp_query(arrival.payload()), arrival.now, random_);
}

/// Of version 1.
void Node::hear_report(const Ipv6Arrival& arrival) {
  if (auto& groups = state_.link(arrival.interface).groups6)
    groups->on_report(Ipv6Address::load(arrival.payload(), mld_group_offset), arrival.now);
  hear_listeners(arrival);
}

void Node::hear_report(const Ipv4Arrival& arrival) {
  if (auto& groups = state_.link(arrival.interface).groups4)
    groups->on_report(Ipv4Address::load(arrival.payload(), igmp_group_offset), arrival.now);
}

// ---- a router that queries ----

/// This node is asked with all others: its answer is for switches, and for routers that do not query (RFC 3810 4).
void Node::query_listeners(InterfaceId interface, Instant now, Outbox& out) {
  LinkDiscovery& link = state_.link(interface);
  if (!link.querier6) return;
  const auto source = link_local_source(interface);
  link.querier6->use_address(source, now);
  while (const auto query = link.querier6->take_due(now)) {
    const bool is_general = query->group == Ipv6Address{};
    const Ipv6Header header = mld_header(source.value_or(Ipv6Address{}), is_general ? ipv6_all_nodes : query->group);
    originate(Reason::mld_query_sent, header, *query, link_to(header.destination, interface, now), now, out);
    if (link.groups6)
      link.groups6->on_query({GroupVersion::current, query->maximum_response, query->group}, now, random_);
  }
}

void Node::hear_listeners(const Ipv6Arrival& arrival) {
  for_each_listener_record(arrival.payload(), [&](const MldListenerRecord& record) {
    note_listener(arrival.interface, arrival.ip.source(), record, arrival.now);
  });
}

void Node::note_listener(InterfaceId interface, const Ipv6Address& reporter, const MldListenerRecord& record,
                         Instant now) {
  auto& querier = state_.link(interface).querier6;
  if (const auto refused = querier ? querier->on_record(reporter, record, now) : MaybeReason{}) count(*refused);
}

}  // namespace tunstack
