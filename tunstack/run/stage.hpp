// A machine, and who acts in it of himself: programs at its nodes, the events of a lab. A Machine again, so that run
// loop, replay and tests drive both by the same calls.
#pragma once

#include <algorithm>
#include <vector>

#include "tunstack/run/machine.hpp"

namespace tunstack {

/// Acts when something has happened in the machine, or is due.
class Actor {
 public:
  virtual ~Actor() = default;
  /// When act() has something to do, whatever happens; Instant::max() if never.
  virtual Instant next_deadline() const = 0;
  /// Does what there is to do now, but no more than is bounded: what is left is due at once.
  virtual void act(Instant now, Outbox& out) = 0;
};

template <Machine M>
class Stage {
 public:
  /// Must outlive the stage.
  explicit Stage(M& machine) : machine_(machine) {}

  /// Actors act in the order in which they came.
  void enter(Actor& actor) {
    if (std::ranges::find(actors_, &actor) == actors_.end()) actors_.push_back(&actor);
  }
  void leave(Actor& actor) { std::erase(actors_, &actor); }

  void receive(const Received& received, Outbox& out) {
    machine_.receive(received, out);
    go_on(received.now, out);
  }
  bool takes_many() const
    requires TakesMany<M>
  {
    return actors_.empty() && machine_.takes_many();
  }
  void receive_together(std::span<const Received> packets, Outbox& out)
    requires TakesMany<M>
  {
    machine_.receive_together(packets, out);
  }
  void tick(Instant now, Outbox& out) {
    machine_.tick(now, out);
    go_on(now, out);
  }
  void link_changed(InterfaceId interface, bool up, Instant now, Outbox& out) {
    machine_.link_changed(interface, up, now, out);
    go_on(now, out);
  }
  void shut_down(Instant now, Outbox& out) { machine_.shut_down(now, out); }
  void note(const Note& note) { machine_.note(note); }
  Instant next_deadline() const {
    Instant next = machine_.next_deadline();
    for (const Actor* const actor : actors_) next = std::min(next, actor->next_deadline());
    return next;
  }
  /// Lets actors hear of what was done to the machine from outside.
  void go_on(Instant now, Outbox& out) {
    for (std::size_t i = 0; i < actors_.size();) {
      Actor* const actor = actors_[i];
      actor->act(now, out);
      if (i < actors_.size() && actors_[i] == actor) ++i;  // else somebody has left, and the next one is in his place
    }
  }

 private:
  M& machine_;
  std::vector<Actor*> actors_;
};

}  // namespace tunstack
