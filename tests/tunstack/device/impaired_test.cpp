// A bad link, in virtual time on a device in memory: what it does is exact, repeats with its seed, and nothing of it is
// lost without being counted.
#include "tunstack/device/impaired.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "tunstack/device/memory.hpp"

namespace tunstack::test::impaired_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct HandClock {
  Instant time;
  Instant now() const { return time; }
};

using Impaired = ImpairedDevice<MemoryDevice, HandClock>;
static_assert(Device<Impaired>);

MemoryDevice::Packet numbered(std::size_t number) {
  return {static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
}
std::size_t number_of(Bytes packet) { return std::size_t{packet[0]} << 8U | packet[1]; }

class BadLink : public testing::Test {
 protected:
  Impaired& link(const Impairments& impairments, std::uint64_t seed = 1) {
    return link_.emplace(device, clock, impairments, Seed(seed));
  }
  /// All that can be read now.
  std::vector<std::size_t> read_all() {
    std::vector<std::size_t> numbers;
    for (DeviceRead got{}; (got = link_->read(buffer)).status == DeviceStatus::packet;)
      numbers.push_back(number_of(got.packet));
    return numbers;
  }
  /// All that has left by the device.
  std::vector<std::size_t> take_all() {
    std::vector<std::size_t> numbers;
    while (const auto packet = device.take()) numbers.push_back(number_of(*packet));
    return numbers;
  }
  /// What comes out of so many packets put in one by one.
  std::vector<std::size_t> pass_in(std::size_t count) {
    std::vector<std::size_t> passed;
    for (std::size_t i = 0; i < count; ++i) {
      device.put(numbered(i));
      for (const std::size_t number : read_all()) passed.push_back(number);
    }
    return passed;
  }
  std::vector<std::size_t> pass_out(std::size_t count) {
    std::vector<std::size_t> passed;
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_TRUE(link_->write(numbered(i)));
      for (const std::size_t number : take_all()) passed.push_back(number);
    }
    return passed;
  }
  ImpairmentCounts counts() const { return link_->counts().value_or(ImpairmentCounts{}); }
  bool is_readable() const {
    pollfd file{link_->fd(), POLLIN, 0};
    return ::poll(&file, 1, 0) == 1;
  }

  MemoryDevice device;
  HandClock clock;
  std::optional<Impaired> link_;
  std::array<std::uint8_t, 2048> buffer{};
};

TEST_F(BadLink, without_impairments_it_is_the_device) {
  link({});
  EXPECT_EQ(link_->fd(), device.fd());
  EXPECT_FALSE(link_->counts());
  EXPECT_THAT(pass_in(3), ElementsAre(0, 1, 2));
  EXPECT_TRUE(link_->write(numbered(1), numbered(2)));
  EXPECT_THAT(*device.take(), ElementsAre(0, 1, 0, 2));
  device.remove();
  EXPECT_EQ(link_->read(buffer).status, DeviceStatus::gone);
}

TEST_F(BadLink, all_is_lost) {
  link({.loss = 1});
  EXPECT_THAT(pass_in(300), IsEmpty());
  EXPECT_THAT(pass_out(300), IsEmpty());
  EXPECT_EQ(counts().lost, 600U);
}

TEST_F(BadLink, a_share_is_lost_and_the_same_one_with_the_same_seed) {
  link({.loss = 0.1}, 7);
  const auto first = pass_in(2000);
  EXPECT_EQ(counts().lost, 2000 - first.size());
  EXPECT_NEAR(static_cast<double>(counts().lost), 200, 60);
  link({.loss = 0.1}, 7);
  EXPECT_EQ(pass_in(2000), first);
  link({.loss = 0.1}, 8);
  EXPECT_NE(pass_in(2000), first);
}

TEST_F(BadLink, each_direction_and_each_impairment_draws_from_its_own_stream) {
  link({.loss = 0.2}, 7);
  const auto in = pass_in(500);
  link({.loss = 0.2}, 7);
  EXPECT_NE(pass_out(500), in);
  EXPECT_EQ(pass_in(500), in) << "whatever went the other way";
  link({.loss = 0.2, .corrupt = 0.5}, 7);
  EXPECT_THAT(pass_in(500), SizeIs(in.size()));
  link({.loss = 0.2, .duplicate = 1}, 7);
  auto twice = pass_in(500);
  EXPECT_THAT(twice, SizeIs(2 * in.size()));
  twice.erase(std::unique(twice.begin(), twice.end()), twice.end());
  EXPECT_EQ(twice, in) << "the same ones are lost";
}

