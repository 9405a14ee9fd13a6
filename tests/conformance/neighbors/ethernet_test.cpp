// Frames: which are looked into, what padding is, and where those that leave go.
#include "protocols/wire/ethernet.hpp"

#include "tests/conformance/node/counted.hpp"
#include "tests/conformance/node/interfaces.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::ethernet_test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct FrameRow {
  std::string what;
  Packet frame;
  Reason reason;
};

/// Each frame alone, at a host that knows P: silence, and counted so. Then P is answered.
void expect_dropped(const std::vector<FrameRow>& rows) {
  for (const FrameRow& row : rows) {
    SCOPED_TRACE(row.what);
    Wire wire;
    wire.confirm("192.0.2.1", peer_mac);
    const auto before = wire.count(row.reason);
    const auto frames_before = wire.node().counters().packets_in;
    EXPECT_THAT(wire.send(row.frame), IsEmpty());
    EXPECT_EQ(wire.count(row.reason), before + 1) << "not counted as " << info(row.reason).name;
    EXPECT_EQ(wire.node().counters().packets_in, frames_before + 1);
    EXPECT_THAT(wire.send(framed(echo4())), SizeIs(1)) << "a plain echo after it";
  }
}

Packet to_peer4(const Packet& message) {
  return framed_to(peer_mac, ipv4({.source = "192.0.2.2", .destination = "192.0.2.1"}, message));
}

/// What the host sends in IPv4 has an identification of its own, which is not looked at here.
Packet without_identification(Packet frame) {
  Packet datagram = content_of(frame);
  set_be16(datagram, 4, 0x1234);
  mend_header_checksum(datagram);
  return part(frame, 0, 14) + datagram;
}

// ---- types ----

TEST(Ethernet, TUN_007_the_type_is_that_of_the_datagram) {
  Wire wire;
  wire.confirm("192.0.2.1", peer_mac);
  wire.confirm("2001:db8::1", peer_mac);
  EXPECT_EQ(frame_type(wire.send(framed(echo4())).at(0)), 0x0800U);
  EXPECT_EQ(frame_type(wire.send(framed(echo6())).at(0)), 0x86ddU);
  EXPECT_EQ(frame_type(wire.send(arp_request()).at(0)), 0x0806U);
}

TEST(Ethernet, TUN_007_other_types_and_lengths_are_dropped) {
  std::vector<FrameRow> rows;
  for (const unsigned type : {0U, 0x0040U, 46U, 1500U, 0x05ffU, 0x0600U, 0x0801U, 0x0805U, 0x0807U, 0x8035U, 0x8100U,
                              0x86dcU, 0x88b5U, 0x88a8U, 0xffffU})
    rows.push_back({std::to_string(type), frame(own_mac, peer_mac, type, echo4()), Reason::frame_type_unknown});
  expect_dropped(rows);
}

TEST(Ethernet, TUN_007_the_type_must_be_that_of_the_version) {
  const Reason reason = Reason::frame_type_version_mismatch;
  expect_dropped({{"IPv4 as IPv6", frame(own_mac, peer_mac, 0x86dd, echo4()), reason},
                  {"IPv6 as IPv4", frame(own_mac, peer_mac, 0x0800, echo6()), reason},
                  {"version 5", frame(own_mac, peer_mac, 0x0800, with_octet(echo4(), 0, 0x55)), reason},
                  {"nothing as IPv4", frame(own_mac, peer_mac, 0x0800, {}), reason},
                  {"nothing as IPv6", frame(own_mac, peer_mac, 0x86dd, {}), reason},
                  {"IPv4 as ARP", frame(own_mac, peer_mac, 0x0806, echo4()), Reason::arp_not_for_ethernet_and_ipv4},
                  {"nothing as ARP", frame(own_mac, peer_mac, 0x0806, {}), Reason::arp_too_short}});
}

