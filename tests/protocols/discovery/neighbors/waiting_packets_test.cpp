#include "protocols/discovery/neighbors/waiting_packets.hpp"

#include <gmock/gmock.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::waiting_packets_test {
namespace {

using discovery::WaitingPackets;
using discovery::WaitingQueue;
using testing::ElementsAre;

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

/// Adds a datagram with these packets, if it finds room.
bool add(WaitingPackets& waiting, WaitingQueue& queue, const std::vector<Packet>& packets) {
  std::vector<OutgoingPacket> datagram;
  for (const Packet& one : packets) datagram.push_back({.interface = InterfaceId{0}, .bytes = one});
  if (!waiting.can_ever_hold(datagram) || !waiting.has_room_for(datagram)) return false;
  waiting.add(queue, datagram);
  return true;
}

TEST(WaitingPackets, ND_NS_009_in_their_order) {
  WaitingPackets waiting(100, 8);
  WaitingQueue queue;
  EXPECT_TRUE(add(waiting, queue, {packet(1, 100)}));
  EXPECT_TRUE(add(waiting, queue, {packet(2, 1), packet(3, 50)}));
  EXPECT_EQ(queue.size, 3U);
  EXPECT_EQ(queue.datagrams, 2U);
  EXPECT_EQ(queue.octets, 151U);
  EXPECT_THAT(taken_from(waiting, queue), ElementsAre(packet(1, 100), packet(2, 1), packet(3, 50)));
  EXPECT_EQ(queue.datagrams, 0U);
  EXPECT_EQ(queue.octets, 0U);
  EXPECT_TRUE(add(waiting, queue, {packet(4)}));
  EXPECT_THAT(taken_from(waiting, queue), ElementsAre(packet(4))) << "an empty queue is as good as new";
}

TEST(WaitingPackets, ND_NS_009_a_datagram_goes_as_a_whole) {
  WaitingPackets waiting(100, 8);
  WaitingQueue queue;
  add(waiting, queue, {packet(1), packet(2), packet(3)});
  add(waiting, queue, {packet(4), packet(5)});
  waiting.remove_first(queue);
  EXPECT_EQ(queue.datagrams, 2U) << "some of it still waits";
  waiting.remove_first_datagram(queue);
  EXPECT_EQ(queue.datagrams, 1U);
  EXPECT_THAT(taken_from(waiting, queue), ElementsAre(packet(4), packet(5)));
}

TEST(WaitingPackets, ND_GEN_009_no_more_than_there_is_room) {
  WaitingPackets waiting(100, 4);
  WaitingQueue first, second;
  EXPECT_FALSE(add(waiting, first, std::vector<Packet>(5, packet(1))));
  EXPECT_EQ(first.size, 0U);
  EXPECT_TRUE(add(waiting, first, {packet(1), packet(2), packet(3)}));
  EXPECT_FALSE(add(waiting, second, {packet(4), packet(5)}));
  EXPECT_TRUE(add(waiting, second, {packet(6)}));
  EXPECT_THAT(taken_from(waiting, second), ElementsAre(packet(6)));
  EXPECT_THAT(taken_from(waiting, first), ElementsAre(packet(1), packet(2), packet(3)));
}

TEST(WaitingPackets, ND_GEN_009_what_is_too_large) {
  WaitingPackets waiting(100, 4);
  WaitingQueue queue;
  EXPECT_FALSE(add(waiting, queue, {packet(1, 101)}));
  EXPECT_EQ(queue.size, 0U);
  EXPECT_TRUE(add(waiting, queue, {packet(2, 100)}));
  EXPECT_THAT(taken_from(waiting, queue), ElementsAre(packet(2, 100)));
  WaitingPackets none(0, 0);
  EXPECT_FALSE(add(none, queue, {packet(1)}));
}

// Places come back whatever way packets leave, and no packet is written over another.
TEST(WaitingPackets, ND_GEN_009_places_come_back) {
  WaitingPackets waiting(10, 6);
  std::array<WaitingQueue, 2> queues;
  for (unsigned round = 0; round < 100; ++round) {
    for (WaitingQueue& queue : queues)
      for (unsigned i = 0; i < 3; ++i) EXPECT_TRUE(add(waiting, queue, {packet(round + i)})) << round;
    waiting.remove_all(queues[round % 2]);
    EXPECT_EQ(queues[round % 2].size, 0U);
    EXPECT_THAT(taken_from(waiting, queues[1 - round % 2]),
                ElementsAre(packet(round), packet(round + 1), packet(round + 2)));
  }
}

}  // namespace
}  // namespace tunstack::test::waiting_packets_test
