// Runs packets through a node on a clock that goes from one event to the next: nothing waits, and the same input
// gives the same output.
#pragma once

#include "tunstack/node/node.hpp"

namespace tunstack {

class Replay {
 public:
  explicit Replay(Node& node) : node_(node) {}

  /// Timers that are due come first. A time before the last one counts as the last one: clocks are set back, time is
  /// not.
  void receive(Instant when, Bytes packet, bool link_layer_group);
  /// Lets time go on, so that what is due until then happens.
  void advance(Instant until);
  Instant now() const { return now_; }

 private:
  Node& node_;
  Instant now_{};
  Outbox out_;
};

}  // namespace tunstack
