// Nothing multiplies in a network: no error about errors, no more octets out than came in but for one error each, and
// where there is no room, something is lost and counted.
#include <map>
#include <random>

#include "tests/support/host.hpp"
#include "tests/support/network_driver.hpp"
#include "tunstack/network/at_doors.hpp"
#include "tunstack/network/chain.hpp"

namespace tunstack::test::network_bounds_test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::IsEmpty;
using testing::SizeIs;

/// Nothing is withheld because of a rate.
const Settings unlimited{"icmp4.error_rate=unlimited", "icmp6.error_rate=unlimited", "icmp4.error_rate_node=unlimited",
                         "icmp6.error_rate_node=unlimited", "icmp6.error_rate_prefix=unlimited"};

// ---- errors ----

TEST(NetworkBounds, ICMP4_SUP_001_no_error_begets_an_error_anywhere_on_its_way) {
  NetworkDriver driver(row_of({.routers = 5, .last_mtu = 1280, .settings = unlimited}));
  const Packet quoted = udp4({.source = row_right4, .destination = row_left4});
  for (const unsigned type : {3U, 4U, 5U, 11U, 12U})
    for (unsigned ttl = 1; ttl < 8; ++ttl)
      for (const std::string& destination :
           {std::string(row_right4), std::string("198.18.9.9"), left_address4(3), std::string("203.0.113.1")}) {
        const Ipv4Fields ip{.destination = destination, .ttl = ttl, .flags_and_offset = 0x4000};
        for (const std::size_t more : {0U, 1400U})
          for (const Left& left : driver.send(ipv4(ip, icmpv4(type, 0, 0, quoted + Packet(more)))))
            EXPECT_EQ(left.door, 1U) << "only the error itself comes out: " << type << " to " << destination;
      }
  EXPECT_GT(driver.count(Reason::icmp4_about_icmp_error), 20U);
}

TEST(NetworkBounds, ICMP6_SUP_001_no_error_begets_an_error_anywhere_on_its_way) {
  NetworkDriver driver(row_of({.routers = 5, .last_mtu = 1280, .settings = unlimited}));
  const Packet quoted = udp6({.source = row_right6, .destination = row_left6});
  for (const unsigned type : {1U, 2U, 3U, 4U, 100U, 127U})
    for (unsigned hops = 1; hops < 8; ++hops)
      for (const std::string& destination :
           {std::string(row_right6), std::string("2001:db8:bad::9"), left_address6(3), std::string("2001:db8:2::1")}) {
        const Ipv6Fields ip{.destination = destination, .hop_limit = hops};
        for (const std::size_t more : {0U, 1300U})
          for (const Left& left : driver.send(ipv6(ip, icmpv6(ip, type, 0, 0, quoted + Packet(more)))))
            EXPECT_EQ(left.door, 1U) << type << " to " << destination;
      }
  EXPECT_GT(driver.count(Reason::icmp6_about_icmp_error), 20U);
}

TEST(NetworkBounds, TOPO_003_an_error_that_turns_in_a_loop_dies_there) {
  NetworkPlan plan = row_of({.routers = 3, .settings = unlimited});
  // r1 sends what is for who is outside to r2, which sends it back: no error finds its way out.
  for (const auto& [node, interface, gateway] :
       {std::tuple{0U, 1U, "198.51.100.1"}, std::tuple{1U, 0U, "198.51.100.0"}})
    plan.nodes[node].config.routes.push_back(
        {*parse_prefix("198.18.0.0/15"), InterfaceId(interface), *parse_address(gateway)});
  NetworkDriver driver(plan);
  const Packet probe = udp4({.source = "198.18.0.1", .destination = row_right4, .ttl = 3});
  EXPECT_THAT(driver.send(probe), IsEmpty());
  const auto events = driver.take_events();
  EXPECT_THAT(NetworkDriver::about(events, Reason::forward4_ttl_exceeded), SizeIs(1)) << "one error, about the probe";
  EXPECT_THAT(NetworkDriver::about(events, Reason::icmp4_about_icmp_error), SizeIs(1));
}

