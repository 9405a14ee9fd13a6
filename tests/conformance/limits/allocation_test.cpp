// Receiving allocates nothing once each table was used: they are made then, and no input makes them grow.
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "tests/conformance/limits/allocations.hpp"

namespace {

std::size_t allocated_so_far = 0;
std::size_t octets_in_use = 0;

constexpr std::align_val_t default_alignment{__STDCPP_DEFAULT_NEW_ALIGNMENT__};

/// Memory is not short in a test: where it is, the test ends.
void* counted(std::size_t size, std::align_val_t alignment = default_alignment) {
  ++allocated_so_far;
  const auto step = static_cast<std::size_t>(alignment);
  const std::size_t rounded = size == 0 ? step : (size + step - 1) / step * step;
  void* memory = std::aligned_alloc(step, rounded);
  if (memory == nullptr) std::abort();
  octets_in_use += malloc_usable_size(memory);
  return memory;
}

void give_back(void* memory) {
  octets_in_use -= malloc_usable_size(memory);
  std::free(memory);
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
DELETE operator delete(void* memory) noexcept { give_back(memory); }
DELETE operator delete[](void* memory) noexcept { give_back(memory); }
DELETE operator delete(void* memory, const std::nothrow_t&) noexcept { give_back(memory); }
DELETE operator delete[](void* memory, const std::nothrow_t&) noexcept { give_back(memory); }
DELETE operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
DELETE operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }
DELETE operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
DELETE operator delete[](void* memory, std::align_val_t) noexcept { give_back(memory); }
DELETE operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
DELETE operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
#undef NEW
#undef DELETE

std::size_t tunstack::test::allocations() { return allocated_so_far; }
std::size_t tunstack::test::allocated_octets() { return octets_in_use; }

namespace tunstack::test::allocation_test {

namespace {

TEST(AllocationCounter, ROB_001_counts_every_form) {
  EXPECT_EQ(allocations_of([] {}), 0U);
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(1)); }), 1U);
  EXPECT_EQ(allocations_of([] { ::operator delete[](::operator new[](0)); }), 1U);
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(1, std::nothrow), std::nothrow); }), 1U);
  constexpr std::align_val_t line{64};
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(1, line), line); }), 1U);
  EXPECT_GE(allocations_of([] { static_cast<void>(counting(100)); }), 1U) << "a vector";
  EXPECT_GE(allocations_of([] { Driver driver(host_config()); }), 1U) << "a node";
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
        echo4({.destination = "192.0.2.255"}), udp4({.destination = "224.0.0.1"}), ipv4({}, icmpv4(15, 0, 0)),
        ipv4({}, icmpv4(42, 0, 0, counting(12))), ipv4({}, icmpv4(200, 0, 0)), ipv4({}, icmpv4(3, 3, 0, udp4())),
        echo6({.source = "::1"}), echo6({.destination = "2001:db8::77"}), udp6({.destination = "ff02::1"}),
        ipv6({.next_header = 60}, hex("3a00 5e00 0000 0000")), ipv6({}, icmpv6({}, 1, 4, 0, udp6()))}) {
    EXPECT_EQ(allocations_of_receiving(packet), 0U);
    EXPECT_EQ(answers_, 0U);
  }
}

// Options of both kinds: those that go back, and those that are complained of.
TEST_F(Allocation, ROB_001_options) {
  for (const Packet& options :
       {Packet(4, 1), hex("07 0b 04 00000000 00000000 00"), hex("44 0c 05 00 00000000 00000000"),
        hex("44 14 05 01 00000000 00000000 00000000 00000000"), hex("83 0b 0c c6336401 c6336402 00")}) {
    EXPECT_EQ(allocations_of_receiving(echo4({.options = options})), 0U);
    EXPECT_EQ(answers_, 100U);
  }
  EXPECT_EQ(allocations_of_receiving(echo4({.options = hex("07 02 00 00")})), 0U);
  EXPECT_EQ(answers_, 10U) << "errors, then the limit";
}

TEST_F(Allocation, ROB_001_timestamp_and_address_mask) {
  for (const Packet& packet : {ipv4({}, icmpv4(13, 0, 0, counting(12))), ipv4({}, icmpv4(17, 0, 0, counting(4)))}) {
    EXPECT_EQ(allocations_of_receiving(packet), 0U);
    EXPECT_EQ(answers_, 100U);
  }
}

TEST_F(Allocation, ROB_001_replies_that_are_cut) {
  EXPECT_EQ(allocations_of_receiving(echo4({}, counting(1473))), 0U);
  EXPECT_EQ(answers_, 200U);
  EXPECT_EQ(allocations_of_receiving(echo4({}, counting(65507))), 0U);
  EXPECT_EQ(answers_, 4500U);
}

