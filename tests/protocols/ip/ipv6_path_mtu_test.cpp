// What is believed of the MTU of an IPv6 path, and which large packets are remembered.
#include <gtest/gtest.h>

#include "protocols/ip/path_mtu.hpp"

namespace tunstack::test::ipv6_path_mtu_test {
namespace {

using namespace std::chrono_literals;

struct Believed {
  const char* what;
  ip::TooBig report;
  std::size_t estimate;
  std::size_t mtu;  // 0 if refused
  Reason reason = Reason::ipv6_path_mtu_not_below_size_sent;
};

void expect_believed(std::initializer_list<Believed> cases) {
  for (const Believed& c : cases) {
    const auto mtu = ip::believed_ipv6_path_mtu(c.report, c.estimate);
    EXPECT_EQ(mtu.has_value(), c.mtu != 0) << c.what;
    if (mtu)
      EXPECT_EQ(*mtu, c.mtu) << c.what;
    else
      EXPECT_EQ(mtu.error(), c.reason) << c.what;
  }
}

TEST(BelievedIpv6PathMtu, PMTU6_001_what_the_router_says) {
  expect_believed({{"usual", {1400, 1500, 40}, 1500, 1400},
                   {"one octet less", {1499, 1500, 40}, 1500, 1499},
                   {"smallest", {1280, 1500, 40}, 1500, 1280},
                   {"about a smaller packet", {1280, 1281, 40}, 1500, 1280},
                   {"about one that left before the last report", {1300, 1500, 40}, 1400, 1300},
                   {"a large link", {9000, 65535, 40}, 65535, 9000}});
}

// RFC 8201 4
TEST(BelievedIpv6PathMtu, PMTU6_002_below_1280) {
  for (std::size_t mtu = 0; mtu < 1280; ++mtu)
    for (const std::size_t estimate : {1280U, 1400U, 1500U})
      expect_believed({{"too small", {mtu, 1500, 40}, estimate, 0, Reason::ipv6_path_mtu_below_minimum}});
}

// PMTU6-003, PMTU6-004
TEST(BelievedIpv6PathMtu, PMTU6_003_never_above_what_was_sent_or_is_known) {
  expect_believed({{"as large as sent", {1500, 1500, 40}, 1500, 0},
                   {"larger", {0xffffffff, 1500, 40}, 1500, 0},
                   {"as large as a smaller packet", {1300, 1300, 40}, 1500, 0},
                   {"about a small packet", {1280, 1280, 40}, 1500, 0},
                   {"about a tiny packet", {1280, 48, 40}, 1500, 0},
                   {"above the estimate", {1450, 1500, 40}, 1400, 0},
                   {"on the estimate", {1400, 1500, 40}, 1400, 0},
                   {"below", {1399, 1500, 40}, 1400, 1399},
                   {"no less than the least", {1280, 1500, 40}, 1280, 0}});
}

// ---- estimates ----

const Ipv6Address peer = parse_address("2001:db8::1")->ipv6();
const Ipv6Address other = parse_address("2001:db8::3")->ipv6();
const Ipv6Address group = parse_address("ff0e::1")->ipv6();
constexpr Instant start{};
constexpr std::size_t link = 1500;

/// A report about a packet of 1500 octets to `destination`.
void report(ip::PathMtus& mtus, const Ipv6Address& destination, std::size_t reported) {
  const auto mtu = ip::believed_ipv6_path_mtu({reported, 1500, 40}, mtus.to(destination, link, start));
  if (mtu) mtus.lower(destination, *mtu, start + 600s);
}

// PMTU6-007: routers of several branches report, each of them its own link.
TEST(Ipv6PathMtus, PMTU6_007_the_smallest_mtu_of_all_branches_to_a_group) {
  const std::vector<std::vector<std::size_t>> orders = {{1400, 1300}, {1300, 1400}, {1300, 1280, 1400}, {1400, 1280}};
  for (const auto& order : orders) {
    Random random(1);
    ip::PathMtus mtus(random);
    std::size_t smallest = link;
    for (const std::size_t reported : order) {
      report(mtus, group, reported);
      smallest = std::min(smallest, reported);
      EXPECT_EQ(mtus.to(group, link, start), smallest);
    }
  }
}

TEST(Ipv6PathMtus, PMTU6_006_the_link_until_something_is_known) {
  Random random(1);
  ip::PathMtus mtus(random);
  EXPECT_EQ(mtus.to(peer, 1500, start), 1500U);
  report(mtus, peer, 1300);
  EXPECT_EQ(mtus.to(peer, 1500, start), 1300U);
  EXPECT_EQ(mtus.to(other, 1500, start), 1500U);
  EXPECT_EQ(mtus.to(peer, 1280, start), 1280U) << "never above the link";
}

TEST(Ipv6PathMtus, PMTU6_005_each_estimate_has_its_own_end) {
  Random random(1);
  ip::PathMtus mtus(random);
  mtus.lower(peer, 1300, start + 600s);
  mtus.lower(other, 1280, start + 300s);
  EXPECT_EQ(mtus.to(other, 1500, start + 300s - 1ns), 1280U);
  EXPECT_EQ(mtus.to(other, 1500, start + 300s), 1500U);
  EXPECT_EQ(mtus.to(peer, 1500, start + 600s - 1ns), 1300U) << "a shorter one after it changes nothing";
  EXPECT_EQ(mtus.to(peer, 1500, start + 600s), 1500U);
}

// ---- large packets ----

Ipv6Address stranger(std::uint32_t number) {
  Ipv6Address address = parse_address("2001:db8:aa::")->ipv6();
  for (std::size_t i = 0; i < 4; ++i) address.octets[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return address;
}

TEST(Ipv6PathMtus, PMTU6_004_which_destinations_large_packets_went_to) {
  Random random(1);
  ip::PathMtus mtus(random);
  EXPECT_FALSE(mtus.sent_large_packet(peer));
  EXPECT_FALSE(mtus.sent_large_packet(Ipv6Address{})) << "the empty places belong to nobody";
  mtus.note_large_packet(peer);
  EXPECT_TRUE(mtus.sent_large_packet(peer));
  EXPECT_FALSE(mtus.sent_large_packet(other));
  mtus.note_large_packet(other);
  EXPECT_TRUE(mtus.sent_large_packet(peer)) << "each on its own";
}

// PMTU6-009: nobody has sent anything to these, whatever the table is filled with.
TEST(Ipv6PathMtus, PMTU6_009_a_forger_does_not_guess_a_destination) {
  Random random(1);
  ip::PathMtus mtus(random);
  for (std::uint32_t i = 0; i < 20000; ++i) EXPECT_FALSE(mtus.sent_large_packet(stranger(i))) << "of an empty table";
  for (std::uint32_t i = 0; i < 20000; ++i) mtus.note_large_packet(stranger(i));
  std::size_t believed = 0;
  for (std::uint32_t i = 20000; i < 120000; ++i) believed += mtus.sent_large_packet(stranger(i)) ? 1U : 0U;
  EXPECT_LE(believed, 1U) << "2 in 2^32 for each";
}

TEST(Ipv6PathMtus, PMTU6_009_a_bounded_number_of_destinations_the_latest_ones) {
  constexpr std::uint32_t strangers = 20000;
  Random random(1);
  ip::PathMtus mtus(random);
  std::size_t remembered = 0;
  for (std::uint32_t i = 0; i < strangers; ++i) {
    mtus.note_large_packet(stranger(i));
    EXPECT_TRUE(mtus.sent_large_packet(stranger(i)));
  }
  for (std::uint32_t i = 0; i < strangers; ++i) remembered += mtus.sent_large_packet(stranger(i)) ? 1U : 0U;
  EXPECT_LE(remembered, 4096U);
  EXPECT_GT(remembered, 3800U) << "nearly all places are in use";
  EXPECT_LT(sizeof(ip::PathMtus), 32U * 1024U);
}

}  // namespace
}  // namespace tunstack::test::ipv6_path_mtu_test
