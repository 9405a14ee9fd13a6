#include "protocols/discovery/neighbors/neighbor_states.hpp"

#include <algorithm>
#include <array>

namespace tunstack::discovery {

namespace {

using enum NeighborState;
using enum NeighborEvent;
using namespace neighbor_action;

constexpr std::array transitions = {
    // Nobody knows where it is.
    NeighborTransition{none, packet_sent, solicit, incomplete},
    NeighborTransition{none, mentioned_other, record, stale},
    NeighborTransition{failed, packet_sent, solicit, incomplete},
    NeighborTransition{failed, mentioned_other, record, stale},
    NeighborTransition{incomplete, timeout, solicit, incomplete},
    NeighborTransition{incomplete, last_timeout, give_up, failed},
    NeighborTransition{incomplete, mentioned_other, record | release, stale},
    NeighborTransition{incomplete, solicited_other, record | release, reachable},
    NeighborTransition{incomplete, solicited_override, record | release, reachable},
    NeighborTransition{incomplete, unsolicited_other, record | release, stale},
    NeighborTransition{incomplete, unsolicited_override, record | release, stale},
    // It has answered lately.
    NeighborTransition{reachable, timeout, nothing, stale},
    NeighborTransition{reachable, confirmed, nothing, reachable},
    NeighborTransition{reachable, mentioned_other, record, stale},
    NeighborTransition{reachable, solicited_same, nothing, reachable},
    NeighborTransition{reachable, solicited_other, nothing, stale},
    NeighborTransition{reachable, solicited_override, record, reachable},
    NeighborTransition{reachable, unsolicited_other, nothing, stale},
    NeighborTransition{reachable, unsolicited_override, record, stale},
    // It has not: what is sent next goes there all the same, and is followed by a question.
    NeighborTransition{stale, packet_sent, nothing, delay},
    NeighborTransition{stale, confirmed, nothing, reachable},
    NeighborTransition{stale, mentioned_other, record, stale},
    NeighborTransition{stale, solicited_same, nothing, reachable},
    NeighborTransition{stale, solicited_override, record, reachable},
    NeighborTransition{stale, unsolicited_override, record, stale},
    NeighborTransition{delay, timeout, solicit, probe},
    NeighborTransition{delay, confirmed, nothing, reachable},
    NeighborTransition{delay, mentioned_other, record, stale},
    NeighborTransition{delay, solicited_same, nothing, reachable},
    NeighborTransition{delay, solicited_override, record, reachable},
    NeighborTransition{delay, unsolicited_override, record, stale},
    NeighborTransition{probe, timeout, solicit, probe},
    NeighborTransition{probe, last_timeout, give_up, failed},
    NeighborTransition{probe, confirmed, nothing, reachable},
    NeighborTransition{probe, mentioned_other, record, stale},
    NeighborTransition{probe, solicited_same, nothing, reachable},
    NeighborTransition{probe, solicited_override, record, reachable},
    NeighborTransition{probe, unsolicited_override, record, stale},
};

}  // namespace

std::span<const NeighborTransition> neighbor_transitions() { return transitions; }

const NeighborTransition* find_transition(NeighborState state, NeighborEvent event) {
  const auto row =
      std::ranges::find_if(transitions, [&](const auto& t) { return t.from == state && t.event == event; });
  return row == transitions.end() ? nullptr : &*row;
}

std::string_view name_of(NeighborState state) {
  constexpr std::array<std::string_view, 7> names{"none",  "incomplete", "reachable", "stale",
                                                  "delay", "probe",      "failed"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view name_of(NeighborEvent event) {
  constexpr std::array<std::string_view, 12> names{"packet_sent",      "timeout",           "last_timeout",
                                                   "confirmed",        "mentioned_same",    "mentioned_other",
                                                   "solicited_same",   "solicited_other",   "solicited_override",
                                                   "unsolicited_same", "unsolicited_other", "unsolicited_override"};
  return names[static_cast<std::size_t>(event)];
}

}  // namespace tunstack::discovery
