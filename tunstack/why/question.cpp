#include "tunstack/why/question.hpp"

#include <algorithm>

#include "protocols/wire/ethernet.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/node/advertised.hpp"
#include "tunstack/options/options.hpp"
#include "tunstack/run/replay.hpp"
#include "tunstack/why/arriving_frame.hpp"

namespace tunstack::why {

namespace {

constexpr Duration longest_start = std::chrono::seconds(10);  // until addresses are checked

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

/// Keeps the last decision about the packet and about what it completed or brought about: a fragment is decided upon,
/// then the datagram. And all that is sent because of it: answers, and what the node asks its neighbors or tells them.
/// What was due anyway is nobody's answer.
class LastDecision final : public Observer {
 public:
  explicit LastDecision(Outcome& outcome) : outcome_(outcome) {}
  void decided(const Decision& decision) override {
    keep(decision.sent);
    if (decision.arrived) number_ = decision.ids.number;
    if (!decision.arrived && !is_ours(decision.ids.cause)) return;
    outcome_.verdict = verdict_name(decision);
    outcome_.reason = deciding_reason(decision);
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
  /// Or of what was made because of it, which may wait.
  bool is_ours(PacketNumber cause) const { return number_ != 0 && cause >= number_; }
  void keep(std::span<const OutgoingPacket> packets) {
    for (const OutgoingPacket& packet : packets) sent_.push_back({packet.ids.cause, leaving(packet)});
  }

  Outcome& outcome_;
  PacketNumber number_ = 0;
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

Outcome ask(Node& node, const Received& received) {
  Outcome outcome{};
  Ladder ladder;
  node.decide(received, &ladder);
  outcome.ladder = std::move(ladder.rungs);
  LastDecision last(outcome);
  Outbox out;
  node.observe(&last);
  node.receive(received, out);
  node.observe(nullptr);
  last.finish();
  return outcome;
}

Instant settled(Node& node, Instant now) {
  Replay<Node> replay(node, now);
  const Instant latest = now + longest_start;
  while (node.has_tentative_addresses() && node.next_deadline() <= latest) replay.advance(node.next_deadline());
  return replay.now();
}

Prepared::Prepared(const World& world) : node(world.node) {
  const Instant started = settled(node, world.node.start);
  Replay<Node> replay(node, started);
  for (const Earlier& earlier : world.earlier)
    replay.receive({InterfaceId{0}, earlier.bytes, started + earlier.after_start, earlier.link_layer_group});
  replay.advance(started + world.after_start);
  now = replay.now();
}

Outcome Prepared::ask(const World& world, Bytes packet) const {
  Node copy = node;
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
