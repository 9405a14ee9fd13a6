// What somebody has a node send leaves as it is, in every octet, and in its place: by way of the next hop of its
// destination, told and counted, and never cut up.
#include "tests/support/announced.hpp"
#include "tests/support/frames.hpp"

namespace tunstack::test::given_packet_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Packet ping = echo4({.source = "192.0.2.2", .destination = "192.0.2.1"});
const Packet ping6 = echo6({.source = "2001:db8::2", .destination = "2001:db8::1"});

TEST(GivenPacket, a_datagram_leaves_as_it_is) {
  Host host;
  Packet with_bad_checksum = ping;
  with_bad_checksum.at(22) ^= 0xff;
  const Packet forged = echo6({.source = "2001:db8:5::5", .destination = "2001:db8::1"});
  for (const Packet& packet :
       {ping, ping6, with_bad_checksum, forged, hex("45"), hex("70 01 02"), part(ping6, 0, 41)}) {
    Announced told(host);
    const auto [unsent, sent] = host.send_packet(packet);
    EXPECT_TRUE(!unsent);
    EXPECT_THAT(packets_of(sent), ElementsAre(packet));
    EXPECT_THAT(told.originations, ElementsAre(Reason::sent_on_request));
    EXPECT_THAT(told.notes, IsEmpty());
  }
  EXPECT_EQ(host.count(Reason::sent_on_request), 7U);
  EXPECT_EQ(host.node().counters().packets_out, 7U);
  EXPECT_EQ(host.node().counters().icmp4.out(8, 0), 2U);
  EXPECT_EQ(host.node().counters().icmp6.out(128, 0), 2U);
}

TEST(GivenPacket, TUN_003_one_larger_than_the_mtu_is_refused_and_not_cut_up) {
  NodeConfig config = host_config();
  config.interfaces[0].mtu = 1280;
  Host host(config);
  const auto largest = host.send_packet(echo4({.source = "192.0.2.2"}, counting(1280 - 28)));
  EXPECT_THAT(largest.sent, SizeIs(1));
  Announced told(host);
  const auto [unsent, sent] = host.send_packet(echo4({.source = "192.0.2.2"}, counting(1281 - 28)));
  EXPECT_EQ(unsent, Reason::given_packet_too_large);
  EXPECT_THAT(sent, IsEmpty());
  EXPECT_THAT(told.notes, ElementsAre(Reason::sent_on_request, Reason::given_packet_too_large));
  EXPECT_THAT(told.originations, IsEmpty());
}

TEST(GivenPacket, what_cannot_leave_is_refused) {
  Host host;
  EXPECT_EQ(host.send_packet({}).unsent, Reason::given_packet_unreadable);
  EXPECT_EQ(host.send_frame(framed_to(peer_mac, ping)).unsent, Reason::given_frame_on_plain_link);
  host.replace_outbox(Outbox(64, 4));
  EXPECT_EQ(host.send_packet(ping).unsent, Reason::outbox_full);
  host.set_link(false);
  const auto [unsent, sent] = host.send_packet(ping);
  EXPECT_EQ(unsent, Reason::link_is_down);
  EXPECT_THAT(sent, IsEmpty());
}

TEST(GivenPacket, V4_TX_009_waits_on_ethernet_until_its_next_hop_is_resolved_whoever_it_says_it_is_from) {
  Host host(ethernet_config());
  const Packet forged = echo4({.source = "203.0.113.7", .destination = "192.0.2.1"});
  const auto [unsent, sent] = host.send_packet(forged);
  EXPECT_EQ(unsent, Reason::neighbor_resolution_pending);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].asks_for(), "192.0.2.1");
  const auto released = host.receive({arp_reply()});
  ASSERT_THAT(packets_of(released), ElementsAre(forged));
  EXPECT_EQ(released[0].to, peer_mac);

  const auto at_once = host.send_packet(ping);
  EXPECT_TRUE(!at_once.unsent);
  EXPECT_THAT(packets_of(at_once.sent), ElementsAre(ping));
}

TEST(GivenPacket, one_beyond_the_link_goes_to_the_router_of_its_own_link_alone) {
  Host host(with_gateways(ethernet_config(), {"192.0.2.1"}));
  const auto asked = host.send_packet(echo4({.source = "192.0.2.2", .destination = "198.51.100.1"}));
  ASSERT_THAT(asked.sent, SizeIs(1));
  EXPECT_EQ(asked.sent[0].asks_for(), "192.0.2.1");
  EXPECT_EQ(host.send_packet(echo6({.source = "2001:db8::2", .destination = "2001:db8:9::1"})).unsent,
            Reason::no_route);
  EXPECT_EQ(host.send_packet(part(ping, 0, 19)).unsent, Reason::given_packet_unreadable);
}

TEST(GivenPacket, one_to_a_group_goes_to_the_link_layer_group) {
  Host host(ethernet_config());
  const auto [unsent, sent] = host.send_packet(echo6({.source = "2001:db8::2", .destination = "ff02::1"}));
  EXPECT_TRUE(!unsent);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to, hex("33 33 00 00 00 01"));
}

TEST(GivenPacket, a_frame_leaves_as_it_is) {
  Host host(ethernet_config());
  Announced told(host);
  for (const Packet& given : {padded_frame(framed_to(peer_mac, ping)), frame(peer_mac, no_mac, 0x88b5, hex("01")),
                              frame(broadcast_mac, other_mac, 0x86dd, hex("45 00"))}) {
    const auto [unsent, sent] = host.send_frame(given);
    EXPECT_TRUE(!unsent);
    ASSERT_THAT(packets_of(sent), ElementsAre(given));
    EXPECT_TRUE(sent[0].is_frame) << "it gets no header";
  }
  EXPECT_THAT(told.originations, SizeIs(3));
  EXPECT_EQ(host.send_frame(Packet(13)).unsent, Reason::given_packet_unreadable);
  EXPECT_EQ(host.send_frame(Packet(1515)).unsent, Reason::given_packet_too_large);
  EXPECT_TRUE(!host.send_frame(Packet(1514)).unsent);
}

TEST(GivenPacket, PMTU6_004_an_error_about_a_large_one_is_believed) {
  Host host;
  const Packet large = echo6({.source = "2001:db8::2", .destination = "2001:db8:9::1"}, counting(1400));
  host.send_packet(large);
  const Ipv6Fields router{.source = "2001:db8::1"};
  host.send(ipv6(router, icmpv6(router, 2, 0, 1300, large)));
  EXPECT_EQ(host.count(Reason::path_mtu_lowered), 1U);
}

}  // namespace
}  // namespace tunstack::test::given_packet_test
