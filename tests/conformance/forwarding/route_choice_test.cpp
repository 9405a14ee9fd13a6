// Several routes to one prefix: equally good ones (RFC 2991, RFC 6438), those for a type of service (RFC 1812 5.2.4.3),
// and routes that reject with a code.
#include <set>

#include "tests/conformance/forwarding/two_doors.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test::route_choice_test {

using namespace forwarding;
namespace {

using testing::IsEmpty;
using testing::SizeIs;

inline constexpr InterfaceId other{2};

/// A third door leads to what is beyond as well.
NodeConfig three_doors(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = two_doors(settings);
  config.interfaces.push_back(door("tun2", {"198.18.0.2/24", "2001:db8:2::2/64"}));
  config.routes.push_back(route("203.0.113.0/24", other, "198.18.0.1"));
  config.routes.push_back(route("2001:db8:9::/48", other, "2001:db8:2::1"));
  return config;
}

/// The doors by which packets leave, each named once.
using Doors = std::set<InterfaceId>;
Doors doors_of(Router& router, const std::vector<Packet>& packets) {
  Doors doors;
  for (const SentPacket& sent : router.receive(packets, near)) doors.insert(sent.interface);
  return doors;
}
std::vector<Packet> each_of(unsigned count, const std::function<Packet(unsigned)>& make) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < count; ++i) packets.push_back(make(i));
  return packets;
}

const Doors one_of_both{far, other};
/// Checksum and identifier alike, as a traceroute keeps them that stays on one path: sequence number and data make up
/// for one another.
Packet paris_echo4(unsigned sequence) {
  return echo4({.destination = beyond4, .ttl = 3}, {static_cast<std::uint8_t>(0xff - sequence), 0},
               0x05010000U | sequence << 8);
}

// ---- flows ----

TEST(RouteChoice, TOPO_005_a_flow_keeps_to_one_of_several_routes_and_flows_are_spread) {
  Router router(three_doors());
  EXPECT_EQ(doors_of(router, each_of(64, [](unsigned i) { return udp4({.destination = beyond4}, 33434 + i); })),
            one_of_both);
  EXPECT_EQ(doors_of(router, each_of(64, [](unsigned i) { return udp6({.destination = beyond6}, 33434 + i); })),
            one_of_both);
  EXPECT_EQ(doors_of(router, each_of(64, [](unsigned i) { return echo4({.destination = beyond4}, {}, i); })),
            one_of_both);
  EXPECT_EQ(doors_of(router, each_of(64, [](unsigned i) { return echo6({.destination = beyond6}, {}, i); })),
            one_of_both);
  for (unsigned port = 0; port < 64; ++port) {
    const auto same4 = [&](unsigned i) {
      return udp4({.destination = beyond4, .ttl = i + 2, .identification = i}, port, counting(i));
    };
    const auto same6 = [&](unsigned i) {
      return udp6({.destination = beyond6, .hop_limit = i + 2}, port, counting(i));
    };
    EXPECT_THAT(doors_of(router, each_of(16, same4)), SizeIs(1));
    EXPECT_THAT(doors_of(router, each_of(16, same6)), SizeIs(1));
  }
}

TEST(RouteChoice, TOPO_005_echoes_of_one_checksum_stay_together) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    NodeConfig config = three_doors();
    config.seed = seed;
    Router router(config);
    EXPECT_THAT(doors_of(router, each_of(64, paris_echo4)), SizeIs(1));
  }
}

TEST(RouteChoice, TOPO_005_by_the_flow_label_where_there_is_one) {
  Router router(three_doors());
  const auto labeled = [](unsigned label, unsigned port) {
    return udp6({.destination = beyond6, .flow_label = label}, port);
  };
  EXPECT_EQ(doors_of(router, each_of(64, [&](unsigned i) { return labeled(i + 1, 53); })), one_of_both);
  for (unsigned label = 1; label < 32; ++label)
    EXPECT_THAT(doors_of(router, each_of(16, [&](unsigned i) { return labeled(label, i); })), SizeIs(1)) << label;
}

