#include "tunstack/network/network.hpp"

#include <algorithm>
#include <stdexcept>

#include "protocols/wire/ethernet.hpp"
#include "protocols/wire/ip_version.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "tunstack/network/plan_check.hpp"

namespace tunstack {

namespace {

constexpr std::size_t largest_frame = ethernet_header_size + 65535;

/// Nodes draw apart from each other; the first one, as if it were alone.
Seed seed_of_node(Seed seed, std::size_t number) {
  seed.key[6] ^= static_cast<std::uint32_t>(number);
  return seed;
}

/// By its name, so that other links change nothing (FNV-1a).
Seed seed_of_link(Seed seed, std::string_view name) {
  std::uint32_t hash = 0x811c9dc5;
  for (const char letter : name) hash = (hash ^ static_cast<std::uint8_t>(letter)) * 0x01000193;
  seed.key[5] ^= hash;
  return seed;
}

Seed seed_of_end(Seed seed, std::size_t end) {
  seed.key[7] ^= static_cast<std::uint32_t>(end + 1);
  return seed;
}

/// The device at a door may have any name.
std::string seed_name_of(const PlannedLink& link) {
  for (const LinkEnd& end : link.ends)
    if (end.door) return "door " + std::to_string(*end.door);
  return link.name;
}

bool is_single_node(const NetworkPlan& plan) {
  if (plan.nodes.size() == 1 && plan.nodes[0].misbehaviour) return false;
  if (plan.nodes.size() != 1 || plan.links.size() != plan.nodes[0].config.interfaces.size()) return false;
  for (std::size_t i = 0; i < plan.links.size(); ++i)
    if (plan.links[i].ends != std::vector<LinkEnd>{{.node = 0, .interface = InterfaceId(i)}, {.door = i}} ||
        plan.links[i].impairments.any())
      return false;
  return true;
}

std::vector<Node> make_nodes(const NetworkPlan& plan) {
  if (const auto fault = plan_fault(plan)) throw std::invalid_argument(fault->what + ": " + fault->why);
  std::vector<Node> nodes;
  nodes.reserve(plan.nodes.size());
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    NodeConfig config = plan.nodes[i].config;
    config.id = NodeId(i);
    config.seed = seed_of_node(plan.seed, i);
    config.start = plan.start;
    nodes.emplace_back(config);
  }
  return nodes;
}

bool is_datagram_in_frame(Bytes frame) {
  const auto ethernet = EthernetView::parse(frame);
  return ethernet && (ethernet->type() == ethertype::ipv4 || ethernet->type() == ethertype::ipv6);
}

AddressKind kind_at(const NodeState& state, InterfaceId interface, Bytes datagram, std::size_t at4, std::size_t at6) {
  if (ip_version(datagram) == 4) {
    if (datagram.size() < ipv4_header_size) return AddressKind::unicast;
    return state.addresses.kind_on(interface, Ipv4Address::load(datagram, at4));
  }
  if (datagram.size() < ipv6_header_size) return AddressKind::unicast;
  return state.addresses.kind_on(interface, Ipv6Address::load(datagram, at6));
}

bool is_from(const NodeState& state, InterfaceId interface, Bytes datagram) {
  const AddressKind source = kind_at(state, interface, datagram, ipv4_offset::source, ipv6_offset::source);
  return source == AddressKind::own || source == AddressKind::own_elsewhere || source == AddressKind::unspecified;
}

misdeeds::Arrival arrival_at(const NodeState& state, InterfaceId interface, Bytes datagram) {
  const AddressKind kind = kind_at(state, interface, datagram, ipv4_offset::destination, ipv6_offset::destination);
  misdeeds::Arrival arrival{.is_for_node = kind != AddressKind::unicast, .is_for_everybody = false, .own = {}};
  arrival.is_for_everybody = kind == AddressKind::limited_broadcast || kind == AddressKind::directed_broadcast ||
                             kind == AddressKind::joined_group || kind == AddressKind::multicast;
  if (datagram.size() >= ipv4_header_size && ip_version(datagram) == 4) {
    const auto own = state.addresses.source_for(interface, Ipv4Address::load(datagram, ipv4_offset::source));
    if (own) arrival.own = *own;
  } else if (datagram.size() >= ipv6_header_size) {
    const auto own = state.addresses.source_for(interface, Ipv6Address::load(datagram, ipv6_offset::source));
    arrival.own = own ? IpAddress(*own) : IpAddress(Ipv6Address{});
  }
  return arrival;
}

std::optional<MacAddress> destination_of_frame(Bytes frame) {
  const auto ethernet = EthernetView::parse(frame);
  return ethernet ? std::optional(ethernet->destination()) : std::nullopt;
}

std::vector<std::string> names_of(const NetworkPlan& plan) {
  std::vector<std::string> names;
  names.reserve(plan.nodes.size());
  for (const PlannedNode& node : plan.nodes) names.push_back(node.name);
  return names;
}

/// Links and doors for the interfaces that it has.
NetworkPlan plan_around(const Node& node) {
  NodeConfig config;
  for (const Interface& interface : node.state().interfaces) config.interfaces.push_back(interface.config);
  return plan_of(config);
}

}  // namespace

