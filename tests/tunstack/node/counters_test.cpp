// Counters by reason, and of ICMP messages by type and code.
#include "tunstack/node/counters.hpp"

#include <gtest/gtest.h>

#include "tests/support/host.hpp"

namespace tunstack::test::counters_test {
namespace {

std::uint64_t all_reasons_counted(Host& host) {
  std::uint64_t sum = 0;
  for (const ReasonInfo& reason : all_reasons()) sum += host.count(reason.reason);
  return sum;
}

TEST(IcmpCounters, each_type_and_code_has_its_place) {
  IcmpCounters counters;
  for (unsigned type = 0; type < 256; ++type)
    for (unsigned code = 0; code < 16; ++code)
      for (unsigned times = 0; times < (type + code) % 5; ++times)
        counters.add_in(static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code));
  for (unsigned type = 0; type < 256; ++type)
    for (unsigned code = 0; code < 16; ++code)
      EXPECT_EQ(counters.in(static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code)), (type + code) % 5);
}

TEST(IcmpCounters, codes_from_16_on_share_a_place) {
  IcmpCounters counters;
  counters.add_in(255, 16);
  counters.add_in(255, 255);
  EXPECT_EQ(counters.in(255, 16), 2U);
  EXPECT_EQ(counters.in(255, 200), 2U);
  EXPECT_EQ(counters.in(255, 15), 0U);
  EXPECT_EQ(counters.in(254, 16), 0U);
}

TEST(Counters, families_and_directions_are_apart) {
  Counters counters;
  counters.icmp(Family::ipv4).add_in(8, 0);
  counters.icmp(Family::ipv6).add_out(129, 0);
  EXPECT_EQ(counters.icmp4.in(8, 0), 1U);
  EXPECT_EQ(counters.icmp6.out(129, 0), 1U);
  EXPECT_EQ(counters.icmp4.out(8, 0), 0U);
  EXPECT_EQ(counters.icmp6.in(8, 0), 0U);
}

TEST(Counters, STAT_002_three_pings_are_three_in_and_three_out) {
  Host host;
  for (int i = 0; i < 3; ++i) host.answer(echo4());
  for (int i = 0; i < 2; ++i) host.answer(echo6());
  const Counters& counters = host.node().counters();
  EXPECT_EQ(counters.icmp4.in(8, 0), 3U);
  EXPECT_EQ(counters.icmp4.out(0, 0), 3U);
  EXPECT_EQ(counters.icmp6.in(128, 0), 2U);
  EXPECT_EQ(counters.icmp6.out(129, 0), 2U);
  EXPECT_EQ(counters.packets_in, 5U);
  EXPECT_EQ(counters.packets_out, 5U);
}

TEST(Counters, STAT_002_errors_sent_by_type_and_code) {
  Host host;
  host.answer(udp4());
  host.answer(udp6());
  host.answer(ipv4({.protocol = 253}, counting(8)));
  const Counters& counters = host.node().counters();
  EXPECT_EQ(counters.icmp4.out(3, 3), 1U);
  EXPECT_EQ(counters.icmp4.out(3, 2), 1U);
  EXPECT_EQ(counters.icmp6.out(1, 4), 1U);
}

TEST(Counters, STAT_001_each_packet_adds_one_reason) {
  Host host;
  host.send({});
  host.send(hex("50"));
  host.send(echo4({.destination = "192.0.2.3"}));
  host.answer(echo4());
  EXPECT_EQ(host.count(Reason::empty_read), 1U);
  EXPECT_EQ(host.count(Reason::ip_version_unknown), 1U);
  EXPECT_EQ(host.count(Reason::ipv4_destination_not_ours), 1U);
  EXPECT_EQ(host.count(Reason::icmp4_echo_request_for_us), 1U);
  EXPECT_EQ(all_reasons_counted(host), 4U);
}

TEST(Counters, STAT_001_an_error_withheld_counts_why_it_was_asked_for_and_why_it_was_not_sent) {
  Host host;
  host.send(udp4({.destination = "192.0.2.255"}));
  EXPECT_EQ(host.count(Reason::udp4_port_closed), 1U);
  EXPECT_EQ(host.count(Reason::icmp4_destination_broadcast), 1U);
  EXPECT_EQ(all_reasons_counted(host), 2U);
  EXPECT_EQ(host.node().counters().packets_out, 0U);
}

}  // namespace
}  // namespace tunstack::test::counters_test
