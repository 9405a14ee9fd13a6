// The parts of what a host learns, in time.
#include "protocols/discovery/routers/host_routing.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::host_routing_test {
namespace {

using namespace std::chrono_literals;
using namespace discovery;

constexpr Instant start = Instant{} + 100s;

TEST(HostRouting, ND_RA_018_a_tick_ends_what_is_over_and_the_deadline_is_the_first_of_all) {
  Random random(1);
  HostRouting routing{RouterList(), PrefixList(), LinkParameters({}, start, random),
                      RouterSolicitor({.count = 0}, start, random)};
  EXPECT_EQ(routing.next_deadline(), start + 2h) << "a new reachable time";
  routing.routers.learn(Ipv6Address{{0xfe, 0x80}}, 0, 20, start);
  routing.prefixes.learn({Ipv6Address{{0x20, 0x01}}, 64}, 10, start);
  EXPECT_EQ(routing.next_deadline(), start + 10s) << "the prefix";
  routing.tick(start + 10s, random);
  EXPECT_EQ(routing.prefixes.prefixes().size(), 1U);
  EXPECT_EQ(routing.next_deadline(), start + 20s) << "the router";
  routing.tick(start + 20s, random);
  EXPECT_TRUE(routing.routers.routers().empty());
  EXPECT_EQ(routing.next_deadline(), start + 2h);
  routing.tick(start + 2h, random);
  EXPECT_EQ(routing.next_deadline(), start + 4h);
  routing.solicitor = RouterSolicitor({}, start + 2h, random);
  EXPECT_EQ(routing.next_deadline(), routing.solicitor.next_deadline());
}

}  // namespace
}  // namespace tunstack::test::host_routing_test
