// Datagrams in transit, both families side by side (RFC 1812 5.2 and 5.3, RFC 8200 3).
#include "tests/conformance/forwarding/two_doors.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test::forwarding_test {

using namespace forwarding;
using namespace std::chrono_literals;
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Packet to4(std::string_view destination, unsigned ttl = 64) { return echo4({.destination = destination, .ttl = ttl}); }
Packet to6(std::string_view destination, unsigned hop_limit = 64) {
  return echo6({.destination = destination, .hop_limit = hop_limit});
}

Packet with_one_hop_less(Packet packet) {
  if (packet.at(0) >> 4 == 6) {
    --packet[7];
    return packet;
  }
  --packet[8];
  mend_header_checksum(packet);
  return packet;
}

// ---- nothing but the hop changes ----

TEST(Forwarding, RTR4_001_nothing_but_the_time_to_live_changes) {
  for (const Packet& packet :
       {to4(far4), to4(beyond4), udp4({.destination = far4, .tos = 0xb8}),
        echo4({.destination = far4, .identification = 0, .flags_and_offset = 0x4000}),
        echo4({.destination = far4, .flags_and_offset = 0x2000}), echo4({.destination = far4, .flags_and_offset = 185}),
        ipv4({.destination = far4, .protocol = 253}, counting(9))}) {
    Router router;
    EXPECT_EQ(router.passed(packet), with_one_hop_less(packet)) << "RTR4-003, RTR4-014, RTR4-015";
    EXPECT_EQ(router.count(Reason::forward4_routed), 1U);
  }
}

TEST(Forwarding, RTR6_001_nothing_but_the_hop_limit_changes) {
  const Ipv6Fields to_far{.destination = far6, .traffic_class = 0xb9, .flow_label = 0x12345};
  for (const Packet& packet :
       {to6(far6), to6(beyond6), udp6(to_far), ipv6({.destination = far6, .next_header = 253}, counting(9)),
        chained_icmp({destination_options(hex("de04 00000000"))}, 128, counting(8), to_far),
        chained_icmp({hop_by_hop("de04 00000000")}, 128, counting(8), to_far)}) {
    Router router;
    EXPECT_EQ(router.passed(packet), with_one_hop_less(packet)) << "RTR6-006, RTR6-010, V6-EXT-017, V6-EXT-018";
    EXPECT_EQ(router.count(Reason::forward6_routed), 1U);
  }
}

TEST(Forwarding, CKSUM_003_every_header_checksum_is_that_of_a_full_computation) {
  Router router;
  for (unsigned identification = 0; identification < 0x10000; ++identification) {
    const Packet packet = echo4({.destination = far4, .identification = identification}, {});
    const auto sent = router.receive_unchecked(packet);
    ASSERT_EQ(sent.size(), 1U);
    const Packet out(sent[0].bytes.begin(), sent[0].bytes.end());
    ASSERT_EQ(out, with_one_hop_less(packet)) << identification;
  }
}

// ---- hops ----

TEST(Forwarding, ICMP4_TE_001_a_hop_is_needed_for_each_router) {
  for (const unsigned ttl : {0U, 1U}) {
    Router router;
    const Packet packet = to4(far4, ttl);
    expect_error4(router.error(packet), 11, 0, packet);
    EXPECT_EQ(router.count(Reason::forward4_ttl_exceeded), 1U);
  }
  Router router;
  EXPECT_EQ(router.passed(to4(far4, 2)).at(8), 1) << "RTR4-005";
  EXPECT_EQ(icmp4_type(router.error(to4(router_far4, 1))), 0U) << "its own addresses are at no distance";
}

TEST(Forwarding, ICMP6_ERR_017_a_hop_is_needed_for_each_router) {
  for (const unsigned hop_limit : {0U, 1U}) {
    Router router;
    const Packet packet = to6(far6, hop_limit);
    expect_error6(router.error(packet), 3, 0, packet);
    EXPECT_EQ(router.count(Reason::forward6_hop_limit_exceeded), 1U);
  }
  Router router;
  EXPECT_EQ(router.passed(to6(far6, 2)).at(7), 1);
}

// ---- routes ----

