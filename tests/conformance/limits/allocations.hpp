// How often receiving allocates. The program that includes this counts all that it allocates.
//
// Tables are made when they are first needed, so that an idle node is small; from then on nothing is allocated.
#pragma once

#include "tests/support/host.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test {

/// Of the whole program so far.
std::size_t allocations();
/// That are in use now.
std::size_t allocated_octets();

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
  explicit Allocation(const NodeConfig& config) : driver_(std::in_place, config) { make_tables(); }

  /// Makes the node need all of its tables but those of path MTUs and extended echo: limits of errors, fragments, large
  /// packets. Its peers do not come again.
  void make_tables() {
    const Ipv4Fields peer4{.source = "203.0.113.77"};
    const Ipv6Fields peer6{.source = "2001:db8:ffff::77"};
    std::vector<Packet> packets = fragments6(peer6, icmpv6(peer6, 128, 0, 1, counting(1400)), 704);
    const Packet message = icmpv4(8, 0, 1, counting(16));
    for (const unsigned at : {0U, 8U, 16U}) {
      const Ipv4Fields fragment{.source = peer4.source, .flags_and_offset = (at < 16 ? 0x2000 : 0) | at / 8};
      packets.push_back(ipv4(fragment, part(message, at, 8)));
    }
    packets.push_back(udp4(peer4, 33434));
    packets.push_back(udp6(peer6, 33434));
    answers_ = 0;
    for (const Packet& packet : packets) receive(packet);
    EXPECT_EQ(answers_, 4U) << "two replies and two errors";
    answers_ = 0;
  }

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
