#include "tunstack/why/question.hpp"

#include <algorithm>
#include <set>

#include "protocols/wire/ethernet.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/node/advertised.hpp"
#include "tunstack/options/options.hpp"
#include "tunstack/run/replay.hpp"
#include "tunstack/why/arriving_frame.hpp"

namespace tunstack::why {

namespace {

constexpr Duration longest_start = std::chrono::seconds(10);  // until addresses are checked
constexpr Duration longest_way = std::chrono::minutes(1);     // of a packet over links that take time

class Ladder final : public RuleTrace {
 public:
  void asked(const RuleTrace::Asked& table) override {
    rungs.push_back({std::string(table.table), table.passed,
                     table.is_broken() ? MaybeReason(table.rows[table.passed]) : MaybeReason()});
  }
  std::vector<Rung> rungs;
};

/// As it leaves: in its frame where the link has addresses.
Octets leaving(const OutgoingPacket& packet) {
  if (!packet.is_framed() || packet.payload == LinkPayload::frame) return {packet.bytes.begin(), packet.bytes.end()};
  Octets frame(ethernet_header_size + packet.bytes.size());
  ethernet_header(packet).write(frame);
  copy_bytes(MutableBytes(frame).subspan(ethernet_header_size), packet.bytes);
  return frame;
}

/// Follows the packet from node to node, and keeps the last decision about it and about what it completed: a fragment
/// is decided upon, then the datagram. And all that is sent because of it: answers, and what nodes ask their neighbors
/// or tell them. What was due anyway is nobody's answer.
class Follower final : public Observer, public TrafficWatcher {
 public:
  Follower(const Network& network, Outcome& outcome) : network_(network), outcome_(outcome) {}

  void enters(InterfaceId, Bytes, PacketNumber number, Instant) override { followed_.insert(number_ = number); }
  void arrives(NodeId node, const Received& received) override {
    if (!network_.is_single() && !followed_.contains(received.number)) return;
    Ladder ladder;
    network_.node(node).decide(received, &ladder);
    outcome_.ladder = std::move(ladder.rungs);
  }
  void decided(const Decision& decision) override {
    const bool is_first = decision.arrived && number_ == 0;
    if (is_first) followed_.insert(number_ = decision.ids.number);
    const bool is_followed = followed_.contains(decision.ids.number) || followed_.contains(decision.ids.cause);
    if (!is_followed && !network_.is_single()) return;
    if (!is_followed) return keep(decision.sent);
    outcome_.verdict = verdict_name(decision);
    outcome_.reason = deciding_reason(decision);
    if (network_.is_single()) return keep(decision.sent);
    follow(decision);
  }
  void originated(const Origination& origination) override { keep(origination.sent); }
  void finish() {
    for (Sent& sent : sent_)
      if (is_ours(sent.cause)) outcome_.sent.push_back(std::move(sent.octets));
  }

 private:
  struct Sent {
    PacketNumber cause;
    Octets octets;
  };
  /// What is sent on is the same packet; who does something else with it decides.
  void follow(const Decision& decision) {
    if (!outcome_.node.empty() && is_on_) outcome_.hops.push_back({outcome_.node, on_by_});
    outcome_.node = network_.name(decision.node);
    is_on_ = sends_on(decision);
    on_by_ = outcome_.reason;
    bool leaves = !is_on_;
    for (const OutgoingPacket& packet : decision.sent) {
      if (is_on_) followed_.insert(packet.ids.number);
      leaves |= network_.door_at(decision.node, packet.interface).has_value();
    }
    if (leaves) keep(decision.sent);
  }
  /// Or of what was made because of it, which may wait.
  bool is_ours(PacketNumber cause) const { return number_ != 0 && cause >= number_; }
  void keep(std::span<const OutgoingPacket> packets) {
    for (const OutgoingPacket& packet : packets) sent_.push_back({packet.ids.cause, leaving(packet)});
  }

  const Network& network_;
  Outcome& outcome_;
  PacketNumber number_ = 0;
  std::set<PacketNumber> followed_;
  bool is_on_ = false;  // the node that was last sent it on
  Reason on_by_{};
  std::vector<Sent> sent_;
};

bool is_possible(const NodeConfig& config) {
  const NodeOptions& options = config.options;
  return std::ranges::none_of(config.interfaces, [&](const InterfaceConfig& interface) {
    if (interface.role == Role::host) return false;
    return (options.router.advertises && fault_of(advertising_config(options.router, interface))) ||
           (options.router4.advertises && fault_of(irdp_config(options.router4, interface)));
  });
}

}  // namespace

Outcome ask(Network& network, const Received& received) {
  Outcome outcome{};
  Follower follower(network, outcome);
  Outbox out;
  network.repair_links();  // what would come of it, not what a bad link happens to do to it
  network.observe(&follower);
  network.watch_traffic(&follower);
  network.receive(received, out);
  const Instant latest = received.now + longest_way;
  while (network.packets_on_their_way() > 0 && network.next_deadline() <= latest) {
    out.clear();
    network.tick(network.next_deadline(), out);
  }
  network.watch_traffic(nullptr);
  network.observe(nullptr);
  follower.finish();
  return outcome;
}

Instant settled(Network& network, Instant now) {
  Replay<Network> replay(network, now);
  const Instant latest = now + longest_start;
  while (network.has_tentative_addresses() && network.next_deadline() <= latest)
    replay.advance(network.next_deadline());
  return replay.now();
}

Prepared::Prepared(const World& world) : network(world.network(world.node)) {
  const Instant started = settled(network, world.node.start);
  Replay<Network> replay(network, started);
  for (const Earlier& earlier : world.earlier)
    replay.receive({InterfaceId{0}, earlier.bytes, started + earlier.after_start, earlier.link_layer_group});
  replay.advance(started + world.after_start);
  now = replay.now();
}

Outcome Prepared::ask(const World& world, Bytes packet) const {
  Network copy = network;
  if (world.knows_neighbors)
    if (const auto before = introduction(world.node, packet)) {
      Outbox out;
      copy.receive({InterfaceId{0}, *before, now}, out);
    }
  return why::ask(copy, {InterfaceId{0}, packet, now, world.link_layer_group});
}

Outcome ask(const World& world, Bytes packet) { return Prepared(world).ask(world, packet); }

std::optional<Outcome> WorldOracle::ask(Bytes packet, const std::string& setting) {
  if (setting.empty()) return prepared_.ask(world_, packet);
  World changed = world_;
  if (set_option(changed.node.options, setting) || !is_possible(changed.node)) return std::nullopt;
  return why::ask(changed, packet);
}

}  // namespace tunstack::why
