// What else does not confirm that a neighbor is reachable, whose times routers may change, and that each neighbor has a
// clock of its own (RFC 4861 7.3).
#include "tests/conformance/routers/router_wire.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::neighbor_confirmation_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view peer = "2001:db8::1", router = "fe80::a";

Packet asks_router() { return solicits_station(mac_a, router, "fe80::2"); }
Packet echo_of_router() { return framed(echo6({.source = router, .destination = "fe80::2"}), mac_a); }

struct NewsRow {
  const char* what;
  Packet datagram;
};
/// What a router on the link says of its own accord, with the address that is known already.
std::vector<NewsRow> news_of_router() {
  const Packet source = source_option(mac_a), target = target_option(mac_a);
  const auto advertises = [&](std::uint32_t flags, std::string_view destination) {
    return advertisement(
        {.source = router, .destination = destination, .target = router, .flags = flags, .options = target});
  };
  return {
      {"a router advertisement", router_advertisement({.options = source})},
      {"one to us alone", router_advertisement({.destination = "fe80::2", .options = source})},
      {"one without an address", router_advertisement()},
      {"the last one", router_advertisement({.lifetime = 0, .options = source})},
      {"a router solicitation", router_solicitation({.source = router, .destination = "ff02::1", .options = source})},
      {"an unsolicited neighbor advertisement", advertises(router_flag | override_flag, "ff02::1")},
      {"one to us alone", advertises(router_flag, "fe80::2")},
      {"a redirect that names it", redirect6({.target = router, .redirected = router, .options = target})},
      {"a datagram to a closed port", udp6({.source = router, .destination = "ff02::1"})},
  };
}

TEST(NeighborConfirmation, ND_NUD_004_nothing_that_a_router_says_unasked_confirms_it) {
  for (const NewsRow& row : news_of_router()) {
    SCOPED_TRACE(row.what);
    Wire wire(learning_host());
    wire.wait(20s);
    wire.introduce(router, mac_a);
    EXPECT_THAT(wire.send(framed(row.datagram, mac_a)), IsEmpty());
    EXPECT_EQ(wire.state(router), NeighborState::stale);
    EXPECT_THAT(wire.send(echo_of_router()), SizeIs(1));
    wire.wait(4s);
    wire.send(framed(row.datagram, mac_a));
    EXPECT_EQ(wire.state(router), NeighborState::delay);
    EXPECT_THAT(frames_of(wire.wait(1s)), ElementsAre(asks_router())) << "5 s after the echo";
    wire.send(framed(row.datagram, mac_a));
    EXPECT_EQ(wire.state(router), NeighborState::probe);
    EXPECT_THAT(frames_of(wire.wait(3s)), ElementsAre(asks_router(), asks_router()));
    EXPECT_EQ(wire.state(router), NeighborState::failed);
  }
}

TEST(NeighborConfirmation, ND_NUD_001_ND_NUD_004_nor_does_it_prolong_the_time) {
  for (const NewsRow& row : news_of_router()) {
    SCOPED_TRACE(row.what);
    Wire wire(learning_host());
    wire.wait(20s);
    wire.confirm(router, mac_a);
    for (int i = 0; i < 46; ++i) {
      wire.send(framed(row.datagram, mac_a));
      wire.wait(1s);
    }
    EXPECT_EQ(wire.state(router), NeighborState::stale) << "45 s are the most";
  }
}

TEST(NeighborConfirmation, ND_NUD_002_an_answer_within_the_grace_makes_probes_needless) {
  Wire wire;
  wire.introduce(peer, peer_mac);
  EXPECT_THAT(wire.send(framed(echo6())), SizeIs(1));
  wire.wait(4999ms);
  wire.send(framed(advertisement({.flags = solicited_flag, .options = {}})));
  EXPECT_EQ(wire.state(peer), NeighborState::reachable);
  EXPECT_THAT(wire.wait(14s), IsEmpty());
}

TEST(NeighborConfirmation, ND_NUD_006_the_retransmit_time_that_a_router_tells) {
  struct Row {
    std::uint32_t told;  // ms
    Duration between;
    const char* why;
  };
  for (const Row& row : {Row{0, 1s, "its own"}, Row{3000, 3s, "slower"}, Row{200, 200ms, "faster"}}) {
    Wire wire(learning_host());
    wire.wait(20s);
    wire.introduce(peer, peer_mac);
    wire.send(framed(router_advertisement({.retransmit = row.told}), mac_a));
    wire.send(framed(echo6()));
    const Packet probe = solicits_station(peer_mac, peer);
    EXPECT_THAT(wire.wait(1min), ElementsAre(TimedFrame{5s, probe}, TimedFrame{5s + row.between, probe},
                                             TimedFrame{5s + 2 * row.between, probe}))
        << row.why;
    EXPECT_EQ(wire.state(peer), NeighborState::failed);
  }
}

TEST(NeighborConfirmation, ND_NUD_003_each_neighbor_has_its_own_clock) {
  Wire wire;
  const std::string_view second = "2001:db8::77";
  wire.introduce(peer, peer_mac);
  wire.introduce(second, other_mac);
  EXPECT_THAT(wire.send(framed(echo6())), SizeIs(1));
  wire.wait(1500ms);
  EXPECT_THAT(wire.send(framed(echo6({.source = second}))), SizeIs(1));
  EXPECT_THAT(wire.wait(4s), ElementsAre(TimedFrame{3500ms, solicits_station(peer_mac, peer)}));
  wire.send(framed(advertisement({.flags = solicited_flag, .options = {}})));
  const Packet probe = solicits_station(other_mac, second);
  EXPECT_THAT(wire.wait(10s), ElementsAre(TimedFrame{1s, probe}, TimedFrame{2s, probe}, TimedFrame{3s, probe}))
      << "an answer of the one is none of the other";
  EXPECT_EQ(wire.state(peer), NeighborState::reachable);
  EXPECT_EQ(wire.state(second), NeighborState::failed);
}

TEST(NeighborConfirmation, ND_NUD_003_a_neighbor_that_comes_back) {
  Wire wire;
  wire.introduce(peer, peer_mac);
  wire.send(framed(echo6()));
  wire.wait(8s);
  ASSERT_EQ(wire.state(peer), NeighborState::failed);
  EXPECT_THAT(wire.send(framed(echo6())), ElementsAre(solicits(peer)));
  const auto sent = wire.send(framed(answers(peer, other_mac), other_mac));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(destination_mac(sent[0]), other_mac);
  EXPECT_EQ(icmp6_type(content_of(sent[0])), 129U);
  EXPECT_EQ(wire.state(peer), NeighborState::reachable);
}

TEST(NeighborConfirmation, ND_NUD_002_every_kind_of_packet_that_is_sent_starts_the_grace) {
  struct Row {
    const char* what;
    Packet datagram;
  };
  for (const Row& row : {Row{"an echo reply", echo6()}, Row{"an error", udp6()},
                         Row{"a reset", ipv6({.next_header = 6}, tcp(Ipv6Fields{.next_header = 6}, {}))},
                         Row{"an advertisement", solicitation({.options = {}})}}) {
    SCOPED_TRACE(row.what);
    Wire wire;
    wire.introduce(peer, peer_mac);
    EXPECT_THAT(wire.send(framed(row.datagram)), SizeIs(1));
    EXPECT_EQ(wire.state(peer), NeighborState::delay);
    EXPECT_THAT(frames_of(wire.wait(5s)), ElementsAre(solicits_station(peer_mac, peer)));
  }
}

}  // namespace
}  // namespace tunstack::test::neighbor_confirmation_test