TEST(RouteChoice, TOPO_005_all_fragments_of_a_datagram_go_one_way) {
  for (unsigned host = 1; host < 32; ++host) {
    Router router(three_doors());
    const std::string destination = "203.0.113." + std::to_string(host);
    const Packet data = from(udp4({.destination = destination}, 53, counting(100)), 20);
    const std::vector<Packet> fragments = {
        ipv4({.destination = destination, .protocol = 17, .flags_and_offset = 0x2000}, part(data, 0, 48)),
        ipv4({.destination = destination, .protocol = 17, .flags_and_offset = 6}, from(data, 48))};
    EXPECT_THAT(doors_of(router, fragments), SizeIs(1)) << destination;
  }
}

TEST(RouteChoice, TOPO_005_the_seed_decides_which_flow_goes_where) {
  Doors doors;
  for (unsigned seed = 0; seed < 32; ++seed) {
    NodeConfig config = three_doors();
    config.seed = seed;
    Router router(config);
    doors.merge(doors_of(router, {udp4({.destination = beyond4})}));
  }
  EXPECT_EQ(doors, one_of_both) << "nobody foretells it";
}

TEST(RouteChoice, TOPO_005_what_is_down_is_no_choice) {
  Router router(three_doors());
  router.set_link(false, other);
  EXPECT_EQ(doors_of(router, each_of(64, [](unsigned i) { return udp4({.destination = beyond4}, i); })), Doors{far});
  router.set_link(false, far);
  EXPECT_EQ(icmp4_code(router.error(udp4({.destination = beyond4}))), 0U);
}

TEST(RouteChoice, TOPO_005_each_packet_in_turn_or_always_the_first_on_request) {
  const auto same4 = [](unsigned) { return udp4({.destination = beyond4}); };
  const auto same6 = [](unsigned) { return udp6({.destination = beyond6}); };
  Router in_turn(three_doors({"ip4.forward.ecmp=packet", "ip6.forward.ecmp=packet"}));
  for (const auto& packets : {each_of(6, same4), each_of(6, same6)}) {
    const auto sent = in_turn.receive(packets, near);
    ASSERT_THAT(sent, SizeIs(6));
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(sent[i].interface, i % 2 == 0 ? far : other) << i;
  }
  Router and_back(three_doors({"ip4.forward.ecmp=packet", "ip6.forward.ecmp=packet"}));
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(doors_of(and_back, {udp4({.destination = beyond4})}), Doors{i % 2 == 0 ? far : other}) << i;
    EXPECT_THAT(and_back.receive({echo4({.source = beyond4, .destination = near4})}, far), SizeIs(1));
    EXPECT_EQ(doors_of(and_back, {udp4({.destination = beyond4, .ttl = 1})}), Doors{near}) << "takes no turn";
  }
  Router first(three_doors({"ip4.forward.ecmp=first", "ip6.forward.ecmp=first"}));
  EXPECT_EQ(doors_of(first, each_of(64, [](unsigned i) { return udp4({.destination = beyond4}, i); })), Doors{far});
  EXPECT_EQ(doors_of(first, each_of(64, [](unsigned i) { return udp6({.destination = beyond6}, i); })), Doors{far});
}

TEST(RouteChoice, TOPO_005_routes_that_refuse_are_for_when_no_other_is_left) {
  NodeConfig config = two_doors();
  config.routes.push_back({parse_prefix("203.0.113.0/24").value(), near, {}, ip::RouteAction::unreachable});
  Router router(config);
  EXPECT_EQ(doors_of(router, each_of(64, [](unsigned i) { return udp4({.destination = beyond4}, i); })), Doors{far});
  router.set_link(false, far);
  EXPECT_EQ(icmp4_code(router.error(udp4({.destination = beyond4}))), 1U);
}

TEST(RouteChoice, TOPO_005_RTR4_010_a_route_that_refuses_is_no_way_back_beside_one_that_leads_there) {
  NodeConfig config = two_doors({"ip4.forward.rpf=strict"});
  const ip::Route hole{parse_prefix("203.0.113.0/24").value(), far, {}, ip::RouteAction::blackhole};
  config.routes.insert(config.routes.begin(), hole);
  Router router(config);
  const Packet packet = echo4({.source = beyond4, .destination = near4});
  EXPECT_THAT(router.receive({packet}, far), SizeIs(1));
  config.routes = {hole};
  Router without(config);
  expect_dropped(without, packet, Reason::forward4_source_from_elsewhere, far);
}