/// An echo request of `size` octets of data in fragments of 1480.
std::vector<Packet> fragments_of_echo(std::size_t size) {
  const Packet message = icmpv4(8, 0, 0x00050001, counting(size));
  std::vector<Packet> fragments;
  for (std::size_t at = 0; at < message.size(); at += 1480) {
    const std::size_t data = std::min<std::size_t>(1480, message.size() - at);
    const unsigned more = at + data < message.size() ? 0x2000 : 0;
    fragments.push_back(ipv4({.flags_and_offset = more | static_cast<unsigned>(at / 8)}, part(message, at, data)));
  }
  return fragments;
}

TEST_F(Allocation, ROB_001_fragments_that_are_put_together) {
  std::vector<Packet> fragments = fragments_of_echo(65507);
  ASSERT_EQ(fragments.size(), 45U);
  EXPECT_EQ(allocations_of_rounds(fragments), 0U);
  EXPECT_EQ(answers_, 4500U);
  std::ranges::reverse(fragments);
  EXPECT_EQ(allocations_of_rounds(fragments), 0U);
  EXPECT_EQ(answers_, 4500U) << "the last first";
}

TEST_F(Allocation, ROB_001_fragments_that_are_refused) {
  std::vector<Packet> fragments = fragments_of_echo(3000);
  Packet overlapping = fragments[1];
  overlapping[7] = static_cast<std::uint8_t>(overlapping[7] - 1);
  mend_header_checksum(overlapping);
  EXPECT_EQ(allocations_of_rounds({fragments[0], fragments[0], overlapping, fragments[1]}), 0U);
  EXPECT_EQ(answers_, 0U);
  EXPECT_EQ(count(Reason::fragment_duplicate), 1U);
  EXPECT_EQ(count(Reason::fragment_overlaps), 1U);
  EXPECT_EQ(count(Reason::fragment_of_refused_datagram), 397U);
}

// V4-FRAG-008, V4-FRAG-018: what is held has a fixed size, and when its time is over nothing is needed to tell.
TEST_F(Allocation, V4_FRAG_018_fragments_that_are_held_evicted_and_given_up) {
  Packet fragment = fragments_of_echo(65507)[0];
  std::size_t allocated = 0;
  for (unsigned i = 0; i < 100'000; ++i) {
    set_be32(fragment, 12, 1U << 24 | (i * 2654435761U & 0x3effffff));
    set_be16(fragment, 4, i & 0xffff);
    mend_header_checksum(fragment);
    allocated += allocations_of([&] { receive(fragment); });
  }
  EXPECT_EQ(allocated, 0U);
  EXPECT_EQ(answers_, 0U);
  const std::uint64_t held = 100'000 - count(Reason::fragment_datagram_evicted);
  EXPECT_LE(held, 1024U);
  EXPECT_GE(held, 1000U) << "two blocks each of the 2048 that there are, and some must be free";
  driver_->wait_asleep(std::chrono::seconds(60));
  EXPECT_EQ(allocations_of([&] { sent_ = driver_->tick_unchecked(); }), 0U);
  EXPECT_EQ(count(Reason::fragment_timeout), held);
  EXPECT_EQ(sent_.size(), held - count(Reason::icmp4_error_rate_of_node));
  EXPECT_GE(sent_.size(), 25U) << "as many errors as come at once, about 50";
}

/// What the node sends to 192.0.2.1 in answer to an echo request of 1428 octets.
class AllocationOfErrors : public Allocation {
 protected:
  AllocationOfErrors() {
    const Packet request = echo4({}, counting(1400));
    receive(request);
    reply_.assign(sent_[0].bytes.begin(), sent_[0].bytes.end());
  }
  Packet reply_;
};

TEST_F(AllocationOfErrors, ROB_001_errors_received) {
  const Packet too_big = ipv4({}, icmpv4(3, 4, 1300, reply_));
  for (const Packet& error : {ipv4({}, icmpv4(3, 1, 0, reply_)), ipv4({}, icmpv4(11, 0, 0, part(reply_, 0, 28))),
                              ipv4({}, icmpv4(3, 3, 0, part(reply_, 0, 27))), too_big}) {
    EXPECT_EQ(allocations_of_receiving(error), error == too_big ? 1U : 0U) << "the table of path MTUs, once";
    EXPECT_EQ(answers_, 0U);
  }
  EXPECT_EQ(count(Reason::icmp4_error_about_our_packet), 200U);
  EXPECT_EQ(count(Reason::icmp4_error_quote_cut_short), 100U);
  EXPECT_EQ(count(Reason::path_mtu_lowered), 1U);
  EXPECT_EQ(count(Reason::path_mtu_not_below_size_sent), 99U) << "more than the estimate was not sent";
  EXPECT_EQ(allocations_of_receiving(echo4({}, counting(1400))), 0U);
  EXPECT_EQ(answers_, 200U) << "cut to the new path MTU";
}

