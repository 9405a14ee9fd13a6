#include "tunstack/node/node.hpp"

#include "tunstack/node/addresses.hpp"
#include "tunstack/node/advertising.hpp"
#include "tunstack/node/deliver.hpp"
#include "tunstack/node/given.hpp"
#include "tunstack/node/groups.hpp"
#include "tunstack/node/masks.hpp"
#include "tunstack/node/neighbors.hpp"
#include "tunstack/node/routers.hpp"
#include "tunstack/node/transit_way.hpp"
#include "tunstack/options/effect.hpp"

namespace tunstack {

Node::Node(const NodeConfig& config)
    : start_(config.start),
      keys_(config.seed, "keys"),
      random_(config.seed, "services"),
      limits_(config.seed, "limits"),
      state_(config, keys_, random_),
      output_(config.id),
      answers_(keys_),
      fragments_(config.options, keys_) {
  update_deadline();
}

// ---- what arrives ----

template <class View>
inline void Node::process(Arrival<View>& arrival, const PacketIds& ids, Turn& turn) {
  const Verdict verdict = judge(arrival, state_);
  if (arrival.is_dispatched && is_icmp(arrival)) output_.count_icmp_in(family_of(arrival), arrival.payload());
  act(verdict, arrival, ids, turn);
}

template <class View>
void Node::process_rarely(Arrival<View>& arrival, const PacketIds& ids, Turn& turn) {
  process(arrival, ids, turn);
}

inline void Node::receive_datagram(const Received& received, Turn& turn) {
  const PacketIds ids{turn.cause, 0};
  by_family(received.bytes, [&] [[gnu::always_inline]] (const auto& found) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(found)>, Drop>) {
      receive_misshapen(received, found, ids, turn);
    } else {
      auto arrival = classify(received, found, state_);
      process(arrival, ids, turn);
    }
  });
}

void Node::receive_misshapen(const Received& received, const Drop& misshapen, const PacketIds& ids, Turn& turn) {
  const Verdict verdict = judge_misshapen(received, misshapen, state_);
  const std::size_t before = turn.outbox.packets().size();
  MaybeReason withheld;
  if (const auto* const error = std::get_if<Error>(&verdict))
    if (const auto truncated = ip::TruncatedIpv4::parse(received.bytes))
      withheld = answers_.apply(*error, arrival_of(received, *truncated, state_), turn);
  output_.record({received.bytes, received.interface, ids, true, received.is_looped_back}, verdict, withheld,
                 turn.outbox.packets().subspan(before), turn);
}

void Node::receive(const Received& received, Outbox& out) {
  if (deadline_ <= received.now) [[unlikely]]
    tick(received.now, out);
  Turn turn = turn_at(received.now, out);
  turn.cause = received.number != 0 ? received.number : output_.next_number();
  output_.count_in();
  if (!state_.is_on_one_plain_link && !state_.interface(received.interface).is_plain()) [[unlikely]]
    receive_rarely(received, turn);
  else
    receive_datagram(received, turn);
  if (turn.changes_deadlines) [[unlikely]]
    finish(turn);
}

void Node::receive_rarely(const Received& received, Turn& turn) {
  if (state_.interface(received.interface).is_up()) return receive_frame(received, turn);
  output_.record({received.bytes, received.interface, {turn.cause, 0}}, Drop{Reason::link_is_down}, {}, {}, turn);
}

/// What the frame lets go, and what it makes this node ask for, is sent at once too.
void Node::receive_frame(const Received& frame, Turn& turn) {
  turn.frame = frame.bytes;
  turn.changes_deadlines = true;
  const Subject subject{frame.bytes, frame.interface, {turn.cause, 0}};
  const auto content = unwrap(frame, state_);
  if (!content) return output_.record(subject, Drop{content.error()}, {}, {}, turn);
  if (!carries_arp(frame)) return receive_datagram(*content, turn);
  const Verdict verdict = neighbors::judge_arp(*content, state_);
  const std::size_t before = turn.outbox.packets().size();
  MaybeReason withheld;
  if (const auto packet = ArpPacket::parse(content->bytes)) {
    addresses::on_arp(*packet, frame.interface, turn);
    if (const auto* const delivered = std::get_if<Deliver>(&verdict))
      withheld = neighbors::on_arp(delivered->recipient, *packet, frame.interface, turn);
  }
  output_.record({content->bytes, frame.interface, subject.ids}, verdict, withheld,
                 turn.outbox.packets().subspan(before), turn);
}

// ---- what this node sends to itself ----

