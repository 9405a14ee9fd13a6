// A host with two links of either kind answers by the right one (RFC 1122 3.3.1): whatever interface a request comes
// in on, the answer leaves where its peer is, as that link wants it.
#include "tests/conformance/node/interfaces.hpp"
#include "tests/support/router_messages.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::several_interfaces_test {

using namespace router_messages;
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr InterfaceId first{0}, second{1};
constexpr std::string_view far4 = "203.0.113.9", far6 = "2001:db8:9::9";
// On the first link and on the second.
constexpr std::string_view near4 = "192.0.2.1", other4 = "198.51.100.1";
constexpr std::string_view near6 = "2001:db8::1", other6 = "2001:db8:1::1";
const Packet second_mac = hex("02 00 00 00 00 12");

enum class Kind : std::uint8_t { tun, tap };
struct Links {
  Kind first, second;
};
constexpr Links all_links[] = {
    {Kind::tun, Kind::tun}, {Kind::tun, Kind::tap}, {Kind::tap, Kind::tun}, {Kind::tap, Kind::tap}};

/// 192.0.2.2/24 and 2001:db8::2/64 on the first, 198.51.100.2/24 and 2001:db8:1::2/64 on the second.
NodeConfig config_of(const Links& links, std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config =
      node_with({{"192.0.2.2/24", "2001:db8::2/64"}, {"198.51.100.2/24", "2001:db8:1::2/64"}}, settings);
  for (const std::string_view setting : {"dad.transmits=0", "nd.gratuitous=0", "mld.enable=off"})
    EXPECT_FALSE(set_option(config.options, setting).has_value()) << setting;
  if (links.first == Kind::tap) config.interfaces[0].link_address = mac_address(own_mac);
  if (links.second == Kind::tap) config.interfaces[1].link_address = mac_address(second_mac);
  return config;
}
NodeConfig with_gateway(NodeConfig config, InterfaceId interface, std::string_view gateway) {
  config.interfaces[static_cast<std::size_t>(interface)].gateways.push_back(parse_address(gateway).value());
  return config;
}
NodeConfig with_route(NodeConfig config, std::string_view prefix, InterfaceId interface, std::string_view gateway) {
  config.routes.push_back({parse_prefix(prefix).value(), interface, parse_address(gateway).value()});
  return config;
}

/// Every neighbor that is used here is there and answers.
class Host2 : public Driver {
 public:
  explicit Host2(const NodeConfig& config) : Driver(config), config_(config) {
    for (const std::string_view address : {near4, near6, std::string_view("192.0.2.10"), std::string_view("fe80::1")})
      add_station(address, peer_mac, true, first);
    for (const std::string_view address : {other4, other6, std::string_view("198.51.100.10"),
                                           std::string_view("198.51.100.11"), std::string_view("fe80::21")})
      add_station(address, other_mac, true, second);
  }

  /// What the host sends but for questions for neighbors.
  std::vector<SentPacket> answers_to(const Packet& datagram, InterfaceId arrival) {
    auto sent = receive({as_on(arrival, datagram)}, arrival);
    asked.clear();
    for (const SentPacket& one : sent)
      if (!one.asks_for().empty()) asked.push_back(one);
    std::erase_if(sent, [](const SentPacket& one) { return !one.asks_for().empty(); });
    for (const SentPacket& one : sent) EXPECT_EQ(one.to.empty(), !has_frames(one.interface));
    return sent;
  }
  /// The interfaces of all fragments of the answer.
  std::vector<InterfaceId> ways_of(const Packet& datagram, InterfaceId arrival) {
    std::vector<InterfaceId> ways;
    for (const SentPacket& one : answers_to(datagram, arrival)) ways.push_back(one.interface);
    return ways;
  }
  bool has_frames(InterfaceId id) const { return interface(id).link_address.has_value(); }

  std::vector<SentPacket> asked;  // for the last answer

 private:
  const InterfaceConfig& interface(InterfaceId id) const { return config_.interfaces[static_cast<std::size_t>(id)]; }
  Packet as_on(InterfaceId id, const Packet& datagram) const {
    if (!has_frames(id)) return datagram;
    Packet frame = framed(datagram);
    if (destination_mac(frame) == own_mac) std::ranges::copy(interface(id).link_address->octets, frame.begin());
    return frame;
  }
  NodeConfig config_;
};