NetworkPlan plan_of(const NodeConfig& node, std::string name) {
  NetworkPlan plan{.nodes = {}, .links = {}, .seed = node.seed, .start = node.start};
  for (std::size_t i = 0; i < node.interfaces.size(); ++i)
    plan.links.push_back({.name = node.interfaces[i].name,
                          .prefixes = node.interfaces[i].addresses,
                          .ends = {{.node = 0, .interface = InterfaceId(i)}, {.door = i}}});
  plan.nodes.push_back({.name = std::move(name), .config = node});
  return plan;
}

std::vector<std::optional<Network::Wrongdoer>> Network::wrongdoers_of(const NetworkPlan& plan) {
  std::vector<std::optional<Wrongdoer>> all(plan.nodes.size());
  bool is_any = false;
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    if (const auto& wrong = plan.nodes[i].misbehaviour) all[i] = {*wrong};
    is_any |= all[i].has_value();
  }
  return is_any ? all : decltype(all){};
}

Misbehaviour Network::misbehaviour(NodeId id) const {
  const auto node = static_cast<std::size_t>(id);
  if (wrongdoers_.empty()) return {};
  const auto& known = wrongdoers_[node];
  return known ? known->misbehaviour : Misbehaviour();
}

void Network::misbehave(NodeId id, const Misbehaviour& misbehaviour) {
  const auto node = static_cast<std::size_t>(id);
  wrongdoers_.resize(nodes_.size());
  if (Wrongdoer* const known = find_wrongdoer(node))
    known->misbehaviour = misbehaviour;
  else
    wrongdoers_[node] = {misbehaviour};
  for (std::size_t i = 0; i < nodes_[node].state().interfaces.size(); ++i)
    ports_[first_port_[node] + i].is_direct = false;
}

// ---- what it is made of ----

Network::Network(const NetworkPlan& plan) : Network(make_nodes(plan), plan) {}

Network::Network(const Node& node) : Network(std::vector{node}, plan_around(node)) {}

Network::Network(std::vector<Node> nodes, const NetworkPlan& plan)
    : nodes_(std::move(nodes)),
      names_(names_of(plan)),
      wrongdoers_(wrongdoers_of(plan)),
      in_flight_(plan.in_flight),
      is_single_(is_single_node(plan)),
      waves_{Wave(!is_single_), Wave(!is_single_)},
      last_event_(plan.start) {
  attach(plan);
  for (std::size_t i = 0; i < nodes_.size(); ++i) deadlines_.set(static_cast<EntryIndex>(i), nodes_[i].next_deadline());
}

