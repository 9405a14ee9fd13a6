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
  explicit Allocation(const NodeConfig& config) : driver_(std::in_place, config) {}

  /// How often `repeats` receptions of a packet allocate; `answers_` says how many of them were answered.
  std::size_t allocations_of_receiving(const Packet& packet, int repeats = 100) {
    answers_ = 0;
    return allocations_of([&] {
      for (int i = 0; i < repeats; ++i) receive(packet);
    });
  }

  /// The same for packets that belong together, all of them in each round.
  std::size_t allocations_of_rounds(const std::vector<Packet>& packets, int rounds = 100) {
    answers_ = 0;
    return allocations_of([&] {
      for (int i = 0; i < rounds; ++i)
        for (const Packet& packet : packets) receive(packet);
    });
  }

  std::uint64_t count(Reason reason) const { return driver_->count(reason); }

  void receive(const Packet& packet) {
    sent_ = driver_->receive_unchecked(packet);
    answers_ += sent_.size();
  }

  std::optional<Driver> driver_;
  std::span<const OutgoingPacket> sent_;  // by the last call
  std::size_t answers_ = 0;
};

}  // namespace tunstack::test