/// Runs a test on links of all kinds, requests on either.
template <class Test>
void on_all_links(const Test& test) {
  for (const Links& links : all_links)
    for (const InterfaceId arrival : {first, second}) {
      SCOPED_TRACE(std::to_string(static_cast<int>(links.first)) + std::to_string(static_cast<int>(links.second)) +
                   ", in on " + std::to_string(static_cast<int>(arrival)));
      test(links, arrival);
    }
}

// ---- peers on the prefix of one of the links ----

TEST(SeveralInterfaces, V4_TX_009_replies_and_errors_leave_where_the_peer_is) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    for (const auto& [peer4, peer6, there] : {std::tuple{near4, near6, first}, std::tuple{other4, other6, second}}) {
      Host2 host(config_of(links));
      const Ipv4Fields tcp4{.source = peer4, .protocol = 6};
      const Ipv6Fields tcp6{.source = peer6, .next_header = 6};
      const Packet question4 = echo4({.source = peer4}), question6 = echo6({.source = peer6});
      for (const Packet& packet : {question4, udp4({.source = peer4}), ipv4(tcp4, tcp(tcp4, {})), question6,
                                   udp6({.source = peer6}), ipv6(tcp6, tcp(tcp6, {}))}) {
        const auto sent = host.answers_to(packet, arrival);
        ASSERT_THAT(sent, SizeIs(1));
        EXPECT_EQ(sent[0].interface, there);
        EXPECT_EQ(destination_of(sent[0].octets), source_of(packet));
        EXPECT_EQ(source_of(sent[0].octets), destination_of(packet)) << "V6-TX-004, whatever the interface";
        if (host.has_frames(there)) {
          EXPECT_EQ(sent[0].to, there == first ? peer_mac : other_mac);
        }
        for (const SentPacket& question : host.asked) EXPECT_EQ(question.interface, there);
      }
    }
  });
}

// The error about fragments that waited in vain.
TEST(SeveralInterfaces, V4_FRAG_008_time_exceeded_leaves_where_the_peer_is) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    Host2 host(config_of(links));
    const Packet fragment = ipv4({.source = other4, .flags_and_offset = 0x2000}, icmpv4(8, 0, 1, counting(16)));
    EXPECT_THAT(host.answers_to(fragment, arrival), IsEmpty());
    const auto sent = host.run_for(60s);
    ASSERT_FALSE(sent.empty());
    for (const SentPacket& one : sent) EXPECT_EQ(one.interface, second);
    EXPECT_EQ(sent.back().type(), 0x40bU);
  });
}

// ND-NS-007: questions for neighbors are asked from an address of their link.
TEST(SeveralInterfaces, ND_NS_007_questions_come_from_an_address_of_the_link) {
  Host2 host(config_of({Kind::tap, Kind::tap}));
  EXPECT_THAT(host.ways_of(echo4({.source = other4}), first), ElementsAre(second));
  ASSERT_THAT(host.asked, SizeIs(1));
  EXPECT_EQ(part(host.asked[0].octets, 8, 10), second_mac + octets_of("198.51.100.2"));
  EXPECT_THAT(host.ways_of(echo6({.source = other6}), first), ElementsAre(second));
  ASSERT_THAT(host.asked, SizeIs(1));
  EXPECT_EQ(source_of(host.asked[0].octets), "2001:db8:1::2");
}

// ---- what belongs to the link ----

TEST(SeveralInterfaces, V4_TX_006_fragments_fit_the_link_that_they_leave_by) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    NodeConfig config = config_of(links);
    config.interfaces[1].mtu = 1300;
    Host2 host(config);
    for (const Packet& request :
         {echo4({.source = other4}, counting(1400)), echo6({.source = other6}, counting(1400))}) {
      const auto sent = host.answers_to(request, arrival);
      ASSERT_THAT(sent, SizeIs(2));
      for (const SentPacket& one : sent) EXPECT_LE(one.octets.size(), 1300U);
    }
    EXPECT_THAT(host.ways_of(echo4({.source = near4}, counting(1400)), arrival), ElementsAre(first));
    EXPECT_THAT(host.ways_of(echo6({.source = near6}, counting(1400)), arrival), ElementsAre(first));
  });
}