Network::Network(const Network& other)
    : nodes_(other.nodes_),
      names_(other.names_),
      links_(other.links_),
      ports_(other.ports_),
      first_port_(other.first_port_),
      doors_(other.doors_),
      wrongdoers_(other.wrongdoers_),
      deadlines_(other.deadlines_),
      in_flight_(other.in_flight_),
      is_single_(other.is_single_),
      enters_behind_links_(other.enters_behind_links_),
      waves_{Wave(!is_single_), Wave(!is_single_)},
      packets_in_(other.packets_in_),
      packets_out_(other.packets_out_),
      last_number_(other.last_number_),
      last_event_(other.last_event_) {
  if (other.frame_) frame_ = std::make_unique_for_overwrite<std::uint8_t[]>(largest_frame);
}

void Network::attach(const NetworkPlan& plan) {
  for (const Node& node : nodes_) {
    first_port_.push_back(static_cast<std::uint32_t>(ports_.size()));
    ports_.resize(ports_.size() + node.state().interfaces.size());
  }
  for (const PlannedLink& link : plan.links) attach(link, plan.seed);
}

void Network::attach(const PlannedLink& planned, const Seed& seed) {
  Link link{.name = planned.name,
            .ends = planned.ends,
            .addresses = {},
            .impairers = {},
            .impairments = planned.impairments,
            .seed = seed_of_link(seed, seed_name_of(planned))};
  for (const LinkEnd& end : link.ends)
    if (!end.door && nodes_[end.node].state().interface(end.interface).has_frames())
      link.addresses.resize(link.ends.size());
  for (std::size_t i = 0; i < link.ends.size(); ++i) {
    const LinkEnd& end = link.ends[i];
    if (link.has_frames() && !end.door) link.addresses[i] = nodes_[end.node].state().interface(end.interface).mac();
    if (planned.impairments.any()) link.impairers.emplace_back(planned.impairments, seed_of_end(link.seed, i), "way");
    const bool is_well = end.door || find_wrongdoer(end.node) == nullptr;
    port_at(end) = {.link = static_cast<std::uint32_t>(links_.size()),
                    .end = static_cast<std::uint16_t>(i),
                    .is_direct = is_well && link.ends.size() == 2 && !link.has_frames() && !planned.impairments.any(),
                    .other = link.ends[i == 0 ? link.ends.size() - 1 : 0]};
  }
  if (link.has_frames() && !frame_) frame_ = std::make_unique_for_overwrite<std::uint8_t[]>(largest_frame);
  links_.push_back(std::move(link));
}

void Network::impair_link(std::size_t number, const Impairments& impairments) {
  Link& link = links_[number];
  link.impairments = impairments;
  for (Impairer& impairer : link.impairers) impairer.change(impairments);
  if (!link.impairers.empty() || !impairments.any()) return;
  for (std::size_t i = 0; i < link.ends.size(); ++i) {
    link.impairers.emplace_back(impairments, seed_of_end(link.seed, i), "way");
    port_at(link.ends[i]).is_direct = false;
  }
}

void Network::set_link_mtu(std::size_t link, std::size_t mtu) {
  for (const LinkEnd& end : links_[link].ends)
    if (!end.door) nodes_[end.node].set_mtu(end.interface, mtu);
}

void Network::set_link_up(std::size_t link, bool up, Instant now, Outbox& out) {
  const std::vector<LinkEnd> ends = links_[link].ends;
  for (const LinkEnd& end : ends)
    if (!end.door)
      act(NodeId(end.node), now, out,
          [&](Node& node, Instant when, Outbox& box) { node.link_changed(end.interface, up, when, box); });
}

Network::Port& Network::port_at(const LinkEnd& end) {
  if (!end.door) return ports_[first_port_[end.node] + static_cast<std::size_t>(end.interface)];
  if (doors_.size() <= *end.door) doors_.resize(*end.door + 1);
  return doors_[*end.door];
}

std::optional<std::size_t> Network::find_link(std::string_view name) const {
  const auto found = std::ranges::find(links_, name, &Link::name);
  return found == links_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - links_.begin()));
}

std::vector<std::string> Network::link_names() const {
  std::vector<std::string> names;
  names.reserve(links_.size());
  for (const Link& link : links_) names.push_back(link.name);
  return names;
}

