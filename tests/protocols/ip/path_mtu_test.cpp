// What is believed of a path's MTU, and for how long.
#include "protocols/ip/path_mtu.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::path_mtu_test {
namespace {

using namespace std::chrono_literals;

struct Believed {
  const char* what;
  ip::TooBig report;
  std::size_t estimate;
  std::size_t mtu;  // 0 if refused
  Reason reason = Reason::path_mtu_not_below_size_sent;
};

void expect_believed(std::initializer_list<Believed> cases) {
  for (const Believed& c : cases) {
    const auto mtu = ip::believed_path_mtu(c.report, c.estimate, 68);
    EXPECT_EQ(mtu.has_value(), c.mtu != 0) << c.what;
    if (mtu)
      EXPECT_EQ(*mtu, c.mtu) << c.what;
    else
      EXPECT_EQ(mtu.error(), c.reason) << c.what;
  }
}

// A report of less than the minimum leads to it, and to nothing where the datagram was no larger.
TEST(BelievedPathMtu, PMTU4_006_not_below_the_minimum) {
  EXPECT_EQ(ip::believed_path_mtu({68, 1500, 20}, 1500, 552), 552U);
  EXPECT_EQ(ip::believed_path_mtu({551, 1500, 20}, 1500, 552), 552U);
  EXPECT_EQ(ip::believed_path_mtu({553, 1500, 20}, 1500, 552), 553U);
  EXPECT_EQ(ip::believed_path_mtu({0, 500, 20}, 1500, 552).error(), Reason::path_mtu_not_below_size_sent);
  EXPECT_EQ(ip::believed_path_mtu({68, 552, 20}, 1500, 552).error(), Reason::path_mtu_not_below_size_sent);
  EXPECT_EQ(ip::believed_path_mtu({68, 553, 20}, 1500, 552), 552U);
}

TEST(BelievedPathMtu, PMTU4_001_what_the_router_says) {
  expect_believed({{"usual", {1300, 1500, 20}, 1500, 1300},
                   {"one octet less", {1499, 1500, 20}, 1500, 1499},
                   {"smaller packet", {500, 600, 20}, 1500, 500},
                   {"smallest", {68, 1500, 20}, 1500, 68}});
}

TEST(BelievedPathMtu, PMTU4_002_below_68) {
  for (std::size_t mtu = 1; mtu < 68; ++mtu)
    expect_believed({{"too small", {mtu, 1500, 20}, 1500, 0, Reason::path_mtu_below_minimum}});
}

// RFC 1191 7
TEST(BelievedPathMtu, PMTU4_003_every_plateau) {
  constexpr std::size_t plateaus[] = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};
  for (std::size_t i = 1; i < std::size(plateaus); ++i)
    expect_believed({{"just above", {0, plateaus[i] + 1, 20}, 65535, plateaus[i]},
                     {"on the one before", {0, plateaus[i - 1], 20}, 65535, plateaus[i]}});
  expect_believed({{"nothing below 68", {0, 68, 20}, 1500, 0}, {"nor below less", {0, 28, 20}, 1500, 0}});
}

TEST(BelievedPathMtu, PMTU4_003_the_header_counted_twice) {
  expect_believed({{"20 octets", {0, 1520, 20}, 1500, 1492},
                   {"60 octets", {0, 1560, 60}, 1500, 1492},
                   {"with an MTU", {1300, 1520, 20}, 1500, 1300},
                   {"one octet too many", {0, 1521, 20}, 1500, 0},
                   {"not with this header", {0, 1540, 20}, 1500, 0},
                   {"the corrected size is what counts", {1500, 1520, 20}, 1500, 0}});
}

// PMTU4-004, PMTU4-006
TEST(BelievedPathMtu, PMTU4_004_never_above_what_was_sent_or_is_known) {
  expect_believed({{"as large as sent", {1500, 1500, 20}, 1500, 0},
                   {"larger", {65535, 1500, 20}, 1500, 0},
                   {"larger than a small packet", {1300, 600, 20}, 1500, 0},
                   {"above the estimate", {1400, 1500, 20}, 1300, 0},
                   {"on the estimate", {1300, 1300, 20}, 1300, 0},
                   {"below", {1299, 1300, 20}, 1300, 1299}});
}

// ---- estimates ----

const IpAddress peer{Ipv4Address{0xc0000201}};
const IpAddress other{Ipv4Address{0xc0000203}};
constexpr Instant start{};

TEST(PathMtus, PMTU4_001_the_link_until_something_is_known) {
  Random random(1);
  ip::PathMtus mtus(random);
  EXPECT_EQ(mtus.to(peer, 1500, start), 1500U);
  mtus.lower(peer, 1300, start + 600s);
  EXPECT_EQ(mtus.to(peer, 1500, start), 1300U);
  EXPECT_EQ(mtus.to(other, 1500, start), 1500U);
  EXPECT_EQ(mtus.to(peer, 1280, start), 1280U) << "never above the link";
  mtus.lower(peer, 1000, start + 700s);
  EXPECT_EQ(mtus.to(peer, 1500, start), 1000U);
}

TEST(PathMtus, PMTU4_005_each_estimate_has_its_own_end) {
  Random random(1);
  ip::PathMtus mtus(random);
  mtus.lower(peer, 1300, start + 600s);
  mtus.lower(other, 1200, start + 300s);
  EXPECT_EQ(mtus.to(other, 1500, start + 300s - 1ns), 1200U);
  EXPECT_EQ(mtus.to(other, 1500, start + 300s), 1500U);
  EXPECT_EQ(mtus.to(peer, 1500, start + 600s - 1ns), 1300U) << "a shorter one after it changes nothing";
  EXPECT_EQ(mtus.to(peer, 1500, start + 600s), 1500U);
}

TEST(PathMtus, PMTU4_001_families_are_apart) {
  Random random(1);
  ip::PathMtus mtus(random);
  Ipv6Address like_peer{};
  like_peer.octets = {0xc0, 0, 2, 1};
  mtus.lower(peer, 1300, start + 600s);
  EXPECT_EQ(mtus.to(IpAddress(like_peer), 1500, start), 1500U);
}

// Of those that share a place the one that is over first makes room, whoever came first.
TEST(PathMtus, PMTU4_001_a_bounded_number_of_destinations) {
  constexpr std::uint32_t strangers = 20000;
  Random random(1);
  ip::PathMtus mtus(random);
  mtus.lower(peer, 1300, start + 6000s);
  for (std::uint32_t i = 0; i < strangers; ++i) mtus.lower(Ipv4Address{0x0a000000 + i}, 1000, start + 600s);
  std::size_t known = 0;
  for (std::uint32_t i = 0; i < strangers; ++i) known += mtus.to(Ipv4Address{0x0a000000 + i}, 1500, start) == 1000;
  EXPECT_LE(known, 1024U);
  EXPECT_GT(known, 900U);
  EXPECT_EQ(mtus.to(peer, 1500, start), 1300U) << "the one that lasts longest stays";
}

}  // namespace
}  // namespace tunstack::test::path_mtu_test
