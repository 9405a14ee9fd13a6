// What a program of a host sends leaves as that of the host: by its routes, with an identification that the host gave
// where the program gave none, so that what is said of it is believed as of the host's own.
#include "tests/conformance/icmp/reported_errors.hpp"
#include "tests/conformance/routers/router_wire.hpp"
#include "tests/support/announced.hpp"

namespace tunstack::test::program_packet_test {
namespace {

using namespace routers;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr InterfaceId first{0}, second{1};

/// Of a program that leaves the identification to the host.
Packet of_program(std::string_view destination = "192.0.2.1", std::size_t size = 84, unsigned flags_and_offset = 0) {
  return echo4(
      {.source = "192.0.2.2", .destination = destination, .identification = 0, .flags_and_offset = flags_and_offset},
      counting(size - 28));
}
Packet of_program6(std::string_view destination = "2001:db8::1", std::size_t size = 104) {
  return echo6({.source = "2001:db8::2", .destination = destination}, counting(size - 48));
}

/// The one datagram that leaves; a failure if there is none, or another number of them.
Packet leaves(Driver& host, const Packet& datagram) {
  const auto [unsent, sent] = host.send_of_program(datagram);
  EXPECT_TRUE(!unsent) << info(*unsent).name;
  EXPECT_THAT(sent, SizeIs(1));
  return sent.size() == 1 ? sent[0].octets : Packet();
}

Packet without_identification(Packet datagram) {
  set_be16(datagram, 4, 0);
  mend_header_checksum(datagram);
  return datagram;
}

// ---- identifications ----

TEST(ProgramPacket, V4_TX_005_one_without_an_identification_gets_one_of_the_host) {
  for (const unsigned flags : {0U, 0x4000U}) {
    Host host;
    std::set<unsigned> given;
    for (int i = 0; i < 100; ++i) {
      const Packet datagram = of_program("192.0.2.1", 84, flags);
      const Packet sent = leaves(host, datagram);
      given.insert(be16(sent, 4));
      EXPECT_TRUE(checksums_are_right(sent));
      EXPECT_EQ(without_identification(sent), datagram) << "nothing else is changed";
    }
    EXPECT_THAT(given, SizeIs(100)) << "each its own";
    EXPECT_FALSE(given.contains(0));
  }
}

TEST(ProgramPacket, whatever_has_an_identification_or_is_a_part_leaves_as_it_is) {
  Packet with_bad_checksum = echo4({.source = "192.0.2.2", .destination = "192.0.2.1"});
  with_bad_checksum.at(10) ^= 0xff;
  for (const Packet& datagram : {
           echo4({.source = "192.0.2.2", .destination = "192.0.2.1"}),
           with_bad_checksum,
           of_program("192.0.2.1", 84, 0x2000),
           of_program("192.0.2.1", 84, 0x2007),
           of_program("192.0.2.1", 84, 0x0007),
           of_program6(),
           part(of_program6(), 0, 41),
       }) {
    Host host;
    EXPECT_EQ(leaves(host, datagram), datagram);
    EXPECT_EQ(host.count(Reason::sent_on_request), 1U);
  }
}

// ---- what is said of it ----

std::size_t path_mtu(const Driver& host, std::string_view destination) {
  const IpAddress address = *parse_address(destination);
  const ip::PathMtus& known = host.node().state().path_mtus;
  return address.is_ipv4() ? known.to(address.ipv4(), 1500, host.now()) : known.to(address.ipv6(), 1500, host.now());
}

TEST(ProgramPacket, PMTU4_001_an_error_about_it_is_believed) {
  Host host;
  const Packet sent = leaves(host, of_program("203.0.113.9", 1428, 0x4000));
  host.send(too_big(sent, 1300));
  EXPECT_EQ(host.count(Reason::path_mtu_lowered), 1U);
  EXPECT_EQ(path_mtu(host, "203.0.113.9"), 1300U);
  EXPECT_EQ(path_mtu(host, "203.0.113.10"), 1500U);
  EXPECT_EQ(leaves(host, of_program("203.0.113.9", 1428)).size(), 1428U) << "and it is not cut up";
}

TEST(ProgramPacket, PMTU4_006_an_error_about_what_has_no_identification_of_the_host_is_not) {
  const Packet foreign =
      echo4({.source = "192.0.2.2", .destination = "203.0.113.9", .flags_and_offset = 0x4000}, counting(1400));
  Host given;
  EXPECT_TRUE(!given.send_packet(foreign).unsent);
  given.send(too_big(foreign, 1300));
  EXPECT_EQ(given.count(Reason::icmp4_error_about_packet_not_sent), 1U);
  EXPECT_EQ(path_mtu(given, "203.0.113.9"), 1500U);

  Host sent;
  EXPECT_EQ(leaves(sent, foreign), foreign);
  sent.send(too_big(foreign, 1300));
  EXPECT_EQ(sent.count(Reason::icmp4_error_about_packet_not_sent), 1U);
}

TEST(ProgramPacket, PMTU6_004_an_error_about_a_large_one_is_believed_and_about_a_small_one_not) {
  const Ipv6Fields router{.source = "2001:db8::1"};
  for (const std::size_t size : {1280U, 1281U}) {
    Host host;
    const Packet sent = leaves(host, of_program6("2001:db8:9::9", size));
    host.send(ipv6(router, icmpv6(router, 2, 0, 1280, part(sent, 0, 1000))));
    const bool is_large = size > 1280;
    EXPECT_EQ(host.count(Reason::path_mtu_lowered), is_large ? 1U : 0U);
    EXPECT_EQ(host.count(Reason::ipv6_path_mtu_of_packet_not_sent), is_large ? 0U : 1U);
    EXPECT_EQ(path_mtu(host, "2001:db8:9::9"), is_large ? 1280U : 1500U);
  }
}

/// A host on an Ethernet that knows its routers.
struct Routed : Line {
  Routed() : Line(with_gateways(ethernet_config(), {router_a, router_a4})) { add_routers(); }

