// Time may begin anywhere: what a component does follows from its start, not from the Instant zero.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocols/discovery/addresses/autoconfiguration.hpp"
#include "protocols/discovery/addresses/ipv4_addresses.hpp"
#include "protocols/discovery/groups/group_membership.hpp"
#include "protocols/discovery/groups/mld_querier.hpp"
#include "protocols/discovery/routers/advertising/irdp_router.hpp"
#include "protocols/discovery/routers/advertising/router_advertiser.hpp"
#include "protocols/discovery/routers/host_routing.hpp"
#include "protocols/discovery/routers/irdp_host.hpp"
#include "protocols/icmp/mask_learning.hpp"

namespace tunstack::test::any_start_test {
namespace {

using namespace std::chrono_literals;

const MacAddress own_mac{{0x02, 0, 0, 0, 0, 1}};
const Ipv6Address router{{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
const Ipv6Address some_group{{0xff, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}};

/// What happens, with the time since the start.
using Story = std::vector<std::pair<Duration, std::string>>;

/// Serves a component at its deadlines for an hour: `serve(now)` says what it did, "" once nothing is left.
template <class Component, class Serve>
Story story_of(const Component& component, Instant start, const Serve& serve) {
  Story story;
  Instant now = start;
  for (int steps = 0; now <= start + 1h && steps < 1000; ++steps) {
    for (std::string what = serve(now); !what.empty(); what = serve(now)) story.emplace_back(now - start, what);
    EXPECT_GT(component.next_deadline(), now) << "nothing is left to do";
    now = component.next_deadline();
  }
  return story;
}

// Each makes its component at `start`. A deadline is never before it, and what is new at once is due then.

Story addresses6(Instant start) {
  Random random(1);
  discovery::Autoconfiguration addresses({.identifiers = own_mac}, random);
  addresses.add_link_local(start, random);
  EXPECT_EQ(addresses.next_deadline(), start);
  return story_of(addresses, start, [&](Instant now) -> std::string {
    if (const auto event = addresses.take_event(now, random))
      return "event " + to_text(IpAddress(event->address.address));
    return addresses.take_due(now, random) ? "message" : "";
  });
}

Story addresses4(Instant start) {
  Random random(1);
  discovery::CheckedIpv4Addresses addresses(discovery::arp_detection(), own_mac);
  addresses.check(Ipv4Address{0xc0000201}, start, random);
  EXPECT_GE(addresses.next_deadline(), start);
  return story_of(addresses, start, [&](Instant now) -> std::string {
    if (addresses.take_event(now, random)) return "event";
    return addresses.take_due(now, random) ? "message" : "";
  });
}

Story addresses4_unchecked(Instant start) {
  Random random(1);
  discovery::CheckedIpv4Addresses addresses(discovery::DetectionSettings{}, own_mac);
  addresses.check(Ipv4Address{0xc0000201}, start, random);
  EXPECT_EQ(addresses.next_deadline(), start);
  return story_of(addresses, start, [&](Instant now) { return addresses.take_event(now, random) ? "event" : ""; });
}

Story groups(Instant start) {
  Random random(1);
  discovery::MldMembership membership({});
  membership.join(some_group, start);
  EXPECT_EQ(membership.next_deadline(), start);
  return story_of(membership, start, [&](Instant now) { return membership.take_due(now, random) ? "report" : ""; });
}

Story querier(Instant start) {
  discovery::MldQuerier querier({}, start);
  EXPECT_EQ(querier.next_deadline(), start) << "to be given an address";
  querier.use_address(router, start);
  return story_of(querier, start, [&](Instant now) { return querier.take_due(now) ? "query" : ""; });
}

Story advertiser(Instant start) {
  Random random(1);
  discovery::RouterAdvertiser advertiser({}, 1, start, random);
  EXPECT_GE(advertiser.next_deadline(), start);
  return story_of(advertiser, start, [&](Instant now) { return advertiser.take_due(now, random) ? "message" : ""; });
}

Story irdp_router(Instant start) {
  Random random(1);
  discovery::IrdpRouter router4({.addresses = {{.address = Ipv4Address{0xc0000201}}}}, start, random);
  EXPECT_GE(router4.next_deadline(), start);
  return story_of(router4, start, [&](Instant now) { return router4.take_due(now, random) ? "message" : ""; });
}

Story irdp_host(Instant start) {
  Random random(1);
  discovery::IrdpHost host(true, start, random);
  EXPECT_GE(host.next_deadline(), start);
  return story_of(host, start, [&](Instant now) { return host.take_due(now) ? "solicitation" : ""; });
}

Story host_routing(Instant start) {
  Random random(1);
  discovery::HostRouting routing{discovery::RouterList(), discovery::PrefixList(),
                                 discovery::LinkParameters({}, start, random),
                                 discovery::RouterSolicitor({}, start, random)};
  EXPECT_GE(routing.next_deadline(), start);
  routing.routers.learn(router, 0, 600, start);
  std::size_t known = 1;
  return story_of(routing, start, [&](Instant now) -> std::string {
    routing.tick(now, random);
    if (std::exchange(known, routing.routers.routers().size()) != known) return "a router is gone";
    return routing.solicitor.take_due(now, random) ? "solicitation" : "";
  });
}

Story mask_learner(Instant start) {
  Random random(1);
  icmp::MaskLearner learner({InterfaceId{0}}, start, random);
  EXPECT_EQ(learner.next_deadline(), start);
  return story_of(learner, start, [&](Instant now) { return learner.take_due(now) ? "request" : ""; });
}

TEST(AnyStart, ROB_004_the_same_story_wherever_time_begins) {
  struct Case {
    std::string_view name;
    Story (*story)(Instant start);
  };
  for (const Case& c :
       {Case{"addresses6", addresses6}, Case{"addresses4", addresses4},
        Case{"addresses4_unchecked", addresses4_unchecked}, Case{"groups", groups}, Case{"querier", querier},
        Case{"advertiser", advertiser}, Case{"irdp_router", irdp_router}, Case{"irdp_host", irdp_host},
        Case{"host_routing", host_routing}, Case{"mask_learner", mask_learner}}) {
    SCOPED_TRACE(c.name);
    const Story at_zero = c.story(Instant{});
    EXPECT_FALSE(at_zero.empty());
    for (const Instant start : {Instant{-1000000h}, Instant{-1ns}, Instant{1000000h}})
      EXPECT_EQ(c.story(start), at_zero) << start.time_since_epoch().count();
  }
}

}  // namespace
}  // namespace tunstack::test::any_start_test
