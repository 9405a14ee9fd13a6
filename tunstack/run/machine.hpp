// What runs on links and in time: a node, and whatever is made of nodes. Run loop, replay and tests drive all of them
// by the same calls.
#pragma once

#include <concepts>
#include <span>

#include "tunstack/node/node.hpp"

namespace tunstack {

/// receive(), tick() and link_changed() add what is to be sent to the outbox; tick() is due at next_deadline(). note()
/// counts what happened to a packet after it left. Who has no links that come and go never calls link_changed().
template <class M>
concept Machine =
    requires(M& machine, const M& same, const Received& received, const Note& note, Instant now, Outbox& out) {
      machine.receive(received, out);
      machine.tick(now, out);
      machine.link_changed(received.interface, true, now, out);
      machine.shut_down(now, out);
      machine.note(note);
      { same.next_deadline() } -> std::same_as<Instant>;
    };

/// Where packets that come at one time are better looked at together, as takes_many() says.
template <class M>
concept TakesMany = requires(M& machine, const M& same, std::span<const Received> packets, Outbox& out) {
  { same.takes_many() } -> std::same_as<bool>;
  machine.receive_together(packets, out);
};

static_assert(Machine<Node>);

}  // namespace tunstack