  /// The station that gets what a program sends.
  std::string hop_of(const Packet& datagram) {
    const auto sent = send_of_program(datagram).sent;
    return sent.empty() ? "" : station_with(sent.back().to);
  }
};

TEST(ProgramPacket, ICMP4_RED_008_a_redirect_about_it_is_followed) {
  Routed line;
  const auto sent = line.send_of_program(of_program(far4)).sent;
  ASSERT_THAT(sent, SizeIs(2)) << "a question, and itself";
  EXPECT_EQ(sent[1].to, mac_a4);
  line.send(redirect4({.redirected = far4, .identification = be16(sent[1].octets, 4)}));
  EXPECT_EQ(line.count(Reason::icmp4_redirect_accepted), 1U);
  EXPECT_EQ(line.hop_of(of_program(far4)), router_b4);
  EXPECT_EQ(line.hop_of(of_program("203.0.113.10")), router_a4);
}

TEST(ProgramPacket, ICMP4_RED_011_a_redirect_about_what_somebody_else_made_up_is_not) {
  Routed line;
  const Packet foreign = echo4({.source = "192.0.2.2", .destination = far4});
  EXPECT_EQ(line.hop_of(foreign), router_a4);
  line.send(redirect4({.redirected = far4}));
  EXPECT_EQ(line.count(Reason::icmp4_redirect_about_packet_not_sent), 1U);
  EXPECT_EQ(line.hop_of(foreign), router_a4);
}

TEST(ProgramPacket, ND_RED_006_a_redirect_about_it_is_followed_in_IPv6) {
  Routed line;
  const Packet datagram = of_program6(far6);
  EXPECT_EQ(line.hop_of(datagram), router_a);
  line.send(redirect6({.options = nd_option_of(4, Packet(6) + datagram)}));
  EXPECT_EQ(line.count(Reason::icmp6_redirect_accepted), 1U);
  EXPECT_EQ(line.hop_of(datagram), router_b);
}

TEST(ProgramPacket, a_redirect_of_IPv6_where_nothing_was_sent_is_not) {
  Routed line;
  line.send(redirect6());
  EXPECT_EQ(line.count(Reason::icmp6_redirect_about_packet_not_sent), 1U);
  EXPECT_EQ(line.hop_of(of_program6(far6)), router_a);
}

// ---- routes ----

NodeConfig two_links() {
  NodeConfig config = node_with({{"192.0.2.2/24", "2001:db8::2/64"}, {"198.51.100.2/24", "2001:db8:1::2/64"}});
  config.routes.push_back({*parse_prefix("203.0.113.0/24"), second, parse_address("198.51.100.10")});
  config.routes.push_back({*parse_prefix("2001:db8:9::/48"), second, parse_address("2001:db8:1::10")});
  return config;
}

struct WayOut {
  const char* destination;
  InterfaceId by;
  const char* next_hop;  // where links have addresses
};

constexpr WayOut ways_out[] = {
    {"192.0.2.1", first, "192.0.2.1"},
    {"198.51.100.1", second, "198.51.100.1"},
    {"203.0.113.9", second, "198.51.100.10"},
    {"2001:db8::1", first, "2001:db8::1"},
    {"2001:db8:1::1", second, "2001:db8:1::1"},
    {"2001:db8:9::9", second, "2001:db8:1::10"},
    {"fe80::77", first, "fe80::77"},
    {"224.0.0.9", first, ""},
    {"ff02::9", first, ""},
};

Packet to(std::string_view destination) {
  return destination.contains(':') ? of_program6(destination) : of_program(destination);
}

TEST(ProgramPacket, V4_TX_009_it_goes_by_the_routes) {
  for (const WayOut& way : ways_out) {
    Driver host(two_links());
    const auto [unsent, sent] = host.send_of_program(to(way.destination));
    EXPECT_TRUE(!unsent) << way.destination;
    ASSERT_THAT(sent, SizeIs(1)) << way.destination;
    EXPECT_EQ(sent[0].interface, way.by) << way.destination;
  }
}

TEST(ProgramPacket, and_on_links_with_addresses_to_its_next_hop_there) {
  for (const WayOut& way : ways_out) {
    NodeConfig config = two_links();
    for (std::size_t i = 0; i < 2; ++i) config.interfaces[i].link_address = MacAddress{{2, 0, 0, 0, 0, 0x20}};
    for (const std::string_view setting : {"dad.transmits=0", "nd.gratuitous=0"}) set_option(config.options, setting);
    Driver host(config);
    const auto [unsent, sent] = host.send_of_program(to(way.destination));
    ASSERT_THAT(sent, SizeIs(1)) << way.destination;
    EXPECT_EQ(sent[0].interface, way.by) << way.destination;
    EXPECT_EQ(sent[0].asks_for(), way.next_hop) << way.destination;
    EXPECT_EQ(unsent, *way.next_hop == '\0' ? MaybeReason() : MaybeReason(Reason::neighbor_resolution_pending));
  }
}

// ---- what cannot leave ----

void expect_withheld(Driver& host, const Packet& datagram, Reason reason, InterfaceId by = first) {
  Announced told(host);
  const auto [unsent, sent] = host.send_of_program(datagram);
  EXPECT_EQ(unsent, reason);
  EXPECT_THAT(sent, IsEmpty());
  EXPECT_THAT(told.notes, ElementsAre(Reason::sent_on_request, reason));
  EXPECT_THAT(told.interfaces, ElementsAre(by));
  EXPECT_THAT(told.originations, IsEmpty());
}

TEST(ProgramPacket, what_is_no_datagram_cannot_be_read) {
  for (const Packet& unreadable : {Packet(), hex("45"), hex("70 01 02"), part(of_program(), 0, 19),
                                   part(of_program6(), 0, 39), hex("00") + part(of_program(), 1, 83)}) {
    Host host;
    expect_withheld(host, unreadable, Reason::given_packet_unreadable);
  }
}

TEST(ProgramPacket, TUN_003_one_larger_than_the_mtu_of_its_link_is_refused) {
  NodeConfig config = two_links();
  config.interfaces[1].mtu = 1300;
  for (const bool is_small_first : {true, false}) {
    if (is_small_first) std::swap(config.interfaces[0].mtu, config.interfaces[1].mtu);
    const auto [large, small] =
        is_small_first ? std::pair("198.51.100.1", "192.0.2.1") : std::pair("192.0.2.1", "198.51.100.1");
    Driver host(config);
    EXPECT_EQ(leaves(host, of_program(large, 1500)).size(), 1500U);
    EXPECT_EQ(leaves(host, of_program(small, 1300)).size(), 1300U);
    expect_withheld(host, of_program(small, 1301), Reason::given_packet_too_large, is_small_first ? first : second);
    expect_withheld(host, of_program(large, 1501), Reason::given_packet_too_large, is_small_first ? second : first);
    std::swap(config.interfaces[0].mtu, config.interfaces[1].mtu);
  }
}

TEST(ProgramPacket, nothing_leaves_by_a_link_that_is_down) {
  Host host;
  host.set_link(false);
  expect_withheld(host, of_program(), Reason::link_is_down);
  expect_withheld(host, of_program6(), Reason::link_is_down);
  host.set_link(true);
  leaves(host, of_program());
}

TEST(ProgramPacket, V4_TX_009_nothing_leaves_where_no_route_leads) {
  Host host(ethernet_config());
  host.tick();  // what it says when it begins
  expect_withheld(host, of_program(far4), Reason::no_route);
  expect_withheld(host, of_program6(far6), Reason::no_route);
  NodeConfig config = two_links();
  for (InterfaceConfig& interface : config.interfaces) interface.role = Role::router;
  config.routes.push_back({.prefix = *parse_prefix("203.0.113.128/25"), .action = ip::RouteAction::prohibit});
  Driver router(config);
  router.tick();
  expect_withheld(router, of_program("203.0.113.200"), Reason::no_route);
  leaves(router, of_program("203.0.113.9"));
}

TEST(ProgramPacket, nothing_leaves_where_there_is_no_room) {
  Host host;
  host.replace_outbox(Outbox(64, 4));
  expect_withheld(host, of_program(), Reason::outbox_full);
}

}  // namespace
}  // namespace tunstack::test::program_packet_test
