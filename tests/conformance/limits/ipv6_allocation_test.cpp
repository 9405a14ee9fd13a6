// Receiving allocates nothing: IPv6 extension headers, fragments, errors and path MTUs.
#include "tests/conformance/limits/allocations.hpp"

namespace tunstack::test::ipv6_allocation_test {
namespace {

TEST_F(Allocation, ROB_001_ipv6_extension_headers) {
  for (const Chain& chain :
       {Chain{hop_by_hop()}, Chain{destination_options(Packet(254)), routing(4, 0), fragment_header(0, false)}}) {
    EXPECT_EQ(allocations_of_receiving(chained_icmp(chain, 128, counting(56))), 0U);
    EXPECT_EQ(answers_, 100U);
  }
  const Packet reported = hex("9e04 00000000");
  for (const Chain& chain :
       {Chain{destination_options(reported)}, Chain{routing(0, 1)}, Chain(9, destination_options()),
        Chain{destination_options(hex("0120 00000000"))}, Chain{destination_options(Packet(1278))}}) {
    EXPECT_EQ(allocations_of_receiving(chained_udp(chain)), 0U);
    EXPECT_EQ(allocations_of_receiving(chained_icmp(chain, 1, counting(40))), 0U);
    EXPECT_EQ(answers_, 0U) << "no error about an error";
  }
  EXPECT_EQ(allocations_of_receiving(chained_udp({destination_options(reported)}, {.destination = "ff02::1"})), 0U);
  EXPECT_EQ(count(Reason::icmp6_error_rate_of_destination), 590U) << "10 errors left, of 6 times 100";
}

std::vector<Packet> fragments_of_echo6(std::size_t size) {
  return fragments6({}, icmpv6({}, 128, 0, 0x00050001, counting(size)), 1448);
}

TEST_F(Allocation, ROB_001_ipv6_packets_that_are_put_together_and_cut) {
  EXPECT_EQ(allocations_of_receiving(echo6({}, counting(1453))), 1U) << "the table of identifications, once";
  EXPECT_EQ(answers_, 200U);
  std::vector<Packet> fragments = fragments_of_echo6(65527);
  ASSERT_EQ(fragments.size(), 46U);
  EXPECT_EQ(allocations_of_rounds(fragments), 0U);
  EXPECT_EQ(answers_, 4600U);
  std::ranges::reverse(fragments);
  EXPECT_EQ(allocations_of_rounds(fragments), 0U);
  EXPECT_EQ(answers_, 4600U) << "the last first";
}

TEST_F(Allocation, ROB_001_ipv6_fragments_that_are_refused) {
  const std::vector<Packet> fragments = fragments_of_echo6(3000);
  Packet overlapping = fragments[1];
  set_be16(overlapping, 42, 1440 | 1);
  EXPECT_EQ(allocations_of_rounds({fragments[0], fragments[0], overlapping, fragments[1]}), 0U);
  EXPECT_EQ(answers_, 0U);
  EXPECT_EQ(count(Reason::fragment_overlaps), 1U);
  EXPECT_EQ(count(Reason::fragment_of_refused_datagram), 397U);
  const Packet without_headers = chained({.next_header = 17}, {fragment_header(0, true, 9)}, {});
  EXPECT_EQ(allocations_of_receiving(without_headers), 0U);
  EXPECT_EQ(answers_, 10U) << "errors, then the limit";
  EXPECT_EQ(allocations_of_receiving(chained({.next_header = 6}, {fragment_header(0, true, 9)}, counting(16))), 0U);
  EXPECT_EQ(answers_, 0U) << "the limit is used up";
}

// V6-FRAG-016, V6-FRAG-004
TEST_F(Allocation, V6_FRAG_016_ipv6_fragments_that_are_held_evicted_and_given_up) {
  Packet fragment = fragments_of_echo6(65527)[0];
  std::size_t allocated = 0;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    set_be32(fragment, 12, i * 2654435761U);
    set_be32(fragment, 44, i);
    allocated += allocations_of([&] { receive(fragment); });
  }
  EXPECT_EQ(allocated, 0U);
  EXPECT_EQ(answers_, 0U);
  const std::uint64_t held = 100'000 - count(Reason::fragment_datagram_evicted);
  EXPECT_LE(held, 1024U);
  EXPECT_GE(held, 1000U);
  driver_->wait_asleep(std::chrono::seconds(60));
  EXPECT_EQ(allocations_of([&] { sent_ = driver_->tick_unchecked(); }), 0U);
  EXPECT_EQ(count(Reason::fragment_timeout), held);
  EXPECT_GE(sent_.size(), 25U) << "as many errors as come at once, about 50";
}

TEST_F(Allocation, ROB_001_ipv6_errors_received) {
  const Packet request = echo6({}, counting(1452));
  receive(request);
  const Packet sent(sent_[0].bytes.begin(), sent_[0].bytes.end());
  const Packet cut_short = chained({.source = "2001:db8::2"}, {hop_by_hop()}, {});
  for (const Packet& body : {sent, part(sent, 0, 48), cut_short, part(sent, 0, 39), udp6()})
    for (const unsigned type : {1U, 2U, 3U, 4U, 100U}) {
      EXPECT_EQ(allocations_of_receiving(ipv6({}, icmpv6({}, type, 0, 0, body))), 0U);
      EXPECT_EQ(answers_, 0U);
    }
  EXPECT_EQ(allocations_of_receiving(ipv6({}, icmpv6({}, 2, 0, 1300, part(sent, 0, 1232)))), 1U)
      << "the table of path MTUs, once";
  EXPECT_EQ(count(Reason::path_mtu_lowered), 1U);
  EXPECT_EQ(count(Reason::ipv6_path_mtu_not_below_size_sent), 99U);
  EXPECT_EQ(count(Reason::icmp6_error_about_our_packet), 800U);
  EXPECT_EQ(allocations_of_receiving(request), 1U) << "the table of identifications, once";
  EXPECT_EQ(answers_, 200U) << "cut to the new path MTU";
}

// PMTU6-009: what is remembered of paths has a fixed size.
TEST_F(Allocation, PMTU6_009_ipv6_path_mtus_of_thousands_of_destinations_take_one_table) {
  std::size_t allocated = 0;
  const Ipv6Fields router{.source = "2001:db8:77::7"};
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const std::string source = "2001:db8:aa::" + std::to_string(i);
    const Packet request = echo6({.source = source}, counting(1452));
    allocated += allocations_of([&] { receive(request); });
    ASSERT_EQ(sent_.size(), 1U);
    const Bytes sent = sent_[0].bytes;
    const Packet error = ipv6(router, icmpv6(router, 2, 0, 1300, {sent.begin(), sent.begin() + 48}));
    allocated += allocations_of([&] {
      receive(error);
      receive(request);
    });
    EXPECT_EQ(sent_.size(), 2U) << "in fragments";
  }
  EXPECT_EQ(allocated, 2U) << "and that of identifications";
  EXPECT_EQ(count(Reason::path_mtu_lowered), 5000U);
}

}  // namespace
}  // namespace tunstack::test::ipv6_allocation_test
