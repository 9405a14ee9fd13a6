// Static routes of groups (RFC 1812 5.3.10, RFC 4291 2.7): copies to links, and no errors but of size.
#include "tests/conformance/forwarding/two_doors.hpp"
#include "tests/support/frames.hpp"

namespace tunstack::test::group_forwarding_test {

using namespace forwarding;
namespace {

using testing::IsEmpty;
using testing::SizeIs;

inline constexpr InterfaceId third{2};
inline constexpr std::string_view group4 = "239.1.1.1", group6 = "ff0e::101";

NodeConfig with_groups(std::vector<InterfaceId> to, std::optional<InterfaceId> from = {}, std::size_t far_mtu = 1500) {
  NodeConfig config = two_doors({}, far_mtu);
  config.interfaces.push_back(door("tun2", {"198.18.0.2/24", "2001:db8:2::2/64"}));
  for (const std::string_view groups : {"239.1.0.0/16", "ff0e::/16", "ff05::/16"})
    config.group_routes.push_back({parse_prefix(groups).value(), from, to});
  return config;
}

Packet to_group4(unsigned ttl = 2, std::size_t size = 16) {
  return udp4({.destination = group4, .ttl = ttl}, 5000, counting(size));
}
Packet to_group6(unsigned hop_limit = 2, std::size_t size = 16) {
  return udp6({.destination = group6, .hop_limit = hop_limit}, 5000, counting(size));
}

TEST(GroupForwarding, RTR4_017_RTR6_005_copies_go_to_the_links_of_the_route) {
  Router router(with_groups({near, far, third}));
  for (const Packet& packet : {to_group4(), to_group6(), udp6({.destination = "ff05::99"})}) {
    const auto sent = router.send(packet);
    ASSERT_THAT(sent, SizeIs(2)) << "not to where it came from";
    EXPECT_EQ(sent[0].interface, far);
    EXPECT_EQ(sent[1].interface, third);
    for (const SentPacket& copy : sent) {
      Packet expected = packet;
      const bool is_ipv4 = expected.at(0) >> 4 == 4;
      --expected[is_ipv4 ? 8 : 7];
      if (is_ipv4) mend_header_checksum(expected);
      EXPECT_EQ(copy.octets, expected);
    }
  }
  EXPECT_EQ(router.count(Reason::forward4_group_routed), 1U);
  EXPECT_EQ(router.count(Reason::forward6_group_routed), 2U);
}

TEST(GroupForwarding, RTR4_017_ICMP4_TE_002_no_error_where_the_hops_end) {
  Router router(with_groups({far}));
  for (const unsigned hops : {0U, 1U}) {
    expect_dropped(router, to_group4(hops), Reason::forward4_group_ttl_exceeded);
    expect_dropped(router, to_group6(hops), Reason::forward6_group_hop_limit_exceeded);
  }
}

TEST(GroupForwarding, RTR4_018_RTR6_005_what_is_of_the_link_has_no_route) {
  NodeConfig config = with_groups({far});
  config.group_routes.push_back({parse_prefix("224.0.0.0/4").value(), {}, {far}});
  config.group_routes.push_back({parse_prefix("ff00::/8").value(), {}, {far}});
  Router router(config);
  expect_dropped(router, udp4({.destination = "224.0.0.251", .ttl = 255}), Reason::forward4_group_local);
  expect_dropped(router, udp6({.destination = "ff02::5"}), Reason::forward6_group_local);
  EXPECT_THAT(router.send(udp4({.destination = "224.0.1.1"})), SizeIs(1));
  EXPECT_THAT(router.send(udp6({.destination = "ff03::5"})), SizeIs(1));
  expect_dropped(router, udp6({.source = "fe80::1", .destination = group6}), Reason::forward6_group_source_link_local);
  expect_dropped(router, udp4({.source = "169.254.1.1", .destination = group4}), Reason::forward4_link_local);
}

TEST(GroupForwarding, RTR4_017_the_link_of_arrival_may_matter) {
  Router router(with_groups({near, third}, far));
  expect_dropped(router, to_group4(), Reason::forward4_group_without_route);
  expect_dropped(router, to_group6(), Reason::forward6_group_without_route);
  EXPECT_THAT(router.receive({udp4({.source = far4, .destination = group4})}, far), SizeIs(2));
  EXPECT_THAT(router.receive({udp6({.source = far6, .destination = group6})}, far), SizeIs(2));
}

TEST(GroupForwarding, RTR4_012_RTR4_017_links_that_are_down_or_do_not_forward_take_nothing) {
  NodeConfig config = with_groups({near, far, third});
  config.interfaces[2].forwards = false;
  Router router(config);
  EXPECT_THAT(router.send(to_group4()), SizeIs(1));
  router.set_link(false, far);
  expect_dropped(router, to_group4(), Reason::forward4_group_leads_nowhere);
  expect_dropped(router, to_group6(), Reason::forward6_group_leads_nowhere);
}

TEST(GroupForwarding, ICMP6_ERR_015_what_is_too_big_for_a_link_is_reported_and_goes_where_it_can) {
  Router one(with_groups({far}, {}, 1300));
  const Packet large = to_group6(64, 1400);
  const Packet error = one.error(large);
  expect_error6(error, 2, 0, large);
  EXPECT_EQ(be32(error, 44), 1300U);
  EXPECT_EQ(one.count(Reason::forward6_group_too_big), 1U);

  Router both(with_groups({far, third}, {}, 1300));
  const auto sent = both.send(large);
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(sent[0].interface, third);
  EXPECT_EQ(sent[1].interface, near);
  expect_error6(sent[1].octets, 2, 0, large);
  EXPECT_EQ(be32(sent[1].octets, 44), 1300U);
  EXPECT_EQ(both.count(Reason::forward6_group_routed), 1U);
  EXPECT_EQ(both.count(Reason::forward6_group_too_big), 0U) << "it did go on";
}

TEST(GroupForwarding, RTR4_004_RTR4_017_what_is_too_big_is_cut_or_not_sent) {
  Router router(with_groups({far, third}, {}, 1300));
  const auto sent = router.send(to_group4(64, 1400));
  ASSERT_THAT(sent, SizeIs(3));
  EXPECT_EQ(put_together({sent[0].octets, sent[1].octets}), from(to_group4(64, 1400), 20));
  EXPECT_EQ(sent[2].interface, third);
  const Packet whole = udp4({.destination = group4, .flags_and_offset = 0x4000}, 5000, counting(1400));
  EXPECT_THAT(router.send(whole), SizeIs(1)) << "to the one that it fits";
  EXPECT_EQ(router.count(Reason::forward4_group_routed), 2U);
  Router small(with_groups({far}, {}, 1300));
  expect_dropped(small, whole, Reason::forward4_group_too_big);
}

TEST(GroupForwarding, RTR4_006_RTR4_007_what_is_delivered_is_not_forwarded) {
  NodeConfig config = with_groups({far, third});
  config.group_routes.push_back({parse_prefix("0.0.0.0/0").value(), {}, {far}});
  Router router(config);
  for (const std::string_view destination : {"224.0.0.1", "224.0.0.2", "255.255.255.255"})
    EXPECT_THAT(router.send(udp4({.destination = destination})), IsEmpty()) << destination;
  EXPECT_EQ(icmp4_type(router.error(echo4({.destination = router_far4}))), 0U) << "its own addresses are delivered";
  EXPECT_EQ(router.passed(echo4({.destination = far4})).at(8), 63) << "everything else goes on";
}

TEST(GroupForwarding, RTR4_016_RTR4_017_to_the_MAC_address_of_the_group_and_from_it) {
  NodeConfig config = with_groups({far, third});
  for (std::size_t i : {0U, 1U}) config.interfaces[i].link_address = MacAddress{{2, 0, 0, 0, 9, std::uint8_t(i)}};
  Router router(config);
  router.run_for(std::chrono::seconds(5));
  const Packet mac4 = hex("01005e010101"), mac6 = hex("333300000101");
  const auto sent4 = router.receive({frame(mac4, peer_mac, 0x0800, to_group4())}, near);
  ASSERT_THAT(sent4, SizeIs(2));
  EXPECT_EQ(sent4[0].to, mac4);
  EXPECT_EQ(sent4[0].octets.at(8), 1);
  const auto sent6 = router.receive({frame(mac6, peer_mac, 0x86dd, to_group6())}, near);
  ASSERT_THAT(sent6, SizeIs(2));
  EXPECT_EQ(sent6[0].to, mac6);
}

}  // namespace
}  // namespace tunstack::test::group_forwarding_test