std::optional<NodeId> Network::find_node(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  return found == names_.end() ? std::nullopt : std::optional(NodeId(found - names_.begin()));
}

const LinkEnd& Network::first_node_at(InterfaceId door) const {
  const auto& ends = links_[doors_[static_cast<std::size_t>(door)].link].ends;
  return *std::ranges::find_if(ends, [](const LinkEnd& end) { return !end.door; });
}

std::optional<InterfaceId> Network::door_at(NodeId node, InterfaceId interface) const {
  for (const LinkEnd& end : links_[port_of(static_cast<std::size_t>(node), interface).link].ends)
    if (end.door) return InterfaceId(*end.door);
  return std::nullopt;
}

PlaceNames Network::place_names() const {
  std::vector<PlaceNames::Node> nodes(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes[i].name = names_[i];
    for (const Interface& interface : nodes_[i].state().interfaces)
      nodes[i].interfaces.push_back(interface.config.name);
  }
  return PlaceNames(std::move(nodes));
}

Counters Network::counters() const {
  Counters all = nodes_[0].counters();
  if (is_single_) return all;
  for (std::size_t i = 1; i < nodes_.size(); ++i) all += nodes_[i].counters();
  all.packets_in = packets_in_;
  all.packets_out = packets_out_;
  return all;
}

const std::string& Network::name_of(InterfaceId door) const {
  const LinkEnd& end = first_node_at(door);
  return nodes_[end.node].state().interface(end.interface).config.name;
}

void Network::observe(Observer* observer) {
  for (Node& node : nodes_) node.observe(observer);
}

// ---- a Machine ----

template <class Act>
void Network::let_act(std::size_t number, const Act& act) {
  Node& node = nodes_[number];
  const auto sender = static_cast<EntryIndex>(number);
  const Instant deadline = node.next_deadline();
  node.number_after(last_number_);
  Wave& wave = waves_[filling_];
  act(node, wave.box);
  last_number_ = node.last_number();
  while (wave.senders.size() < wave.box.packets().size()) wave.senders.push_back(sender);
  if (node.next_deadline() != deadline) [[unlikely]]
    deadlines_.set(sender, node.next_deadline());
}

void Network::receive(const Received& received, Outbox& out) {
  if (!is_single_) return receive_together({&received, 1}, out);
  if (next_deadline() <= received.now) [[unlikely]]
    tick_alone(received.now, out);
  if (watcher_ != nullptr) [[unlikely]]
    watcher_->arrives(NodeId{0}, received);
  last_event_ = received.now;
  nodes_[0].receive(received, out);
}

void Network::receive_together(std::span<const Received> packets, Outbox& out) {
  if (is_single_ || packets.empty()) {
    for (const Received& packet : packets) receive(packet, out);
    return;
  }
  run_until(packets[0].now, out);
  const Instant now = last_event_ = std::max(packets[0].now, last_event_);
  for (const Received& packet : packets) enter(packet, now, out);
  settle(now, out);
  run_until(now, out);
}

void Network::enter(const Received& received, Instant now, Outbox& out) {
  const Port& port = doors_[static_cast<std::size_t>(received.interface)];
  const LinkEnd from{.door = static_cast<std::size_t>(received.interface)};
  const PacketNumber number = ++last_number_;
  ++packets_in_;
  if (watcher_ != nullptr) [[unlikely]]
    watcher_->enters(received.interface, received.bytes, number, now);
  Link& link = links_[port.link];
  const Received numbered{received.interface, received.bytes, now, received.link_layer_group, false, number};
  if (port.is_direct)
    hand_over(port.other, numbered, out);
  else if (link.impairers.empty() || enters_behind_links_)
    arrive(link, port.end, numbered, out);
  else
    impair(link.impairers[port.end], port, from, received.bytes, number, now);
}

void Network::tick(Instant now, Outbox& out) { is_single_ ? tick_alone(now, out) : run_until(now, out); }