// Whether a reply fits, and may say so, is asked of the link that it leaves by.
TEST(SeveralInterfaces, V4_TX_006_dont_fragment_where_the_link_takes_it) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    NodeConfig config = config_of(links, {"icmp4.echo_df=on"});
    config.interfaces[1].mtu = 1300;
    Host2 host(config);
    const auto is_set = [](const SentPacket& one) { return (one.octets[6] & 0x40) != 0; };
    for (const auto& [peer, size, sets] :
         {std::tuple{near4, 1400U, true}, std::tuple{other4, 1272U, true}, std::tuple{other4, 1273U, false}})
      for (const SentPacket& one : host.answers_to(echo4({.source = peer}, counting(size)), arrival))
        EXPECT_EQ(is_set(one), sets) << peer << " " << size;
  });
}

TEST(SeveralInterfaces, ICMP4_ERR_002_errors_quote_what_the_link_takes) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    NodeConfig config = config_of(links);
    config.interfaces[1].mtu = 300;
    config.interfaces[1].addresses.resize(1);  // IPv4 alone: such a link is too small for IPv6
    Host2 host(config);
    const auto to_second = host.answers_to(udp4({.source = other4}, 0x0999, counting(500)), arrival);
    const auto to_first = host.answers_to(udp4({.source = near4}, 0x0999, counting(500)), arrival);
    ASSERT_THAT(to_second, SizeIs(1));
    ASSERT_THAT(to_first, SizeIs(1));
    EXPECT_EQ(to_second[0].octets.size(), 300U);
    EXPECT_EQ(to_first[0].octets.size(), 20U + 8 + 20 + 8 + 500) << "all of it";
  });
}

// A destination has one limit, whatever links it is heard on.
TEST(SeveralInterfaces, ICMP4_RATE_001_ICMP6_RATE_001_limits_are_of_the_node) {
  for (const Links& links : all_links) {
    Host2 host(config_of(links, {"icmp4.error_burst=5", "icmp6.error_burst=5"}));
    std::size_t errors4 = 0, errors6 = 0;
    for (int i = 0; i < 8; ++i) {
      const InterfaceId arrival = i % 2 == 0 ? first : second;
      errors4 += host.answers_to(udp4({.source = other4}), arrival).size();
      errors6 += host.answers_to(udp6({.source = other6}), arrival).size();
    }
    EXPECT_EQ(errors4, 5U);
    EXPECT_EQ(errors6, 5U);
    EXPECT_EQ(host.count(Reason::icmp4_error_rate_of_destination), 3U);
    EXPECT_EQ(host.count(Reason::icmp6_error_rate_of_destination), 3U);
  }
}

// The router that complains need not be on the link that the packet left by.
TEST(SeveralInterfaces, PMTU4_001_a_report_may_come_in_on_another_link) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    NodeConfig config = config_of(links);
    config.interfaces[1].mtu = 9000;
    Host2 host(config);
    const Packet request4 = echo4({.source = other4}, counting(4000));
    const Packet request6 = echo6({.source = other6}, counting(4000));
    const auto sent4 = host.answers_to(request4, second);
    const auto sent6 = host.answers_to(request6, second);
    ASSERT_THAT(sent4, SizeIs(1));
    ASSERT_THAT(sent6, SizeIs(1));
    const Ipv6Fields router{.source = near6};
    host.answers_to(ipv4({.source = near4}, icmpv4(3, 4, 1400, part(sent4[0].octets, 0, 548))), arrival);
    host.answers_to(ipv6(router, icmpv6(router, 2, 0, 1400, part(sent6[0].octets, 0, 1232))), arrival);
    EXPECT_EQ(host.count(Reason::path_mtu_lowered), 2U);
    for (const Packet& request : {request4, request6}) {
      const auto sent = host.answers_to(request, second);
      ASSERT_THAT(sent, SizeIs(3));
      for (const SentPacket& one : sent) EXPECT_LE(one.octets.size(), 1400U);
    }
  });
}

TEST(SeveralInterfaces, V6_TX_001_hop_limit_of_the_link) {
  for (const Kind kind : {Kind::tun, Kind::tap}) {
    NodeConfig config = config_of({kind, Kind::tap});
    config.interfaces[1].configures_itself = true;
    Host2 host(config);
    host.answers_to(router_advertisement({.source = "fe80::21", .hop_limit = 33}), second);
    for (const InterfaceId arrival : {first, second})
      for (const auto& [peer, hop_limit] : {std::pair{other6, 33}, std::pair{near6, 64}})
        for (const Packet& packet : {echo6({.source = peer}), udp6({.source = peer})}) {
          const auto sent = host.answers_to(packet, arrival);
          ASSERT_THAT(sent, SizeIs(1));
          EXPECT_EQ(sent[0].octets[7], hop_limit) << peer;
        }
  }
}