// Each takes room of the outbox, which bounds them.
void Node::receive_own(std::size_t first, Turn& turn) {
  Outbox& outbox = turn.outbox;
  for (std::size_t i = first; i < outbox.packets().size();)
    outbox.packets()[i].loops_back ? receive_own(outbox.take(i), turn) : static_cast<void>(++i);
  outbox.trim();
  turn.cause = 0;
}

void Node::receive_own(const OutgoingPacket& packet, Turn& turn) {
  output_.count_back();
  turn.cause = packet.ids.number;
  const PacketIds ids{packet.ids.number, 0};
  const Received received{packet.interface, packet.bytes, turn.now, false, true, packet.ids.number};
  if (!state_.interface(packet.interface).is_up())
    return output_.record({packet.bytes, packet.interface, ids}, Drop{Reason::link_is_down}, {}, {}, turn);
  const std::size_t before = turn.outbox.packets().size();
  by_family(packet.bytes, [&](const auto& found) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(found)>, Drop>) {
      receive_misshapen(received, found, ids, turn);
    } else {
      auto arrival = classify(received, found, state_);
      mark_looped_back(arrival);
      process_rarely(arrival, ids, turn);
    }
  });
  Output::keep_own(before, turn);
}

// ---- acting ----

namespace {

/// How a verdict is acted on, where it changes nothing but counters and what leaves.
template <class View>
[[gnu::always_inline]] inline MaybeReason act_plainly(const Verdict& verdict, const Arrival<View>& arrival,
                                                      Answers& answers, Turn& turn) {
  if (const auto* const reply = std::get_if<Reply>(&verdict)) return answers.apply(*reply, arrival, turn);
  if (const auto* const error = std::get_if<Error>(&verdict)) return answers.apply(*error, arrival, turn);
  return {};
}

bool is_rare(const Verdict& verdict) {
  return !std::holds_alternative<Reply>(verdict) && !std::holds_alternative<Drop>(verdict) &&
         !std::holds_alternative<Error>(verdict);
}

}  // namespace

template <class View>
inline void Node::act(const Verdict& verdict, const Arrival<View>& arrival, const PacketIds& ids, Turn& turn) {
  if (is_rare(verdict)) [[unlikely]]
    return act_rarely(verdict, arrival, ids, turn);
  const std::size_t before = turn.outbox.packets().size();
  const MaybeReason withheld = act_plainly(verdict, arrival, answers_, turn);
  output_.record(arrival, ids, verdict, withheld, before, turn);
  if (const auto* const error = std::get_if<Error>(&verdict))
    if (error->refuses_rest) [[unlikely]]
      fragments_.refuse_later(arrival, turn);
}

template <class View>
void Node::act_rarely(const Verdict& verdict, const Arrival<View>& arrival, const PacketIds& ids, Turn& turn) {
  if (std::holds_alternative<Hold>(verdict)) return hold(verdict, arrival, ids, turn);
  const std::size_t before = turn.outbox.packets().size();
  if (const auto* const forward = std::get_if<Forward>(&verdict)) {
    const MaybeReason withheld = forwarder::apply(*forward, arrival, turn);
    if (forward->is_redirected) answers_.redirect(*forward, arrival, turn);
    return output_.record(arrival, ids, verdict, withheld, before, turn);
  }
  if (const auto* const copies = std::get_if<Copies>(&verdict)) {
    const MaybeReason withheld = forwarder::apply(*copies, arrival, turn);
    if (copies->is_too_big_for_some)
      answers_.apply(Error{copies->reason, Problem::packet_too_big, copies->least_mtu}, arrival, turn);
    return output_.record(arrival, ids, verdict, withheld, before, turn);
  }
  turn.changes_deadlines = true;
  const MaybeReason withheld = deliver(std::get<Deliver>(verdict).recipient, arrival, turn);
  output_.record(arrival, ids, verdict, withheld, before, turn);
}

// ---- fragments ----

template <class View>
void Node::hold(const Verdict& verdict, const Arrival<View>& fragment, const PacketIds& ids, Turn& turn) {
  const Instant before = fragments_.next_deadline();
  const auto added = fragments_.add(fragment, turn);
  turn.changes_deadlines |= fragments_.next_deadline() != before;
  if (!added)
    if (const auto error = ip::judge_incomplete(fragment, added.error())) return act(*error, fragment, ids, turn);
  output_.record(fragment, ids, verdict, added ? MaybeReason{} : MaybeReason{added.error().reason},
                 turn.outbox.packets().size(), turn);
  if (!added) return;
  if (const std::optional<ip::Reassembled>& whole = *added) return process_whole<View>(*whole, turn);
}