// At the times when it was due, however late that is: a replay knows no other ones. But who was stopped for long does
// not make up for that time: neighbors, too, had none to answer in.
void Network::tick_alone(Instant now, Outbox& out) {
  constexpr Duration longest_lateness = std::chrono::milliseconds(100);
  for (Instant next = next_deadline(); next <= now && !out.is_quarter_full(); next = next_deadline()) {
    last_event_ = std::max({last_event_, next, now - longest_lateness});
    nodes_[0].tick(last_event_, out);
  }
}

void Network::run_until(Instant now, Outbox& out) {
  for (Instant next = next_deadline(); next <= now && !out.is_quarter_full(); next = next_deadline()) {
    last_event_ = std::max(last_event_, next);
    if (in_flight_.next_due() > deadlines_.next()) {
      let_act(deadlines_.first(), [&](Node& node, Outbox& box) { node.tick(last_event_, box); });
    } else if (const auto packet = in_flight_.take(last_event_)) {
      const Link& link = links_[packet->tag >> 16U];
      arrive(link, packet->tag & 0xffffU, {.bytes = packet->bytes, .now = last_event_, .number = packet->number}, out);
    }
    settle(last_event_, out);
  }
}

void Network::link_changed(InterfaceId door, bool up, Instant now, Outbox& out) {
  const auto& ends = links_[doors_[static_cast<std::size_t>(door)].link].ends;
  if (std::ranges::count_if(ends, [](const LinkEnd& end) { return !end.door; }) != 1) return;
  const LinkEnd& end = first_node_at(door);
  act(NodeId(end.node), now, out,
      [&](Node& node, Instant when, Outbox& box) { node.link_changed(end.interface, up, when, box); });
}

void Network::shut_down(Instant now, Outbox& out) {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    act(NodeId(i), now, out, [](Node& node, Instant when, Outbox& box) { node.shut_down(when, box); });
}

void Network::note(const Note& note) {
  const LinkEnd& end = first_node_at(note.interface);
  Note known = note;
  known.interface = end.interface;
  nodes_[end.node].note(known);
}

void Network::act(NodeId id, Instant now, Outbox& out, const Change& change) {
  tick(now, out);
  const Instant when = last_event_ = std::max(now, last_event_);
  if (is_single_) return change(nodes_[0], when, out);
  let_act(static_cast<std::size_t>(id), [&](Node& node, Outbox& box) { change(node, when, box); });
  settle(when, out);
  run_until(when, out);
}

// ---- packets on their way ----

// Hops bound how long a packet goes on, unless nodes that misbehave take none off, or answer errors with errors.
void Network::settle(Instant now, Outbox& out) {
  for (std::size_t count = 0; !waves_[filling_].empty(); ++count) {
    Wave& sent = waves_[filling_];
    if (count == most_waves_at_once) return end_packets_of(sent, now);
    filling_ = 1 - filling_;
    const std::span<const OutgoingPacket> packets = sent.box.packets();
    for (std::size_t i = 0; i < packets.size(); ++i) set_out(sent.senders[i], packets[i], now, out);
    sent.clear();
  }
}

void Network::end_packets_of(Wave& wave, Instant now) {
  const std::span<const OutgoingPacket> packets = wave.box.packets();
  for (std::size_t i = 0; i < packets.size(); ++i)
    note_at({.node = wave.senders[i], .interface = packets[i].interface}, Reason::network_endless,
            packets[i].ids.number, now, true);
  wave.clear();
}

inline void Network::set_out(std::size_t sender, const OutgoingPacket& packet, Instant now, Outbox& out) {
  const Port& port = port_of(sender, packet.interface);
  if (port.is_direct && !waves_[filling_].box.is_quarter_full()) [[likely]]
    return hand_over(port.other, {.bytes = packet.bytes, .now = now, .number = packet.ids.number}, out);
  set_out_rarely(port, {.node = sender, .interface = packet.interface}, packet, now, out);
}

