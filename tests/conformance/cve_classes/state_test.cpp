// Classes 13, 16, 17, 18, 21 and 22 of the vulnerabilities of other stacks (docs/threat-model.md): tables that are
// full, forged errors, numbers that can be guessed, neighbors that do not answer, amplification, messages of old. Class
// 20 is that of clients, of which there is none here.
#include <fmt/format.h>

#include <set>

#include "tests/conformance/cve_classes/hostile.hpp"
#include "tests/conformance/icmp/reported_errors.hpp"
#include "tests/conformance/routers/router_wire.hpp"

namespace tunstack::test::cve_state_test {
namespace {

using namespace cve_classes;
using namespace router_messages;
using namespace routers;
using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::IsEmpty;
using testing::SizeIs;

std::string far_host4(unsigned i) { return fmt::format("203.{}.{}.{}", i / 62500, i / 250 % 250, i % 250 + 1); }
std::string far_host6(unsigned i) { return fmt::format("2001:db8:f{:x}::{:x}", i % 16, i + 1); }

Packet too_big6(const Packet& sent, std::uint32_t mtu) {
  const Ipv6Fields ip{.source = "2001:db8:77::77"};
  return ipv6(ip, icmpv6(ip, 2, 0, mtu, part(sent, 0, std::min<std::size_t>(sent.size(), 1232))));
}

// ---- class 13: floods that fill tables ----

std::size_t path_mtus(const Driver& node) {
  std::size_t count = 0;
  node.node().state().path_mtus.for_each(node.now(), [&](const IpAddress&, std::size_t, Instant) { ++count; });
  return count;
}

/// Whether the way to a host has narrowed to 1280 octets or less.
bool is_narrow(Host& host, std::string_view source) {
  const bool is_ipv6 = source.find(':') != std::string_view::npos;
  const Packet data = counting(1400);
  return host.send(is_ipv6 ? echo6({.source = source}, data) : echo4({.source = source}, data)).size() > 1;
}

// CVE-2026-114408 and others: the table is full and stays so, the newest is believed, and everybody is served.
TEST(CveClasses, class_13_floods_of_packet_too_big_PMTU4_001_PMTU6_009) {
  Target host;
  for (unsigned i = 0; i < 5000; ++i) {
    const std::string source4 = far_host4(i), source6 = far_host6(i);
    const Packet reply4 = host.answer(echo4({.source = source4}, counting(1400)));
    const Packet reply6 = host.answer(echo6({.source = source6}, counting(1400)));
    EXPECT_THAT(host.send(too_big(reply4, 1000)), IsEmpty());
    host.wait(1ms);  // so that the newest is the youngest
    EXPECT_THAT(host.send(too_big6(reply6, 1280)), IsEmpty());
    host.wait(1ms);
    ASSERT_TRUE(is_narrow(host, source4)) << i;
    ASSERT_TRUE(is_narrow(host, source6)) << i;
  }
  EXPECT_LE(path_mtus(host), 1024U);
  EXPECT_GE(path_mtus(host), 512U) << "it is used";
  host.serve_another();
}

/// A host with routers of both families, which it believes.
struct Routed : Line {
  Routed() : Line(with_gateways(learning_host({"slaac.iid=eui64"}), {router_a, router_a4})) {
    add_routers();
    add_station("2001:db8::1", peer_mac, false);
    add_station("192.0.2.1", peer_mac, false);
    wait(20s);
  }
};

// CVE-2014-2309, CVE-2013-0343, CVE-2023-6200: routers, prefixes, addresses and parameters by the thousand.
TEST(CveClasses, class_13_floods_of_router_advertisements_ND_RA_019) {
  Routed host;
  EXPECT_EQ(host.hop_to(far6), router_a);
  for (unsigned i = 0; i < 3000; ++i) {
    Packet options = source_option(other_mac) + hex("18 02 40 00 00000708") + octets_of(far_host6(i));
    for (unsigned j = 0; j < 8; ++j)
      options = options + prefix_option({.prefix = fmt::format("2001:db8:{:x}:{:x}::", i, j)});
    options.resize(options.size() / 8 * 8);
    const std::string source = fmt::format("fe80::bad:{:x}", i);
    const RouterAdvertisementFields told{.source = source, .flags = 8, .options = options};
    host.receive({framed(router_advertisement(told), other_mac)});
  }
  const Interface& interface = host.node().state().interfaces[0];
  EXPECT_LE(interface.routers.routing.routers.routers().size(), 36U);
  EXPECT_LE(interface.routers.routing.prefixes.prefixes().size(), 40U);
  EXPECT_LE(interface.addresses.ipv6->addresses().size(), 32U);
  host.wait(5s);
  EXPECT_EQ(host.hop_to(far6), router_a) << "what is configured stays first";
  EXPECT_THAT(only(echo_reply6, host.send(echo6())), SizeIs(1));
}

TEST(CveClasses, class_13_floods_of_solicitations_and_requests_ND_GEN_009_ARP_018) {
  SettledWire wire;
  wire.confirm("192.0.2.1", peer_mac);
  wire.confirm("2001:db8::1", peer_mac);
  for (unsigned i = 0; i < 5000; ++i) {
    const std::string source6 = fmt::format("2001:db8::{:x}:{:x}", 1 + i / 100, i);
    EXPECT_THAT(wire.send(framed(solicitation({.source = source6, .options = source_option(other_mac)}))), SizeIs(1));
    EXPECT_THAT(wire.send(framed(advertisement({.source = source6, .target = source6}))), IsEmpty());
    EXPECT_THAT(wire.send(arp_request({.sender_mac = other_mac, .sender = far_host4(i)})), SizeIs(1));
  }
  EXPECT_EQ(wire.node().state().neighbors.size(), 1024U);
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::reachable);
  EXPECT_EQ(wire.state("2001:db8::1"), NeighborState::reachable);
  EXPECT_THAT(wire.send({framed(echo4()), framed(echo6())}), SizeIs(2));
}

// CVE-2023-52340: routes by redirects.
TEST(CveClasses, class_13_floods_of_redirects_ND_RED_005_ICMP4_RED_008) {
  Routed host;
  for (unsigned i = 0; i < 2000; ++i) {
    const std::string to4 = far_host4(i), to6 = far_host6(i);
    const auto reply4 = only(echo_reply4, host.send(echo4({.source = to4})));
    ASSERT_THAT(reply4, SizeIs(1));
    ASSERT_THAT(only(echo_reply6, host.send(echo6({.source = to6}))), SizeIs(1));
    host.send(redirect4({.redirected = to4, .identification = be16(reply4[0].octets, 4)}));
    host.send(redirect6({.redirected = to6}));
    if (i % 100 != 99) continue;
    EXPECT_EQ(host.hop_to(to4), router_b4) << "the newest is followed";
    EXPECT_EQ(host.hop_to(to6), router_b);
  }
  EXPECT_EQ(host.node().state().interfaces[0].routers.redirects4.size(), 256U);
  EXPECT_EQ(host.node().state().interfaces[0].routers.redirects6.size(), 256U);
  EXPECT_EQ(host.hop_to("203.0.113.200"), router_a4);
}

// ---- class 16: forged errors, and what they may depend on ----

// RFC 5927: what quotes nothing that was sent changes nothing, whatever else is right about it.
TEST(CveClasses, class_16_forged_errors_change_nothing_PMTU4_006_PMTU6_004) {
  Target host;
  const Packet reply4 = host.answer(echo4({.source = "203.0.113.9"}, counting(1400)));
  const Packet reply6 = host.answer(echo6({.source = "2001:db8:9::9"}, counting(1400)));
  const std::string before = host.knowledge();
  for (unsigned identification = 0; identification < 0x10000; identification += 7) {
    if (identification == be16(reply4, 4)) continue;
    Packet forged = reply4;
    set_be16(forged, 4, identification);
    mend_header_checksum(forged);
    EXPECT_THAT(host.send(too_big(forged, 600)), IsEmpty());
  }
  const auto with = [](Packet packet, std::size_t at) {
    packet.at(at) ^= 1;
    if (packet[0] >> 4 == 4) mend_header_checksum(packet);
    return packet;
  };
  for (const std::size_t at : {9U, 12U, 15U, 16U, 19U})  // protocol, source, destination
    EXPECT_THAT(host.send(too_big(with(reply4, at), 600)), IsEmpty());
  for (const std::size_t at : {8U, 23U, 24U, 39U}) EXPECT_THAT(host.send(too_big6(with(reply6, at), 1280)), IsEmpty());
  for (const unsigned code : {0U, 1U, 2U, 3U, 5U, 13U})
    EXPECT_THAT(host.send(error_about(reply4, {.code = code})), IsEmpty());
  EXPECT_EQ(host.knowledge(), before);
  host.send(too_big(reply4, 1000));
  EXPECT_TRUE(is_narrow(host, "203.0.113.9")) << "what is not forged is believed";
}

/// What the host knows, and what it sends to everybody, after it was asked at a port and errors came about that.
std::pair<std::string, std::size_t> after_errors_about(unsigned port) {
  Target host({"udp.echo=on"});
  const Packet asked4 = udp4({.source = "203.0.113.9"}, port, counting(1400));
  const Packet asked6 = udp6({.source = "2001:db8:9::9"}, port, counting(1400));
  host.send(asked4);
  host.send(asked6);
  std::size_t sent = 0;
  // Forged: about a datagram from that port, which nobody can have seen.
  const Packet forged4 =
      ipv4({.source = "192.0.2.2", .destination = "203.0.113.10", .protocol = 17, .identification = 1},
           udp(Ipv4Fields{}, port, 40000, counting(1400)));
  const Packet forged6 = ipv6({.source = "2001:db8::2", .destination = "2001:db8:9::10", .next_header = 17},
                              udp(Ipv6Fields{}, port, 40000, counting(1400)));
  for (const Packet& packet :
       {too_big(forged4, 1000), error_about(forged4, {.code = 3}), error_about(forged4, {.type = 4}),
        error_about(forged4, {.type = 5}), too_big6(forged6, 1280)})
    sent += host.send(packet).size();
  return {host.knowledge(), sent};
}

// CVE-2020-25705, CVE-2021-20322: whether a port is open must not be seen in what errors about it do.
TEST(CveClasses, class_16_errors_do_the_same_about_open_and_closed_ports_ROB_003) {
  EXPECT_EQ(after_errors_about(7), after_errors_about(8));
}

/// The errors that one attacker still gets after a victim's address asked 200 ports.
std::size_t errors_left(unsigned port) {
  Host host({"udp.echo=on"});
  for (int i = 0; i < 200; ++i) {
    host.send(udp4({.source = "203.0.113.9"}, port));
    host.send(udp6({.source = "2001:db8:9::9"}, port));
  }
  std::size_t errors = 0;
  for (int i = 0; i < 40; ++i) errors += host.send(udp4()).size() + host.send(udp6()).size();
  return errors;
}

TEST(CveClasses, class_16_ports_are_not_counted_by_the_errors_of_another_ICMP4_RATE_001_ICMP6_RATE_001) {
  EXPECT_EQ(errors_left(7), errors_left(8));
  EXPECT_EQ(errors_left(8), 20U) << "its own ten of each family";
}

// ---- class 17: numbers that others could guess ----

std::uint32_t identification_of(const Packet& sent) { return sent.at(0) >> 4 == 4 ? be16(sent, 4) : be32(sent, 44); }

// `frag6 -W`, `frag4`: neither from one packet to the next nor from one destination to another can be told what comes.
TEST(CveClasses, class_17_identifications_are_not_guessed_V4_TX_005_V6_TX_006) {
  for (const bool is_ipv6 : {false, true}) {
    const auto next = [&](Host& host, std::string_view source) {
      const Packet request =
          is_ipv6 ? echo6({.source = source}, counting(1460)) : echo4({.source = source}, counting(56));
      return identification_of(host.send(request).at(0));
    };
    const std::string_view attacker = is_ipv6 ? "2001:db8:bad::1" : "203.0.113.66";
    const std::string_view victim = is_ipv6 ? "2001:db8:9::9" : "203.0.113.9";
    std::set<std::uint32_t> starts, distances, steps;
    for (std::uint64_t seed = 1; seed <= 64; ++seed) {
      Host host(with_seed(host_config(), seed));
      const std::uint32_t own = next(host, attacker), of_victim = next(host, victim);
      starts.insert(own);
      distances.insert(of_victim - own);
      steps.insert(next(host, attacker) - own);
    }
    EXPECT_GE(starts.size(), 62U);
    EXPECT_GE(distances.size(), 62U) << "from the attacker's own to those of the victim";
    EXPECT_GE(steps.size(), 2U) << "no plain counter";
  }
}

TEST(CveClasses, class_17_flow_labels_tell_nothing_V6_RX_015) {
  Host host;
  for (const std::string_view source : {"2001:db8::1", "2001:db8:9::9", "2001:db8:9::10"})
    for (const Packet& request : {echo6({.source = source, .flow_label = 0x54321}), udp6({.source = source})})
      EXPECT_EQ(be32(host.answer(request), 0) & 0xfffff, 0U);
}

// ---- class 18: packets to neighbors that do not answer ----

/// An echo request of a neighbor in each family.
Packets requests_of(unsigned i) {
  return {framed(echo4({.source = fmt::format("192.0.2.{}", 10 + i)})),
          framed(echo6({.source = fmt::format("2001:db8::a:{:x}", i)}))};
}
bool is_question(const SentPacket& sent) { return !sent.asks_for().empty(); }

// CVE-2026-19577: an entry without an address is no place to send to, in whichever state it is.
TEST(CveClasses, class_18_nothing_goes_to_neighbors_that_are_unresolved_failed_or_gone_ND_NS_008_ARP_005) {
  for (const std::string_view cache : {"neighbors.max=16", "neighbors.max=1024"}) {
    SettledWire wire({cache, "neighbors.solicit_rate=0"});
    for (int round = 0; round < 4; ++round) {
      for (unsigned i = 0; i < 200; ++i)
        for (const SentPacket& sent : wire.receive(requests_of(i))) EXPECT_TRUE(is_question(sent)) << "to nobody";
      for (const SentPacket& sent : wire.run_for(round % 2 == 0 ? 500ms : 10s))
        EXPECT_TRUE(is_question(sent) || sent.type() == 0x403 || sent.type() == 0x601);
    }
    EXPECT_EQ(wire.state("192.0.2.10"), wire.state("2001:db8::a:0"));
    // Who answers after all gets no packet of long ago, and is served from now on.
    wire.run_for(10s);
    EXPECT_THAT(wire.send({arp_reply("192.0.2.10", peer_mac), framed(answers("2001:db8::a:0", peer_mac))}), IsEmpty());
    wire.send(requests_of(0));
    const Packets late = wire.send({arp_reply("192.0.2.10", peer_mac), framed(answers("2001:db8::a:0", peer_mac))});
    EXPECT_THAT(late, SizeIs(testing::Le(2U)));
    for (const Packet& sent : late) EXPECT_EQ(destination_mac(sent), peer_mac);
    EXPECT_THAT(wire.send(requests_of(0)), SizeIs(2));
  }
}

TEST(CveClasses, class_18_what_waits_is_bounded_ND_NS_009_ARP_006) {
  SettledWire wire;
  for (int i = 0; i < 1000; ++i) wire.receive(requests_of(0));
  EXPECT_THAT(wire.send({arp_reply("192.0.2.10", peer_mac), framed(answers("2001:db8::a:0", peer_mac))}),
              SizeIs(3 + 3));
}

// ---- class 21: amplification and reflection ----

const std::initializer_list<std::string_view> all_services = {"udp.echo=on",           "udp.discard=on",
                                                              "icmp4.info_reply=on",   "icmp4.echo_broadcast=on",
                                                              "ip4.zero_broadcast=on", "probe.enable=on"};

/// Packets of everything that is answered somehow, of one source to one destination in each family.
Packets askings(std::string_view source4, std::string_view to4, std::string_view source6, std::string_view to6) {
  const Ipv4Fields ip4{.source = source4, .destination = to4, .protocol = 6};
  const Ipv6Fields ip6{.source = source6, .destination = to6, .next_header = 6};
  const TcpFields same_ports{.source_port = 139, .destination_port = 139};
  Packets all{ipv4(ip4, tcp(ip4, same_ports)), ipv6(ip6, tcp(ip6, same_ports)), ipv4(ip4, tcp(ip4, {.flags = 0x10})),
              ipv6(ip6, tcp(ip6, {.flags = 0x10}))};
  for (const unsigned type : {8U, 10U, 13U, 15U, 17U, 42U})
    all.push_back(ipv4({.source = source4, .destination = to4}, icmpv4(type, 0, 0x20000000, Packet(40))));
  for (const unsigned type : {128U, 133U, 139U, 160U})
    all.push_back(ipv6({.source = source6, .destination = to6, .hop_limit = 255},
                       icmpv6({.source = source6, .destination = to6}, type, 0, 0x20000000, Packet(40))));
  for (const unsigned port : {7U, 9U, 19U, 53U, 123U, 1900U}) {
    all.push_back(udp4({.source = source4, .destination = to4}, port, Packet(40)));
    all.push_back(udp6({.source = source6, .destination = to6}, port, Packet(40)));
  }
  for (const unsigned protocol : {4U, 99U, 132U}) {
    all.push_back(ipv4({.source = source4, .destination = to4, .protocol = protocol}, Packet(40)));
    all.push_back(ipv6({.source = source6, .destination = to6, .next_header = protocol}, Packet(40)));
  }
  return all;
}

TEST(CveClasses, class_21_no_answer_is_larger_than_its_request_or_goes_to_a_group_ROB_003) {
  Target host(all_services);
  std::size_t answers = 0;
  for (const std::string_view to4 : {"192.0.2.2", "192.0.2.255", "255.255.255.255", "224.0.0.1", "192.0.2.0"})
    for (const std::string_view to6 : {"2001:db8::2", "fe80::2", "ff02::1", "ff02::1:ff00:2"})
      for (const Packet& packet : askings("192.0.2.1", to4, "2001:db8::1", to6))
        for (const Packet& sent : host.attack(packet)) {  // which checks whom it goes to, and replies
          ++answers;
          const std::size_t added = sent[0] >> 4 == 4 ? 28 : 48;
          EXPECT_LE(sent.size(), packet.size() + (is_icmp_error(sent) ? added : 0));
        }
  EXPECT_GE(answers, 100U);
  host.serve_another();
}

// Smurf and LAND: who seems to ask is a group, the host itself, or nobody.
TEST(CveClasses, class_21_land_and_sources_that_are_no_host_V4_RX_010_V6_RX_004_ICMP4_SUP_009) {
  Target host(all_services);
  const std::string before = host.knowledge();
  for (const std::string_view source4 :
       {"192.0.2.255", "255.255.255.255", "224.0.0.1", "127.0.0.1", "192.0.2.2", "240.0.0.1", "192.0.2.0"})
    for (const std::string_view source6 : {"ff02::1", "ff0e::1", "::1", "2001:db8::2", "fe80::2", "::"})
      for (const Packet& packet : askings(source4, "192.0.2.2", source6, "2001:db8::2"))
        EXPECT_THAT(host.send(packet), IsEmpty());
  EXPECT_EQ(host.knowledge(), before);
  host.serve_another();
}

// CVE-1999-0103: two services answer each other for ever.
TEST(CveClasses, class_21_services_do_not_answer_services_ROB_006) {
  Target host(all_services);
  for (const unsigned port : {7U, 13U, 17U, 19U, 37U}) {
    const Ipv4Fields ip4{.protocol = 17};
    const Ipv6Fields ip6{.next_header = 17};
    for (const Packet& packet :
         {ipv4(ip4, udp(ip4, port, 7, counting(16))), ipv6(ip6, udp(ip6, port, 7, counting(16)))})
      EXPECT_THAT(host.send(packet), IsEmpty()) << port;
  }
  EXPECT_THAT(host.send(udp4({}, 7)), SizeIs(1));
}

// ---- class 22: messages of old that configured ----

// CVE-2020-11910 and -11911, CVE-1999-0875, CVE-1999-0524: masks, routers, times and quenches that nobody asked for.
TEST(CveClasses, class_22_masks_routers_times_and_quenches_configure_nothing_ICMP4_MASK_005_ICMP4_RD_013) {
  for (const bool is_ethernet : {true, false}) {
    NodeConfig config = learning_host({"irdp.accept_ra=off", "nd.accept_ra=off"});
    if (!is_ethernet) config = on_tun(config);
    Line host(config);
    host.add_station("192.0.2.1", peer_mac);
    host.add_station("192.0.2.10", mac_a4);
    host.add_station("2001:db8::1", peer_mac);
    host.wait(20s);
    host.send(echo4());
    host.send(echo6());
    host.send(echo4({.source = "192.0.2.10"}));
    const std::string before = knowledge_of(host);
    for (unsigned type = 0; type <= 255; ++type) {
      if (type == 8 || type == 5) continue;  // asks, and redirects, which have tests of their own
      for (const std::string_view to : {"192.0.2.2", "224.0.0.1", "255.255.255.255"})
        for (const Packet& body : {hex("ffff0000"), octets_of("192.0.2.66") + be32_octets(0x7fffffff), Packet(12, 1)})
          for (const std::uint32_t rest : {0x01020708U, 0x05010001U, 0U})
            host.send(ipv4({.source = "192.0.2.1", .destination = to, .ttl = 1}, icmpv4(type, 0, rest, body)));
    }
    EXPECT_EQ(knowledge_of(host), before);
    if (is_ethernet) {
      EXPECT_EQ(host.hop_to(far4), "") << "there is no router all the same";
    }
  }
}

// Of IPv6: renumbering, mobility and certification paths, and router advertisements where nobody is to be believed.
TEST(CveClasses, class_22_renumbering_and_advertisements_configure_nothing) {
  SettledWire host({"nd.accept_ra=off"});
  host.confirm("2001:db8::1", peer_mac);
  const std::string before = knowledge_of(host);
  for (unsigned type = 128; type <= 255; ++type) {
    if (type == 128 || type == 135 || type == 136 || type == 137) continue;
    for (const std::string_view to : {"2001:db8::2", "ff02::1"})
      for (const std::string_view source : {"2001:db8::1", "fe80::a"}) {
        const Ipv6Fields ip{.source = source, .destination = to, .hop_limit = 255};
        const Packet body =
            be32_octets(0) + be32_octets(0) + prefix_option() + source_option(other_mac) + mtu_option(1300);
        host.send(framed(ipv6(ip, icmpv6(ip, type, 0, 0x40081800, body))));
      }
  }
  EXPECT_EQ(knowledge_of(host), before);
}

// CVE-2020-11910: 3/4 is no configuration but for the path that it is about.
TEST(CveClasses, class_22_errors_without_a_packet_configure_nothing_PMTU4_006) {
  Target host;
  const std::string before = host.knowledge();
  for (unsigned code = 0; code <= 255; ++code)
    for (const Packet& quote :
         {Packet{}, Packet(28), part(echo4({.source = "192.0.2.2", .destination = "203.0.113.9"}), 0, 28)})
      for (const std::uint32_t mtu : {0U, 68U, 576U, 65535U})
        EXPECT_THAT(host.send(ipv4({}, icmpv4(3, code, mtu, quote))), IsEmpty());
  EXPECT_EQ(host.knowledge(), before);
  host.serve_another();
}

}  // namespace
}  // namespace tunstack::test::cve_state_test
