// What a node tells routers about its multicast groups, when it changes them and when it is asked: MLD and IGMP.
#include "protocols/discovery/membership_rules.hpp"
#include "tunstack/node_sending.hpp"

namespace tunstack {

void Node::step_groups(InterfaceId interface, Instant now, Outbox& out) {
  LinkDiscovery& link = state_.link(interface);
  while (const auto due = link.groups6 ? link.groups6->take_due(now) : std::nullopt)
    send_report(interface, *due, now, out);
  while (const auto due = link.groups4 ? link.groups4->take_due(now) : std::nullopt)
    send_report(interface, *due, now, out);
}

/// From a link-local address, or from :: before there is one (RFC 3590 4).
void Node::send_report(InterfaceId interface, const discovery::MldMembership::Sending& sending, Instant now,
                       Outbox& out) {
  const auto source = state_.addresses.source_for(interface, sending.destination);
  const Ipv6Header header{.source = source && source->is_link_local() ? *source : Ipv6Address{},
                          .destination = sending.destination,
                          .next_header = protocol_number::icmpv6,
                          .hop_limit = mld_hop_limit,
                          .router_alert = true};
  std::visit(
      [&](const auto& message) {
        originate(Reason::mld_membership_told, header, message, link_to(header.destination, interface, now), now, out);
      },
      sending.message);
}

void Node::send_report(InterfaceId interface, const discovery::IgmpMembership::Sending& sending, Instant now,
                       Outbox& out) {
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
        originate(Reason::igmp_membership_told, header, message, link_to(header.destination, interface, now), now, out);
      },
      sending.message);
}

void Node::hear_query(const Ipv6Arrival& arrival) {
  if (auto& groups = state_.link(arrival.interface).groups6)
    groups->on_query(parse_mld_query(arrival.payload()), arrival.now);
}

void Node::hear_query(const Ipv4Arrival& arrival) {
  if (auto& groups = state_.link(arrival.interface).groups4)
    groups->on_query(parse_igmp_query(arrival.payload()), arrival.now);
}

void Node::hear_report(const Ipv6Arrival& arrival) {
  if (auto& groups = state_.link(arrival.interface).groups6)
    groups->on_report(Ipv6Address::load(arrival.payload(), mld_group_offset), arrival.now);
}

void Node::hear_report(const Ipv4Arrival& arrival) {
  if (auto& groups = state_.link(arrival.interface).groups4)
    groups->on_report(Ipv4Address::load(arrival.payload(), igmp_group_offset), arrival.now);
}

}  // namespace tunstack
