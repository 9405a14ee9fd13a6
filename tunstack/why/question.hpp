// One question: what becomes of a packet in a world, and which tables were asked on the way. Asked offline: each
// question makes a node of its own, so that nothing is changed by asking.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tunstack/network/network.hpp"

namespace tunstack::why {

using Octets = std::vector<std::uint8_t>;

/// What came before.
struct Earlier {
  Octets bytes;  // a frame where the link has addresses
  Duration after_start;
  bool link_layer_group = false;
};

/// Where and when a packet arrives: at the first door of a network that has heard all of `earlier`.
struct World {
  NodeConfig node;                        // behind the door
  std::span<const Earlier> earlier = {};  // of whoever asks: worlds are copied for each change that is tried
  Duration after_start{};
  bool link_layer_group = false;
  bool knows_neighbors = false;  // on links with addresses, who sends a packet has just asked for that of the node
  /// The network that the node is in.
  std::function<NetworkPlan(const NodeConfig&)> network = [](const NodeConfig& alone) { return plan_of(alone); };
};

/// A table of rules that was asked on the way.
struct Rung {
  std::string table;
  std::size_t passed = 0;   // rows
  MaybeReason broken = {};  // the row that did not pass, which ended the matter
};

/// A node on the way that sent the packet on.
struct Hop {
  std::string node;
  Reason reason;
};

struct Outcome {
  std::string_view verdict;       // "drop", "reply", ... as explanations have it
  Reason reason;                  // that decided in the end
  std::vector<Octets> sent = {};  // at once; frames where the link has addresses
  std::vector<Rung> ladder = {};  // tables, in their order
  std::vector<Hop> hops = {};     // before the node that decided
  std::string node = {};          // which that is, where there are several
};

/// Of a network, which receives the packet.
Outcome ask(Network& network, const Received& received);
/// Lets time go on until its addresses have been checked, and returns the time then.
Instant settled(Network& network, Instant now);

/// Who answers questions: a world, or a stack that runs.
class Oracle {
 public:
  virtual ~Oracle() = default;
  /// What it is about: addresses of the node.
  virtual const NodeConfig& node() const = 0;
  /// With one option set ("KEY=VALUE") or none (""). Nothing where that option cannot have that value here.
  virtual std::optional<Outcome> ask(Bytes packet, const std::string& setting) = 0;
};

/// Of a network whose start is over: addresses have been checked.
Outcome ask(const World& world, Bytes packet);

/// The network of a world at the time of the question.
struct Prepared {
  explicit Prepared(const World& world);
  /// A copy is asked.
  Outcome ask(const World& world, Bytes packet) const;

  Network network;
  Instant now{};
};

class WorldOracle final : public Oracle {
 public:
  /// `world` must outlive it.
  explicit WorldOracle(const World& world) : world_(world), prepared_(world) {}
  const NodeConfig& node() const override { return world_.node; }
  std::optional<Outcome> ask(Bytes packet, const std::string& setting) override;

 private:
  const World& world_;
  const Prepared prepared_;
};

}  // namespace tunstack::why