namespace {

using Ipv4HeaderStorage = std::array<std::uint8_t, ipv4_header_size + ipv4_options_largest>;

/// RFC 8200 4.5 wants errors to quote the whole packet; an IPv4 header is quoted as it arrived (RFC 1122 3.2.2).
template <class View>
Bytes keep_first_header(const ip::Reassembled& datagram, Ipv4HeaderStorage& storage) {
  if (std::is_same_v<View, Ipv6View>) return {};
  copy_bytes(storage, datagram.bytes.first(datagram.header_size));
  return Bytes(storage).first(datagram.header_size);
}

}  // namespace

/// A complete datagram is judged like any other; only an error about it shows that it came in fragments.
template <class View>
void Node::process_whole(const ip::Reassembled& datagram, Turn& turn) {
  Ipv4HeaderStorage storage;
  const Bytes first_header = keep_first_header<View>(datagram, storage);
  const View ip = ip::make_whole<View>(datagram);
  auto arrival = classify({datagram.interface, ip.bytes(), turn.now, datagram.link_layer_group}, ip, state_);
  arrival.was_held = true;
  arrival.header_as_arrived = first_header;
  if (datagram.is_looped_back) mark_looped_back(arrival);
  const PacketIds ids{output_.next_number(), turn.cause};
  turn.cause = ids.number;
  process_rarely(arrival, ids, turn);
}

/// RFC 792: only who has the first fragment can tell the source.
template <class View>
void Node::give_up_fragments(Turn& turn) {
  while (const auto first = fragments_.take_expired<View>(turn.now)) {
    const PacketIds ids{output_.next_number(), 0};
    const Bytes bytes = first->bytes;
    if (bytes.empty()) {
      output_.record({{}, first->interface, ids, false}, Drop{Reason::fragment_timeout_without_first}, {}, {}, turn);
      continue;
    }
    auto arrival = classify({first->interface, bytes, turn.now, first->link_layer_group}, View::of(bytes), state_);
    arrival.was_held = true;
    if (first->is_looped_back) mark_looped_back(arrival);
    turn.cause = ids.number;
    const std::size_t before = turn.outbox.packets().size();
    act(Error{Reason::fragment_timeout, Problem::reassembly_timeout}, arrival, ids, turn);
    if (is_looped_back(arrival)) Output::keep_own(before, turn);
    turn.cause = 0;
  }
}

// ---- packets whose next hop does not answer ----

/// Its sender hears of it as it sent it, but for what options brought.
void Node::report_unreachable(const discovery::WaitingPacket& waiting, Turn& turn) {
  const forwarder::Returned returned(waiting.bytes);
  const PacketIds ids{output_.next_number(), waiting.ids.cause};
  turn.cause = ids.number;
  if (ip_version(returned.bytes()) == 4)
    report_unreachable(Ipv4View::of(returned.bytes()), Reason::forward4_next_hop_unreachable, ids, turn);
  else
    report_unreachable(Ipv6View::of(returned.bytes()), Reason::forward6_next_hop_unreachable, ids, turn);
  turn.cause = 0;
}

template <class View>
void Node::report_unreachable(const View& packet, Reason reason, const PacketIds& ids, Turn& turn) {
  const auto back = way_back(packet.source(), InterfaceId{}, turn.now, state_);
  auto arrival = classify({back.value_or(InterfaceId{}), packet.bytes(), turn.now}, packet, state_);
  arrival.was_held = true;
  act(Error{reason, Problem::host_unreachable}, arrival, ids, turn);
}

// ---- what happens later ----

void Node::tick(Instant now, Outbox& out) {
  Turn turn = turn_at(now, out);
  const std::size_t before = out.packets().size();
  step(turn);
  receive_own(before, turn);
  update_deadline();
}

void Node::step(Turn& turn) {
  give_up_fragments<Ipv4View>(turn);
  give_up_fragments<Ipv6View>(turn);
  neighbors::step(turn, [&](const discovery::WaitingPacket& waiting) { report_unreachable(waiting, turn); });
  for (std::size_t i = 0; interfaces_deadline_ <= turn.now && i < state_.interfaces.size(); ++i) {
    if (!state_.interfaces[i].is_up()) continue;
    const auto id = static_cast<InterfaceId>(i);
    state_.interfaces[i].routers.expire(turn.now, random_);
    addresses::step_events(id, turn);
    groups::step(id, turn);
    addresses::step_checks(id, turn);
    neighbors::step_answers(id, turn);
    routers::step(id, turn);
  }
  masks::step(turn);
}

