// Runs packets through a machine on a clock that goes from one event to the next: nothing waits, and the same input
// gives the same output.
#pragma once

#include "tunstack/run/machine.hpp"

namespace tunstack {

template <Machine M>
class Replay {
 public:
  explicit Replay(M& machine, Instant start = {}) : machine_(machine), now_(start) {}

  /// Timers that are due come first. A time before the last one counts as the last one: clocks are set back, time is
  /// not.
  void receive(Received received) {
    advance(received.now);
    received.now = now_;
    machine_.receive(received, out_);
    out_.clear();
  }
  /// Lets time go on, so that what is due until then happens.
  void advance(Instant until) {
    while (machine_.next_deadline() <= until) {
      now_ = std::max(now_, machine_.next_deadline());
      machine_.tick(now_, out_);
      out_.clear();
    }
    now_ = std::max(now_, until);
  }
  Instant now() const { return now_; }

 private:
  M& machine_;
  Instant now_;
  Outbox out_;
};

}  // namespace tunstack
