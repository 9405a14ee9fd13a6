// Receiving allocates nothing: memory is taken when a node is built, and no input makes it grow.
#include <cstdlib>
#include <new>

#include "tests/support/host.hpp"

namespace {

std::size_t allocations = 0;

constexpr std::align_val_t default_alignment{__STDCPP_DEFAULT_NEW_ALIGNMENT__};

/// Memory is not short in a test: where it is, the test ends.
void* counted(std::size_t size, std::align_val_t alignment = default_alignment) {
  ++allocations;
  const auto step = static_cast<std::size_t>(alignment);
  const std::size_t rounded = size == 0 ? step : (size + step - 1) / step * step;
  void* memory = std::aligned_alloc(step, rounded);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

// All forms, as a sanitizer has its own for each that is left out; but aligned ones without exceptions, which nothing
// here uses. Not inlined: GCC warns of a new whose delete it sees call free.
#define NEW [[gnu::noinline]] void*
#define DELETE [[gnu::noinline]] void
NEW operator new(std::size_t size) { return counted(size); }
NEW operator new[](std::size_t size) { return counted(size); }
NEW operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
NEW operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
NEW operator new(std::size_t size, std::align_val_t alignment) { return counted(size, alignment); }
NEW operator new[](std::size_t size, std::align_val_t alignment) { return counted(size, alignment); }
DELETE operator delete(void* memory) noexcept { std::free(memory); }
DELETE operator delete[](void* memory) noexcept { std::free(memory); }
DELETE operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
DELETE operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
DELETE operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
DELETE operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
DELETE operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
DELETE operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
DELETE operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
DELETE operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
#undef NEW
#undef DELETE

namespace tunstack::test {
namespace {

/// How often `action` allocates.
template <class Action>
std::size_t allocations_of(const Action& action) {
  const std::size_t before = allocations;
  action();
  return allocations - before;
}

class Allocation : public testing::Test {
 protected:
  /// How often `repeats` receptions of a packet allocate; `answers_` says how many of them were answered.
  std::size_t allocations_of_receiving(const Packet& packet, int repeats = 100) {
    const Received received{.interface = InterfaceId{0}, .bytes = packet, .now = now_};
    answers_ = 0;
    return allocations_of([&] {
      for (int i = 0; i < repeats; ++i) receive(received);
    });
  }

  void receive(const Received& received) {
    out_.clear();
    node_.receive(received, out_);
    answers_ += out_.packets().size();
  }

  Node node_{host_config()};
  Outbox out_;
  Instant now_;
  std::size_t answers_ = 0;
};

TEST(AllocationCounter, ROB_001_counts_every_form) {
  EXPECT_EQ(allocations_of([] {}), 0U);
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(1)); }), 1U);
  EXPECT_EQ(allocations_of([] { ::operator delete[](::operator new[](0)); }), 1U);
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(1, std::nothrow), std::nothrow); }), 1U);
  constexpr std::align_val_t line{64};
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(1, line), line); }), 1U);
  EXPECT_GE(allocations_of([] { static_cast<void>(counting(100)); }), 1U) << "a vector";
  EXPECT_GE(allocations_of([] { Node node(host_config()); }), 1U) << "a node";
}

TEST_F(Allocation, ROB_001_echo) {
  for (const std::size_t size : {64U, 1400U}) {
    EXPECT_EQ(allocations_of_receiving(echo4({}, counting(size))), 0U) << size;
    EXPECT_EQ(answers_, 100U);
    EXPECT_EQ(allocations_of_receiving(echo6({}, counting(size))), 0U) << size;
    EXPECT_EQ(answers_, 100U);
  }
}

// The first ten are errors, the others refused by the limit: both paths.
TEST_F(Allocation, ROB_001_errors) {
  for (const Packet& packet : {udp4({}, 33434, counting(64)), udp6({}, 33434, counting(1400))}) {
    EXPECT_EQ(allocations_of_receiving(packet), 0U);
    EXPECT_EQ(answers_, 10U);
  }
}

TEST_F(Allocation, ROB_001_resets) {
  const Ipv4Fields ip4{.protocol = 6};
  const Ipv6Fields ip6{.next_header = 6};
  for (const Packet& packet : {ipv4(ip4, tcp(ip4, {})), ipv6(ip6, tcp(ip6, {}))}) {
    EXPECT_EQ(allocations_of_receiving(packet), 0U);
    EXPECT_EQ(answers_, 100U);
  }
}

TEST_F(Allocation, ROB_001_drops) {
  Packet bad_checksum = echo4();
  bad_checksum[10] ^= 1;
  for (const Packet& packet :
       {Packet{}, hex("50"), bad_checksum, echo4({.source = "127.0.0.1"}), echo4({.destination = "198.51.100.1"}),
        echo4({.destination = "192.0.2.255"}), udp4({.destination = "224.0.0.1"}), echo4({.options = Packet(4, 1)}),
        echo4({.flags_and_offset = 0x2000}), ipv4({}, icmpv4(13, 0, 0, counting(12))), ipv4({}, icmpv4(200, 0, 0)),
        echo6({.source = "::1"}), echo6({.destination = "2001:db8::77"}), udp6({.destination = "ff02::1"}),
        ipv6({.next_header = 0}, Packet(8)), ipv6({}, icmpv6({}, 1, 4, 0, udp6()))}) {
    EXPECT_EQ(allocations_of_receiving(packet), 0U);
    EXPECT_EQ(answers_, 0U);
  }
}

/// A packet of an unknown protocol: what makes errors for the least work.
class RandomSource4 {
 public:
  const Packet& next() {
    set_be32(packet_, 12, 1U << 24 | (number_++ * 2654435761U & 0x3effffff));
    mend_header_checksum(packet_);
    return packet_;
  }

 private:
  Packet packet_ = ipv4({.protocol = 99}, counting(8));
  std::uint32_t number_ = 0;
};

class RandomSource6 {
 public:
  const Packet& next() {
    set_be32(packet_, 12, number_++ * 2654435761U);
    return packet_;
  }

 private:
  Packet packet_ = ipv6({.next_header = 200}, counting(8));
  std::uint32_t number_ = 0;
};

// ICMP4-RATE-005, ICMP6-RATE-001: what is remembered of destinations has a fixed size.
TEST_F(Allocation, ICMP4_RATE_005_a_million_sources_take_no_memory) {
  RandomSource4 sources4;
  RandomSource6 sources6;
  std::size_t allocated = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const Packet& packet = i % 2 == 0 ? sources4.next() : sources6.next();
    now_ += std::chrono::milliseconds(1);
    allocated += allocations_of([&] { receive({.interface = InterfaceId{0}, .bytes = packet, .now = now_}); });
  }
  EXPECT_EQ(allocated, 0U);
  EXPECT_GT(answers_, 900'000U) << "the limits were asked and had room";
}

}  // namespace
}  // namespace tunstack::test
