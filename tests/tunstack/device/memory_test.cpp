// A device in memory keeps what is put into it, in order, and no more than fits.
#include "tunstack/device/memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <array>

namespace tunstack::test::memory_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

bool is_readable(const MemoryDevice& device) {
  pollfd file{device.fd(), POLLIN, 0};
  return ::poll(&file, 1, 0) == 1;
}

/// A packet of one octet, which tells it apart.
MemoryDevice::Packet numbered(std::size_t number) { return {static_cast<std::uint8_t>(number)}; }

class Memory : public testing::Test {
 protected:
  DeviceRead read() { return device.read(buffer); }

  MemoryDevice device;
  std::array<std::uint8_t, 8> buffer{};
};

TEST_F(Memory, what_is_put_in_is_read_in_order) {
  EXPECT_TRUE(device.put(MemoryDevice::Packet{1, 2, 3}));
  EXPECT_TRUE(device.put(MemoryDevice::Packet{4}));
  const DeviceRead first = read();
  EXPECT_EQ(first.status, DeviceStatus::packet);
  EXPECT_THAT(first.packet, ElementsAre(1, 2, 3));
  EXPECT_EQ(first.packet.data(), buffer.data());
  EXPECT_THAT(read().packet, ElementsAre(4));
  EXPECT_EQ(read().status, DeviceStatus::none);
}

TEST_F(Memory, what_does_not_fit_into_the_buffer_is_cut_off) {
  device.put(MemoryDevice::Packet(9, 7));
  EXPECT_THAT(read().packet, testing::SizeIs(8));
  EXPECT_EQ(read().status, DeviceStatus::none) << "the rest is lost";
}

TEST_F(Memory, an_empty_packet_is_one) {
  device.put({});
  EXPECT_TRUE(is_readable(device));
  const DeviceRead empty = read();
  EXPECT_EQ(empty.status, DeviceStatus::packet);
  EXPECT_THAT(empty.packet, IsEmpty());
}

TEST_F(Memory, what_is_written_is_taken_in_order) {
  EXPECT_EQ(device.take(), std::nullopt);
  EXPECT_TRUE(device.write(MemoryDevice::Packet{1, 2}));
  EXPECT_TRUE(device.write(MemoryDevice::Packet{3}, MemoryDevice::Packet{4, 5}));
  EXPECT_THAT(device.take(), Optional(ElementsAre(1, 2)));
  EXPECT_THAT(device.take(), Optional(ElementsAre(3, 4, 5))) << "header and payload";
  EXPECT_EQ(device.take(), std::nullopt);
}

TEST_F(Memory, the_file_is_readable_while_a_packet_waits) {
  EXPECT_FALSE(is_readable(device));
  for (int round = 0; round < 2; ++round) {
    device.put(numbered(1));
    device.put(numbered(2));
    EXPECT_TRUE(is_readable(device));
    read();
    EXPECT_TRUE(is_readable(device)) << "one is left";
    read();
    EXPECT_FALSE(is_readable(device));
  }
  device.write(numbered(1));
  EXPECT_FALSE(is_readable(device)) << "what was sent is for the other end";
}

TEST_F(Memory, a_full_queue_takes_no_more_until_one_leaves) {
  for (std::size_t i = 0; i < MemoryDevice::capacity; ++i) {
    ASSERT_TRUE(device.put(numbered(i)));
    ASSERT_TRUE(device.write(numbered(i + 1)));
  }
  EXPECT_FALSE(device.put(numbered(99)));
  EXPECT_FALSE(device.write(numbered(99)));
  EXPECT_FALSE(device.write(numbered(99), numbered(99)));
  EXPECT_THAT(read().packet, ElementsAre(0)) << "what was there first stays";
  EXPECT_TRUE(device.put(numbered(7)));
  EXPECT_FALSE(device.write(numbered(99))) << "each queue has its own room";
  EXPECT_THAT(device.take(), Optional(ElementsAre(1)));
  EXPECT_TRUE(device.write(numbered(7)));
}

TEST_F(Memory, once_gone_it_is_gone_for_all) {
  device.put(numbered(1));
  device.write(numbered(2));
  device.remove();
  EXPECT_TRUE(is_readable(device)) << "so that who waits for packets learns it";
  EXPECT_EQ(read().status, DeviceStatus::gone);
  EXPECT_EQ(read().status, DeviceStatus::gone);
  EXPECT_TRUE(is_readable(device));
  EXPECT_FALSE(device.put(numbered(3)));
  EXPECT_FALSE(device.write(numbered(3)));
  EXPECT_THAT(device.take(), Optional(ElementsAre(2))) << "what had left is not lost";
}

TEST_F(Memory, gone_while_nothing_waits) {
  device.remove();
  device.remove();
  EXPECT_TRUE(is_readable(device));
  EXPECT_EQ(read().status, DeviceStatus::gone);
}

}  // namespace
}  // namespace tunstack::test::memory_test