// ---- peers beyond the links ----

TEST(SeveralInterfaces, V4_TX_009_configured_routes_by_the_longest_prefix) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    NodeConfig config = with_route(config_of(links), "203.0.113.0/24", second, "198.51.100.10");
    config = with_route(config, "203.0.113.128/25", first, "192.0.2.10");
    config = with_route(config, "192.0.2.64/26", second, "198.51.100.10");
    config = with_route(config, "198.51.0.0/16", first, "192.0.2.10");
    Host2 host(with_route(config, "2001:db8:9::/48", second, "fe80::21"));
    EXPECT_THAT(host.ways_of(echo4({.source = far4}), arrival), ElementsAre(second));
    EXPECT_THAT(host.ways_of(echo4({.source = "203.0.113.200"}), arrival), ElementsAre(first));
    EXPECT_THAT(host.ways_of(echo4({.source = "192.0.2.65"}), arrival), ElementsAre(second)) << "longer than the link";
    EXPECT_THAT(host.ways_of(echo4({.source = other4}), arrival), ElementsAre(second)) << "shorter than the link";
    EXPECT_THAT(host.ways_of(echo6({.source = far6}), arrival), ElementsAre(second));
  });
}

TEST(SeveralInterfaces, V4_TX_009_the_default_router_of_either_link) {
  for (const Links& links : {Links{Kind::tap, Kind::tap}, Links{Kind::tun, Kind::tap}})
    for (const InterfaceId arrival : {first, second}) {
      Host2 one(with_gateway(with_gateway(config_of(links), second, "198.51.100.10"), second, "fe80::21"));
      EXPECT_THAT(one.ways_of(echo4({.source = far4}), arrival), ElementsAre(second));
      EXPECT_THAT(one.ways_of(echo6({.source = far6}), arrival), ElementsAre(second));
    }
  for (const InterfaceId arrival : {first, second}) {
    const NodeConfig config = with_gateway(config_of({Kind::tap, Kind::tap}), first, "192.0.2.10");
    Host2 both(with_gateway(config, second, "198.51.100.10"));
    EXPECT_THAT(both.ways_of(echo4({.source = far4}), arrival), ElementsAre(arrival)) << "as good as the other";
  }
}

TEST(SeveralInterfaces, V4_TX_009_without_routers) {
  for (const InterfaceId arrival : {first, second}) {
    Host2 tuns(config_of({Kind::tun, Kind::tun}));
    EXPECT_THAT(tuns.ways_of(echo4({.source = far4}), arrival), ElementsAre(arrival));
    EXPECT_THAT(tuns.ways_of(echo6({.source = far6}), arrival), ElementsAre(arrival));
    Host2 mixed(config_of({Kind::tap, Kind::tun}));
    EXPECT_THAT(mixed.ways_of(echo4({.source = far4}), arrival), ElementsAre(second)) << "TUN takes everything";
    Host2 taps(config_of({Kind::tap, Kind::tap}));
    EXPECT_THAT(taps.answers_to(echo4({.source = far4}), arrival), IsEmpty());
    EXPECT_THAT(taps.answers_to(echo6({.source = far6}), arrival), IsEmpty());
    EXPECT_EQ(taps.count(Reason::no_route), 2U);
    EXPECT_EQ(taps.node().counters().packets_out, 0U);
  }
}

