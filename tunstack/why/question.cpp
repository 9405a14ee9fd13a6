#include "tunstack/why/question.hpp"

#include "tunstack/explain/explain.hpp"
#include "tunstack/run/replay.hpp"

namespace tunstack::why {

namespace {

constexpr Duration longest_start = std::chrono::seconds(10);  // until addresses are checked

class Asked final : public RuleTrace {
 public:
  void asked(const RuleTrace::Asked& table) override { tables.push_back(table); }
  std::vector<RuleTrace::Asked> tables;
};

/// Keeps the last decision: a fragment that completes a datagram is decided first, then the datagram.
class LastDecision final : public Observer {
 public:
  explicit LastDecision(Outcome& outcome) : outcome_(outcome) {}
  void decided(const Decision& decision) override {
    outcome_.verdict = verdict_name(decision);
    outcome_.reason = deciding_reason(decision);
    outcome_.sent.clear();
    for (const OutgoingPacket& packet : decision.sent)
      outcome_.sent.emplace_back(packet.bytes.begin(), packet.bytes.end());
  }

 private:
  Outcome& outcome_;
};

/// Until addresses have been checked.
void start(const Node& node, Replay<Node>& replay) {
  const Instant latest = replay.now() + longest_start;
  while (node.has_tentative_addresses() && node.next_deadline() <= latest) replay.advance(node.next_deadline());
}

}  // namespace

Outcome ask(const World& world, Bytes packet) {
  Node node(world.node);
  Replay<Node> replay(node, world.node.start);
  start(node, replay);
  const Instant started = replay.now();
  for (const Earlier& earlier : world.earlier)
    replay.receive({InterfaceId{0}, earlier.bytes, started + earlier.after_start, earlier.link_layer_group});
  replay.advance(started + world.after_start);
  Outcome outcome{};
  Asked trace;
  const Received received{InterfaceId{0}, packet, replay.now(), world.link_layer_group};
  node.decide(received, &trace);
  outcome.asked = std::move(trace.tables);
  LastDecision last(outcome);
  node.observe(&last);
  replay.receive(received);
  return outcome;
}

}  // namespace tunstack::why
