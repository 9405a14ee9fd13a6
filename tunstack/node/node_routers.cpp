// Router discovery of both families: what a node asks and tells as a host, and as a router.
#include "protocols/discovery/nd_rules.hpp"
#include "protocols/discovery/routers/advertisement_reader.hpp"
#include "protocols/discovery/routers/redirect_rules.hpp"
#include "tunstack/node/node_sending.hpp"

namespace tunstack {

namespace {

Ipv6Header discovery_header(const Ipv6Address& source, const Ipv6Address& destination) {
  return {
      .source = source, .destination = destination, .next_header = protocol_number::icmpv6, .hop_limit = nd_hop_limit};
}

}  // namespace

// ---- time ----

void Node::step_links(Instant now, Outbox& out) {
  if (links_deadline_ > now) return;
  for (std::size_t i = 0; i < state_.links.size(); ++i) {
    state_.links[i].tick(now, random_);
    step_addresses(InterfaceId(i), now, out);
    send_delayed_answers(InterfaceId(i), now, out);
    solicit_routers(InterfaceId(i), now, out);
    solicit_routers4(InterfaceId(i), now, out);
    advertise(InterfaceId(i), now, out);
    advertise4(InterfaceId(i), now, out);
  }
}

void Node::farewell(Instant now, Outbox& out) {
  for (LinkDiscovery& link : state_.links) {
    if (link.advertising) link.advertising->advertiser.stop(now);
    if (link.irdp_router) link.irdp_router->stop(now);
  }
  update_deadline();
  tick(now, out);
}

// ---- a router tells of itself ----

void Node::advertise(InterfaceId interface, Instant now, Outbox& out) {
  auto& advertising = state_.link(interface).advertising;
  if (!advertising) return;
  const auto source = state_.addresses.source_for(interface, ipv6_all_nodes);
  while (const auto due = advertising->advertiser.take_due(now, random_)) {
    if (!source) continue;
    const Ipv6Header header = discovery_header(*source, due->destination);
    const Reason reason =
        due->lifetime_is_zero ? Reason::router_final_advertisement_sent : Reason::router_advertisement_sent;
    for (std::size_t i = 0; i < advertising->parts.count(); ++i)
      originate(reason, header, advertising->parts.part(i, due->lifetime_is_zero),
                link_to(header.destination, interface, now), now, out);
  }
}

void Node::advertise4(InterfaceId interface, Instant now, Outbox& out) {
  auto& router = state_.link(interface).irdp_router;
  if (!router) return;
  while (const auto due = router->take_due(now, random_)) {
    const auto source = state_.addresses.source_for(interface, due->destination);
    if (!source) continue;
    const bool is_to_group = state_.addresses.kind_on(interface, due->destination) != AddressKind::unicast;
    Ipv4Header header{.source = *source,
                      .destination = due->destination,
                      .protocol = protocol_number::icmpv4,
                      .ttl = is_to_group ? irdp_group_ttl : static_cast<std::uint8_t>(state_.options.ipv4_ttl)};
    header.identification = next_identification(header);
    originate(due->lifetime_is_zero ? Reason::irdp_final_advertisement_sent : Reason::irdp_advertisement_sent, header,
              router->message_of(*due), link_to(header.destination, interface, now), now, out);
  }
}

void Node::hear_router_solicitation(const Ipv6Arrival& arrival) {
  const discovery::NdInput input{arrival.ip, arrival.payload(), router_solicitation_size};
  const discovery::NeighborKey sender{arrival.interface, arrival.ip.source()};
  const auto mac = find_link_layer_address(input.options(), nd_option::source_link_layer_address);
  if (!discovery::is_from_unspecified(input)) {
    if (mac) mention(sender, *mac, arrival.now);
    state_.neighbors.set_router(sender, false);
  }
  if (auto& advertising = state_.link(arrival.interface).advertising)
    advertising->advertiser.on_solicitation(arrival.ip.source(), arrival.now, random_);
}

// ---- a host asks and learns ----

/// From an address of the link only, or without an address at all (RFC 4861 4.1).
void Node::solicit_routers(InterfaceId interface, Instant now, Outbox& out) {
  if (!state_.link(interface).routing.solicitor.take_due(now, random_)) return;
  const auto source = state_.addresses.source_for(interface, ipv6_all_routers);
  const bool is_told = source && !state_.is_optimistic(interface, *source);  // RFC 4429 3.2
  const auto mac = is_told ? state_.link_address(interface) : std::nullopt;
  const Ipv6Header header = discovery_header(source.value_or(Ipv6Address{}), ipv6_all_routers);
  originate(Reason::router_solicitation_sent, header, RouterSolicitation{{}, mac},
            link_to(header.destination, interface, now), now, out);
}

void Node::solicit_routers4(InterfaceId interface, Instant now, Outbox& out) {
  if (!state_.link(interface).irdp_host.take_due(now)) return;
  Ipv4Header header{.source = state_.addresses.source_for(interface, ipv4_all_routers).value_or(Ipv4Address{}),
                    .destination = ipv4_all_routers,
                    .protocol = protocol_number::icmpv4,
                    .ttl = irdp_group_ttl};
  header.identification = next_identification(header);
  originate(Reason::irdp_solicitation_sent, header, Icmpv4RouterSolicitation{},
            link_to(header.destination, interface, now), now, out);
}

void Node::hear_router(const Ipv6Arrival& arrival) {
  const auto i = static_cast<std::size_t>(arrival.interface);
  discovery::HostRouting& routing = state_.links[i].routing;
  const discovery::NeighborKey router{arrival.interface, arrival.ip.source()};
  const bool was_default_router = routing.routers.find(router.address) != nullptr;
  const auto news = read_advertisement(routing, arrival.payload(), arrival.ip.source(), arrival.now, random_);
  if (was_default_router && routing.routers.find(router.address) == nullptr)  // RFC 4861 6.3.5
    state_.links[i].redirects6.forget_via(router.address);
  if (news.router_mac) mention(router, *news.router_mac, arrival.now);
  state_.neighbors.set_router(router, true);
  auto prefixes = news.prefixes;
  auto& addresses = state_.links[i].addresses6;
  if (addresses) addresses->set_retransmission_timer(routing.link.values().retransmit_time);
  while (const auto prefix = addresses ? prefixes.next() : std::nullopt)
    if (const auto refused = addresses->on_prefix(*prefix, arrival.now, random_)) count(*refused);
  state_.hop_limits[i] = routing.link.values().hop_limit;
  state_.ipv6_mtus[i] = routing.link.values().mtu;
}

void Node::hear_router4(const Ipv4Arrival& arrival) {
  LinkDiscovery& link = state_.link(arrival.interface);
  link.irdp_host.on_advertisement(
      Icmpv4RouterAdvertisementView(arrival.payload()),
      [&](Ipv4Address address) {
        return state_.addresses.is_on_link(arrival.interface, address) &&
               state_.addresses.kind_on(arrival.interface, address) == AddressKind::unicast;
      },
      [&](const discovery::DiscoveredRouter& router) {
        if (router.lifetime == std::chrono::seconds(0)) link.redirects4.forget_via(router.address);
        link.routing.routers.learn(router.address, router.preference,
                                   static_cast<std::uint16_t>(router.lifetime.count()), arrival.now);
      });
}

void Node::take_redirect(const Ipv4Arrival& arrival) {
  const auto redirect = discovery::Ipv4Redirect::parse(arrival.payload());
  state_.link(arrival.interface).redirects4.learn(redirect->destination, redirect->gateway, arrival.now);
}

void Node::take_redirect(const Ipv6Arrival& arrival) {
  const auto redirect = discovery::Ipv6Redirect::of({arrival.ip, arrival.payload(), redirect_size});
  const discovery::NeighborKey target{arrival.interface, redirect.target};
  state_.link(arrival.interface).redirects6.learn(redirect.destination, redirect.target, arrival.now);
  if (redirect.target_mac) mention(target, *redirect.target_mac, arrival.now);
  if (redirect.target_is_router()) state_.neighbors.set_router(target, true);
}

// ---- who takes what ----

bool Node::take_discovery(Reason reason, const Ipv4Arrival& arrival) {
  switch (reason) {
    case Reason::icmp4_mask_learned:
      learn_mask(arrival);
      break;
    case Reason::irdp_advertisement_for_us:
    case Reason::irdp_no_common_traffic:
      hear_router4(arrival);
      break;
    case Reason::irdp_solicitation_for_us:
      if (auto& router = state_.link(arrival.interface).irdp_router)
        router->on_solicitation(arrival.ip.source(), arrival.now, random_);
      break;
    case Reason::icmp4_redirect_for_us:
      take_redirect(arrival);
      break;
    case Reason::igmp_query_for_us:
      hear_query(arrival);
      break;
    case Reason::igmp_report_heard:
      hear_report(arrival);
      break;
    default:
      return false;
  }
  update_deadline();
  return true;
}

bool Node::take_discovery(Reason reason, const Ipv6Arrival& arrival) {
  switch (reason) {
    case Reason::nd_advertisement:
      note_advertisement(arrival);
      break;
    case Reason::nd_advertisement_untracked:
      note_untracked(arrival);
      break;
    case Reason::mld_query_for_us:
      hear_query(arrival);
      break;
    case Reason::mld_report_heard:
      hear_report(arrival);
      break;
    case Reason::mld_listeners_heard:
      hear_listeners(arrival);
      break;
    case Reason::router_advertisement_heard:
      hear_router(arrival);
      break;
    case Reason::router_solicitation_heard:
      hear_router_solicitation(arrival);
      break;
    case Reason::icmp6_redirect_for_us:
      take_redirect(arrival);
      break;
    default:
      return false;
  }
  update_deadline();
  return true;
}

}  // namespace tunstack
