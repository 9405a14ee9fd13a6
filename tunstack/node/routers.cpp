#include "tunstack/node/routers.hpp"

#include "protocols/discovery/routers/advertisement_reader.hpp"
#include "protocols/discovery/routers/advertising/advertisement_consistency.hpp"
#include "protocols/discovery/routers/irdp_rules.hpp"
#include "protocols/discovery/routers/redirect_rules.hpp"
#include "tunstack/node/addresses.hpp"
#include "tunstack/node/advertising.hpp"
#include "tunstack/node/nd_input.hpp"
#include "tunstack/node/neighbors.hpp"

namespace tunstack::routers {

// ---- judging ----

Verdict judge_solicitation(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  const auto input = nd_input(arrival, message, router_solicitation_size);
  if (const auto broken = refuses_discovery(arrival, input)) return Drop{*broken};
  if (const auto broken = first_broken<discovery::router_solicitation_rules>(input, arrival.trace))
    return Drop{*broken};
  if (!state.interface(arrival.interface).routers.advertising)
    return Drop{Reason::router_solicitation_to_no_advertiser};
  return Deliver{Reason::router_solicitation_accepted, Recipient::router_solicitation};
}

/// A router compares, a host believes (RFC 4861 6.2.7, 6.3.4).
Verdict judge_advertisement(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  const auto input = nd_input(arrival, message, router_advertisement_size);
  if (const auto broken = refuses_discovery(arrival, input)) return Drop{*broken};
  if (const auto broken = first_broken<discovery::router_advertisement_rules>(input, arrival.trace))
    return Drop{*broken};
  const InterfaceRouters& routers = state.interface(arrival.interface).routers;
  if (routers.learns) return Deliver{Reason::router_advertisement_accepted, Recipient::router_advertisement};
  if (!routers.advertising) return Drop{Reason::router_advertisement_ignored};
  const auto differs = first_broken<discovery::consistency_rules>(
      discovery::Compared{routers.advertising->config, RouterAdvertisementHeader::parse(input.message),
                          input.options()},
      arrival.trace);
  return Drop{differs ? *differs : Reason::advertisement_agrees_with_ours};
}

namespace {

discovery::IrdpInput irdp_input(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  return {.source = arrival.ip.source(),
          .message = message.bytes(),
          .source_is_neighbor = state.addresses.is_on_link(arrival.interface, arrival.ip.source()),
          .is_to_multicast = is_multicast(arrival.destination),
          .ttl = arrival.ip.ttl()};
}

}  // namespace

Verdict judge_irdp_solicitation(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  if (const auto broken =
          first_broken<discovery::irdp_solicitation_rules>(irdp_input(arrival, message, state), arrival.trace))
    return Drop{*broken};
  const Interface& interface = state.interface(arrival.interface);
  if (interface.is_host()) return Drop{Reason::irdp_solicitation_to_host};
  const auto& router = interface.routers.irdp_router;
  if (!router || !router->is_advertising()) return Drop{Reason::irdp_not_advertised_here};
  return Deliver{Reason::irdp_solicitation_accepted, Recipient::irdp_solicitation};
}

Verdict judge_irdp_advertisement(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  if (const auto broken =
          first_broken<discovery::irdp_advertisement_rules>(irdp_input(arrival, message, state), arrival.trace))
    return Drop{*broken};
  const Interface& interface = state.interface(arrival.interface);
  if (!interface.is_host()) return Drop{Reason::irdp_advertisement_to_router};
  if (!interface.routers.learns4) return Drop{Reason::irdp_host_off};
  const bool is_in_use = message.code() != irdp_routes_no_common_traffic;
  return Deliver{is_in_use ? Reason::irdp_advertisement_accepted : Reason::irdp_no_common_traffic,
                 Recipient::irdp_advertisement};
}

namespace {

/// Whether a redirect may name this router (icmp.secure_redirects).
bool is_trusted(const IpAddress& router, InterfaceId id, const NodeState& state) {
  return !state.options.secure_redirects || state.interface(id).routers.routing.routers.find(router) != nullptr;
}

/// So is one that is not told.
bool is_our_packet(const discovery::Ipv6Redirect& redirect, InterfaceId id, const NodeState& state) {
  if (redirect.redirected_packet.empty()) return true;
  const auto quoted = QuotedIpv6::parse(redirect.redirected_packet);
  return quoted && quoted->destination() == redirect.destination &&
         is_own(state.addresses.kind_on(id, quoted->source()));
}

}  // namespace

Verdict judge_redirect4(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  const auto redirect = discovery::Ipv4Redirect::parse(message.bytes(), arrival.trace);
  if (!redirect) return Drop{redirect.error()};
  const InterfaceId id = arrival.interface;
  const discovery::Ipv4RedirectInput input{
      .accept_redirects = state.options.accept_redirects4 && state.interface(id).is_host(),
      .gateway = state.addresses.kind_on(id, redirect->gateway),
      .gateway_is_on_link = state.addresses.is_on_link(id, redirect->gateway),
      .quoted_source_is_ours = is_own(state.addresses.kind_on(id, redirect->quoted_source)),
      .destination = state.addresses.kind_on(id, redirect->destination),
      .destination_is_on_link = state.addresses.is_on_link(id, redirect->destination),
      .source_is_first_hop = next_hop_on(id, redirect->destination, arrival.now, state) == arrival.ip.source(),
      .gateway_is_trusted = is_trusted(redirect->gateway, id, state),
      .quotes_sent_packet = state.identifications4.may_have_sent(redirect->destination, redirect->quoted_identification,
                                                                 {0, redirect->quoted_protocol}, arrival.now)};
  if (const auto broken = first_broken<discovery::ipv4_redirect_rules>(input, arrival.trace)) return Drop{*broken};
  return Deliver{Reason::icmp4_redirect_accepted, Recipient::redirect};
}

Verdict judge_redirect6(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  const auto told = nd_input(arrival, message, redirect_size);
  if (const auto broken = refuses_discovery(arrival, told)) return Drop{*broken};
  if (const auto broken = first_broken<discovery::ipv6_redirect_message_rules>(told, arrival.trace))
    return Drop{*broken};
  const auto redirect = discovery::Ipv6Redirect::of(told);
  const InterfaceId id = arrival.interface;
  const discovery::Ipv6RedirectInput input{
      .accept_redirects = state.options.accept_redirects6 && state.interface(id).is_host(),
      .target_is_ours = is_own(state.addresses.kind_on(id, redirect.target)),
      .source_is_first_hop = next_hop_on(id, redirect.destination, arrival.now, state) == arrival.ip.source(),
      .target_is_trusted = is_trusted(redirect.target, id, state),
      .packet_is_ours = is_our_packet(redirect, id, state),
      .was_sent_to_lately = state.interface(id).routers.sent6.was_noted_lately(redirect.destination, arrival.now)};
  if (const auto broken = first_broken<discovery::ipv6_redirect_rules>(input, arrival.trace)) return Drop{*broken};
  return Deliver{Reason::icmp6_redirect_accepted, Recipient::redirect};
}

// ---- learning as a host ----

namespace {

discovery::Teller as_teller(const IpAddress& router, InterfaceId interface, const Turn& turn) {
  return {router, [&state = turn.state, interface](const IpAddress& address) {
            return state.neighbors.standing_of({interface, address});
          }};
}

}  // namespace

void on_advertisement(const Ipv6Arrival& arrival, Turn& turn) {
  InterfaceRouters& routers = turn.state.interface(arrival.interface).routers;
  const discovery::NeighborKey router{arrival.interface, arrival.ip.source()};
  const bool was_default_router = routers.routing.routers.find(router.address) != nullptr;
  const discovery::Teller teller = as_teller(router.address, arrival.interface, turn);
  const auto news = read_advertisement(routers.routing, arrival.payload(), teller, turn.now, turn.random);
  for (const auto& refused : news.refused) turn.output.note(refused.reason, arrival.interface, turn, refused.about);
  if (was_default_router && routers.routing.routers.find(router.address) == nullptr)  // RFC 4861 6.3.5
    routers.redirects6.forget_via(router.address);
  if (news.router_mac) neighbors::on_link_layer_address(router, *news.router_mac, turn);
  turn.state.neighbors.set_router(router, true);
  if (auto& addresses = turn.state.interface(arrival.interface).addresses.ipv6)
    addresses->set_retransmission_timer(routers.routing.link.values().retransmit_time);
  auto prefixes = news.prefixes;
  while (const auto prefix = prefixes.next()) addresses::on_prefix(*prefix, teller, arrival.interface, turn);
}

void on_irdp_advertisement(const Ipv4Arrival& arrival, Turn& turn) {
  InterfaceRouters& routers = turn.state.interface(arrival.interface).routers;
  const auto is_neighbor = [&](Ipv4Address address) {
    return turn.state.addresses.is_on_link(arrival.interface, address) &&
           turn.state.addresses.kind_on(arrival.interface, address) == AddressKind::unicast;
  };
  const discovery::Teller teller = as_teller(arrival.ip.source(), arrival.interface, turn);
  const auto learn = [&](const discovery::DiscoveredRouter& router) {
    if (router.lifetime == std::chrono::seconds(0)) routers.redirects4.forget_via(router.address);
    const auto lifetime = static_cast<std::uint16_t>(router.lifetime.count());
    if (const auto refused =
            routers.routing.routers.learn(router.address, router.preference, lifetime, turn.now, teller))
      turn.output.note(*refused, arrival.interface, turn, IpAddress(router.address));
  };
  routers.irdp_host.on_advertisement(Icmpv4RouterAdvertisementView(arrival.payload()), is_neighbor, learn);
}

void on_redirect(const Ipv4Arrival& arrival, Turn& turn) {
  const auto redirect = discovery::Ipv4Redirect::parse(arrival.payload());
  turn.state.interface(arrival.interface).routers.redirects4.learn(redirect->destination, redirect->gateway, turn.now);
}

void on_redirect(const Ipv6Arrival& arrival, Turn& turn) {
  const auto redirect = discovery::Ipv6Redirect::of({arrival.ip, arrival.payload(), redirect_size});
  const discovery::NeighborKey target{arrival.interface, redirect.target};
  turn.state.interface(arrival.interface).routers.redirects6.learn(redirect.destination, redirect.target, turn.now);
  if (redirect.target_mac) neighbors::on_link_layer_address(target, *redirect.target_mac, turn);
  if (redirect.target_is_router()) turn.state.neighbors.set_router(target, true);
}

// ---- being asked as a router ----

void on_solicitation(const Ipv6Arrival& arrival, Turn& turn) {
  const discovery::NeighborKey sender{arrival.interface, arrival.ip.source()};
  if (arrival.source != AddressKind::unspecified) {
    if (const auto mac = RouterSolicitationView::of(arrival.payload()).source_mac())
      neighbors::on_link_layer_address(sender, *mac, turn);
    turn.state.neighbors.set_router(sender, false);
  }
  if (auto& advertising = turn.state.interface(arrival.interface).routers.advertising)
    advertising->advertiser.on_solicitation(arrival.ip.source(), turn.now, turn.random);
}

void on_irdp_solicitation(const Ipv4Arrival& arrival, Turn& turn) {
  if (auto& router = turn.state.interface(arrival.interface).routers.irdp_router)
    router->on_solicitation(arrival.ip.source(), turn.now, turn.random);
}

// ---- sending ----

namespace {

/// From an address of the link only, or without an address at all (RFC 4861 4.1).
void solicit(InterfaceId id, Turn& turn) {
  Interface& interface = turn.state.interface(id);
  if (!interface.routers.routing.solicitor.take_due(turn.now, turn.random)) return;
  const auto source = turn.state.addresses.source_for(id, ipv6_all_routers);
  const bool names_own = source && !interface.is_optimistic(*source);  // RFC 4429 3.2
  turn.output.originate(Reason::router_solicitation_sent, nd_header(source.value_or(Ipv6Address{}), ipv6_all_routers),
                        RouterSolicitation{{}, names_own ? interface.config.link_address : std::nullopt}, id, turn);
}

void solicit_irdp(InterfaceId id, Turn& turn) {
  if (!turn.state.interface(id).routers.irdp_host.take_due(turn.now)) return;
  const Ipv4Header header{.source = turn.state.addresses.source_for(id, ipv4_all_routers).value_or(Ipv4Address{}),
                          .destination = ipv4_all_routers,
                          .protocol = protocol_number::icmpv4,
                          .ttl = irdp_group_ttl};
  turn.output.originate(Reason::irdp_solicitation_sent, header, Icmpv4RouterSolicitation{}, id, turn);
}

}  // namespace

void step(InterfaceId id, Turn& turn) {
  solicit(id, turn);
  solicit_irdp(id, turn);
  step_advertising(id, turn);
}

}  // namespace tunstack::routers
