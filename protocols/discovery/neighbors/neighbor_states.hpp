// How the state of a neighbor changes (RFC 4861 7.3.3 and appendix C), as a table. It serves ARP too.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tunstack::discovery {

/// Numbered as in RFC 8335 4.
enum class NeighborState : std::uint8_t { none = 0, incomplete = 1, reachable, stale, delay, probe, failed };

/// Whether the link-layer address is known.
constexpr bool has_address(NeighborState state) {
  return state >= NeighborState::reachable && state <= NeighborState::probe;
}

enum class NeighborEvent : std::uint8_t {
  packet_sent,         // there is something to send to it
  timeout,             // its timer ran out, and tries are left
  last_timeout,        // and none are left
  confirmed,           // an upper layer made progress
  mentioned_same,      // a solicitation, router advertisement, redirect or ARP request names its address as known
  mentioned_other,     // or another one, or the first
  solicited_same,      // an advertisement that answers: with the address as known, or without any
  solicited_other,     // with another one, or the first
  solicited_override,  // with another one, or the first, that shall replace the one known
  unsolicited_same,    // an advertisement that nobody asked for: the same three
  unsolicited_other,
  unsolicited_override,
};

/// What is done on the way; bits.
namespace neighbor_action {
inline constexpr std::uint8_t nothing = 0;
inline constexpr std::uint8_t record = 1;   // the link-layer address in the message
inline constexpr std::uint8_t solicit = 2;  // to its group while the address is unknown, else to the address
inline constexpr std::uint8_t release = 4;  // send what waits
inline constexpr std::uint8_t give_up = 8;  // what waits cannot be sent
}  // namespace neighbor_action

struct NeighborTransition {
  NeighborState from;
  NeighborEvent event;
  std::uint8_t actions;
  NeighborState to;
};

std::span<const NeighborTransition> neighbor_transitions();
/// What follows from an event, or nullptr if nothing changes.
const NeighborTransition* find_transition(NeighborState state, NeighborEvent event);

std::string_view name_of(NeighborState state);
std::string_view name_of(NeighborEvent event);

}  // namespace tunstack::discovery
