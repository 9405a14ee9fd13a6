// How often receiving allocates. The program that includes this counts all that it allocates.
#pragma once

#include "tests/support/host.hpp"

namespace tunstack::test {

/// Of the whole program so far.
std::size_t allocations();

/// How often `action` allocates.
template <class Action>
std::size_t allocations_of(const Action& action) {
  const std::size_t before = allocations();
  action();
  return allocations() - before;
}

class Allocation : public testing::Test {
 protected:
  Allocation() : Allocation(host_config()) {}
  explicit Allocation(const NodeConfig& config) : node_(std::in_place, config) {}

  /// How often `repeats` receptions of a packet allocate; `answers_` says how many of them were answered.
  std::size_t allocations_of_receiving(const Packet& packet, int repeats = 100) {
    const Received received{.interface = InterfaceId{0}, .bytes = packet, .now = now_};
    answers_ = 0;
    return allocations_of([&] {
      for (int i = 0; i < repeats; ++i) receive(received);
    });
  }

  /// The same for packets that belong together, all of them in each round.
  std::size_t allocations_of_rounds(const std::vector<Packet>& packets, int rounds = 100) {
    answers_ = 0;
    return allocations_of([&] {
      for (int i = 0; i < rounds; ++i)
        for (const Packet& packet : packets) receive({.interface = InterfaceId{0}, .bytes = packet, .now = now_});
    });
  }

  std::uint64_t count(Reason reason) const { return node_->counters().count(reason); }

  void receive(const Received& received) {
    out_.clear();
    node_->receive(received, out_);
    answers_ += out_.packets().size();
  }

  std::optional<Node> node_;
  Outbox out_;
  Instant now_;
  std::size_t answers_ = 0;
};

}  // namespace tunstack::test