TEST(Forwarding, ICMP4_DU_001_ICMP6_ERR_003_no_route) {
  Router router;
  const Packet packet4 = to4("203.0.114.1"), packet6 = to6("2001:db8:a::1");
  expect_error4(router.error(packet4), 3, 0, packet4);
  expect_error6(router.error(packet6), 1, 0, packet6);
  EXPECT_EQ(router.count(Reason::forward4_no_route), 1U);
  EXPECT_EQ(router.count(Reason::forward6_no_route), 1U);
  EXPECT_EQ(icmp6_code(router.error(to6("fd00::1"))), 0U) << "RTR6-009";
}

TEST(Forwarding, RTR4_002_the_longest_prefix_decides_and_the_default_comes_last) {
  NodeConfig config = two_doors();
  config.routes.push_back(route("203.0.113.128/25", near, near4));
  config.routes.push_back(route("2001:db8:9:8000::/49", near, near6));
  config.interfaces[1].gateways = {parse_address("198.51.100.9").value(), parse_address("2001:db8:1::9").value()};
  Router router(config);
  EXPECT_EQ(router.receive({echo4({.source = far4, .destination = "203.0.113.127"})}, far).at(0).interface, far);
  EXPECT_EQ(router.receive({echo4({.source = far4, .destination = "203.0.113.128"})}, far).at(0).interface, near);
  EXPECT_EQ(router.receive({echo6({.source = far6, .destination = "2001:db8:9:7fff::1"})}, far).at(0).interface, far);
  EXPECT_EQ(router.receive({echo6({.source = far6, .destination = "2001:db8:9:8000::1"})}, far).at(0).interface, near);
  EXPECT_EQ(router.passed(to4("8.8.8.8")).at(8), 63);
  EXPECT_EQ(router.passed(to6("2001:db8:ffff::1")).at(7), 63);
}

TEST(Forwarding, RTR4_022_ICMP6_ERR_007_nothing_is_sent_back_to_who_alone_is_there) {
  Router router;
  const Packet packet4 = to4("192.0.2.77"), packet6 = to6("2001:db8::77");
  expect_error4(router.error(packet4), 3, 1, packet4);
  expect_error6(router.error(packet6), 1, 3, packet6);
  EXPECT_EQ(router.count(Reason::forward4_turns_back), 1U);
  EXPECT_EQ(router.count(Reason::forward6_turns_back), 1U);
}

TEST(Forwarding, ICMP6_ERR_010_ICMP6_ERR_004_ICMP4_DU_013_routes_that_lead_nowhere) {
  NodeConfig config = two_doors();
  const auto add = [&](std::string_view prefix, ip::RouteAction action) {
    config.routes.push_back({parse_prefix(prefix).value(), far, {}, action});
  };
  add("203.0.113.16/28", ip::RouteAction::blackhole), add("2001:db8:9:1::/64", ip::RouteAction::blackhole);
  add("203.0.113.32/28", ip::RouteAction::unreachable), add("2001:db8:9:2::/64", ip::RouteAction::unreachable);
  add("203.0.113.48/28", ip::RouteAction::prohibit), add("2001:db8:9:3::/64", ip::RouteAction::prohibit);
  Router router(config);
  expect_dropped(router, to4("203.0.113.17"), Reason::forward4_route_blackhole);
  expect_dropped(router, to6("2001:db8:9:1::1"), Reason::forward6_route_blackhole);
  expect_error4(router.error(to4("203.0.113.33")), 3, 1, to4("203.0.113.33"));
  expect_error6(router.error(to6("2001:db8:9:2::1")), 1, 6, to6("2001:db8:9:2::1"));
  expect_error4(router.error(to4("203.0.113.49")), 3, 13, to4("203.0.113.49"));
  expect_error6(router.error(to6("2001:db8:9:3::1")), 1, 1, to6("2001:db8:9:3::1"));
  EXPECT_EQ(router.count(Reason::forward4_route_unreachable) + router.count(Reason::forward4_route_prohibits), 2U);
  EXPECT_EQ(router.count(Reason::forward6_route_unreachable) + router.count(Reason::forward6_route_prohibits), 2U);
}

