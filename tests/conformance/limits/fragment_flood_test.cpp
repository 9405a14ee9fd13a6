// A flood of fragments that never become datagrams: memory stays what it was, and others are answered.
#include <random>

#include "tests/conformance/ipv6/ipv6_line.hpp"
#include "tests/support/resident_memory.hpp"

namespace tunstack::test::fragment_flood_test {
namespace {

using testing::SizeIs;

/// First and middle fragments from everywhere. Their headers are written over, as building a million packets anew
/// would take longer than the host does.
class Flood {
 public:
  const Packet& next() {
    const auto number = static_cast<std::uint32_t>(random_());
    Packet& packet = number & 1 ? large_ : small_;
    set_be32(packet, 12, 0x0a000000 | static_cast<std::uint32_t>(random_() >> 8));  // a source in 10/8
    set_be16(packet, 4, number >> 16);
    set_be16(packet, 6, 0x2000 | (number & 2 ? 1 + (number >> 2) % 8000 : 0));
    std::uint32_t sum = 0;
    set_be16(packet, 10, 0);
    for (std::size_t i = 0; i < 20; i += 2) sum += be16(packet, i);
    sum = (sum & 0xffff) + (sum >> 16);
    set_be16(packet, 10, ~(sum + (sum >> 16)) & 0xffff);
    return packet;
  }

 private:
  std::mt19937 random_{5};
  Packet small_ = ipv4({}, noise(8));
  Packet large_ = ipv4({}, noise(1480));
};

// With AddressSanitizer all takes longer.
constexpr std::size_t fragments_a_round = memory_is_measured ? 100000 : 10000;

TEST(FragmentFlood, V4_FRAG_018_a_million_fragments_need_no_more_memory_than_the_pool) {
  constexpr std::size_t rounds = 10, pool = 4096, tolerance = 8192;  // KiB
  FragmentLine line;
  Flood flood;
  const std::size_t before = resident_memory();
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < fragments_a_round; ++i) ASSERT_TRUE(line.send(flood.next()).empty());
    EXPECT_THAT(line.send(echo4()), SizeIs(1)) << "a ping in between";
  }
  if (memory_is_measured) {
    EXPECT_LE(resident_memory(), before + pool + tolerance);
  }
  EXPECT_GE(line.count(Reason::fragment_of_datagram), rounds * fragments_a_round);
  EXPECT_GT(line.count(Reason::fragment_datagram_evicted), rounds * fragments_a_round / 10 * 9) << "one for another";
}

TEST(FragmentFlood, V6_FRAG_016_first_fragments_need_no_more_memory_than_the_pool) {
  constexpr std::size_t pool = 4096, tolerance = 8192;  // KiB
  Line6 line;
  std::mt19937 random(5);
  Packet small = piece6(0, noise(8), true, {.next_header = 17});
  Packet large = piece6(0, noise(1400), true, {.next_header = 17});
  const std::size_t before = resident_memory();
  for (std::size_t i = 0; i < 100000; ++i) {
    Packet& packet = i % 2 == 0 ? small : large;
    set_be32(packet, 20, static_cast<std::uint32_t>(random()) | 1U);
    set_be32(packet, 44, static_cast<std::uint32_t>(random()));
    ASSERT_TRUE(line.send(packet).empty());
    if (i % 10000 == 0) expect_alive(line);
  }
  if (memory_is_measured) {
    EXPECT_LE(resident_memory(), before + pool + tolerance);
  }
  EXPECT_GT(line.count(Reason::fragment_datagram_evicted), 98000U) << "one for another";
  expect_alive(line);
}

// From one source it cannot even push the datagrams of others out.
TEST(FragmentFlood, V4_FRAG_018_one_source_cannot_crowd_out_another) {
  FragmentLine line;
  const Packet payload = echo_request(noise(40));
  line.send(fragment({.source = "10.9.9.9"}, payload, 0, 24));
  for (unsigned id = 0; id < 10000; ++id) {
    const Packet packet = fragment({.identification = id}, payload, 0, 24);
    ASSERT_TRUE(line.send(packet).empty());
  }
  expect_message(line.send(fragment({.source = "10.9.9.9"}, payload, 24, 48)), echo_reply(noise(40)));
}

}  // namespace
}  // namespace tunstack::test::fragment_flood_test