/// Where packets breed faster than they are looked at, the rest of a wave waits: that is bounded.
void Network::set_out_rarely(const Port& port, const LinkEnd& from, const OutgoingPacket& packet, Instant now,
                             Outbox& out) {
  if (!from.door && find_wrongdoer(from.node) != nullptr) return set_out_badly(port, from, packet, now, out);
  set_out_over(port, from, packet, now, out);
}

void Network::set_out_over(const Port& port, const LinkEnd& from, const OutgoingPacket& packet, Instant now,
                           Outbox& out) {
  Link& link = links_[port.link];
  const Bytes bytes = on_link(link, packet);
  const PacketNumber number = packet.ids.number;
  if (!link.impairers.empty()) return impair(link.impairers[port.end], port, from, bytes, number, now);
  if (waves_[filling_].box.is_quarter_full()) return static_cast<void>(keep(port, from, bytes, number, now));
  arrive(link, port.end, {.bytes = bytes, .now = now, .number = number}, out);
}

// What is no datagram (ARP, frames that somebody gave) is left as it is.
void Network::set_out_badly(const Port& port, const LinkEnd& from, const OutgoingPacket& packet, Instant now,
                            Outbox& out) {
  Wrongdoer* const wrong = find_wrongdoer(from.node);
  if (wrong == nullptr || packet.payload != LinkPayload::ip) return set_out_over(port, from, packet, now, out);
  const bool is_own = is_from(nodes_[from.node].state(), packet.interface, packet.bytes);
  const misdeeds::Done done = misdeeds::on_sending(wrong->misbehaviour, packet.bytes, {is_own, now}, wrong->errors);
  for (const Reason reason : done.told) note_at(from, reason, packet.ids.number, now, done.copies == 0);
  OutgoingPacket changed = packet;
  changed.bytes = done.packet;
  for (unsigned copy = 0; copy < done.copies; ++copy) {
    if (copy > 0) changed.ids.number = ++last_number_;  // a packet of its own from here on
    set_out_over(port, from, changed, now, out);
  }
}

Bytes Network::on_link(const Link& link, const OutgoingPacket& packet) {
  if (!link.has_frames() || !packet.is_framed() || packet.payload == LinkPayload::frame) return packet.bytes;
  const MutableBytes frame(frame_.get(), ethernet_header_size + packet.bytes.size());
  ethernet_header(packet).write(frame);
  copy_bytes(frame.subspan(ethernet_header_size), packet.bytes);
  return frame;
}

void Network::impair(Impairer& impairer, const Port& port, const LinkEnd& from, Bytes packet, PacketNumber number,
                     Instant now) {
  const Fate fate = impairer.next(packet.size(), now);
  if (fate.loss == Fate::Loss::drawn) return note_at(from, Reason::link_packet_lost, number, now, true);
  if (fate.loss == Fate::Loss::queue_full) return note_at(from, Reason::link_queue_full, number, now, true);
  if (fate.corrupted) note_at(from, Reason::link_packet_corrupted, number, now);
  if (fate.is_doubled) note_at(from, Reason::link_packet_duplicated, number, now);
  if (fate.is_overtaken) note_at(from, Reason::link_packet_overtaken, number, now);
  const auto set_out_at = [&](Instant due, PacketNumber as) {
    const MutableBytes kept = keep(port, from, packet, as, due);
    if (fate.corrupted) flip_a_bit(kept, *fate.corrupted);
  };
  if (fate.is_doubled) set_out_at(fate.copy_due, ++last_number_);  // a packet of its own from here on
  set_out_at(fate.due, number);
}

/// Empty if there is no room.
MutableBytes Network::keep(const Port& port, const LinkEnd& from, Bytes packet, PacketNumber number, Instant due) {
  const MutableBytes room = in_flight_.add(due, InFlight::Tag{port.link} << 16U | port.end, number, packet.size());
  if (room.data() == nullptr) {
    note_at(from, Reason::network_full, number, last_event_, true);
    return {};
  }
  copy_bytes(room, packet);
  return room;
}

