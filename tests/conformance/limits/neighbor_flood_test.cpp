// A flood of neighbors that do not exist: memory stays what it was, and those that do are served.
#include <random>

#include "tests/support/resident_memory.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::neighbor_flood_test {
namespace {

using discovery::NeighborState;
using testing::SizeIs;

// With AddressSanitizer all takes longer.
constexpr std::size_t frames_a_round = memory_is_measured ? 100000 : 10000;
constexpr std::size_t rounds = 10, tolerance = 8192;  // KiB

/// One frame whose sender changes; its octets are written over, as building a million anew would take longer than the
/// host does.
class Flood {
 public:
  virtual ~Flood() = default;
  virtual const Packet& next() = 0;
};

/// Requests for the host from addresses in 10/8.
class ArpFlood : public Flood {
 public:
  const Packet& next() override {
    set_be32(frame_, 28, 0x0a000000 | (static_cast<std::uint32_t>(random_()) >> 8));
    set_be32(frame_, 24, static_cast<std::uint32_t>(random_()));
    return frame_;
  }

 private:
  std::mt19937 random_{5};
  Packet frame_ = arp_request();
};

/// Solicitations of the host from addresses in 2001:db8::/64. What is added to one word is taken from another, so that
/// the checksum stays right.
class SolicitationFlood : public Flood {
 public:
  const Packet& next() override {
    const auto number = static_cast<std::uint32_t>(random_());
    for (const std::size_t at : {0U, 2U}) {
      const unsigned word = at == 0 ? number >> 16 : number & 0xffff;
      set_be16(frame_, 14 + 16 + at, word);
      set_be16(frame_, 14 + 20 + at, 0xffff - word);
    }
    return frame_;
  }

 private:
  std::mt19937 random_{5};
  Packet frame_ = framed(solicitation({.source = "2001:db8::ffff:ffff:0:0"}));
};

void expect_bounded(Flood& flood, Wire& wire, std::string_view neighbor, const Packet& ping) {
  wire.confirm(neighbor, peer_mac);
  for (int i = 0; i < 2000; ++i) ASSERT_THAT(wire.send(flood.next()), SizeIs(1));
  const std::size_t before = resident_memory();
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < frames_a_round; ++i) ASSERT_THAT(wire.send(flood.next()), SizeIs(1)) << "answered";
    const auto sent = wire.send(ping);
    ASSERT_THAT(sent, SizeIs(1)) << "a ping in between";
    EXPECT_EQ(destination_mac(sent[0]), peer_mac);
    EXPECT_EQ(wire.state(neighbor), NeighborState::reachable) << "not evicted";
  }
  if (memory_is_measured) {
    EXPECT_LE(resident_memory(), before + tolerance);
  }
  EXPECT_EQ(wire.node().state().neighbors.size(), 1024U);
  EXPECT_GT(wire.node().state().neighbors.evicted(), rounds * frames_a_round / 10 * 9);
}

TEST(NeighborFlood, ARP_018_a_million_senders) {
  Wire wire;
  ArpFlood flood;
  expect_bounded(flood, wire, "192.0.2.1", framed(echo4()));
}

TEST(NeighborFlood, ND_GEN_009_a_million_solicitations) {
  Wire wire;
  SolicitationFlood flood;
  expect_bounded(flood, wire, "2001:db8::1", framed(echo6()));
}

// A scan through the host: nobody answers, and three packets for each would wait.
TEST(NeighborFlood, ND_GEN_009_a_scan_of_unknown_neighbors) {
  Wire wire({"neighbors.solicit_rate=0"});
  wire.confirm("2001:db8::1", peer_mac);
  std::mt19937 random(5);
  const std::size_t before = resident_memory();
  for (std::size_t i = 0; i < frames_a_round / 10 + 2000; ++i) {
    const std::string source = "2001:db8::1:" + std::to_string(random() % 10000);
    wire.send(framed(echo6({.source = source}, counting(1400))));
    if (i % 100 != 0) continue;
    wire.wait(std::chrono::milliseconds(20));
    ASSERT_THAT(wire.send(framed(echo6())), SizeIs(1));
  }
  if (memory_is_measured) {
    EXPECT_LE(resident_memory(), before + tolerance);
  }
  EXPECT_EQ(wire.node().state().neighbors.size(), 1024U);
}

}  // namespace
}  // namespace tunstack::test::neighbor_flood_test
