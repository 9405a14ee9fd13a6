#include "tunstack/why/question.hpp"

#include <algorithm>

#include "tunstack/explain/explain.hpp"
#include "tunstack/node/advertised.hpp"
#include "tunstack/options/options.hpp"
#include "tunstack/run/replay.hpp"

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
  return outcome;
}

Instant settled(Node& node, Instant now) {
  Replay<Node> replay(node, now);
  const Instant latest = now + longest_start;
  while (node.has_tentative_addresses() && node.next_deadline() <= latest) replay.advance(node.next_deadline());
  return replay.now();
}

Outcome ask(const World& world, Bytes packet) {
  Node node(world.node);
  const Instant started = settled(node, world.node.start);
  Replay<Node> replay(node, started);
  for (const Earlier& earlier : world.earlier)
    replay.receive({InterfaceId{0}, earlier.bytes, started + earlier.after_start, earlier.link_layer_group});
  replay.advance(started + world.after_start);
  return ask(node, {InterfaceId{0}, packet, replay.now(), world.link_layer_group});
}

std::optional<Outcome> WorldOracle::ask(Bytes packet, const std::string& setting) {
  if (setting.empty()) return why::ask(world_, packet);
  World changed = world_;
  if (set_option(changed.node.options, setting) || !is_possible(changed.node)) return std::nullopt;
  return why::ask(changed, packet);
}

}  // namespace tunstack::why