TEST(Ethernet, TUN_007_truncated_frames) {
  const Packet whole = framed(echo4());
  for (std::size_t size = 0; size < 14; ++size)
    expect_dropped({{std::to_string(size), part(whole, 0, size), Reason::frame_shorter_than_header}});
  for (const Packet& all : {whole, framed(echo6()), framed(solicitation()), arp_request()})
    for (std::size_t size = 14; size < all.size(); ++size) {
      Wire wire;
      EXPECT_THAT(wire.send(part(all, 0, size)), IsEmpty()) << size;
      EXPECT_EQ(wire.node().state().neighbors.size(), 0U) << size;
    }
}

// ---- padding ----

TEST(Ethernet, TUN_008_padding_is_not_in_a_reply) {
  Wire wire;
  wire.confirm("192.0.2.1", peer_mac);
  wire.confirm("2001:db8::1", peer_mac);
  for (const std::size_t data : {0U, 1U, 5U, 17U, 18U, 19U}) {
    const auto sent = wire.send(padded_frame(framed(echo4({}, counting(data)))));
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(without_identification(sent[0]), to_peer4(icmpv4(0, 0, 0x05010001, counting(data))));
  }
  Packet long_padding = framed(echo6({}, counting(1)));
  long_padding.resize(300, 0xaa);
  const Ipv6Fields back{.source = "2001:db8::2", .destination = "2001:db8::1"};
  EXPECT_THAT(wire.send(long_padding),
              ElementsAre(framed_to(peer_mac, ipv6(back, icmpv6(back, 129, 0, 0x05010001, counting(1))))));
}

TEST(Ethernet, TUN_008_padding_is_not_quoted) {
  Wire wire;
  wire.confirm("192.0.2.1", peer_mac);
  wire.confirm("2001:db8::1", peer_mac);
  const Packet small = udp4({}, 33434, counting(1));
  const auto sent4 = wire.send(padded_frame(framed(small)));
  ASSERT_THAT(sent4, SizeIs(1));
  EXPECT_EQ(icmp4_type(content_of(sent4[0])), 3U);
  EXPECT_EQ(from(content_of(sent4[0]), 28), small);

  Packet frame6 = framed(ipv6({.next_header = 253}, {}));
  frame6.resize(80, 0xaa);
  const auto sent6 = wire.send(frame6);
  ASSERT_THAT(sent6, SizeIs(1));
  EXPECT_EQ(icmp6_type(content_of(sent6[0])), 4U);
  EXPECT_EQ(from(content_of(sent6[0]), 48), ipv6({.next_header = 253}, {}));
}

// An error quotes the datagram from its header on: not the frame.
TEST(Ethernet, TUN_008_an_error_quotes_the_datagram) {
  Wire wire;
  wire.confirm("192.0.2.1", peer_mac);
  wire.confirm("2001:db8::1", peer_mac);
  const auto sent4 = wire.send(framed(udp4()));
  ASSERT_THAT(sent4, SizeIs(1));
  EXPECT_EQ(destination_mac(sent4[0]), peer_mac);
  EXPECT_EQ(from(content_of(sent4[0]), 28), udp4());
  const auto sent6 = wire.send(framed(udp6()));
  ASSERT_THAT(sent6, SizeIs(1));
  EXPECT_EQ(from(content_of(sent6[0]), 48), udp6());
}

TEST(Ethernet, TUN_008_padding_of_arp) {
  Wire wire;
  EXPECT_EQ(wire.send(padded_frame(arp_request())).at(0).size(), 42U);
}

// ---- stations and groups ----

TEST(Ethernet, TUN_009_only_own_frames_and_those_to_own_groups) {
  const Reason reason = Reason::frame_for_another_station;
  std::vector<FrameRow> rows{{"another station", frame(other_mac, peer_mac, 0x0800, echo4()), reason},
                             {"IPv6", frame(other_mac, peer_mac, 0x86dd, echo6()), reason},
                             {"ARP", frame(other_mac, peer_mac, 0x0806, arp()), reason},
                             {"nobody", frame(no_mac, peer_mac, 0x0800, echo4()), reason}};
  for (std::size_t i = 0; i < 6; ++i) {
    Packet nearly = own_mac;
    nearly[i] ^= 0x02;
    rows.push_back({"octet " + std::to_string(i), frame(nearly, peer_mac, 0x0800, echo4()), reason});
  }
  for (const char* group : {"01 00 5e 00 00 02", "01 00 5e 7f 00 01", "33 33 00 00 00 02", "33 33 ff 00 00 03",
                            "01 80 c2 00 00 00", "ff ff ff ff ff fe", "03 00 00 00 00 02"})
    rows.push_back({group, frame(hex(group), peer_mac, 0x0800, echo4()), reason});
  expect_dropped(rows);
}

