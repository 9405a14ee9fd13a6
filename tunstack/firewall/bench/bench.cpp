#include "tunstack/firewall/bench/bench.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tunstack/fault.hpp"
#include "tunstack/firewall/bench/ends.hpp"
#include "tunstack/firewall/bench/outbound.hpp"
#include "tunstack/kernel_link/kernel_end.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::size_t between_readings = 16;        // packets
constexpr std::size_t packets_of_conversation = 4;  // at most

/// What the machine knows about the network, before and after: of cases that are about such knowledge alone.
struct Knowledge {
  std::optional<IpAddress> gateway;
  int path_mtu = 0;
  std::size_t addresses = 0;

  Knowledge(const Case& a_case, const Places& places, const Names& names) {
    if (a_case.mode != Mode::host) return;
    const IpAddress& far = names.addresses.find("far")->second;
    if (a_case.effect == Effect::route) gateway = gateway_to(places.outside.device, far);
    if (a_case.effect == Effect::path_mtu) path_mtu = path_mtu_to(far);
    if (a_case.effect == Effect::address) addresses = kernel_addresses(places.outside.device).size();
  }
};

void compare(const Knowledge& before, const Knowledge& after, std::vector<EffectSeen>& effects) {
  if (before.gateway != after.gateway) effects.push_back({Effect::route, "redirected"});
  const bool is_told = std::ranges::find(effects, Effect::path_mtu, &EffectSeen::kind) != effects.end();
  if (before.path_mtu != after.path_mtu && !is_told)
    effects.push_back({Effect::path_mtu, fmt::format("path MTU {}", after.path_mtu)});
  if (after.addresses > before.addresses) effects.push_back({Effect::address, "address configured"});
}

/// Whom the machine writes to because of a case. Who was asked by an earlier one may still repeat itself, and the
/// kernel tells routers of its groups when it likes.
std::vector<IpAddress> peers_of(const Case& a_case, const Names& names,
                                const std::vector<std::vector<std::uint8_t>>& packets) {
  std::vector<IpAddress> peers{names.addresses.find("far")->second};
  for (const auto& packet : packets)
    peers.push_back(a_case.from == Side::host ? destination_of(packet) : source_of(packet));
  return peers;
}

}  // namespace

// On the host itself strangers must not reach what listens for the test.
Bench::Bench(const BenchPlan& plan)
    : plan_(plan),
      ground_(plan.ground),
      listeners_(plan.services, plan.ground.is_live ? plan.ground.places.outside.device : std::string()) {
  if (plan_.ground.is_live) return;  // the host's rules are not touched, and nothing is put beside them
  if (plan_.rules == RulesChoice::ruleset)
    for (const RulesetSource& source : plan_.rulesets) texts_.push_back(source.text);
  put_rules_in();
  if (plan_.rules == RulesChoice::connection_tracking) put_connection_tracking(requests_);
}

void Bench::put_rules_in() {
  for (std::size_t i = 0; i < texts_.size(); ++i) load_ruleset(plan_.rulesets[i], texts_[i], plan_.iptables);
  limits_ = rules();
  std::erase_if(limits_, [](const KernelRule& rule) { return !rule.alike; });
  uses_of_limits_ = 0;
  put_probes_in();
}

void Bench::put_probes_in() {
  std::vector<std::string> devices{ground_.outside().device()};
  if (ground_.has_inside()) devices.push_back(ground_.inside().device());
  put_probes(requests_, devices);
  if (!probes_) probes_.emplace();
}

void Bench::load(const std::vector<std::string>& texts) {
  clear_rules(requests_);
  ground_.forget_discoveries();
  texts_ = texts;
  put_rules_in();
}

// By loading the rules anew, which costs some tens of milliseconds: the kernel has no other way.
void Bench::refill_limits(const Case& a_case) {
  if (limits_.empty() || uses_of_limits_ == 0) return;
  const std::size_t packets = a_case.packets.size() + (a_case.flow == Flow::none ? 0 : packets_of_conversation);
  const std::uint32_t alike = std::ranges::min_element(limits_, {}, &KernelRule::alike)->alike.value_or(0);
  if (a_case.repeat == 1 && uses_of_limits_ + packets <= alike) return;
  clear_rules(requests_);
  put_rules_in();
}