TEST(RouteChoice, RTR4_010_any_of_several_ways_back_will_do) {
  Router strict(three_doors({"ip4.forward.rpf=strict", "ip6.forward.rpf=strict"}));
  const Packet packet4 = echo4({.source = beyond4, .destination = near4}),
               packet6 = echo6({.source = beyond6, .destination = near6});
  for (const InterfaceId from : {far, other}) {
    EXPECT_THAT(strict.receive({packet4, packet6}, from), SizeIs(2));
  }
  expect_dropped(strict, echo4({.source = beyond4, .destination = far4}), Reason::forward4_source_from_elsewhere);
}

// ---- types of service ----

NodeConfig by_service(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = three_doors(settings);
  for (ip::Route& one : config.routes)
    if (one.interface == other) one.type_of_service = 8;
  return config;
}

TEST(RouteChoice, ICMP4_DU_019_the_route_of_the_type_of_service_or_else_that_for_any) {
  Router router(by_service());
  EXPECT_EQ(doors_of(router, {echo4({.destination = beyond4, .tos = 8})}), Doors{other});
  EXPECT_EQ(doors_of(router, {echo4({.destination = beyond4, .tos = 8 | 1})}), Doors{other}) << "ECN says nothing";
  EXPECT_EQ(doors_of(router, {echo4({.destination = beyond4, .tos = 4})}), Doors{far});
  EXPECT_EQ(doors_of(router, {echo6({.destination = beyond6, .traffic_class = 8})}), Doors{other});
  EXPECT_EQ(doors_of(router, {echo6({.destination = beyond6})}), Doors{far});
}

TEST(RouteChoice, ICMP4_DU_011_no_route_for_its_type_of_service) {
  NodeConfig config = by_service();
  std::erase_if(config.routes, [](const ip::Route& one) { return one.interface == far; });
  Router router(config);
  const Packet packet4 = echo4({.destination = beyond4, .tos = 4}), packet6 = echo6({.destination = beyond6});
  expect_error4(router.error(packet4), 3, 11, packet4);
  expect_error6(router.error(packet6), 1, 0, packet6);
  EXPECT_EQ(router.count(Reason::forward4_no_route_for_service), 1U);
  EXPECT_EQ(router.count(Reason::forward6_no_route_for_class), 1U);
  EXPECT_EQ(doors_of(router, {echo4({.destination = beyond4, .tos = 8})}), Doors{other});
  EXPECT_EQ(icmp4_type(router.one_out(echo4({.source = beyond4}), other)), 0U) << "answers have no choice";
}

TEST(RouteChoice, ICMP4_DU_012_on_the_link_but_not_for_its_type_of_service) {
  NodeConfig config = two_doors();
  ip::Route connected{parse_prefix("203.0.113.0/25").value(), far};
  connected.type_of_service = 8;
  config.routes.push_back(connected);
  Router router(config);
  const Packet packet = echo4({.destination = beyond4, .tos = 4});
  expect_error4(router.error(packet), 3, 12, packet);
  EXPECT_EQ(router.count(Reason::forward4_on_link_for_other_service), 1U);
  EXPECT_EQ(doors_of(router, {echo4({.destination = beyond4, .tos = 8})}), Doors{far});
}

TEST(RouteChoice, ICMP4_DU_015_precedence_below_the_least) {
  Router router({"ip4.forward.least_precedence=2"});
  const Packet packet = echo4({.destination = far4, .tos = 0x20});
  expect_error4(router.error(packet), 3, 15, packet);
  EXPECT_EQ(router.count(Reason::forward4_precedence_cut_off), 1U);
  EXPECT_EQ(router.passed(echo4({.destination = far4, .tos = 0x40})).at(8), 63);
  Router strictest({"ip4.forward.least_precedence=6"});
  EXPECT_EQ(strictest.passed(echo4({.destination = far4, .tos = 0xc0})).at(8), 63);
  EXPECT_EQ(strictest.passed(echo4({.destination = far4, .tos = 0xe0})).at(8), 63);
}

