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
  /// The link of an interface comes up or goes down.
  void change_link(InterfaceId interface, bool up, Instant when) {
    advance(when);
    machine_.link_changed(interface, up, now_, out_);
    out_.clear();
  }
  /// Has something done to the machine by `change(now, outbox)`, as the run loop has.
  template <class Change>
  void act(Instant when, const Change& change) {
    advance(when);
    change(now_, out_);
    out_.clear();
  }
  /// Lets the machine take leave of its neighbors.
  void shut_down(Instant when) {
    advance(when);
    machine_.shut_down(now_, out_);
    out_.clear();
  }
  /// Lets time go on, so that what is due until then happens. A router advertises for as long as it runs: of a gap in
  /// which more happens than that, the rest is left out, and what is overdue happens at its end.
  static constexpr std::size_t most_steps = 100'000;
  void advance(Instant until) {
    for (std::size_t step = 0; machine_.next_deadline() <= until; ++step) {
      const bool is_too_much = step == most_steps;
      left_out_ += is_too_much ? until - now_ : Duration(0);
      tick(is_too_much ? until : machine_.next_deadline());
      if (step > most_steps) break;
    }
    now_ = std::max(now_, until);
  }
  Instant now() const { return now_; }
  /// The time of gaps that was left out.
  Duration left_out() const { return left_out_; }

 private:
  void tick(Instant at) {
    now_ = std::max(now_, at);
    machine_.tick(now_, out_);
    out_.clear();
  }

  M& machine_;
  Instant now_;
  Duration left_out_{};
  Outbox out_;
};

}  // namespace tunstack
