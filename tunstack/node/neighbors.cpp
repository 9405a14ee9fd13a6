#include "tunstack/node/neighbors.hpp"

#include "protocols/discovery/nd_rules.hpp"
#include "protocols/discovery/neighbors/arp_rules.hpp"
#include "tunstack/node/nd_input.hpp"

namespace tunstack::neighbors {

namespace {

using discovery::NeighborKey;
using discovery::NeighborState;

/// Whoever checks an address has none itself: all nodes are told (RFC 4861 7.2.4).
Ipv6Header header_to(const Ipv6Address& solicitor, const Ipv6Address& source) {
  return nd_header(source, solicitor == Ipv6Address{} ? ipv6_all_nodes : solicitor);
}

NeighborKey sender_of(const ArpPacket& packet, InterfaceId interface) { return {interface, packet.sender}; }

}  // namespace

// ---- judging ----

Verdict judge_arp(const Received& content, const NodeState& state, RuleTrace* trace) {
  const auto packet = ArpPacket::parse(content.bytes, trace);
  if (!packet) return Drop{packet.error()};
  const discovery::ArpInput input{*packet, state.addresses.kind_on(content.interface, packet->sender),
                                  state.addresses.kind_on(content.interface, packet->target),
                                  state.neighbors.find(sender_of(*packet, content.interface)) != nullptr,
                                  state.is_proxied(content.interface, packet->target)};
  if (const auto broken = first_broken<discovery::arp_input_rules>(input, trace)) return Drop{*broken};
  if (discovery::asks_for_proxied(input)) return Deliver{Reason::arp_request_proxied, Recipient::arp_request};
  if (input.target != AddressKind::own) return Deliver{Reason::arp_sender_updated, Recipient::arp_sender};
  if (packet->operation == ArpOperation::request) return Deliver{Reason::arp_request_for_us, Recipient::arp_request};
  return Deliver{Reason::arp_reply_for_us, Recipient::arp_reply};
}

Verdict judge_solicitation(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  auto input = nd_input(arrival, message, neighbor_solicitation_size);
  if (const auto broken = refuses_discovery(arrival, input)) return Drop{*broken};
  input.target = discovery::is_from_unspecified(input)
                     ? kind_of_target(arrival, input.target_address(), state)
                     : state.addresses.kind_on(arrival.interface, input.target_address());
  if (const auto broken = first_broken<discovery::neighbor_solicitation_rules>(input, arrival.trace))
    return Drop{*broken};
  if (input.target == AddressKind::tentative)
    return Deliver{Reason::address_target_tentative, Recipient::tentative_address};
  if (discovery::is_answered_for(input.target))
    return Deliver{Reason::nd_solicitation_answer_delayed, Recipient::shared_address_solicitation};
  return Deliver{Reason::nd_solicitation_for_us, Recipient::neighbor_solicitation};
}

namespace {

/// A router may want to know a new host of the link before there is anything to send to it (RFC 9131 6.1).
bool takes_untracked(const Ipv6Arrival& arrival, const discovery::NdInput& input, const NodeState& state) {
  const IpAddress target = input.target_address();
  const Interface& interface = state.interface(arrival.interface);
  return state.options.accepts_untracked && !interface.is_host() && interface.has_frames() &&
         find_link_layer_address(input.options(), nd_option::target_link_layer_address) &&
         next_hop_on(arrival.interface, target, arrival.now, state) == target;
}

}  // namespace

/// Of no interest from neighbors that nobody here wants to know (RFC 4861 7.2.5).
Verdict judge_advertisement(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  auto input = nd_input(arrival, message, neighbor_advertisement_size);
  if (const auto broken = refuses_discovery(arrival, input)) return Drop{*broken};
  input.target = kind_of_target(arrival, input.target_address(), state);
  if (const auto broken = first_broken<discovery::neighbor_advertisement_rules>(input, arrival.trace))
    return Drop{*broken};
  if (input.target == AddressKind::tentative)
    return Deliver{Reason::address_target_tentative, Recipient::tentative_address};
  const auto known = state.neighbors.state_of({arrival.interface, input.target_address()}, arrival.now);
  if (known != NeighborState::none && known != NeighborState::failed)
    return Deliver{Reason::nd_advertisement, Recipient::neighbor_advertisement};
  if (takes_untracked(arrival, input, state))
    return Deliver{Reason::nd_advertisement_untracked, Recipient::untracked_neighbor};
  return Drop{Reason::nd_advertisement_without_entry};
}

// ---- ARP ----

/// The table is brought up to date whatever the operation (RFC 826), but 0.0.0.0 never gets in (RFC 5227 2.3).
MaybeReason on_arp(Recipient recipient, const ArpPacket& packet, InterfaceId interface, Turn& turn) {
  MaybeReason unanswered;
  if (recipient == Recipient::arp_request) {
    const ArpPacket reply{ArpOperation::reply, turn.state.interface(interface).mac(), packet.target, packet.sender_mac,
                          packet.sender};
    if (!turn.output.send_arp(reply, packet.sender_mac, interface, turn)) unanswered = Reason::outbox_full;
  }
  if (packet.sender == Ipv4Address{}) return unanswered;
  const NeighborKey key = sender_of(packet, interface);
  const NeighborState state = turn.state.neighbors.state_of(key, turn.now);
  const bool was_asked = state == NeighborState::incomplete || state == NeighborState::probe;
  if (was_asked && recipient == Recipient::arp_reply)
    turn.state.neighbors.on_advertisement({.key = key, .mac = packet.sender_mac, .solicited = true},
                                          turn.state.neighbor_times(key), turn.now);
  else
    on_link_layer_address(key, packet.sender_mac, turn);
  return unanswered;
}

// ---- noting ----

void on_link_layer_address(const NeighborKey& key, const MacAddress& mac, Turn& turn) {
  if (turn.state.interface(key.interface).has_frames())
    turn.state.neighbors.on_source_link_layer_address(key, mac, turn.state.neighbor_times(key), turn.now);
}

void on_progress(const NeighborKey& key, Turn& turn) {
  turn.state.neighbors.confirm(key, turn.state.neighbor_times(key), turn.now);
}

void on_advertisement(const Ipv6Arrival& arrival, Turn& turn) {
  const auto message = NeighborAdvertisementView::of(arrival.payload());
  const NeighborKey key{arrival.interface, message.target()};
  if (turn.state.neighbors.find(key)->is_router && !message.is_from_router()) {  // RFC 4861 7.2.5
    InterfaceRouters& routers = turn.state.interface(key.interface).routers;
    routers.routing.routers.withdraw(key.address);
    routers.redirects6.forget_via(key.address);
  }
  turn.state.neighbors.on_advertisement({.key = key,
                                         .mac = message.target_mac(),
                                         .solicited = message.is_solicited(),
                                         .overrides = message.overrides(),
                                         .is_router = message.is_from_router()},
                                        turn.state.neighbor_times(key), turn.now);
}

void on_untracked_advertisement(const Ipv6Arrival& arrival, Turn& turn) {
  const auto message = NeighborAdvertisementView::of(arrival.payload());
  const NeighborKey key{arrival.interface, message.target()};
  if (const auto mac = message.target_mac()) on_link_layer_address(key, *mac, turn);
  turn.state.neighbors.set_router(key, message.is_from_router());
}

// ---- answering ----

namespace {

/// `flags`: besides those of every answer (RFC 4861 7.2.4).
NeighborAdvertisement advertisement_for(const Ipv6Address& target, const Ipv6Address& solicitor,
                                        const Interface& interface, std::uint8_t flags) {
  if (solicitor != Ipv6Address{}) flags |= na_solicited;
  if (!interface.is_host()) flags |= na_router;
  return {{}, flags, target, interface.config.link_address};
}

/// Before it is answered, so that the answer finds its way (RFC 4861 7.2.3).
void note_solicitor(const Ipv6Arrival& arrival, Turn& turn) {
  const auto mac = NeighborSolicitationView::of(arrival.payload()).source_mac();
  if (mac && arrival.source != AddressKind::unspecified)
    on_link_layer_address({arrival.interface, arrival.ip.source()}, *mac, turn);
}

}  // namespace

MaybeReason on_solicitation(const Ipv6Arrival& arrival, Turn& turn) {
  note_solicitor(arrival, turn);
  const Interface& interface = turn.state.interface(arrival.interface);
  const Ipv6Address target = NeighborSolicitationView::of(arrival.payload()).target();
  const Ipv6Header header = header_to(arrival.ip.source(), target);
  const bool overrides = interface.has_frames() && !interface.is_optimistic(target);  // RFC 4429 3.2
  const auto answer = advertisement_for(target, arrival.ip.source(), interface, overrides ? na_override : 0);
  return turn.output.send(header, answer, egress_to(header.destination, arrival.interface, turn.now, turn.state), turn);
}

/// RFC 4861 7.2.7, 7.2.8
MaybeReason on_shared_address_solicitation(const Ipv6Arrival& arrival, Turn& turn) {
  note_solicitor(arrival, turn);
  const discovery::DelayedAnswers::Answer answer{.target = NeighborSolicitationView::of(arrival.payload()).target(),
                                                 .solicitor = arrival.ip.source()};
  const bool is_kept = turn.state.interface(arrival.interface).delayed_answers.add(answer, turn.now, turn.random);
  return is_kept ? MaybeReason{} : Reason::nd_advertisement_queue_full;
}

/// From an address that is this node's alone (RFC 4291 2.6).
void step_answers(InterfaceId id, Turn& turn) {
  Interface& interface = turn.state.interface(id);
  while (const auto due = interface.delayed_answers.take_due(turn.now)) {
    const AddressKind kind = turn.state.addresses.kind_on(id, due->target);
    const auto source = turn.state.addresses.source_for(id, header_to(due->solicitor, {}).destination);
    const bool may_answer = kind == AddressKind::own_anycast || kind == AddressKind::proxied;  // still
    if (!source || !may_answer) continue;
    turn.output.originate(Reason::nd_delayed_advertisement_sent, header_to(due->solicitor, *source),
                          advertisement_for(due->target, due->solicitor, interface, 0), id, turn);
  }
}

// ---- asking ----

namespace {

using discovery::NeighborCache;

/// Of ARP one in the subnet of the target. Else that of the packet that prompted the question, which the neighbor will
/// want to know, if it is ours there (RFC 4861 7.2.2).
std::optional<IpAddress> source_of_question(const NeighborCache::Solicitation& solicitation, const NodeState& state) {
  const auto& [id, target] = solicitation.target;
  const IpAddress& from = solicitation.from;
  if (target.is_ipv4()) return state.addresses.source_for(id, target.ipv4()).value_or(Ipv4Address{});
  if (!from.is_ipv4() && state.addresses.kind_on(id, from.ipv6()) == AddressKind::own) return from;
  return state.addresses.source_for(id, target.ipv6());
}

void solicit_ipv4(const NeighborCache::Solicitation& solicitation, Ipv4Address source, Reason reason, Turn& turn) {
  const auto [interface, address] = solicitation.target;
  const ArpPacket request{ArpOperation::request, turn.state.interface(interface).mac(), source,
                          solicitation.to.value_or(MacAddress{}), address.ipv4()};
  turn.output.originate_arp(reason, request, solicitation.to.value_or(mac_broadcast), interface, turn);
}

void solicit_ipv6(const NeighborCache::Solicitation& solicitation, const Ipv6Address& source, Reason reason,
                  Turn& turn) {
  const auto [id, address] = solicitation.target;
  const Interface& interface = turn.state.interface(id);
  const bool names_own = !interface.is_optimistic(source);  // RFC 4429 3.2
  const NeighborSolicitation message{{}, address.ipv6(), names_own ? std::optional(interface.mac()) : std::nullopt};
  const Ipv6Address destination = solicitation.to ? address.ipv6() : solicited_node_group(address.ipv6());
  turn.output.originate(reason, nd_header(source, destination), message, id, turn);
}

/// One that is withheld counts as lost: it is asked again in its time.
void solicit(const NeighborCache::Solicitation& solicitation, Turn& turn) {
  const auto& [id, target] = solicitation.target;
  const auto source = source_of_question(solicitation, turn.state);
  if (!source) return;
  if (!solicitation.to) {
    if (!turn.state.may_solicit(id, turn.now))
      return turn.output.note(Reason::neighbor_solicitations_limited, id, turn, target);
    turn.state.note_solicitation(id, turn.now);
  }
  const Reason reason = solicitation.to ? Reason::neighbor_probed : Reason::neighbor_solicited;
  if (target.is_ipv4()) return solicit_ipv4(solicitation, source->ipv4(), reason, turn);
  solicit_ipv6(solicitation, source->ipv6(), reason, turn);
}

/// RFC 4861 7.2.2: a packet of our own has nobody to be told but whoever sent it here. Routes by way of the neighbor
/// give way to others.
void give_up(const NeighborKey& key, Turn& turn, const Refuse& refuse) {
  InterfaceRouters& routers = turn.state.interface(key.interface).routers;
  routers.routing.routers.note_failure(key.address);
  routers.redirects(key.address.family()).forget_via(key.address);
  turn.output.drop_waiting(key, Reason::neighbor_unreachable, turn, refuse);
}

}  // namespace

void forget_all(InterfaceId interface, Turn& turn) {
  std::vector<NeighborKey> keys;
  turn.state.neighbors.for_each([&](const discovery::Neighbor& neighbor) {
    if (neighbor.key.interface == interface) keys.push_back(neighbor.key);
  });
  for (const NeighborKey& key : keys) {
    turn.output.drop_waiting(key, Reason::link_is_down, turn);
    turn.state.neighbors.forget(key);
  }
}

void step(Turn& turn, const Refuse& refuse) {
  const auto times_of = [&](const NeighborKey& key) { return turn.state.neighbor_times(key); };
  while (const auto step = turn.state.neighbors.step(turn.now, times_of)) {
    if (step->solicitation) solicit(*step->solicitation, turn);
    if (step->failed) give_up(step->key, turn, refuse);
  }
}

}  // namespace tunstack::neighbors