// ---- codes ----

TEST(RouteChoice, ICMP4_DU_008_ICMP4_DU_009_ICMP4_DU_010_TOPO_004_a_route_rejects_with_the_code_that_it_names) {
  for (unsigned code = 0; code < 16; ++code) {
    NodeConfig config = two_doors();
    for (const std::string_view prefix : {"203.0.113.0/28", "2001:db8:9:1::/64"}) {
      ip::Route rejecting{parse_prefix(prefix).value(), far, {}, ip::RouteAction::reject};
      rejecting.code = static_cast<std::uint8_t>(code);
      config.routes.push_back(rejecting);
    }
    Router router(config);
    const Packet packet4 = echo4({.destination = beyond4}), packet6 = echo6({.destination = "2001:db8:9:1::1"});
    const Packet error4 = router.error(packet4), error6 = router.error(packet6);
    expect_error4(error4, 3, code, packet4);
    expect_error6(error6, 1, code, packet6);
    EXPECT_EQ(be32(error4, 24), 0U);
    EXPECT_EQ(be32(error6, 44), 0U);
    EXPECT_EQ(router.count(Reason::forward4_route_rejects), 1U);
    EXPECT_EQ(router.count(Reason::forward6_route_rejects), 1U);
  }
}

TEST(RouteChoice, ICMP4_DU_007_no_other_way_leads_to_the_codes_that_are_not_used) {
  Router router;
  for (const std::string_view destination : {"203.0.114.1", "192.0.2.77", "8.8.8.8"}) {
    const unsigned code = icmp4_code(router.error(echo4({.destination = destination})));
    EXPECT_TRUE(code == 0 || code == 1) << destination;
  }
}

// ---- what errors tell of it ----

TEST(RouteChoice, ICMP4_EXT_011_ICMP4_EXT_013_ICMP6_EXT_003_errors_tell_the_way_onwards_where_they_have_extensions) {
  Router router({"icmp.extensions=on", "icmp.amplify_rate=0"});
  const Packet error4 = router.error(echo4({.destination = beyond4, .ttl = 1}));
  EXPECT_EQ(from(error4, 28 + 128 + 4), hex("001c 020f 00000001 00010000c0000202 0874756e30000000 000005dc") +
                                            hex("001c 028f 00000002 00010000c6336402 0874756e31000000 000005dc") +
                                            hex("000c 02c4 00010000c6336401"));
  const Packet error6 = router.error(echo6({.destination = far6, .hop_limit = 1}));
  EXPECT_EQ(from(error6, 48 + 128 + 4),
            hex("0028 020f 00000001 00020000 20010db8000000000000000000000002 0874756e30000000 000005dc") +
                hex("0028 028f 00000002 00020000 20010db8000100000000000000000002 0874756e31000000 000005dc") +
                hex("0018 02c4 00020000 20010db8000100000000000000000001"))
      << "the destination is its own next hop";
  const Packet unreachable = router.error(echo4({.destination = "203.0.114.1"}));
  EXPECT_EQ(from(unreachable, 28 + 128 + 4), hex("001c 020f 00000001 00010000c0000202 0874756e30000000 000005dc"))
      << "there is none";
}

// ---- sources of errors ----

TEST(RouteChoice, ICMP4_ERR_006_errors_come_from_where_the_packet_came_in_or_from_where_they_leave) {
  const Packet packet = echo4({.source = far4, .destination = "203.0.114.1"});
  Router usual;
  const Packet inbound = usual.one_out(packet, far, near);
  EXPECT_EQ(source_of(inbound), router_near4);
  Router otherwise({"icmp4.errors_inbound_ifaddr=off"});
  const Packet outbound = otherwise.one_out(packet, far, near);
  EXPECT_EQ(source_of(outbound), router_far4);
  EXPECT_EQ(destination_of(outbound), far4);
}

}  // namespace
}  // namespace tunstack::test::route_choice_test