void Node::link_changed(InterfaceId interface, bool up, Instant now, Outbox& out) {
  if (deadline_ <= now) tick(now, out);
  if (state_.interface(interface).is_up() == up) return;
  Turn turn = turn_at(now, out);
  output_.note(up ? Reason::link_came_up : Reason::link_went_down, interface, turn);
  neighbors::forget_all(interface, turn);
  InterfaceConfig config = state_.interface(interface).config;
  config.up = up;
  state_.begin_anew(interface, config, now, random_);
  update_deadline();
  if (deadline_ <= now) tick(now, out);
}

const OptionRow* Node::change(const NodeOptions& options, Instant now, Outbox& out) {
  if (const OptionRow* const fixed = option::fixed_row_changed(state_.options, options)) return fixed;
  if (deadline_ <= now) tick(now, out);
  Turn turn = turn_at(now, out);
  const option::Effect effect = option::effect_of_change(state_.options, options);
  state_.options = options;
  output_.note(Reason::options_changed, InterfaceId{}, turn);
  for (std::size_t i = 0; effect == option::Effect::with_links && i < state_.interfaces.size(); ++i)
    begin_anew(InterfaceId(i), state_.interfaces[i].config, turn);
  finish(turn);
  return nullptr;
}

void Node::set_role(InterfaceId interface, Role role, Instant now, Outbox& out) {
  if (deadline_ <= now) tick(now, out);
  InterfaceConfig config = state_.interface(interface).config;
  if (config.role == role) return;
  Turn turn = turn_at(now, out);
  output_.note(Reason::role_changed, interface, turn);
  config.role = role;
  if (role == Role::host) groups::leave_router_groups(interface, turn);
  begin_anew(interface, config, turn);
  finish(turn);
}

MaybeReason Node::set_addresses(InterfaceId interface, const std::vector<IpPrefix>& addresses, Instant now,
                                Outbox& out) {
  if (deadline_ <= now) tick(now, out);
  Turn turn = turn_at(now, out);
  const auto refused = addresses::change(interface, addresses, turn);
  finish(turn);
  return refused;
}

void Node::add_route(const ip::Route& route, Instant now, Outbox& out) {
  if (deadline_ <= now) tick(now, out);
  const Turn turn = turn_at(now, out);
  state_.routes.add(route);
  output_.note(Reason::route_added, route.interface, turn, route.prefix.address);
}

void Node::remove_route(const IpPrefix& prefix, InterfaceId interface, Instant now, Outbox& out) {
  if (deadline_ <= now) tick(now, out);
  const Turn turn = turn_at(now, out);
  state_.routes.remove(prefix, interface);
  output_.note(Reason::route_taken_away, interface, turn, prefix.address);
}

void Node::begin_anew(InterfaceId interface, const InterfaceConfig& config, Turn& turn) {
  if (config.up) routers::say_farewell(interface, config.role, turn);
  state_.begin_anew(interface, config, turn.now, random_);
}

MaybeReason Node::send_packet(InterfaceId interface, Bytes datagram, Instant now, Outbox& out) {
  return send_given(given::send_packet, interface, datagram, now, out);
}

MaybeReason Node::send_of_program(Bytes datagram, Instant now, Outbox& out) {
  return send_given(given::send_of_program, InterfaceId{0}, datagram, now, out);
}

MaybeReason Node::send_frame(InterfaceId interface, Bytes frame, Instant now, Outbox& out) {
  return send_given(given::send_frame, interface, frame, now, out);
}

MaybeReason Node::send_given(SendGiven send, InterfaceId interface, Bytes bytes, Instant now, Outbox& out) {
  if (deadline_ <= now) tick(now, out);
  Turn turn = turn_at(now, out);
  const std::size_t before = out.packets().size();
  const auto unsent = send(bytes, interface, turn);
  receive_own(before, turn);
  finish(turn);
  return unsent;
}

void Node::shut_down(Instant now, Outbox& out) {
  if (deadline_ <= now) tick(now, out);
  routers::shut_down(state_, now);
  update_deadline();
  tick(now, out);
}

void Node::finish(Turn& turn) {
  output_.flush(turn);
  update_deadline();
  if (deadline_ <= turn.now) tick(turn.now, turn.outbox);
}

void Node::update_deadline() {
  interfaces_deadline_ = Instant::max();
  for (const Interface& interface : state_.interfaces)
    interfaces_deadline_ = std::min(interfaces_deadline_, interface.next_deadline());
  deadline_ = std::min({fragments_.next_deadline(), state_.masks.next_deadline(), state_.neighbors.next_deadline(),
                        interfaces_deadline_});
}

}  // namespace tunstack
