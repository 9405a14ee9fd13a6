#include "tunstack/why/question.hpp"

#include "tunstack/explain/explain.hpp"

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

Instant run_until(Node& node, Instant now, Instant until, Outbox& out) {
  while (node.next_deadline() <= until) {
    now = std::max(now, node.next_deadline());
    node.tick(now, out);
    out.clear();
  }
  return std::max(now, until);
}

Instant start(Node& node, const World& world, Outbox& out) {
  Instant now = world.node.start;
  const Instant latest = now + longest_start;
  while (node.has_tentative_addresses() && node.next_deadline() <= latest)
    now = run_until(node, now, node.next_deadline(), out);
  return now;
}

}  // namespace

Outcome ask(const World& world, Bytes packet) {
  Node node(world.node);
  Outbox out;
  const Instant started = start(node, world, out);
  Instant now = started;
  for (const Earlier& earlier : world.earlier) {
    now = run_until(node, now, started + earlier.after_start, out);
    node.receive({InterfaceId{0}, earlier.bytes, now, earlier.link_layer_group}, out);
    out.clear();
  }
  Outcome outcome{};
  Asked trace;
  const Received received{InterfaceId{0}, packet, now};
  node.decide(received, &trace);
  outcome.asked = std::move(trace.tables);
  LastDecision last(outcome);
  node.observe(&last);
  node.receive(received, out);
  return outcome;
}

}  // namespace tunstack::why