TEST(Ethernet, TUN_009_groups_that_the_host_listens_to) {
  struct Row {
    std::string what;
    Packet frame;
  };
  const Ipv6Fields to_all{.destination = "ff02::1"}, to_own{.destination = "ff02::1:ff00:2"};
  for (const Row& row :
       {Row{"ff02::1", framed(echo6(to_all))}, Row{"solicited node", framed(echo6(to_own))},
        Row{"ARP to everybody", arp_request()}, Row{"ARP to the host", frame(own_mac, peer_mac, 0x0806, arp())}}) {
    SCOPED_TRACE(row.what);
    Wire wire;
    wire.confirm("2001:db8::1", peer_mac);
    EXPECT_THAT(wire.send(row.frame), SizeIs(1));
  }
  Wire wire({"icmp4.echo_broadcast=on"});
  wire.confirm("192.0.2.1", peer_mac);
  EXPECT_THAT(wire.send(framed(echo4({.destination = "224.0.0.1"}))), SizeIs(1));
  EXPECT_THAT(wire.send(framed(echo4({.destination = "192.0.2.255"}))), SizeIs(1));
}

// ARP-010: no station is a group.
TEST(Ethernet, ARP_010_frames_from_groups) {
  for (const char* group : {"ff ff ff ff ff ff", "01 00 5e 00 00 01", "33 33 00 00 00 01", "03 00 00 00 00 01"})
    expect_dropped({{group, framed(echo4(), hex(group)), Reason::frame_from_group},
                    {group, frame(own_mac, hex(group), 0x0806, arp()), Reason::frame_from_group}});
}

// RFC 1122 3.3.6: what came to everybody was not for one host.
TEST(Ethernet, TUN_009_a_unicast_datagram_to_everybody) {
  expect_dropped(
      {{"broadcast", frame(broadcast_mac, peer_mac, 0x0800, echo4()), Reason::ipv4_unicast_in_link_layer_group},
       {"multicast", frame(hex("01 00 5e 00 00 01"), peer_mac, 0x0800, echo4()),
        Reason::ipv4_unicast_in_link_layer_group}});
}

// No error about what came in a frame to a group (RFC 1122 3.2.2, RFC 4443 2.4(e)).
TEST(Ethernet, TUN_009_no_error_about_a_frame_to_a_group) {
  Wire wire;
  wire.confirm("2001:db8::1", peer_mac);
  EXPECT_THAT(wire.send(framed(udp6())), SizeIs(1));
  EXPECT_THAT(wire.send(frame(hex("33 33 00 00 00 01"), peer_mac, 0x86dd, udp6())), IsEmpty());
}

// ---- what leaves ----

TEST(Ethernet, TUN_010_where_groups_go) {
  struct Row {
    std::string_view source;
    std::string_view mac;
  };
  for (const Row& row : {Row{"2001:db8::3", "33 33 ff 00 00 03"}, Row{"2001:db8::12:3456:789a", "33 33 ff 56 78 9a"},
                         Row{"2001:db8::ff:ffff", "33 33 ff ff ff ff"}}) {
    Wire wire;
    const auto sent = wire.send(framed(echo6({.source = row.source})));
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(destination_mac(sent[0]), hex(row.mac)) << row.source;
  }
  Wire wire({"icmp4.mask_learn=on"});
  const auto sent = wire.wait(1min);
  ASSERT_THAT(sent, testing::Not(IsEmpty()));
  for (const auto& [at, sent_frame] : sent) {
    EXPECT_EQ(destination_mac(sent_frame), broadcast_mac) << "255.255.255.255";
    EXPECT_EQ(destination_of(content_of(sent_frame)), "255.255.255.255");
  }
}