TEST(Forwarding, RTR4_020_a_link_that_is_down_leads_nowhere) {
  Router router;
  router.set_link(false, far);
  EXPECT_EQ(icmp4_code(router.error(to4(far4))), 0U);
  EXPECT_EQ(icmp6_code(router.error(to6(beyond6))), 0U);
  router.set_link(true, far);
  EXPECT_EQ(router.passed(to4(far4)).at(8), 63);
}

// ---- sizes ----

TEST(Forwarding, RTR4_004_ICMP4_DU_005_what_is_too_big_is_cut_or_reported) {
  const Packet whole = echo4({.destination = far4}, counting(1300 - 28)),
               larger = echo4({.destination = far4}, counting(1301 - 28));
  Router router(two_doors({}, 1300));
  EXPECT_EQ(router.passed(whole), with_one_hop_less(whole));
  const auto fragments = packets_of(router.send(larger));
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_EQ(put_together(fragments), from(larger, 20));
  EXPECT_EQ(fragments[0].at(8), 63);
  const Packet kept_whole = echo4({.destination = far4, .flags_and_offset = 0x4000}, counting(1301 - 28));
  const Packet error = router.error(kept_whole);
  expect_error4(error, 3, 4, kept_whole);
  EXPECT_EQ(be32(error, 24), 1300U);
  EXPECT_EQ(router.count(Reason::forward4_too_big), 1U);
}

TEST(Forwarding, RTR4_004_a_fragment_is_cut_into_fragments) {
  for (const bool more : {false, true}) {
    Router router(two_doors({}, 576));
    const Packet data = counting(1480);
    const Packet fragment = ipv4({.destination = far4, .flags_and_offset = 185U | (more ? 0x2000U : 0U)}, data);
    const auto fragments = packets_of(router.send(fragment));
    ASSERT_THAT(fragments, SizeIs(3));
    EXPECT_EQ(put_together(fragments, 185 * 8, more), data);
  }
}

TEST(Forwarding, ICMP6_ERR_014_RTR6_002_what_is_too_big_is_reported) {
  const Packet whole = echo6({.destination = far6}, counting(1300 - 48)),
               larger = echo6({.destination = far6}, counting(1301 - 48));
  Router router(two_doors({}, 1300));
  EXPECT_EQ(router.passed(whole), with_one_hop_less(whole));
  const Packet error = router.error(larger);
  expect_error6(error, 2, 0, larger);
  EXPECT_EQ(be32(error, 44), 1300U);
  EXPECT_EQ(router.count(Reason::forward6_too_big), 1U);
}

// ---- addresses that go nowhere ----

TEST(Forwarding, RTR4_002_RTR6_001_a_route_whose_link_is_down_gives_way_to_a_shorter_one) {
  NodeConfig config = two_doors();
  constexpr InterfaceId third{2};
  config.interfaces.push_back(door("tun2", {"198.18.0.2/24", "2001:db8:18::2/64"}));
  config.routes = {route("10.0.0.0/8", far, far4), route("10.1.0.0/16", third, "198.18.0.1"),
                   route("2001:db8:9::/48", far, far6), route("2001:db8:9:1::/64", third, "2001:db8:18::1")};
  Router router(config);
  const Packet four = udp4({.destination = "10.1.2.3"}), six = udp6({.destination = "2001:db8:9:1::3"});
  router.one_out(four, third);
  router.one_out(six, third);
  router.set_link(false, third);
  router.one_out(four, far);
  router.one_out(six, far);
}

// A route that refuses needs no link.
TEST(Forwarding, RTR4_011_holes_stay_where_the_first_link_is_down) {
  NodeConfig config = two_doors();
  config.routes = {{.prefix = *parse_prefix("10.0.0.0/8"), .action = ip::RouteAction::blackhole}};
  Router router(config);
  router.set_link(false, near);
  EXPECT_THAT(router.receive({udp4({.source = far4, .destination = "10.1.2.3"})}, far), IsEmpty());
  EXPECT_EQ(router.count(Reason::forward4_route_blackhole), 1U);
}