void Bench::count_uses_of_limits(const Observation& observation) {
  const auto is_limit = [&](const TraceStep& step) {
    return std::ranges::any_of(limits_, [&](const KernelRule& rule) {
      return rule.handle == step.handle && rule.chain == step.chain && rule.table == step.table &&
             rule.family == step.family;
    });
  };
  uses_of_limits_ += static_cast<std::size_t>(std::ranges::count_if(observation.trace, is_limit));
}

void Bench::forget_conversation(const std::vector<IpAddress>& peers) {
  if (!probes_) return;
  Observation opening;
  probes_->take(opening);
  count_uses_of_limits(opening);
  probes_->forget(peers);
}

Observation Bench::run(const Case& a_case, unsigned index) {
  refill_limits(a_case);
  Observation observation;
  observation.id = a_case.id;
  Names names = plan_.ground.places.names(a_case.family, index);
  observation.has_probes = probes_.has_value();
  if (probes_) probes_->forget();
  listeners_.take_delivered();
  {
    const Conversation conversation(ground_, a_case, names);
    observation.failed_precondition = conversation.failure();
    const auto packets = packets_of(a_case, names);
    if (!packets && conversation.failure().empty())
      observation.failed_precondition = "a packet cannot be built: " + packets.error().what;
    if (!observation.failed_precondition.empty()) {
      if (probes_) probes_->take(observation);  // who dropped the conversation
      count_uses_of_limits(observation);
      return observation;
    }
    if (const auto wanted = notation::parse_packet(a_case.wanted_packet, names); wanted && !wanted->empty())
      observation.wanted = *wanted;
    const Knowledge before(a_case, plan_.ground.places, names);
    const auto peers = peers_of(a_case, names, *packets);
    forget_conversation(peers);
    ground_.outside().forget();
    inject(a_case, *packets, observation);
    take_reactions(peers, observation);
    observation.effects = conversation.effects();
    compare(before, Knowledge(a_case, plan_.ground.places, names), observation.effects);
    if (listeners_.take_delivered()) observation.effects.push_back({Effect::data, "delivered"});
  }
  if (plan_.reads_counters && observation.at(Point::input_last) + observation.at(Point::forward_last) == 0)
    observation.counters = counters_.take_grown();
  count_uses_of_limits(observation);
  if (a_case.effect == Effect::address) ground_.forget_discoveries();
  if (!plan_.ground.is_live) flush_connections(requests_);
  return observation;
}

bool Bench::send(Side from, Bytes packet) {
  return from == Side::host ? send_from_host(packet) : ground_.side(from).inject(packet);
}

void Bench::inject(const Case& a_case, const std::vector<std::vector<std::uint8_t>>& packets,
                   Observation& observation) {
  if (plan_.reads_counters) counters_.take_grown();
  std::size_t waiting = 0;
  for (unsigned turn = 0; turn < a_case.repeat; ++turn)
    for (const auto& packet : packets) {
      if (turn == 0) observation.injections.push_back({a_case.from, packet});
      if (send(a_case.from, packet)) ++observation.seen[static_cast<std::size_t>(Point::device)];
      if (++waiting % between_readings == 0 && probes_) probes_->take(observation);
    }
  if (probes_) probes_->take(observation);
}

void Bench::take_reactions(const std::vector<IpAddress>& peers, Observation& observation) {
  const Side from = observation.injections.empty() ? Side::outside : observation.injections[0].side;
  for (const Side side : {Side::outside, Side::inside}) {
    if (side == Side::inside && !ground_.has_inside()) continue;
    for (auto& packet : ground_.side(side).take()) {
      const bool is_answer = std::ranges::find(peers, destination_of(packet)) != peers.end();
      if (is_answer || side != from) observation.reactions.push_back({side, std::move(packet)});
    }
  }
}

}  // namespace tunstack::firewall
