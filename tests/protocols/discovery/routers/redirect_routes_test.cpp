// Next hops told by redirects: bounded, and forgotten in time.
#include "protocols/discovery/routers/redirect_routes.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::redirect_routes_test {
namespace {

using discovery::RedirectRoutes;
using std::chrono::seconds;

constexpr Instant start{seconds(1000)};
const IpAddress gateway = Ipv4Address{0xc0000263};
const IpAddress other_gateway = Ipv4Address{0xc0000264};

IpAddress host(std::uint32_t number) { return Ipv4Address{0xc6336400 + number}; }
IpAddress host6(std::uint8_t number) {
  Ipv6Address address{{0x20, 0x01, 0x0d, 0xb8}};
  address.octets[15] = number;
  return address;
}

TEST(RedirectRoutes, ICMP4_RED_008_the_last_redirect_for_each_destination_counts) {
  Random random(1);
  RedirectRoutes routes(RedirectRoutes::default_lifetime, random);
  EXPECT_EQ(routes.find(host(1), start), std::nullopt);
  routes.learn(host(1), gateway, start);
  routes.learn(host(2), other_gateway, start);
  EXPECT_EQ(routes.find(host(1), start), gateway);
  EXPECT_EQ(routes.find(host(2), start), other_gateway);
  EXPECT_EQ(routes.find(host(3), start), std::nullopt) << "a route to one host, not to its network";
  routes.learn(host(1), other_gateway, start);
  EXPECT_EQ(routes.find(host(1), start), other_gateway);
  EXPECT_EQ(routes.size(), 2U);
}

TEST(RedirectRoutes, ICMP4_RED_012_they_expire) {
  struct Case {
    Duration wait;
    bool expected;
    const char* why;
  };
  for (const Case& c : {Case{{}, true, "at once"}, Case{seconds(600) - Duration(1), true, "until the end"},
                        Case{seconds(600), false, "after 600 s"}, Case{seconds(9999), false, "for good"}}) {
    Random random(1);
    RedirectRoutes routes(RedirectRoutes::default_lifetime, random);
    routes.learn(host(1), gateway, start);
    EXPECT_EQ(routes.next_deadline(), start + seconds(600));
    EXPECT_EQ(routes.find(host(1), start + c.wait).has_value(), c.expected) << c.why;
    routes.expire(start + c.wait);
    EXPECT_EQ(routes.size(), c.expected ? 1U : 0U) << c.why;
  }
}

TEST(RedirectRoutes, ICMP4_RED_012_a_configured_lifetime_and_each_route_in_its_time) {
  Random random(1);
  RedirectRoutes routes(seconds(10), random);
  routes.learn(host(1), gateway, start);
  routes.learn(host(2), gateway, start + seconds(4));
  routes.learn(host(1), gateway, start + seconds(7));  // told again: from here on
  EXPECT_EQ(routes.next_deadline(), start + seconds(14));
  EXPECT_EQ(routes.find(host(1), start + seconds(16)), gateway);
  routes.expire(start + seconds(14));
  EXPECT_EQ(routes.size(), 1U);
  EXPECT_EQ(routes.next_deadline(), start + seconds(17));
  routes.expire(start + seconds(17));
  EXPECT_EQ(routes.next_deadline(), Instant::max());
}

// 1.2.3.4 and 102:304:: begin with the same octets.
TEST(RedirectRoutes, ICMP4_RED_008_the_families_are_apart) {
  Random random(1);
  RedirectRoutes routes(RedirectRoutes::default_lifetime, random);
  routes.learn(Ipv4Address{0x01020304}, gateway, start);
  EXPECT_EQ(routes.find(Ipv6Address{{1, 2, 3, 4}}, start), std::nullopt);
}

TEST(RedirectRoutes, ND_RED_006_without_a_lifetime_until_the_next_hop_fails) {
  Random random(1);
  RedirectRoutes routes(RedirectRoutes::unlimited, random);
  routes.learn(host6(1), host6(0xfe), start);
  routes.learn(host6(2), host6(2), start);  // on the link
  EXPECT_EQ(routes.next_deadline(), Instant::max());
  const Instant later = start + std::chrono::hours(100'000);
  routes.expire(later);
  EXPECT_EQ(routes.find(host6(1), later), host6(0xfe));
  EXPECT_EQ(routes.find(host6(2), later), host6(2));
}

TEST(RedirectRoutes, ND_RED_008_all_routes_by_a_next_hop_are_forgotten) {
  Random random(1);
  RedirectRoutes routes(RedirectRoutes::default_lifetime, random);
  for (std::uint32_t i = 0; i < 10; ++i) routes.learn(host(i), i % 2 == 0 ? gateway : other_gateway, start);
  routes.forget_via(gateway);
  for (std::uint32_t i = 0; i < 10; ++i)
    EXPECT_EQ(routes.find(host(i), start), i % 2 == 0 ? std::nullopt : std::optional(other_gateway)) << i;
  routes.forget_via(host(1));
  EXPECT_EQ(routes.size(), 5U) << "a destination is no next hop";
}

TEST(RedirectRoutes, ICMP4_RED_012_configured_routes_change) {
  Random random(1);
  RedirectRoutes routes(RedirectRoutes::default_lifetime, random);
  routes.learn(host(1), gateway, start);
  routes.forget_all();
  EXPECT_EQ(routes.find(host(1), start), std::nullopt);
  EXPECT_EQ(routes.next_deadline(), Instant::max());
}

TEST(RedirectRoutes, ICMP4_RED_008_the_oldest_of_256_goes) {
  Random random(1);
  RedirectRoutes routes(RedirectRoutes::default_lifetime, random);
  for (std::uint32_t i = 0; i < 256; ++i) routes.learn(host(i), gateway, start + seconds(i));
  EXPECT_EQ(routes.size(), 256U);
  routes.learn(host(0), gateway, start + seconds(256));  // the first is the newest now
  EXPECT_EQ(routes.size(), 256U) << "nobody goes for one that is there";
  routes.learn(host(1000), gateway, start + seconds(257));
  EXPECT_EQ(routes.size(), 256U);
  const Instant now = start + seconds(258);
  EXPECT_TRUE(routes.find(host(0), now));
  EXPECT_FALSE(routes.find(host(1), now)) << "the oldest";
  EXPECT_TRUE(routes.find(host(2), now));
  EXPECT_TRUE(routes.find(host(1000), now));
  for (std::uint32_t i = 0; i < 1000; ++i) routes.learn(host(2000 + i), gateway, now);
  EXPECT_EQ(routes.size(), 256U);
}

}  // namespace
}  // namespace tunstack::test::redirect_routes_test
