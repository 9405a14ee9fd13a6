#include "tests/support/network_driver.hpp"

#include <algorithm>

#include "tests/support/frames.hpp"

namespace tunstack::test {

void PrintTo(const Left& left, std::ostream* out) {
  *out << std::chrono::duration<double>(left.at).count() << " s, door " << left.door << ": "
       << testing::PrintToString(left.octets);
}

std::vector<Packet> packets_of(const std::vector<Left>& left) {
  std::vector<Packet> packets;
  for (const Left& one : left) packets.push_back(one.octets);
  return packets;
}

NetworkDriver::NetworkDriver(const NetworkPlan& plan, Outbox out)
    : network_(plan),
      out_(std::move(out)),
      now_(plan.start),
      start_(plan.start),
      corrupts_(
          std::ranges::any_of(plan.links, [](const PlannedLink& link) { return link.impairments.corrupt.any(); }) ||
          std::ranges::any_of(plan.nodes,
                              [](const PlannedNode& node) {
                                return node.misbehaviour && node.misbehaviour->does(Misdeed::bad_checksum);
                              })),
      last_told_(plan.start) {
  const MakeListener make = who_listens_to_every_node();
  for (std::size_t i = 0; i < network_.size(); ++i) listeners_.push_back(make ? make() : nullptr);
  network_.observe(this);
}

NetworkDriver::~NetworkDriver() {
  network_.observe(nullptr);
  for (std::size_t i = 0; i < network_.size(); ++i)
    if (listeners_[i]) listeners_[i]->ended(network_.node(NodeId(i)));
}

// ---- what happens ----

std::vector<Left> NetworkDriver::receive(const std::vector<Packet>& packets, std::size_t door) {
  begin();
  for (const Packet& packet : packets) {
    network_.receive({.interface = InterfaceId(door), .bytes = packet, .now = now_}, out_);
    settle();
  }
  return take();
}

std::vector<Left> NetworkDriver::run_for(Duration duration) {
  begin();
  const Instant end = now_ + duration;
  for (std::size_t i = 0; i < 1'000'000 && network_.next_deadline() <= end; ++i) {
    now_ = std::max(now_, network_.next_deadline());
    network_.tick(now_, out_);
    collect();
  }
  EXPECT_GT(network_.next_deadline(), end) << "what was due is still due after tick()";
  now_ = end;
  return take();
}

std::vector<Left> NetworkDriver::set_link(bool up, std::size_t door) {
  begin();
  network_.link_changed(InterfaceId(door), up, now_, out_);
  return take();
}

std::vector<Left> NetworkDriver::shut_down() {
  begin();
  network_.shut_down(now_, out_);
  return take();
}

std::vector<Left> NetworkDriver::act(std::string_view node, const Network::Change& change) {
  begin();
  network_.act(network_.find_node(node).value(), now_, out_, change);
  return take();
}

Packet NetworkDriver::one_out(const Packet& packet, std::size_t from, std::size_t to) {
  const auto left = send(packet, from);
  EXPECT_EQ(left.size(), 1U) << "not one packet";
  if (left.size() != 1) return {};
  EXPECT_EQ(left[0].door, to);
  return left[0].octets;
}

void NetworkDriver::note_at_door(Reason reason, std::size_t door) {
  network_.note({.time = now_, .reason = reason, .interface = InterfaceId(door)});
}

void NetworkDriver::settle() {
  collect();
  for (int i = 0; i < 10'000 && network_.next_deadline() <= now_; ++i) {
    network_.tick(now_, out_);
    collect();
  }
}

void NetworkDriver::collect() {
  for (const OutgoingPacket& packet : out_.packets()) {
    const bool is_frame = packet.payload == LinkPayload::frame;
    left_.push_back({.at = now_ - start_,
                     .door = static_cast<std::size_t>(packet.interface),
                     .octets = Packet(packet.bytes.begin(), packet.bytes.end()),
                     .number = packet.ids.number,
                     .is_frame = is_frame});
    const Packet& octets = left_.back().octets;
    if (corrupts_ || (is_frame && frame_type(octets) == 0x0806)) continue;
    EXPECT_TRUE(checksums_are_right(is_frame ? content_of(octets) : octets)) << "a wrong checksum left";
  }
  out_.clear();
}

std::vector<Left> NetworkDriver::take() {
  settle();
  return std::exchange(left_, {});
}

// ---- what is told ----

std::vector<Event> NetworkDriver::about(const std::vector<Event>& events, Reason reason) {
  std::vector<Event> found;
  std::ranges::copy_if(events, std::back_inserter(found), [&](const Event& event) { return event.reason == reason; });
  return found;
}

namespace {

std::vector<Event::Sent> copied(std::span<const OutgoingPacket> sent) {
  std::vector<Event::Sent> copies;
  for (const OutgoingPacket& packet : sent)
    copies.push_back({packet.interface, packet.ids, Packet(packet.bytes.begin(), packet.bytes.end())});
  return copies;
}

}  // namespace

void NetworkDriver::add(Event event) {
  EXPECT_GE(event.time, last_told_) << "time goes back: " << info(event.reason).name;
  last_told_ = event.time;
  events_.push_back(std::move(event));
}

void NetworkDriver::decided(const Decision& decision) {
  if (NodeListener* const listener = listener_of(decision.node)) listener->decided(decision);
  others_.decided(decision);
  add({.kind = Event::Kind::decided,
       .time = decision.time,
       .node = decision.node,
       .interface = decision.interface,
       .reason = decision.withheld ? *decision.withheld : reason_of(decision.verdict),
       .ids = decision.ids,
       .packet = Packet(decision.packet.begin(), decision.packet.end()),
       .arrived = decision.arrived,
       .is_forwarded = std::holds_alternative<Forward>(decision.verdict) && !decision.withheld,
       .sent = copied(decision.sent)});
}

void NetworkDriver::originated(const Origination& origination) {
  if (NodeListener* const listener = listener_of(origination.node)) listener->originated(origination);
  others_.originated(origination);
  add({.kind = Event::Kind::originated,
       .time = origination.time,
       .node = origination.node,
       .interface = {},
       .reason = origination.reason,
       .ids = {},
       .packet = {},
       .sent = copied(origination.sent)});
}

void NetworkDriver::noted(const Note& note) {
  if (NodeListener* const listener = listener_of(note.node)) listener->noted(note);
  others_.noted(note);
  add({.kind = Event::Kind::noted,
       .time = note.time,
       .node = note.node,
       .interface = note.interface,
       .reason = note.reason,
       .ids = {0, note.cause},
       .packet = {},
       .sent = {}});
}

}  // namespace tunstack::test