TEST(Forwarding, RTR4_009_RTR4_018_RTR4_017_RTR4_019_destinations_that_are_not_forwarded) {
  Router router;
  expect_dropped(router, to4("240.1.1.1"), Reason::forward4_destination_martian);
  expect_dropped(router, to4("0.1.1.1"), Reason::forward4_destination_martian);
  expect_dropped(router, to4("127.0.0.5"), Reason::ipv4_destination_loopback);
  expect_dropped(router, udp4({.destination = "224.0.0.251", .ttl = 255}), Reason::forward4_group_local);
  expect_dropped(router, udp4({.destination = "239.1.1.1"}), Reason::forward4_group_without_route);
  expect_dropped(router, udp4({.destination = "239.1.1.1", .ttl = 1}), Reason::forward4_group_without_route);
  expect_dropped(router, to4("169.254.1.1"), Reason::forward4_link_local);
  expect_dropped(router, echo4({.source = "169.254.1.1", .destination = far4}), Reason::forward4_link_local);
  expect_dropped(router, echo4({.source = "127.0.0.5", .destination = far4}), Reason::ipv4_source_loopback);
  expect_dropped(router, echo4({.source = "224.0.0.9", .destination = far4}), Reason::ipv4_source_multicast);
  expect_dropped(router, udp4({.destination = "255.255.255.255"}), Reason::icmp4_destination_broadcast);
}

TEST(Forwarding, RTR6_003_RTR6_004_RTR6_005_destinations_and_sources_that_are_not_forwarded) {
  Router router;
  expect_dropped(router, to6("fe80::77"), Reason::forward6_destination_link_local);
  expect_dropped(router, udp6({.destination = "ff02::5"}), Reason::forward6_group_local);
  expect_dropped(router, udp6({.destination = "ff05::5"}), Reason::forward6_group_without_route);
  expect_dropped(router, echo6({.source = "::", .destination = far6}), Reason::ipv6_source_unspecified);
  expect_dropped(router, chained_icmp({hop_by_hop()}, 128, counting(8), {.source = "::", .destination = far6}),
                 Reason::forward6_source_unspecified);
  expect_dropped(router, to6("::1"), Reason::ipv6_destination_loopback);
}

TEST(Forwarding, ICMP6_ERR_005_a_link_local_source_stays_on_its_link) {
  Router router;
  const Packet packet = echo6({.source = "fe80::1", .destination = far6});
  const Packet error = router.error(packet);
  EXPECT_EQ(icmp6_type(error), 1U);
  EXPECT_EQ(icmp6_code(error), 2U);
  EXPECT_EQ(destination_of(error), "fe80::1");
  EXPECT_EQ(router.count(Reason::forward6_source_link_local), 1U);
}

TEST(Forwarding, RTR4_008_directed_broadcasts_only_on_request) {
  const Packet packet = udp4({.destination = "198.51.100.255"});
  Router router;
  expect_dropped(router, packet, Reason::forward4_directed_broadcast);
  Router willing({"ip4.forward.directed_broadcast=on"});
  EXPECT_EQ(willing.passed(packet), with_one_hop_less(packet));
}

// ---- the way back ----

TEST(Forwarding, RTR4_010_ICMP6_ERR_009_sources_are_checked_on_request) {
  const Packet spoofed4 = echo4({.source = beyond4, .destination = far4}),
               spoofed6 = echo6({.source = beyond6, .destination = far6});
  const Packet nowhere4 = echo4({.source = "203.0.114.1", .destination = far4});
  Router careless;
  EXPECT_EQ(careless.passed(spoofed4).at(8), 63);
  Router loose({"ip4.forward.rpf=loose", "ip6.forward.rpf=loose"});
  EXPECT_EQ(loose.passed(spoofed4).at(8), 63);
  EXPECT_EQ(loose.passed(spoofed6).at(7), 63);
  expect_dropped(loose, nowhere4, Reason::forward4_source_from_elsewhere);
  Router strict({"ip4.forward.rpf=strict", "ip6.forward.rpf=strict"});
  expect_dropped(strict, spoofed4, Reason::forward4_source_from_elsewhere);
  expect_dropped(strict, spoofed6, Reason::forward6_source_from_elsewhere);
  EXPECT_EQ(strict.passed(to4(far4)).at(8), 63);
  Router telling(
      {"ip6.forward.rpf=strict", "ip6.forward.rpf_error=on", "ip4.forward.rpf=strict", "ip4.forward.rpf_error=on"});
  const auto told6 = telling.send(spoofed6), told4 = telling.send(spoofed4);
  ASSERT_THAT(told6, SizeIs(1));
  EXPECT_EQ(icmp6_type(told6[0].octets) * 10 + icmp6_code(told6[0].octets), 15U);
  EXPECT_EQ(told6[0].interface, far) << "to where the source is";
  ASSERT_THAT(told4, SizeIs(1));
  EXPECT_EQ(icmp4_type(told4[0].octets) * 100 + icmp4_code(told4[0].octets), 313U);
}