/// On a link with frames who has an address gets what is for it alone, as by a switch. Strangers are behind the doors;
/// what comes from there for others is for each node to refuse.
void Network::arrive(const Link& link, std::size_t from, const Received& packet, Outbox& out) {
  const auto destination = link.has_frames() ? destination_of_frame(packet.bytes) : std::nullopt;
  const bool is_for_one = destination && !destination->is_group();
  const auto known = is_for_one ? std::ranges::find(link.addresses, *destination) : link.addresses.end();
  const auto only = static_cast<std::size_t>(known - link.addresses.begin());
  const bool is_for_all = !is_for_one || (known == link.addresses.end() && link.ends[from].door);
  for (std::size_t i = 0; i < link.ends.size(); ++i) {
    const bool is_for_it = known == link.addresses.end() ? link.ends[i].door.has_value() : i == only;
    if (i != from && (is_for_all || is_for_it)) hand_over(link.ends[i], packet, out);
  }
}

inline void Network::hand_over(const LinkEnd& end, const Received& packet, Outbox& out) {
  if (end.door) [[unlikely]]
    return leave(*end.door, packet.bytes, packet.number, packet.now, out);
  const Received received{end.interface, packet.bytes, packet.now, packet.link_layer_group, false, packet.number};
  if (!wrongdoers_.empty() && wrongdoers_[end.node]) [[unlikely]]
    return hand_over_badly(end, received);
  give(end, received);
}

void Network::hand_over_badly(const LinkEnd& end, const Received& packet) {
  const std::size_t header = links_[port_of(end.node, end.interface).link].has_frames() ? ethernet_header_size : 0;
  const Wrongdoer* const wrong = find_wrongdoer(end.node);
  if (wrong == nullptr || (header != 0 && !is_datagram_in_frame(packet.bytes))) return give(end, packet);
  const Bytes datagram = packet.bytes.subspan(header);
  const misdeeds::Arrival arrival = arrival_at(nodes_[end.node].state(), end.interface, datagram);
  const misdeeds::DoneOnArrival done = misdeeds::on_arrival(wrong->misbehaviour, datagram, arrival);
  for (const Reason reason : done.told) note_at(end, reason, packet.number, packet.now);
  misdeeds::Octets changed(packet.bytes.begin(), packet.bytes.begin() + static_cast<std::ptrdiff_t>(header));
  changed.insert(changed.end(), done.packet.begin(), done.packet.end());
  if (header != 0 && done.is_for_it_now)
    nodes_[end.node].state().interface(end.interface).mac().store(changed, ethernet_offset::destination);
  Received received = packet;
  received.bytes = changed;
  give(end, received);
  for (const misdeeds::Octets& sent : done.sent)
    let_act(end.node, [&](Node& node, Outbox& box) { node.send_packet(end.interface, sent, packet.now, box); });
}

inline void Network::give(const LinkEnd& end, const Received& received) {
  if (watcher_ != nullptr) [[unlikely]]
    watcher_->arrives(NodeId(end.node), received);
  let_act(end.node, [&](Node& node, Outbox& box) { node.receive(received, box); });
}

void Network::leave(std::size_t door, Bytes packet, PacketNumber number, Instant now, Outbox& out) {
  const bool is_frame = links_[doors_[door].link].has_frames();
  const std::size_t before = out.packets().size();
  const MutableBytes room = out.add(InterfaceId(door), packet.size(), {number, 0});
  if (room.data() == nullptr) return note_at(first_node_at(InterfaceId(door)), Reason::outbox_full, number, now, true);
  copy_bytes(room, packet);
  ++packets_out_;
  if (watcher_ != nullptr) [[unlikely]]
    watcher_->leaves(InterfaceId(door), number, now);
  if (is_frame) out.from(before)[0].payload = LinkPayload::frame;
}

void Network::note_at(const LinkEnd& end, Reason reason, PacketNumber cause, Instant now, bool ends_packet) {
  const LinkEnd& known = end.door ? first_node_at(InterfaceId(*end.door)) : end;
  nodes_[known.node].note(
      {.time = now, .reason = reason, .interface = known.interface, .cause = cause, .ends_packet = ends_packet});
}

}  // namespace tunstack
