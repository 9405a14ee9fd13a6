// A host tells nobody a better way, whatever arrives (RFC 4861 8.3).
#include "tests/conformance/routers/router_wire.hpp"
#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test::redirecting_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

struct Input {
  const char* what;
  Packet datagram;
  std::vector<Reason> judged = {Reason::ipv6_destination_not_ours};  // one of them, by the kind of link
  std::vector<unsigned> answers = {};                                // beside questions for neighbors
};

Packet echo_to(std::string_view destination, std::string_view source = "2001:db8::1", unsigned hop_limit = 64) {
  return echo6({.source = source, .destination = destination, .hop_limit = hop_limit});
}

/// A router would say of each of these that there is a better first hop: on the link of the sender.
std::vector<Input> inputs() {
  const Packet onwards = octets_of(far6);
  return {
      {"beyond another router", echo_to(far6)},
      {"beyond another router, from its link-local address", echo_to(far6, "fe80::1")},
      {"to a neighbor", echo_to("2001:db8::77")},
      {"to a neighbor that is known", echo_to("2001:db8::78")},
      {"to a router", echo_to(router_b)},
      {"between link-local addresses", echo_to("fe80::77", "fe80::1")},
      {"back to the sender", echo_to("2001:db8::1")},
      {"at the end of its hops", echo_to(far6, "2001:db8::1", 1)},
      {"without hops", echo_to(far6, "2001:db8::1", 0)},
      {"to a redirected destination", echo_to("2001:db8:9::5")},
      {"to a learned prefix", echo_to("2001:db8:1::9")},
      {"to us", echo_to("2001:db8::2"), {Reason::icmp6_echo_request_for_us}, {echo_reply6}},
      {"to us from beyond the router",
       echo_to("2001:db8::2", far6),
       {Reason::icmp6_echo_request_for_us},
       {echo_reply6}},
      {"to all nodes", echo_to("ff02::1"), {Reason::icmp6_echo_request_for_us}, {echo_reply6}},
      {"to all routers", echo_to("ff02::2"), {Reason::frame_for_another_station, Reason::ipv6_group_not_joined}},
      {"UDP", udp6({.destination = far6})},
      {"UDP to a neighbor", udp6({.destination = "2001:db8::77"})},
      {"TCP", ipv6({.destination = far6, .next_header = 6}, tcp(Ipv6Fields{.destination = far6}, {}))},
      {"larger than the link", echo6({.destination = far6}, counting(1452))},
      {"a fragment", piece6(0, counting(64), true, {.destination = far6})},
      {"with a route that goes on",
       with_headers(echo_to("2001:db8::2"), {routing(0, 1, Packet(4) + onwards)}),
       {Reason::ipv6_routing_type_unrecognized},
       {0x604}},
      {"with a route of type 2",
       with_headers(echo_to("2001:db8::2"), {routing(2, 1, Packet(4) + onwards)}),
       {Reason::ipv6_routing_type_unrecognized},
       {0x604}},
      {"with a route of type 3",
       with_headers(echo_to("2001:db8::2"), {routing(3, 1, Packet(4) + onwards)}),
       {Reason::ipv6_routing_type_unrecognized},
       {0x604}},
      {"with a router alert", with_headers(echo_to(far6), {hop_by_hop("0502 0000 0100")})},
      {"a redirect of a neighbor", redirect6({.source = "fe80::1"}), {Reason::icmp6_redirect_not_from_first_hop}},
      {"a redirect to us",
       redirect6(),
       {Reason::icmp6_redirect_accepted, Reason::icmp6_redirect_not_from_first_hop,
        Reason::icmp6_redirect_about_packet_not_sent}},
      {"a redirect for others",
       [] {
         const Ipv6Fields ip{.source = router_a, .destination = "2001:db8::77", .hop_limit = 255};
         return ipv6(ip, icmpv6(ip, 137, 0, 0, octets_of(router_b) + octets_of(far6)));
       }()},
      {"a router solicitation",
       router_solicitation({.destination = "ff02::1", .options = source_option(peer_mac)}),
       {Reason::router_solicitation_to_no_advertiser}},
      {"a neighbor solicitation for a neighbor",
       solicitation({.destination = "ff02::1", .target = "2001:db8::77"}),
       {Reason::nd_target_not_ours}},
      {"an error about a packet beyond",
       ipv6({}, icmpv6({}, 1, 0, 0, echo_to(far6, "2001:db8::2"))),
       {Reason::icmp6_error_about_our_packet}},
  };
}

/// A host with all the knowledge that a redirect takes: routers, prefixes, neighbors, other ways.
struct Knowing : Line {
  explicit Knowing(const NodeConfig& config) : Line(config) {
    add_routers();
    add_station("2001:db8::1", peer_mac, false);
    add_station("fe80::1", peer_mac, false);
    add_station("2001:db8::78", other_mac, false);
    wait(20s);
    send(router_advertisement({.options = source_option(mac_a) + prefix_option()}));
    send(router_advertisement({.source = router_b, .options = source_option(mac_b)}));
    send(echo_to("2001:db8::2", "2001:db8::78"));
    for (const std::string_view beyond : {far6, std::string_view("2001:db8:9::5")})
      send(echo_to("2001:db8::2", beyond));
    send(redirect6({.redirected = "2001:db8:9::5", .options = target_option(mac_b)}));
  }
};

std::uint64_t count_of_any(const Line& line, const std::vector<Reason>& reasons) {
  std::uint64_t count = 0;
  for (const Reason reason : reasons) count += line.count(reason);
  return count;
}
std::vector<unsigned> types_beside_questions(const AllSent& sent) {
  std::vector<unsigned> types;
  for (const Sent& one : sent)
    if (one.asks_for().empty()) types.push_back(one.type());
  return types;
}

TEST(Redirecting, ND_RED_009_a_host_never_sends_type_137) {
  for (const NodeConfig& config : {learning_host(), with_gateways(ethernet_config(), {router_a, router_b}),
                                   on_tun(learning_host()), on_tun(ethernet_config())})
    for (const Input& input : inputs()) {
      SCOPED_TRACE(input.what);
      Knowing line(config);
      const std::uint64_t before = count_of_any(line, input.judged);
      for (int i = 0; i < 3; ++i) EXPECT_EQ(types_beside_questions(line.send(input.datagram)), input.answers);
      EXPECT_EQ(count_of_any(line, input.judged), before + 3) << "it was judged";
      EXPECT_THAT(only(redirect_type6, line.wait(2min)), SizeIs(0));
      for (unsigned code = 0; code < 8; ++code)
        EXPECT_EQ(line.node().counters().icmp6.out(137, static_cast<std::uint8_t>(code)), 0U);
      EXPECT_THAT(only(echo_reply6, line.send(echo_to("2001:db8::2"))), SizeIs(1)) << "it is awake";
    }
}

// Nor does it pass on what is not for it.
TEST(Redirecting, ND_RED_009_a_host_does_not_send_on_either) {
  Knowing line(learning_host());
  std::uint64_t for_others = 0;
  for (const Input& input : inputs())
    if (input.judged.front() == Reason::ipv6_destination_not_ours) {
      EXPECT_THAT(line.send(input.datagram), SizeIs(0)) << input.what;
      ++for_others;
    }
  EXPECT_EQ(line.count(Reason::ipv6_destination_not_ours), for_others);
  EXPECT_GE(for_others, 15U);
}

}  // namespace
}  // namespace tunstack::test::redirecting_test
