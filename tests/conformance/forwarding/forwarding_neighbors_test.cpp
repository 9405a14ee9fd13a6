// A router on an Ethernet: next hops that are resolved or never answer, redirects (RFC 1812 5.2.7.2, RFC 4861 8.2).
#include "tests/conformance/routers/router_wire.hpp"
#include "tests/support/ipv4_parts.hpp"

namespace tunstack::test::forwarding_neighbors_test {

using namespace router_messages;
using namespace routers;
using namespace std::chrono_literals;
namespace {

using testing::IsEmpty;
using testing::SizeIs;

inline constexpr std::string_view sender4 = "192.0.2.1", sender6 = "2001:db8::1";

/// Two others on its link know the way to 203.0.113.0/24 and 2001:db8:9::/48.
NodeConfig router(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = router_config(settings);
  config.routes = {{parse_prefix("203.0.113.0/24").value(), InterfaceId{0}, parse_address(router_b4).value()},
                   {parse_prefix("2001:db8:9::/48").value(), InterfaceId{0}, parse_address(router_b).value()}};
  return config;
}

class Lan : public Line {
 public:
  explicit Lan(const NodeConfig& config = router()) : Line(config) {
    add_routers();
    add_station(sender4, peer_mac, false);
    add_station(sender6, hex("02 00 00 00 06 01"), false);
  }
  AllSent send_at_once(const Packet& datagram) {
    AllSent sent = send(datagram);
    const AllSent more = wait(1ms);
    sent.insert(sent.end(), more.begin(), more.end());
    return sent;
  }
};

Packet to_far4(std::string_view source = sender4) { return echo4({.source = source, .destination = far4}); }
Packet to_far6(std::string_view source = sender6) { return echo6({.source = source, .destination = far6}); }

AllSent to(const Packet& mac, const AllSent& all) {
  AllSent chosen;
  std::ranges::copy_if(all, std::back_inserter(chosen), [&](const Sent& sent) { return sent.to == mac; });
  return chosen;
}

TEST(ForwardingNeighbors, RTR4_021_ICMP4_RED_001_forwarded_and_redirected) {
  Lan lan;
  const AllSent sent = lan.send_at_once(to_far4());
  const AllSent forwarded = only(0x408, to(mac_b4, sent)), redirects = only(redirect_type4, to(peer_mac, sent));
  ASSERT_THAT(forwarded, SizeIs(1));
  EXPECT_EQ(forwarded[0].octets.at(8), 63);
  EXPECT_EQ(lan.node().counters().icmp4.out(8, 0), 0U) << "no message of its own";
  ASSERT_THAT(redirects, SizeIs(1));
  const Packet& redirect = redirects[0].octets;
  EXPECT_EQ(icmp4_code(redirect), 1U) << "ICMP4-RED-002, ICMP4-RED-003";
  EXPECT_EQ(part(redirect, 24, 4), octets_of(router_b4));
  EXPECT_EQ(source_of(redirect), "192.0.2.2") << "ICMP4-RED-004";
  EXPECT_EQ(from(redirect, 28), to_far4()) << "as it arrived";
}

TEST(ForwardingNeighbors, ICMP4_RED_003_for_a_type_of_service_on_request_where_the_route_is_for_it) {
  const auto code_of_redirect = [](const NodeConfig& config, unsigned tos) {
    Lan lan(config);
    const auto sent = lan.send_at_once(echo4({.source = sender4, .destination = far4, .tos = tos}));
    const AllSent redirects = only(redirect_type4, to(peer_mac, sent));
    return redirects.size() == 1 ? icmp4_code(redirects[0].octets) : 99U;
  };
  NodeConfig usual = router(), willing = router({"icmp4.redirect_tos=on"});
  for (NodeConfig* const config : {&usual, &willing}) config->routes[0].type_of_service = 8;
  EXPECT_EQ(code_of_redirect(usual, 8), 1U);
  EXPECT_EQ(code_of_redirect(willing, 8), 3U);
  EXPECT_EQ(code_of_redirect(router({"icmp4.redirect_tos=on"}), 8), 1U) << "the route is for any";
}

TEST(ForwardingNeighbors, ND_RED_001_ND_RED_002_forwarded_and_redirected) {
  Lan lan;
  const Packet packet = echo6({.source = sender6, .destination = far6}, counting(1400));
  const AllSent sent = lan.send_at_once(packet);
  EXPECT_THAT(only(0x600 + 128, to(mac_b, sent)), SizeIs(1));
  const AllSent redirects = only(redirect_type6, lan.wait(1s));
  const AllSent all = redirects.empty() ? only(redirect_type6, sent) : redirects;
  ASSERT_THAT(all, SizeIs(1));
  const Packet& redirect = all[0].octets;
  EXPECT_EQ(source_of(redirect), "fe80::2");
  EXPECT_EQ(destination_of(redirect), sender6);
  EXPECT_EQ(redirect.at(7), 255);
  EXPECT_EQ(part(redirect, 48, 16), octets_of(router_b));
  EXPECT_EQ(part(redirect, 64, 16), octets_of(far6));
  EXPECT_LE(redirect.size(), 1280U);
  EXPECT_EQ(redirect.size() % 8, 0U);
  const std::size_t quote = redirect.at(80) == 2 ? 88 : 80;  // behind a target link-layer address
  EXPECT_EQ(redirect.at(quote), 4);
  EXPECT_EQ(redirect.at(quote + 1) * 8U, redirect.size() - quote);
  EXPECT_EQ(from(redirect, quote + 8), part(packet, 0, redirect.size() - quote - 8));
}

TEST(ForwardingNeighbors, ND_RED_001_to_a_neighbor_that_was_taken_to_be_far) {
  Lan lan;
  lan.add_station("2001:db8::77", mac_a, false);
  const Packet packet = echo6({.source = sender6, .destination = "2001:db8::77"});
  AllSent sent = lan.send_at_once(packet);
  const AllSent later = lan.wait(1s);
  sent.insert(sent.end(), later.begin(), later.end());
  const AllSent redirects = only(redirect_type6, sent);
  ASSERT_THAT(redirects, SizeIs(1));
  EXPECT_EQ(part(redirects[0].octets, 48, 16), octets_of("2001:db8::77"));
  EXPECT_EQ(part(redirects[0].octets, 64, 16), octets_of("2001:db8::77"));
}

// Within its link a packet with such a source has not left its zone (RFC 4007 9).
TEST(ForwardingNeighbors, RTR6_003_ND_RED_001_from_a_link_local_source) {
  Lan lan;
  lan.add_station("fe80::99", peer_mac, false);
  const AllSent sent = lan.send_at_once(to_far6("fe80::99"));
  EXPECT_THAT(only(0x600 + 128, to(mac_b, sent)), SizeIs(1));
  ASSERT_THAT(only(redirect_type6, sent), SizeIs(1));
  EXPECT_EQ(destination_of(only(redirect_type6, sent)[0].octets), "fe80::99");
}

// RFC 4861 8.2 makes no exception of errors; RFC 1812 4.3.2.7 does, as an ICMPv4 redirect is one.
TEST(ForwardingNeighbors, ND_RED_001_ICMP4_SUP_001_errors_are_redirected_in_IPv6_alone) {
  Lan lan;
  const Ipv6Fields six_fields{.source = sender6, .destination = far6};
  const Packet about6 = udp6({.source = far6, .destination = sender6});
  const AllSent six = lan.send_at_once(ipv6(six_fields, icmpv6(six_fields, 1, 4, 0, about6)));
  EXPECT_THAT(to(mac_b, six), SizeIs(1));
  EXPECT_THAT(only(redirect_type6, six), SizeIs(1));
  const Packet about4 = udp4({.source = far4, .destination = sender4});
  const AllSent four = lan.send_at_once(ipv4({.source = sender4, .destination = far4}, icmpv4(3, 3, 0, about4)));
  EXPECT_THAT(to(mac_b4, four), SizeIs(1));
  EXPECT_THAT(only(redirect_type4, four), IsEmpty());
}

TEST(ForwardingNeighbors, ICMP4_RED_006_ND_RED_003_redirects_are_few_and_everything_is_forwarded) {
  Lan lan;
  AllSent all;
  for (int i = 0; i < 100; ++i)
    for (const Packet& packet : {to_far4(), to_far6()}) {
      const AllSent sent = lan.send_at_once(packet);
      all.insert(all.end(), sent.begin(), sent.end());
      const AllSent more = lan.wait(9ms);
      all.insert(all.end(), more.begin(), more.end());
    }
  EXPECT_THAT(only(redirect_type4, all), SizeIs(2)) << "in 2 s";
  EXPECT_THAT(only(redirect_type6, all), SizeIs(2));
  EXPECT_THAT(only(0x408, all), SizeIs(100));
  EXPECT_THAT(only(0x600 + 128, all), SizeIs(100));
}

TEST(ForwardingNeighbors, ICMP4_RED_006_nine_in_vain_are_enough_until_nothing_comes) {
  Lan lan;
  std::size_t redirects = 0;
  for (int i = 0; i < 30; ++i) {
    redirects += only(redirect_type4, lan.send_at_once(to_far4())).size();
    lan.wait(1s);
  }
  EXPECT_EQ(redirects, 9U);
  lan.wait(20s);
  EXPECT_THAT(only(redirect_type4, lan.send_at_once(to_far4())), SizeIs(1));
}

TEST(ForwardingNeighbors, ICMP4_RED_005_ND_RED_003_no_redirect_for_who_is_not_on_the_link) {
  Lan lan;
  for (const Packet& packet :
       {to_far4("198.51.100.9"), to_far6("2001:db8:77::1"),
        echo4({.source = sender4, .destination = far4, .options = hex("83 07 08 c0 00 02 4d 00")})}) {
    const AllSent sent = lan.send_at_once(packet), later = lan.wait(1s);
    EXPECT_THAT(only(redirect_type4, sent), IsEmpty());
    EXPECT_THAT(only(redirect_type6, sent), IsEmpty());
    EXPECT_THAT(only(redirect_type6, later), IsEmpty());
  }
  EXPECT_EQ(lan.count(Reason::forward4_routed) + lan.count(Reason::forward6_routed), 3U);
}

TEST(ForwardingNeighbors, RTR4_016_nothing_that_came_in_a_frame_to_all) {
  Lan lan;
  const Packet all = hex("ff ff ff ff ff ff"), group = hex("33 33 00 00 00 01");
  EXPECT_THAT(lan.receive({frame(all, peer_mac, 0x0800, to_far4())}), IsEmpty());
  EXPECT_THAT(lan.receive({frame(group, peer_mac, 0x86dd, to_far6())}), IsEmpty());
  EXPECT_EQ(lan.count(Reason::forward4_link_layer_group), 1U);
  EXPECT_EQ(lan.count(Reason::forward6_link_layer_group), 1U);
}

TEST(ForwardingNeighbors, ICMP4_RED_006_made_up_pairs_get_no_more_than_errors) {
  Lan lan;
  lan.send_at_once(to_far4());
  std::vector<std::string> destinations;
  for (int i = 0; i < 200; ++i) destinations.push_back("203.0.113." + std::to_string(i));
  std::size_t redirects = 0;
  for (const std::string& destination : destinations)
    redirects += only(redirect_type4, lan.send(echo4({.source = sender4, .destination = destination}))).size();
  EXPECT_LE(redirects, 20U) << "the burst of one destination";
  EXPECT_GT(redirects, 0U);
}

TEST(ForwardingNeighbors, ICMP4_RED_005_nobody_is_redirected_to_itself) {
  NodeConfig config = router();
  config.routes.push_back({parse_prefix("198.51.100.0/24").value(), InterfaceId{0}, parse_address(sender4).value()});
  Lan lan(config);
  const AllSent sent = lan.send_at_once(echo4({.source = sender4, .destination = "198.51.100.7"}));
  EXPECT_THAT(only(0x408, sent), SizeIs(1));
  EXPECT_THAT(only(redirect_type4, sent), IsEmpty());
}

// ---- who does not answer ----

// The error has to wait for the same neighbor: what waits there is not lost unseen.
TEST(ForwardingNeighbors, ICMP4_DU_002_each_packet_that_waited_is_told_of_once) {
  NodeConfig config = router();
  config.routes.push_back(
      {parse_prefix("198.51.100.0/24").value(), InterfaceId{0}, parse_address("192.0.2.99").value()});
  Lan lan(config);
  for (unsigned i = 1; i <= 3; ++i)
    lan.send(echo4({.source = "198.51.100.7", .destination = "192.0.2.99", .identification = i}));
  lan.wait(60s);
  EXPECT_EQ(lan.count(Reason::forward4_next_hop_unreachable), 3U);
}

TEST(ForwardingNeighbors, ICMP4_DU_002_ICMP4_DU_016_an_absent_host_is_unreachable) {
  Lan lan;
  const Packet packet = echo4({.source = sender4, .destination = "192.0.2.99"});
  EXPECT_THAT(only(0x403, lan.send(packet)), IsEmpty());
  const AllSent errors = only(0x403, lan.wait(5s));
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(icmp4_code(errors[0].octets), 1U);
  EXPECT_EQ(from(errors[0].octets, 28), packet) << "as it arrived";
  EXPECT_EQ(lan.count(Reason::forward4_next_hop_unreachable), 1U);
}

TEST(ForwardingNeighbors, ND_NS_008_an_absent_host_is_unreachable) {
  Lan lan;
  const Packet packet = echo6({.source = sender6, .destination = "2001:db8::99"});
  lan.send(packet);
  const AllSent errors = only(0x601, lan.wait(5s));
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(icmp6_code(errors[0].octets), 3U);
  EXPECT_EQ(from(errors[0].octets, 48), packet);
  EXPECT_EQ(lan.count(Reason::forward6_next_hop_unreachable), 1U);
}

TEST(ForwardingNeighbors, ICMP6_ERR_006_each_packet_that_waited_is_told_of) {
  Lan lan;
  std::vector<Packet> packets;
  for (std::uint32_t i = 1; i <= 3; ++i) {
    packets.push_back(echo6({.source = sender6, .destination = "2001:db8::99"}, counting(8), i));
    EXPECT_THAT(only(0x601, lan.send(packets.back())), IsEmpty());
  }
  const AllSent sent = lan.wait(5s), errors = only(0x601, sent);
  ASSERT_THAT(errors, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(icmp6_code(errors[i].octets), 3U);
    EXPECT_EQ(from(errors[i].octets, 48), packets[i]);
  }
}

TEST(ForwardingNeighbors, RTR6_012_a_router_takes_no_default_route_from_others) {
  Lan lan;
  const Packet nowhere = echo6({.source = sender6, .destination = "2001:db8:ffff::1"});
  lan.receive({framed(router_advertisement({.source = router_b, .lifetime = 1800}), mac_b)});
  lan.wait(1s);
  const AllSent errors = only(0x601, lan.send_at_once(nowhere));
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(icmp6_code(errors[0].octets), 0U);
  EXPECT_EQ(lan.count(Reason::forward6_no_route), 1U);
}

// ---- limits ----

TEST(ForwardingNeighbors, ICMP4_RATE_006_ICMP6_RATE_003_too_big_has_limits_of_its_own) {
  NodeConfig config = router();
  config.interfaces[0].mtu = 1400;
  Lan lan(config);
  for (int i = 0; i < 100; ++i) {
    lan.send(udp4({.source = sender4}));
    lan.send(udp6({.source = sender6}));
  }
  EXPECT_GT(lan.count(Reason::icmp4_error_rate_of_destination), 0U);
  const AllSent sent4 =
      lan.send(echo4({.source = sender4, .destination = far4, .flags_and_offset = 0x4000}, counting(1460)));
  const AllSent sent6 = lan.send(echo6({.source = sender6, .destination = far6}, counting(1440)));
  EXPECT_THAT(only(0x403, sent4), SizeIs(1));
  EXPECT_THAT(only(0x602, sent6), SizeIs(1));
}

}  // namespace
}  // namespace tunstack::test::forwarding_neighbors_test