TEST(SeveralInterfaces, ICMP4_RED_008_a_redirect_of_one_link_serves_requests_of_the_other) {
  for (const Kind kind : {Kind::tun, Kind::tap}) {
    Host2 host(with_gateway(config_of({kind, Kind::tap}), second, "198.51.100.10"));
    const auto sent = host.answers_to(echo4({.source = far4}), first);
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].interface, second);
    const Packet& quoted = sent[0].octets;
    const auto redirect = [&](std::string_view gateway) {
      return ipv4({.source = "198.51.100.10", .destination = "198.51.100.2"},
                  icmpv4(5, 1, be32(octets_of(gateway), 0), quoted));
    };
    host.answers_to(redirect("192.0.2.10"), second);
    EXPECT_EQ(host.count(Reason::icmp4_redirect_gateway_off_link), 1U) << "ICMP4-RED-009";
    host.answers_to(redirect("198.51.100.11"), second);
    EXPECT_EQ(host.count(Reason::icmp4_redirect_accepted), 1U);
    EXPECT_THAT(host.ways_of(echo4({.source = far4}), first), ElementsAre(second));
    ASSERT_THAT(host.asked, SizeIs(1));
    EXPECT_EQ(host.asked[0].asks_for(), "198.51.100.11");
  }
}

TEST(SeveralInterfaces, ND_RED_006_a_redirect_of_one_link_serves_requests_of_the_other) {
  for (const Kind kind : {Kind::tun, Kind::tap}) {
    Host2 host(with_gateway(config_of({kind, Kind::tap}), second, "fe80::21"));
    host.add_station("fe80::22", other_mac, true, second);
    EXPECT_THAT(host.ways_of(echo6({.source = far6}), first), ElementsAre(second));
    const Packet redirect = redirect6({.source = "fe80::21", .target = "fe80::22", .redirected = far6});
    if (kind == Kind::tap) {
      host.answers_to(redirect, first);
      EXPECT_EQ(host.count(Reason::icmp6_redirect_not_from_first_hop), 1U) << "of that link";
    }
    host.answers_to(redirect, second);
    EXPECT_EQ(host.count(Reason::icmp6_redirect_accepted), 1U);
    EXPECT_THAT(host.ways_of(echo6({.source = far6}), first), ElementsAre(second));
    ASSERT_THAT(host.asked, SizeIs(1));
    EXPECT_EQ(host.asked[0].asks_for(), "fe80::22");
  }
}

// ---- scoped destinations ----

// ICMP6-ECHO-004: from an address of the arrival interface, to whom is there.
TEST(SeveralInterfaces, V6_TX_004_link_local_peers_are_where_they_spoke) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    Host2 host(config_of(links));
    const std::string_view peer = arrival == first ? "fe80::1" : "fe80::21";
    for (const std::string_view own : {"ff02::1", "fe80::2"}) {
      const auto sent = host.answers_to(echo6({.source = peer, .destination = own}), arrival);
      ASSERT_THAT(sent, SizeIs(1));
      EXPECT_EQ(sent[0].interface, arrival);
      EXPECT_EQ(source_of(sent[0].octets), "fe80::2");
    }
  });
}

TEST(SeveralInterfaces, ICMP4_MASK_003_broadcasts_leave_where_the_request_came_in) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    Host2 host(config_of(links, {"icmp4.mask_agent=on"}));
    const Packet request =
        ipv4({.source = "0.0.0.0", .destination = "255.255.255.255"}, icmpv4(17, 0, 0x00050001, Packet(4)));
    const auto sent = host.answers_to(request, arrival);
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].interface, arrival);
    EXPECT_EQ(source_of(sent[0].octets), arrival == first ? "192.0.2.2" : "198.51.100.2");
    if (host.has_frames(arrival)) {
      EXPECT_EQ(sent[0].to, broadcast_mac);
    }
  });
}

// ---- counters ----

TEST(SeveralInterfaces, STAT_002_counted_once_whatever_the_way) {
  on_all_links([](const Links& links, InterfaceId arrival) {
    Host2 host(config_of(links));
    for (const std::string_view peer : {near4, other4})
      EXPECT_THAT(host.ways_of(echo4({.source = peer}), arrival), SizeIs(1));
    EXPECT_EQ(host.node().counters().icmp4.in(8, 0), 2U);
    EXPECT_EQ(host.node().counters().icmp4.out(0, 0), 2U);
  });
}

TEST(SeveralInterfaces, STAT_002_what_waited_is_counted_by_type_and_code) {
  Wire wire;
  wire.send(framed(udp4()));
  const IcmpCounters& counters = wire.node().counters().icmp4;
  EXPECT_EQ(counters.out(3, 3), 0U) << "not yet";
  wire.send(arp_reply("192.0.2.1", peer_mac));
  EXPECT_EQ(counters.out(3, 3), 1U);
}

}  // namespace
}  // namespace tunstack::test::several_interfaces_test