/// Everything that is off until somebody asks for it.
class AllocationOfExtras : public Allocation {
 protected:
  static NodeConfig config() {
    NodeConfig config = host_config();
    for (const char* setting : {"icmp.extensions=on", "probe.enable=on", "icmp4.info_reply=on", "udp.echo=on",
                                "udp.discard=on", "icmp4.error_rate=0", "icmp6.error_rate=0"})
      EXPECT_FALSE(set_option(config.options, setting)) << setting;
    return config;
  }
  AllocationOfExtras() : Allocation(config()) {
    receive(ipv4({.source = "203.0.113.77"}, icmpv4(42, 0, 1, question)));
    EXPECT_EQ(answers_, 1U) << "the limit of extended echo has its table";
  }
  const Packet question = hex("20000000 0008 0301 74756e30");
};

TEST_F(AllocationOfExtras, ROB_001_extensions_extended_echo_information_and_services) {
  for (const Packet& packet : {udp4({}, 33434), udp6({}, 33434), udp4({}, 33434, counting(1400)), udp4({}, 7),
                               udp6({}, 7, counting(1400)), ipv4({}, icmpv4(15, 0, 1))}) {
    EXPECT_EQ(allocations_of_receiving(packet), 0U);
    EXPECT_EQ(answers_, 100U);
  }
  EXPECT_EQ(allocations_of_receiving(udp4({}, 9)), 0U);
  EXPECT_EQ(answers_, 0U);
  for (const Packet& packet :
       {ipv4({}, icmpv4(42, 0, 0x00050101, question)), ipv6({}, icmpv6({}, 160, 0, 0x00050101, question))}) {
    EXPECT_EQ(allocations_of_receiving(packet), 0U);
    EXPECT_EQ(answers_, 20U) << "replies, then the limit";
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
    driver_->wait_asleep(std::chrono::milliseconds(1));
    allocated += allocations_of([&] { receive(packet); });
  }
  EXPECT_EQ(allocated, 0U);
  EXPECT_GT(answers_, 900'000U) << "the limits were asked and had room";
}

// Queries, services and errors about our own packets.
TEST_F(Allocation, ROB_001_queries_services_and_extended_errors) {
  NodeConfig config = host_config();
  for (const std::string_view setting : {"icmp4.info_reply=on", "probe.enable=on", "udp.echo=on", "icmp.extensions=on"})
    ASSERT_FALSE(set_option(config.options, setting));
  driver_.emplace(config);
  make_tables();
  const Packet structure = hex("2000 fa50 0008 0301 74756e30");
  struct Case {
    Packet packet;
    std::size_t answers;
    std::size_t tables = 0;  // that are made
  };
  for (const Case& c :
       {Case{ipv4({}, icmpv4(13, 0, 7, Packet(12))), 100}, Case{ipv4({}, icmpv4(17, 0, 7, Packet(4))), 100},
        Case{ipv4({}, icmpv4(15, 0, 7)), 100}, Case{ipv4({}, icmpv4(42, 0, 1, structure)), 20, 1},
        Case{ipv6({}, icmpv6({}, 160, 0, 1, structure)), 20}, Case{udp4({}, 7), 100}, Case{udp6({}, 7), 100},
        Case{udp4({}, 33434, counting(64)), 10}, Case{udp6({}, 33434, counting(1400)), 10}}) {
    EXPECT_EQ(allocations_of_receiving(c.packet), c.tables);
    EXPECT_EQ(answers_, c.answers);
  }
}

// PMTU4-001: what is remembered of paths has a fixed size too.
TEST_F(Allocation, PMTU4_001_path_mtus_of_thousands_of_destinations_take_one_table) {
  std::size_t allocated = 0;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    Packet request = echo4({.source = "10.0.0.0"}, counting(1472));
    set_be32(request, 12, 0x0a000000 + i);
    mend_header_checksum(request);
    allocated += allocations_of([&] { receive(request); });
    ASSERT_EQ(sent_.size(), 1U);
    const Bytes sent = sent_[0].bytes;
    const Packet error = ipv4({}, icmpv4(3, 4, 1300, {sent.begin(), sent.begin() + 548}));
    allocated += allocations_of([&] {
      receive(error);
      receive(request);
    });
    EXPECT_EQ(sent_.size(), 2U) << "in fragments";
  }
  EXPECT_EQ(allocated, 1U);
  EXPECT_EQ(count(Reason::path_mtu_lowered), 5000U);
}

}  // namespace
}  // namespace tunstack::test::allocation_test