TEST(Forwarding, RTR4_010_sources_of_what_is_for_the_router_itself_are_checked_likewise) {
  const Packet spoofed4 = echo4({.source = beyond4}), spoofed6 = echo6({.source = beyond6});
  const Packet nowhere4 = echo4({.source = "203.0.114.1"}), nowhere6 = echo6({.source = "2001:db8:a::1"});
  Router careless;
  EXPECT_THAT(careless.send(spoofed4), SizeIs(1));
  EXPECT_THAT(careless.send(spoofed6), SizeIs(1));
  Router loose({"ip4.forward.rpf=loose", "ip6.forward.rpf=loose"});
  EXPECT_THAT(loose.send(spoofed4), SizeIs(1));
  EXPECT_THAT(loose.send(spoofed6), SizeIs(1));
  expect_dropped(loose, nowhere4, Reason::forward4_source_from_elsewhere);
  expect_dropped(loose, nowhere6, Reason::forward6_source_from_elsewhere);
  Router strict({"ip4.forward.rpf=strict", "ip6.forward.rpf=strict"});
  for (const Packet& packet :
       {spoofed4, nowhere4, udp4({.source = beyond4, .destination = "192.0.2.255"}),
        udp4({.source = beyond4, .destination = router_far4}), echo4({.source = beyond4, .flags_and_offset = 0x2000}),
        echo4({.source = beyond4, .options = hex("01010101")})})
    expect_dropped(strict, packet, Reason::forward4_source_from_elsewhere);
  for (const Packet& packet : {spoofed6, nowhere6, echo6({.source = beyond6, .destination = "ff02::1"}),
                               chained_icmp({destination_options()}, 128, counting(8), {.source = beyond6})})
    expect_dropped(strict, packet, Reason::forward6_source_from_elsewhere);
  EXPECT_THAT(strict.receive({echo4({.source = beyond4, .destination = router_far4})}, far), SizeIs(1));
  EXPECT_THAT(strict.receive({echo6({.source = beyond6, .destination = router_far6})}, far), SizeIs(1));
}

TEST(Forwarding, RTR4_010_RTR6_003_what_has_no_way_back_is_of_its_link) {
  Router strict({"ip4.forward.rpf=strict", "ip6.forward.rpf=strict"});
  EXPECT_THAT(strict.send(echo6({.source = "fe80::77", .destination = "fe80::2"})), SizeIs(1));
  EXPECT_THAT(strict.receive({echo4({.source = "169.254.1.1", .destination = router_far4})}, far), SizeIs(1));
  strict.send(ipv4({.source = "0.0.0.0", .destination = "192.0.2.255"}, icmpv4(17, 0, 1, Packet(4))));
  EXPECT_EQ(strict.count(Reason::forward4_source_from_elsewhere), 0U);
}

TEST(Forwarding, RTR4_010_ICMP6_ERR_009_a_source_that_fails_can_be_told_of_it_at_the_router_itself) {
  Router telling(
      {"ip6.forward.rpf=strict", "ip6.forward.rpf_error=on", "ip4.forward.rpf=strict", "ip4.forward.rpf_error=on"});
  const Packet error4 = telling.passed(echo4({.source = beyond4})), error6 = telling.passed(echo6({.source = beyond6}));
  EXPECT_EQ(icmp4_type(error4) * 100 + icmp4_code(error4), 313U);
  EXPECT_EQ(icmp6_type(error6) * 10 + icmp6_code(error6), 15U);
}