// ---- octets ----

/// How much left because of each packet that came.
struct Tally final : Observer {
  struct Cause {
    std::size_t in = 0, out = 0, packets = 0;
    bool is_ipv6 = false;
  };
  void decided(const Decision& decision) override {
    all[decision.ids.number].in = decision.packet.size();
    all[decision.ids.number].is_ipv6 = !decision.packet.empty() && decision.packet[0] >> 4 == 6;
    count(decision.sent);
  }
  void originated(const Origination& origination) override { count(origination.sent); }
  void count(std::span<const OutgoingPacket> sent) {
    for (const OutgoingPacket& packet : sent) {
      all[packet.ids.cause].out += packet.bytes.size();
      ++all[packet.ids.cause].packets;
    }
  }
  std::map<PacketNumber, Cause> all;
};

TEST(NetworkBounds, ROB_003_no_more_octets_leave_than_came_but_for_errors_and_headers_of_fragments) {
  NetworkDriver driver(plan_chain({4, 1280},
                                  [] {
                                    NodeConfig config = host_config();
                                    for (const std::string_view setting : unlimited)
                                      EXPECT_FALSE(set_option(config.options, setting).has_value());
                                    return config;
                                  }())
                           .value());
  Tally tally;
  AtDoors at_doors(driver.network(), tally);
  driver.observe(at_doors);
  std::mt19937 random(1);
  const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
  const std::vector<std::string> addresses4{"192.0.2.2",   "198.51.100.1",   "198.51.100.3", "203.0.113.1",
                                            "203.0.113.2", "203.0.113.9",    "198.18.0.1",   "192.0.2.255",
                                            "224.0.0.1",   "255.255.255.255"};
  const std::vector<std::string> addresses6{"2001:db8::2",   "2001:db8:1:1::2", "2001:db8:2::1", "2001:db8:2::2",
                                            "2001:db8:2::9", "2001:db8:bad::1", "ff02::1",       "fe80::2"};
  for (int i = 0; i < 3000; ++i) {
    const std::string &to4 = addresses4[below(10)], &to6 = addresses6[below(8)];
    const Packet data = counting(below(1400));
    const Ipv4Fields ip4{.destination = to4, .ttl = below(8), .flags_and_offset = below(2) * 0x4000};
    const Ipv6Fields ip6{.destination = to6, .hop_limit = below(8)};
    switch (below(6)) {
      case 0:
        driver.send(echo4(ip4, data));
        break;
      case 1:
        driver.send(udp4(ip4, 33434, data));
        break;
      case 2:
        driver.send(echo6(ip6, data));
        break;
      case 3:
        driver.send(udp6(ip6, 33434, data));
        break;
      case 4:
        driver.send(ipv4({.destination = to4, .protocol = below(256), .ttl = 64}, data));
        break;
      default:
        driver.send(ipv6({.destination = to6, .next_header = 200 + below(50)}, data));
    }
  }
  driver.run_for(2min);
  EXPECT_EQ(tally.all[0].packets, 0U) << "nothing leaves without a cause";
  std::size_t errors = 0;
  for (const auto& [number, cause] : tally.all) {
    const std::size_t largest_error = cause.is_ipv6 ? 1280 : 576;
    EXPECT_LE(cause.packets, 2U);
    EXPECT_LE(cause.out, std::max(cause.in + 48 * cause.packets, largest_error)) << number;
    errors += cause.out > cause.in;
  }
  EXPECT_GT(errors, 300U);
  EXPECT_GT(driver.network().counters().packets_out, 1000U);
}

// ---- room ----

TEST(NetworkBounds, ROB_003_where_the_outbox_is_nearly_full_the_rest_waits) {
  NetworkDriver driver(row_of({.routers = 2, .impairments = {.delay = 1ms}}), Outbox(8192, 64));
  std::vector<Packet> many;
  for (std::uint32_t i = 0; i < 500; ++i) many.push_back(echo4({.destination = row_right4}, counting(200), i));
  driver.receive(many);
  const auto left = driver.run_for(1ms);
  ASSERT_THAT(left, SizeIs(500));
  for (std::uint32_t i = 0; i < 500; ++i) EXPECT_EQ(be32(left[i].octets, 24), i);
  EXPECT_EQ(driver.count(Reason::outbox_full), 0U);
}

