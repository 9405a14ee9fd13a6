// A host's solicitations in virtual time, and what it takes from advertisements.
#include "protocols/discovery/routers/irdp_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/packets.hpp"

namespace tunstack::test::irdp_host_test {
namespace {

using discovery::DiscoveredRouter;
using discovery::IrdpHost;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Instant start{seconds(1000)};

/// 192.0.2.0/24.
bool is_neighbor(Ipv4Address address) { return address.value >> 8 == 0xc00002; }

std::vector<Instant> solicitations(IrdpHost& host, Instant until) {
  std::vector<Instant> sent;
  while (host.next_deadline() <= until && sent.size() < 10) {
    const Instant due = host.next_deadline();
    EXPECT_FALSE(host.take_due(due - Duration(1)));
    EXPECT_TRUE(host.take_due(due));
    sent.push_back(due);
  }
  return sent;
}

std::vector<DiscoveredRouter> told(IrdpHost& host, const Packet& message) {
  std::vector<DiscoveredRouter> routers;
  host.on_advertisement(Icmpv4RouterAdvertisementView(message), is_neighbor,
                        [&](const DiscoveredRouter& router) { routers.push_back(router); });
  return routers;
}

const Packet advertisement = icmpv4(9, 0, 0x01020708, hex("c0000201 00000005"));

TEST(IrdpHost, ICMP4_RD_012_three_solicitations) {
  std::set<Instant> first;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random random(seed);
    IrdpHost host(true, start, random);
    const auto sent = solicitations(host, start + seconds(3600));
    ASSERT_THAT(sent, SizeIs(3));
    EXPECT_GE(sent[0], start);
    EXPECT_LE(sent[0], start + seconds(1));
    EXPECT_EQ(sent[1] - sent[0], seconds(3));
    EXPECT_EQ(sent[2] - sent[1], seconds(3));
    EXPECT_EQ(host.next_deadline(), Instant::max());
    EXPECT_FALSE(host.take_due(start + seconds(3600)));
    first.insert(sent[0]);
  }
  EXPECT_GT(first.size(), 100U);
  EXPECT_LT(*first.begin(), start + milliseconds(50));
  EXPECT_GT(*first.rbegin(), start + milliseconds(950));
}

TEST(IrdpHost, ICMP4_RD_012_it_stops_at_the_first_valid_advertisement) {
  struct Case {
    Duration wait;
    std::size_t expected;  // solicitations in all
    const char* why;
  };
  for (const Case& c : {Case{-Duration(1), 0, "answered before it asked"}, Case{seconds(1), 1, "answered at once"},
                        Case{seconds(4), 2, "answered the second time"}, Case{seconds(7), 3, "too late"}})
    for (const Packet& message :
         {advertisement, icmpv4(9, 16, 0x01020708, Packet(8)), icmpv4(9, 0, 0x01020708, hex("cb007101 00000005"))}) {
      Random random(1);
      IrdpHost host(true, start, random);
      const Instant arrival = c.wait < Duration{} ? host.next_deadline() + c.wait : start + c.wait;
      auto sent = solicitations(host, arrival);
      told(host, message);
      EXPECT_EQ(host.next_deadline(), Instant::max()) << c.why;
      std::ranges::copy(solicitations(host, start + seconds(3600)), std::back_inserter(sent));
      EXPECT_THAT(sent, SizeIs(c.expected)) << c.why;
    }
}

TEST(IrdpHost, ICMP4_RD_013_off) {
  Random random(1);
  IrdpHost host(false, start, random);
  EXPECT_EQ(host.next_deadline(), Instant::max());
  EXPECT_FALSE(host.take_due(start + seconds(3600)));
  EXPECT_THAT(told(host, advertisement), IsEmpty());
}

TEST(IrdpHost, ICMP4_RD_016_neighbors_alone_with_preference_and_lifetime) {
  Random random(1);
  IrdpHost host(true, start, random);
  const Packet message = icmpv4(9, 0, 0x0403000a,
                                hex("c0000201 00000005 11111111 cb007101 7fffffff 11111111"
                                    "c0000202 ffffffff 11111111 c0000203 80000000 11111111"));
  EXPECT_THAT(told(host, message), ElementsAre(DiscoveredRouter{{0xc0000201}, 5, seconds(10)},
                                               DiscoveredRouter{{0xc0000202}, -1, seconds(10)},
                                               DiscoveredRouter{{0xc0000203}, irdp_never_default, seconds(10)}));
  EXPECT_THAT(told(host, advertisement), ElementsAre(DiscoveredRouter{{0xc0000201}, 5, seconds(1800)}))
      << "later ones are taken as well";
}

TEST(IrdpHost, ICMP4_RD_018_lifetimes) {
  Random random(1);
  IrdpHost host(true, start, random);
  EXPECT_THAT(told(host, icmpv4(9, 0, 0x01020000, hex("c0000201 00000005"))),
              ElementsAre(DiscoveredRouter{{0xc0000201}, 5, seconds(0)}));
  EXPECT_THAT(told(host, icmpv4(9, 0, 0x0102ffff, hex("c0000201 00000005"))),
              ElementsAre(DiscoveredRouter{{0xc0000201}, 5, seconds(65535)}));
}

TEST(IrdpHost, ICMP4_RD_019_no_router_for_common_traffic) {
  Random random(1);
  IrdpHost host(true, start, random);
  EXPECT_THAT(told(host, icmpv4(9, 16, 0x01020708, hex("c0000201 00000005"))), IsEmpty());
  EXPECT_THAT(told(host, icmpv4(9, 0, 0x01020708, hex("c0000201 00000005"))), testing::SizeIs(1));
}

}  // namespace
}  // namespace tunstack::test::irdp_host_test
