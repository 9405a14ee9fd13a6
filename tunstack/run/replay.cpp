#include "tunstack/run/replay.hpp"

namespace tunstack {

void Replay::receive(Instant when, Bytes packet, bool link_layer_group) {
  advance(when);
  node_.receive({InterfaceId{0}, packet, now_, link_layer_group}, out_);
  out_.clear();
}

void Replay::advance(Instant until) {
  while (node_.next_deadline() <= until) {
    now_ = std::max(now_, node_.next_deadline());
    node_.tick(now_, out_);
    out_.clear();
  }
  now_ = std::max(now_, until);
}

}  // namespace tunstack