/// Time never goes back for a node, though what was due found no room before.
TEST(NetworkBounds, ROB_003_what_waited_for_room_happens_later_and_not_earlier) {
  std::vector<Packet> many;
  for (std::uint32_t i = 0; i < 50; ++i) many.push_back(echo4({.destination = row_right4}, counting(200), i));
  Network network(row_of({.routers = 2, .impairments = {.delay = 1ms}}));
  Outbox out(2048, 16);
  struct Clock final : Observer {
    void decided(const Decision& decision) override {
      EXPECT_GE(decision.time, last);
      last = decision.time;
      ++count;
    }
    Instant last{};
    std::size_t count = 0;
  } clock;
  network.observe(&clock);
  for (const Packet& packet : many)
    network.receive({.interface = InterfaceId{0}, .bytes = packet, .now = Instant(1s)}, out);
  network.receive({.interface = InterfaceId{0}, .bytes = many[0], .now = Instant(5s)}, out);
  EXPECT_LT(out.packets().size(), 16U);
  while (network.next_deadline() <= Instant(6s)) {
    out.clear();
    network.tick(Instant(6s), out);
  }
  EXPECT_EQ(clock.count, 2 * 51U);
}

TEST(NetworkBounds, ROB_003_an_outbox_that_is_full_loses_what_leaves_and_says_so) {
  NetworkDriver driver(row_of({.routers = 2}), Outbox(512, 1));
  EXPECT_THAT(driver.send(echo4({.destination = row_right4}, counting(1400))), IsEmpty());
  EXPECT_EQ(driver.count("r2", Reason::outbox_full), 1U) << "of the node behind the door";
  EXPECT_THAT(driver.send(echo4({.destination = row_right4}, counting(20))), SizeIs(1));
}

/// Two large datagrams wait for a neighbor, and go on together: the fragments of both are more than a wave holds.
TEST(NetworkBounds, ROB_003_what_breeds_more_than_a_wave_holds_waits_and_none_is_lost) {
  constexpr std::size_t data = 60'000, fragments = (data + 8 + 47) / 48;
  static_assert(2 * fragments > 2048);
  for (const bool is_cut_behind_a_plain_link : {false, true}) {
    const auto wide = [](std::string_view node, std::string_view address, std::string_view mac = "") {
      return End{.node = node, .addresses = {address}, .mac = mac, .mtu = 65535};
    };
    Draft draft;
    draft.router("r1").router("r2").router("r3");
    draft.link("left", {wide("r1", "192.0.2.2/24"), outside});
    draft.link("lan", {wide("r1", "198.51.100.1/24", "02:00:00:00:00:01"),
                       wide("r2", "198.51.100.2/24", "02:00:00:00:00:02")});
    draft.link("plain", {wide("r2", "198.18.0.2/24"), wide("r3", "198.18.0.3/24")});
    draft.link("right", {{.node = is_cut_behind_a_plain_link ? "r3" : "r2", .addresses = {"203.0.113.1/24"}, .mtu = 68},
                         outside});
    NetworkDriver driver(draft.plan());
    const Packet large = echo4({.destination = row_right4}, counting(data));
    driver.act("r1", [&](Node& node, Instant now, Outbox& box) {
      node.receive({.interface = InterfaceId{0}, .bytes = large, .now = now}, box);
      node.receive({.interface = InterfaceId{0}, .bytes = large, .now = now}, box);
    });
    driver.run_for(1s);
    EXPECT_EQ(driver.count(Reason::outbox_full), 0U);
    EXPECT_EQ(driver.network().counters().packets_out, 2 * fragments);
    EXPECT_EQ(driver.network().packets_on_their_way(), 0U);
  }
}

}  // namespace
}  // namespace tunstack::test::network_bounds_test
