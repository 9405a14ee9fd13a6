// Components keep nothing of what stands outside of them, so whoever owns them can be moved.
#include <gtest/gtest.h>

#include <type_traits>

#include "protocols/base/outbox.hpp"
#include "protocols/discovery/addresses/autoconfiguration.hpp"
#include "protocols/discovery/addresses/ipv4_addresses.hpp"
#include "protocols/discovery/groups/group_membership.hpp"
#include "protocols/discovery/groups/mld_querier.hpp"
#include "protocols/discovery/neighbors/delayed_answers.hpp"
#include "protocols/discovery/neighbors/neighbor_cache.hpp"
#include "protocols/discovery/routers/advertising/advertisement_parts.hpp"
#include "protocols/discovery/routers/advertising/irdp_router.hpp"
#include "protocols/discovery/routers/advertising/router_advertiser.hpp"
#include "protocols/discovery/routers/host_routing.hpp"
#include "protocols/discovery/routers/irdp_host.hpp"
#include "protocols/discovery/routers/redirect_routes.hpp"
#include "protocols/icmp/mask_learning.hpp"
#include "protocols/icmp/rate_limit.hpp"
#include "protocols/ip/identification.hpp"
#include "protocols/ip/local_addresses.hpp"
#include "protocols/ip/path_mtu.hpp"
#include "protocols/ip/reassembly.hpp"
#include "protocols/ip/routes.hpp"

namespace tunstack::test::movable_test {
namespace {

template <class... Components>
constexpr bool are_movable =
    (std::is_nothrow_move_constructible_v<Components> && ...) && (std::is_nothrow_move_assignable_v<Components> && ...);

static_assert(are_movable<Random, Outbox>);
static_assert(
    are_movable<ip::Identifications<Ipv4Address>, ip::LocalAddresses, ip::PathMtus, ip::Reassembler, ip::Routes>);
static_assert(are_movable<icmp::ErrorLimiter, TokenBucket, icmp::MaskLearner>);
static_assert(are_movable<discovery::NeighborCache, discovery::WaitingPackets, discovery::DelayedAnswers>);
static_assert(are_movable<discovery::HostRouting, discovery::IrdpHost, discovery::RedirectRoutes>);
static_assert(are_movable<discovery::AdvertisementParts, discovery::RouterAdvertiser, discovery::IrdpRouter>);
static_assert(are_movable<discovery::Autoconfiguration, discovery::CheckedIpv4Addresses>);
static_assert(are_movable<discovery::MldMembership, discovery::IgmpMembership, discovery::MldQuerier>);

using namespace std::chrono_literals;

/// Moves a component away and writes over what it left, as whoever comes to its place does.
template <class Component>
Component moved(Component& component, Component other) {
  Component there = std::move(component);
  component = std::move(other);
  return there;
}

TEST(Movable, ROB_004_a_host_goes_on_where_it_was) {
  const discovery::AutoconfigurationSettings settings{.identifiers = MacAddress{{2, 0, 0, 0, 0, 1}}};
  Random random(1), other(2);
  discovery::Autoconfiguration addresses(settings, random);
  addresses.add_link_local({}, random);
  discovery::Autoconfiguration there = moved(addresses, discovery::Autoconfiguration(settings, other));
  EXPECT_EQ(there.take_event({}, random)->kind, discovery::AddressEventKind::tentative);
  EXPECT_FALSE(addresses.take_event({}, other));
}

TEST(Movable, ROB_004_what_waits_for_a_neighbor_moves_too) {
  Random random(1);
  const discovery::NeighborKey key{InterfaceId{0}, Ipv4Address{0xc0000201}};
  discovery::NeighborCache cache({}, random);
  EXPECT_FALSE(cache.use(key, {}, {}, {}));
  const std::array<std::uint8_t, 3> packet{1, 2, 3};
  EXPECT_TRUE(cache.keep(key, std::vector<OutgoingPacket>{{.interface = key.interface, .bytes = packet}}));
  discovery::NeighborCache there = moved(cache, discovery::NeighborCache({}, random));
  EXPECT_FALSE(cache.find(key));
  EXPECT_TRUE(there.on_advertisement({.key = key, .mac = MacAddress{{2, 0, 0, 0, 0, 9}}}, {}, {}));
  ASSERT_TRUE(there.first_waiting(key));
  EXPECT_TRUE(std::ranges::equal(there.first_waiting(key)->bytes, packet));
}

TEST(Movable, ROB_004_half_a_datagram_is_completed_elsewhere) {
  Random random(1);
  const std::array<std::uint8_t, 20> header{};
  const std::array<std::uint8_t, 8> data{1, 2, 3, 4, 5, 6, 7, 8};
  const ip::FragmentKey key{.source = Ipv4Address{1}, .destination = Ipv4Address{2}, .identification = 3};
  ip::Reassembler reassembler({}, random);
  const auto first = reassembler.add({.key = key, .more = true, .header = header, .data = data}, {}, {});
  EXPECT_TRUE(first && !*first);
  ip::Reassembler there = moved(reassembler, ip::Reassembler({}, random));
  EXPECT_EQ(reassembler.datagrams_held(), 0U);
  const auto whole = there.add({.key = key, .offset = 8, .header = header, .data = data}, {}, {});
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ((*whole)->bytes.size(), 36U);
}

}  // namespace
}  // namespace tunstack::test::movable_test
