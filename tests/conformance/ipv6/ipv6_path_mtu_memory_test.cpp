// How long path MTUs over IPv6 are remembered, and how many.
#include "tests/conformance/icmp/reported_icmpv6_errors.hpp"

namespace tunstack::test::ipv6_path_mtu_memory_test {
namespace {

using namespace std::chrono_literals;

/// An echo request whose reply is a packet of 1500 octets, from "2001:db8::1" or one of many others.
Packet large_echo(std::string_view source = "2001:db8::1") { return echo6({.source = source}, counting(1452)); }
std::string address_of(std::uint32_t number) {
  Ipv6Address address{{0x20, 0x01, 0x0d, 0xb8, 0, 0xaa}};
  for (std::size_t i = 0; i < 4; ++i) address.octets[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return to_text(address);
}

/// In how many packets the reply leaves: 1 as long as nothing is known of the path.
std::size_t packets(Host& host, const Packet& request = large_echo()) { return host.send(request).size(); }
void lower_to(Host& host, std::uint32_t mtu, const Packet& request = large_echo()) {
  host.send(too_big6(host.send(request).at(0), mtu));
}

// ---- ageing ----

TEST(Ipv6PathMtuMemory, PMTU6_005_the_path_is_tried_again_after_ten_minutes) {
  Host host;
  lower_to(host, 1300);
  host.wait(600s - 1ns);
  EXPECT_EQ(packets(host), 2U);
  host.wait(1ns);
  EXPECT_EQ(packets(host), 1U);
}

TEST(Ipv6PathMtuMemory, PMTU6_005_the_age_is_an_option_of_5_minutes_at_least) {
  Host host({"ip6.pmtu.age=300", "ip4.pmtu.age=900"});
  lower_to(host, 1300);
  host.wait(299s);
  EXPECT_EQ(packets(host), 2U);
  host.wait(1s);
  EXPECT_EQ(packets(host), 1U);
  NodeOptions options;
  for (const std::string_view setting : {"ip6.pmtu.age=299", "ip6.pmtu.age=0", "ip6.pmtu.age=60"})
    EXPECT_TRUE(set_option(options, setting).has_value()) << setting;
}

TEST(Ipv6PathMtuMemory, PMTU6_005_a_further_decrease_starts_the_time_again) {
  Host host;
  lower_to(host, 1400);
  host.wait(500s);
  lower_to(host, 1300);
  host.wait(599s);
  EXPECT_EQ(packets(host), 2U);
  host.wait(1s);
  EXPECT_EQ(packets(host), 1U);
}

TEST(Ipv6PathMtuMemory, PMTU6_005_reports_that_are_not_believed_keep_nothing_alive) {
  Host host;
  const Packet sent = host.send(large_echo()).at(0);
  host.send(too_big6(sent, 1300));
  host.wait(599s);
  for (const std::uint32_t mtu : {1300U, 1400U, 1279U, 0U}) host.send(too_big6(sent, mtu));
  host.wait(1s);
  EXPECT_EQ(packets(host), 1U);
}

// Still too small for the path: learnt anew, and aged anew.
TEST(Ipv6PathMtuMemory, PMTU6_005_learnt_again_after_it_grew_old) {
  Host host;
  lower_to(host, 1300);
  host.wait(600s);
  lower_to(host, 1400);
  EXPECT_EQ(host.send(large_echo()).at(0).size(), 1400U) << "the old estimate plays no part";
  host.wait(599s);
  EXPECT_EQ(packets(host), 2U);
}

// ---- bounds ----

/// A report about a packet that was never sent to an address of the forger's choice.
Packet forged(std::uint32_t number) {
  const std::string destination = address_of(number * 2654435761U);
  Packet quote = ipv6({.source = "2001:db8::2", .destination = destination}, counting(8));
  set_be16(quote, 4, 1460);
  return error6({.type = 2, .rest = 1280}, quote);
}

// ROB-001 too
TEST(Ipv6PathMtuMemory, PMTU6_009_a_hundred_thousand_forged_reports) {
  Host host;
  lower_to(host, 1300);
  for (std::uint32_t i = 0; i < 100'000; ++i) EXPECT_TRUE(host.send(forged(i)).empty());
  EXPECT_EQ(host.count(Reason::path_mtu_lowered), 1U);
  EXPECT_EQ(host.count(Reason::ipv6_path_mtu_of_packet_not_sent), 100'000U);
  EXPECT_EQ(packets(host), 2U) << "what was learnt from a true report is still known";
  for (std::uint32_t i = 0; i < 1000; ++i)
    EXPECT_EQ(packets(host, large_echo(address_of(i * 2654435761U))), 1U) << "nothing was learnt of these";
  lower_to(host, 1300, large_echo("2001:db8:5::5"));
  EXPECT_EQ(packets(host, large_echo("2001:db8:5::5")), 2U) << "and there is still something to learn";
}

// A fixed number of destinations is remembered, the last ones among them.
TEST(Ipv6PathMtuMemory, PMTU6_009_thousands_of_destinations_do_not_grow_the_table) {
  constexpr std::uint32_t destinations = 5000;
  Host host;
  for (std::uint32_t i = 0; i < destinations; ++i) {
    lower_to(host, 1300, large_echo(address_of(i)));
    EXPECT_EQ(packets(host, large_echo(address_of(i))), 2U) << "the last one is known";
    host.wait(1ms);
  }
  std::size_t known = 0;
  for (std::uint32_t i = 0; i < destinations; ++i) known += packets(host, large_echo(address_of(i))) == 2;
  EXPECT_LE(known, 1024U);
  EXPECT_GT(known, 900U) << "nearly all places are in use";
  host.wait(600s);
  for (std::uint32_t i = 0; i < destinations; ++i)
    EXPECT_EQ(packets(host, large_echo(address_of(i))), 1U) << "all of them are forgotten";
}

}  // namespace
}  // namespace tunstack::test::ipv6_path_mtu_memory_test
