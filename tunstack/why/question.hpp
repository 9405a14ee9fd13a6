// One question: what becomes of a packet in a world, and which tables were asked on the way. Asked offline: each
// question makes a node of its own, so that nothing is changed by asking.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tunstack/node/node.hpp"

namespace tunstack::why {

using Octets = std::vector<std::uint8_t>;

/// What came before.
struct Earlier {
  Octets bytes;  // a frame where the link has addresses
  Duration after_start;
  bool link_layer_group = false;
};

/// Where and when a packet arrives: at a node that has heard all of `earlier`, on its first interface.
struct World {
  NodeConfig node;
  std::span<const Earlier> earlier = {};  // of whoever asks: worlds are copied for each change that is tried
  Duration after_start{};
  bool link_layer_group = false;
  bool knows_neighbors = false;  // on links with addresses, who sends a packet has just asked for that of the node
};

/// A table of rules that was asked on the way.
struct Rung {
  std::string table;
  std::size_t passed = 0;   // rows
  MaybeReason broken = {};  // the row that did not pass, which ended the matter
};

struct Outcome {
  std::string_view verdict;       // "drop", "reply", ... as explanations have it
  Reason reason;                  // that decided in the end
  std::vector<Octets> sent = {};  // at once; frames where the link has addresses
  std::vector<Rung> ladder = {};  // tables, in their order
};

/// Of a node, which receives the packet.
Outcome ask(Node& node, const Received& received);
/// Lets time go on until its addresses have been checked, and returns the time then.
Instant settled(Node& node, Instant now);

/// Who answers questions: a world, or a stack that runs.
class Oracle {
 public:
  virtual ~Oracle() = default;
  /// What it is about: addresses of the node.
  virtual const NodeConfig& node() const = 0;
  /// With one option set ("KEY=VALUE") or none (""). Nothing where that option cannot have that value here.
  virtual std::optional<Outcome> ask(Bytes packet, const std::string& setting) = 0;
};

/// Of a node whose start is over: addresses have been checked.
Outcome ask(const World& world, Bytes packet);

/// A node of a world at the time of the question.
struct Prepared {
  explicit Prepared(const World& world);
  /// A copy is asked.
  Outcome ask(const World& world, Bytes packet) const;

  Node node;
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
