// How often receiving allocates. The program that includes this counts all that it allocates.
//
// Tables are made when they are first needed, so that an idle node is small; from then on nothing is allocated.
#pragma once

#include "tests/support/host.hpp"
#include "tests/support/ipv6_chains.hpp"

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
  explicit Allocation(const NodeConfig& config) : node_(std::in_place, config) { make_tables(); }

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
    for (const Packet& packet : packets) receive({.interface = InterfaceId{0}, .bytes = packet, .now = now_});
    EXPECT_EQ(answers_, 4U) << "two replies and two errors";
    answers_ = 0;
  }

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