// V4-TX-010: Wire looks at every frame; here at answers to all kinds of frames to groups.
TEST(Ethernet, V4_TX_010_unicast_datagrams_in_unicast_frames) {
  Wire wire({"icmp4.echo_broadcast=on"});
  Packets sent;
  for (const Packet& packet : {echo4({.destination = "192.0.2.255"}), echo4({.destination = "255.255.255.255"}),
                               echo4({.destination = "224.0.0.1"}), echo6({.destination = "ff02::1"}), solicitation()})
    for (const Packet& answer : wire.send(framed(packet))) sent.push_back(answer);
  for (const Packet& answer : wire.send({arp_reply(), framed(answers("2001:db8::1", peer_mac))}))
    sent.push_back(answer);
  std::size_t unicast = 0;
  for (const Packet& one : sent) unicast += destination_mac(one) == peer_mac ? 1U : 0U;
  EXPECT_EQ(unicast, 5U) << "three echo replies of IPv4, an advertisement and an echo reply";
}

TEST(Ethernet, TUN_007_every_frame_has_the_own_source) {
  OutgoingPacket packet{.interface = InterfaceId{0},
                        .link_destination = mac_address(peer_mac),
                        .link_source = mac_address(own_mac),
                        .bytes = {}};
  for (const Packet& bytes : {echo4(), echo6(), arp()}) {
    packet.bytes = bytes;
    packet.payload = bytes == arp() ? LinkPayload::arp : LinkPayload::ip;
    Packet header(14);
    ethernet_header(packet).write(header);
    const unsigned type = bytes == arp() ? 0x0806 : type_of_datagram(bytes);
    EXPECT_EQ(header, frame(peer_mac, own_mac, type, {}));
  }
}

// A node may have links of both kinds.
TEST(Ethernet, TUN_007_no_frames_on_tun_beside_it) {
  NodeConfig config = ethernet_config();
  config.interfaces.push_back({"tun1", {*parse_prefix("198.51.100.2/24"), *parse_prefix("2001:db8:1::2/64")}, 1500});
  Host host(config);
  const Ipv4Fields ip4{.source = "198.51.100.1", .destination = "198.51.100.2"};
  const Ipv6Fields ip6{.source = "2001:db8:1::1", .destination = "2001:db8:1::2"};
  const auto sent = send_on(host, 1, {echo4(ip4), echo6(ip6)});
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(sent[0].interface, InterfaceId{1});
  EXPECT_EQ(icmp4_type(sent[0].packet), 0U);
  EXPECT_EQ(icmp6_type(sent[1].packet), 129U);
  EXPECT_EQ(host.node().state().neighbors.size(), 0U);
}

// ---- counters ----

TEST(Ethernet, OPS_001_packets_are_counted_when_they_leave) {
  Wire wire;
  const Counters& counters = wire.node().counters();
  wire.send(framed(echo4()));
  EXPECT_EQ(counters.packets_in, 1U);
  EXPECT_EQ(counters.packets_out, 1U) << "the request; the echo reply waits";
  EXPECT_EQ(counters.icmp4.out(0, 0), 0U);
  wire.send(arp_reply());
  EXPECT_EQ(counters.packets_in, 2U);
  EXPECT_EQ(counters.packets_out, 2U);
  EXPECT_EQ(counters.icmp4.out(0, 0), 1U);
  wire.send(framed(echo6()));
  EXPECT_EQ(counters.packets_out, 3U);
  EXPECT_EQ(counters.icmp6.out(135, 0), 1U);
  EXPECT_EQ(counters.icmp6.out(129, 0), 0U);
  wire.send(framed(answers("2001:db8::1", peer_mac)));
  EXPECT_EQ(counters.packets_out, 4U);
  EXPECT_EQ(counters.icmp6.out(129, 0), 1U);
  EXPECT_EQ(counters.icmp6.in(136, 0), 1U);
}

}  // namespace
}  // namespace tunstack::test::ethernet_test