TEST(Forwarding, RTR4_010_of_a_host_no_source_is_checked) {
  NodeConfig config = two_doors({"ip4.forward.rpf=strict", "ip6.forward.rpf=strict"});
  for (InterfaceConfig& interface : config.interfaces) interface.role = Role::host;
  Router host(config);
  EXPECT_THAT(host.send(echo4({.source = beyond4})), SizeIs(1));
  EXPECT_THAT(host.send(echo6({.source = beyond6})), SizeIs(1));
}

// ---- who forwards ----

TEST(Forwarding, RTR4_012_off_for_one_interface_or_for_all) {
  NodeConfig config = two_doors();
  config.interfaces[0].forwards = false;
  Router from_there(config);
  expect_dropped(from_there, to4(far4), Reason::ipv4_destination_not_ours);
  expect_dropped(from_there, to6(far6), Reason::ipv6_destination_not_ours);
  config.interfaces[0].forwards = true, config.interfaces[1].forwards = false;
  Router to_there(config);
  expect_dropped(to_there, to4(far4), Reason::forward4_off_on_link);
  expect_dropped(to_there, to6(far6), Reason::forward6_off_on_link);
  Router off({"ip4.forward.enable=off", "ip6.forward.enable=off"});
  expect_dropped(off, to4(far4), Reason::ipv4_destination_not_ours);
  expect_dropped(off, to6(far6), Reason::ipv6_destination_not_ours);
  EXPECT_EQ(icmp4_type(off.error(to4(router_far4))), 0U) << "its own addresses are answered (ICMP4-ECHO-009)";
}

TEST(Forwarding, RTR4_013_headers_are_checked_first) {
  Router router;
  Packet packet = to4(far4);
  packet[10] ^= 1;
  expect_dropped(router, packet, Reason::ipv4_header_checksum_wrong);
}

TEST(Forwarding, V6_EXT_017_hop_by_hop_options_as_an_option_says) {
  const Packet packet = chained_icmp({hop_by_hop("de04 00000000")}, 128, counting(8), {.destination = far6});
  Router ignoring;
  EXPECT_EQ(ignoring.passed(packet).at(7), 63);
  Router processing({"ip6.forward.hbh=process"});
  const Packet error = processing.error(packet);
  expect_error6(error, 4, 2, packet);
  EXPECT_EQ(be32(error, 44), 42U);
  Router dropping({"ip6.forward.hbh=drop"});
  expect_dropped(dropping, packet, Reason::forward6_hop_by_hop_dropped);
}

TEST(Forwarding, ICMP4_ERR_009_errors_of_a_router_have_precedence) {
  Router router;
  EXPECT_EQ(router.error(echo4({.destination = "203.0.114.1", .tos = 0x10})).at(1), 0xd0);
  Router plain({"icmp4.error_tos=zero"});
  EXPECT_EQ(plain.error(echo4({.destination = "203.0.114.1", .tos = 0x10})).at(1), 0);
}

TEST(Forwarding, TOPO_004_a_silent_router_forwards_and_answers_but_reports_nothing) {
  Router silent({"icmp4.errors=off", "icmp6.errors=off"});
  expect_dropped(silent, to4(far4, 1), Reason::icmp4_errors_off);
  expect_dropped(silent, to6(far6, 1), Reason::icmp6_errors_off);
  expect_dropped(silent, to4("203.0.114.1"), Reason::icmp4_errors_off);
  EXPECT_EQ(silent.passed(to4(far4)).at(8), 63);
  EXPECT_EQ(icmp6_type(silent.error(echo6())), 129U);
  Router of_one_family({"icmp4.errors=off"});
  EXPECT_EQ(icmp6_type(of_one_family.error(to6(far6, 1))), 3U);
}

TEST(Forwarding, ICMP4_RX_008_source_quench_is_forwarded_like_any_packet) {
  Router router;
  const Packet quench = ipv4({.destination = far4}, icmpv4(4, 0, 0, part(to4(near4), 0, 28)));
  EXPECT_EQ(router.passed(quench), with_one_hop_less(quench));
}

}  // namespace
}  // namespace tunstack::test::forwarding_test
