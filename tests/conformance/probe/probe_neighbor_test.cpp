// Extended echo about interfaces on the other side of a link: what the neighbor cache says of them (RFC 8335 3 and 4).
#include "tests/conformance/probe/extended_echo_messages.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::probe_neighbor_test {
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;

constexpr std::string_view neighbor4 = "192.0.2.9", neighbor6 = "2001:db8::9";
constexpr std::uint32_t remote = 0x1234ff00;  // without the L bit

/// The code and the last octet of the answer. P, who asks, is known.
Packet ask(Wire& wire, const Packet& object) {
  const Packets sent = wire.send(framed(probe4(structure(object), {}, remote)));
  EXPECT_EQ(sent.size(), 1U);
  const Packet message = from(content_of(sent.at(0)), 20);
  EXPECT_EQ(message.at(0), 43);
  return {message.at(1), message.at(7)};
}
const Packet no_entry = hex("03 00");

/// A host that may be asked.
struct AskedHost : Wire {
  AskedHost() : Wire({"probe.enable=on"}) { confirm("192.0.2.1", peer_mac); }
};

Packet asked4() { return by_address(1, octets_of(neighbor4)); }
Packet asked6() { return by_address(2, octets_of(neighbor6)); }

TEST(ProbeNeighbor, PROBE_011_the_state_of_each_entry) {
  AskedHost wire;
  EXPECT_EQ(ask(wire, asked6()), no_entry);
  wire.send(framed(echo6({.source = neighbor6})));
  EXPECT_EQ(ask(wire, asked6()), hex("00 20")) << "incomplete";
  wire.send(framed(answers(neighbor6, other_mac), other_mac));
  EXPECT_EQ(ask(wire, asked6()), hex("00 40")) << "reachable";
  wire.wait_asleep(46s);
  EXPECT_EQ(ask(wire, asked6()), hex("00 60")) << "stale";
  wire.send(framed(echo6({.source = neighbor6})));
  EXPECT_EQ(ask(wire, asked6()), hex("00 80")) << "delay";
  wire.wait(5s);
  EXPECT_EQ(ask(wire, asked6()), hex("00 a0")) << "probe";
  wire.wait(3s);
  EXPECT_EQ(ask(wire, asked6()), hex("00 c0")) << "failed";
}

TEST(ProbeNeighbor, PROBE_011_every_way_to_name_it) {
  AskedHost wire;
  wire.confirm(neighbor4, other_mac);
  EXPECT_EQ(ask(wire, asked4()), hex("00 40"));
  EXPECT_EQ(ask(wire, by_address(16389, other_mac)), hex("00 40"));
  EXPECT_EQ(ask(wire, by_address(16389, hex("02 00 00 00 00 78"))), no_entry);
  EXPECT_EQ(ask(wire, by_address(2, octets_of("::ffff:192.0.2.9"))), no_entry) << "another family";
  EXPECT_EQ(ask(wire, by_address(1, own4)), no_entry) << "the node is no neighbor of its own";
}

TEST(ProbeNeighbor, PROBE_011_the_address_of_a_neighbor_being_asked_for_names_nobody) {
  AskedHost wire;
  wire.send(framed(echo6({.source = neighbor6})));
  EXPECT_EQ(ask(wire, by_address(16389, no_mac)), no_entry);
}

TEST(ProbeNeighbor, PROBE_011_of_several_addresses_the_reachable_one_speaks) {
  for (const bool is_first : {true, false}) {
    AskedHost wire;
    const std::string_view reachable = is_first ? neighbor4 : neighbor6;
    wire.introduce(is_first ? neighbor6 : neighbor4, other_mac);
    wire.confirm(reachable, other_mac);
    EXPECT_EQ(ask(wire, by_address(16389, other_mac)), hex("00 40"));
  }
}

TEST(ProbeNeighbor, PROBE_009_the_same_neighbor_behind_two_interfaces) {
  NodeConfig config = ethernet_config({"probe.enable=on"});
  config.interfaces.push_back(config.interfaces[0]);
  config.interfaces[1].name = "tap1";
  config.interfaces[1].addresses = {*parse_prefix("198.51.100.2/24"), *parse_prefix("2001:db8:1::2/64"),
                                    *parse_prefix("fe80::2/64")};
  Wire wire(config);
  wire.confirm("192.0.2.1", peer_mac);
  wire.send(framed(echo6({.source = "fe80::9", .destination = "fe80::2"})));
  EXPECT_EQ(ask(wire, by_address(2, octets_of("fe80::9"))), hex("00 20"));
  wire.receive({framed(echo6({.source = "fe80::9", .destination = "fe80::2"}))}, InterfaceId{1});
  EXPECT_EQ(ask(wire, by_address(2, octets_of("fe80::9"))), hex("04 00"));
}

TEST(ProbeNeighbor, PROBE_011_over_ipv6) {
  AskedHost wire;
  wire.confirm("2001:db8::1", peer_mac);
  wire.confirm(neighbor6, other_mac);
  const Packets sent = wire.send(framed(probe6(structure(asked6()), {}, remote)));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(part(content_of(sent[0]), 40, 2), hex("a1 00"));
  EXPECT_EQ(content_of(sent[0]).at(47), 0x40);
}

}  // namespace
}  // namespace tunstack::test::probe_neighbor_test
