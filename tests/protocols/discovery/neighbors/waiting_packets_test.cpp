#include "protocols/discovery/neighbors/waiting_packets.hpp"

#include <gmock/gmock.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::waiting_packets_test {
namespace {

using discovery::WaitingPackets;
using discovery::WaitingQueue;
using testing::ElementsAre;
using testing::IsEmpty;

/// What is taken out of the queue, in its order.
std::vector<Packet> taken_from(WaitingPackets& waiting, WaitingQueue& queue) {
  std::vector<Packet> packets;
  while (queue.size > 0) {
    const Bytes first = waiting.first(queue).bytes;
    packets.emplace_back(first.begin(), first.end());
    waiting.remove_first(queue);
  }
  return packets;
}

Packet packet(unsigned number, std::size_t size = 10) { return Packet(size, static_cast<std::uint8_t>(number)); }

TEST(WaitingPackets, ND_NS_009_in_their_order) {
  WaitingPackets waiting(100, 8);
  WaitingQueue queue;
  EXPECT_TRUE(waiting.add(queue, packet(1, 100)));
  EXPECT_TRUE(waiting.add(queue, packet(2, 1)));
  EXPECT_TRUE(waiting.add(queue, packet(3, 50)));
  EXPECT_THAT(taken_from(waiting, queue), ElementsAre(packet(1, 100), packet(2, 1), packet(3, 50)));
  EXPECT_TRUE(waiting.add(queue, packet(4)));
  EXPECT_THAT(taken_from(waiting, queue), ElementsAre(packet(4))) << "an empty queue is as good as new";
}

TEST(WaitingPackets, ND_NS_009_the_oldest_makes_room) {
  WaitingPackets waiting(100, 8);
  WaitingQueue queue;
  for (unsigned i = 1; i <= 7; ++i) EXPECT_EQ(waiting.add(queue, packet(i)), i <= 3) << i;
  EXPECT_EQ(queue.size, 3U);
  EXPECT_THAT(taken_from(waiting, queue), ElementsAre(packet(5), packet(6), packet(7)));
}

TEST(WaitingPackets, ND_GEN_009_no_more_than_there_is_room) {
  WaitingPackets waiting(100, 4);
  WaitingQueue first, second;
  for (unsigned i = 1; i <= 3; ++i) EXPECT_TRUE(waiting.add(first, packet(i)));
  EXPECT_FALSE(waiting.is_full());
  EXPECT_TRUE(waiting.add(second, packet(4)));
  EXPECT_TRUE(waiting.is_full());
  EXPECT_FALSE(waiting.add(second, packet(5)));
  EXPECT_FALSE(waiting.add(first, packet(6))) << "its oldest one is lost";
  EXPECT_THAT(taken_from(waiting, second), ElementsAre(packet(4)));
  EXPECT_THAT(taken_from(waiting, first), ElementsAre(packet(2), packet(3), packet(6)));
}

TEST(WaitingPackets, ND_GEN_009_what_is_too_large) {
  WaitingPackets waiting(100, 4);
  WaitingQueue queue;
  EXPECT_FALSE(waiting.add(queue, packet(1, 101)));
  EXPECT_EQ(queue.size, 0U);
  EXPECT_TRUE(waiting.add(queue, packet(2, 100)));
  EXPECT_THAT(taken_from(waiting, queue), ElementsAre(packet(2, 100)));
  WaitingPackets none(0, 0);
  EXPECT_FALSE(none.add(queue, packet(1)));
}

// Places come back whatever way packets leave, and no packet is written over another.
TEST(WaitingPackets, ND_GEN_009_places_come_back) {
  WaitingPackets waiting(10, 6);
  std::array<WaitingQueue, 2> queues;
  for (unsigned round = 0; round < 100; ++round) {
    for (WaitingQueue& queue : queues)
      for (unsigned i = 0; i < 3; ++i) EXPECT_TRUE(waiting.add(queue, packet(round + i))) << round;
    waiting.remove_all(queues[round % 2]);
    EXPECT_EQ(queues[round % 2].size, 0U);
    EXPECT_THAT(taken_from(waiting, queues[1 - round % 2]),
                ElementsAre(packet(round), packet(round + 1), packet(round + 2)));
  }
}

}  // namespace
}  // namespace tunstack::test::waiting_packets_test