TEST_F(BadLink, a_delay_passes_packets_in_order_and_not_before_their_time) {
  link({.delay = 20ms});
  device.put(numbered(1));
  EXPECT_THAT(read_all(), IsEmpty());
  clock.time += 5ms;
  device.put(numbered(2));
  EXPECT_THAT(read_all(), IsEmpty());
  clock.time += 15ms - 1ns;
  EXPECT_THAT(read_all(), IsEmpty());
  clock.time += 1ns;
  EXPECT_THAT(read_all(), ElementsAre(1));
  clock.time += 5ms;
  EXPECT_THAT(read_all(), ElementsAre(2));
  EXPECT_EQ(counts().delayed, 2U);
  EXPECT_EQ(counts().held, 0U);
}

TEST_F(BadLink, what_is_sent_waits_likewise_and_leaves_though_nothing_comes) {
  link({.delay = 20ms});
  link_->write(numbered(1), numbered(2));
  EXPECT_THAT(take_all(), IsEmpty());
  EXPECT_EQ(counts().held, 1U);
  clock.time += 20ms;
  EXPECT_THAT(read_all(), IsEmpty());
  EXPECT_THAT(*device.take(), ElementsAre(0, 1, 0, 2)) << "header and payload";
}

TEST_F(BadLink, the_file_is_readable_when_something_is_due) {
  link({.delay = 1ns});
  EXPECT_FALSE(is_readable());
  link_->write(numbered(1));
  pollfd file{link_->fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&file, 1, 10'000), 1) << "the timer wakes the loop";
  clock.time += 1ns;
  read_all();
  EXPECT_THAT(take_all(), ElementsAre(1));
  EXPECT_FALSE(is_readable()) << "until the next one";
  device.put(numbered(2));
  EXPECT_TRUE(is_readable());
}

TEST_F(BadLink, reordered_packets_are_overtaken) {
  link({.reorder = 0.2}, 3);
  for (std::size_t i = 0; i < 100; ++i) device.put(numbered(i));
  auto passed = read_all();
  EXPECT_THAT(passed, SizeIs(100 - counts().reordered));
  EXPECT_GT(counts().reordered, 5U);
  EXPECT_TRUE(std::ranges::is_sorted(passed));
  clock.time += ImpairedDirection::time_to_be_overtaken;
  const auto late = read_all();
  EXPECT_THAT(late, SizeIs(counts().reordered)) << "none is lost";
  EXPECT_LT(late.front(), passed.back());
}

TEST_F(BadLink, corruption_changes_one_bit) {
  link({.corrupt = 1});
  const MemoryDevice::Packet zeros(100, 0);
  std::set<std::vector<std::uint8_t>> seen;
  for (int i = 0; i < 50; ++i) {
    link_->write(zeros);
    const auto packet = *device.take();
    int bits = 0;
    for (const std::uint8_t octet : packet) bits += std::popcount(octet);
    EXPECT_EQ(bits, 1);
    seen.insert(packet);
  }
  EXPECT_GT(seen.size(), 30U) << "not always the same one";
  EXPECT_EQ(counts().corrupted, 50U);
  link_->write({});
  EXPECT_THAT(*device.take(), IsEmpty());
}

TEST_F(BadLink, what_waits_is_bounded_and_what_finds_no_room_is_counted) {
  link({.delay = 1s});
  const MemoryDevice::Packet large(1'000'000, 0);
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(link_->write(large));
  EXPECT_EQ(counts().held, 4U);
  EXPECT_EQ(counts().overflowed, 2U);
  clock.time += 1s;
  read_all();
  link_->write(large);
  EXPECT_EQ(counts().held, 1U) << "there is room again";
}

TEST_F(BadLink, what_the_device_refuses_is_counted) {
  link({.duplicate = 1});
  device.remove();
  EXPECT_TRUE(link_->write(numbered(1)));
  EXPECT_EQ(counts().refused, 2U);
  EXPECT_EQ(link_->read(buffer).status, DeviceStatus::gone);
}

TEST_F(BadLink, a_flood_that_is_lost_lets_others_have_their_turn) {
  link({.loss = 1});
  for (std::size_t i = 0; i < MemoryDevice::capacity; ++i) device.put(numbered(i));
  EXPECT_EQ(link_->read(buffer).status, DeviceStatus::none);
  EXPECT_LT(counts().lost, MemoryDevice::capacity);
  EXPECT_TRUE(is_readable()) << "the rest waits";
}

TEST(ImpairmentText, names_what_happened) {
  EXPECT_EQ(impairment_text({}), "impaired: nothing\n");
  EXPECT_EQ(impairment_text({.lost = 12, .duplicated = 3, .held = 1}),
            "impaired: 12 lost, 3 duplicated, 1 still on their way\n");
}

}  // namespace
}  // namespace tunstack::test::impaired_test
