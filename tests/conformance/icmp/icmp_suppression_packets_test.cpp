// Fragments and options that no error may be sent about, as packets.
#include <set>

#include "tests/conformance/addresses/own_addresses.hpp"
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::icmp_suppression_packets_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// Nothing leaves, and both reasons are counted: that of the problem, and that of the silence.
void expect_suppressed(const std::vector<Packet>& sent, const Host& host, Reason problem, Reason silence) {
  EXPECT_THAT(sent, IsEmpty());
  EXPECT_EQ(host.count(problem), 1U) << info(problem).name;
  EXPECT_EQ(host.count(silence), 1U) << info(silence).name;
}

// V4-FRAG-016: whatever is wrong with it, now and when its time is over
TEST(IcmpSuppression, ICMP4_SUP_007_no_error_about_a_fragment_with_an_offset) {
  Host host;
  EXPECT_THAT(host.send(udp4({.flags_and_offset = 1})), IsEmpty());
  EXPECT_THAT(host.send(ipv4({.protocol = 99, .flags_and_offset = 0x2001}, counting(16))), IsEmpty());
  EXPECT_THAT(host.send(udp4({.destination = "198.51.100.7", .flags_and_offset = 1})), IsEmpty());
  EXPECT_THAT(host.send(udp4({.flags_and_offset = 1, .options = hex("07 02 00 00")})), IsEmpty());
  EXPECT_EQ(host.count(Reason::icmp4_not_first_fragment), 1U) << "the bad option";
  host.wait(std::chrono::seconds(61));
  EXPECT_THAT(host.send(echo4()), SizeIs(1)) << "and no error";
  EXPECT_EQ(host.count(Reason::fragment_timeout_without_first), 2U);
}

// What is wrong with a first fragment is told at once, or when the others never came (RFC 1122 3.2.2, 3.3.2).
TEST(IcmpSuppression, ICMP4_SUP_008_errors_about_first_fragments) {
  Host host;
  const Packet bad_option = udp4({.flags_and_offset = 0x2000, .options = hex("07 02 00 00")});
  EXPECT_EQ(icmp4_type(host.answer(bad_option)), 12U);
  EXPECT_THAT(host.send(udp4({.flags_and_offset = 0x2000})), IsEmpty());
  host.wait(std::chrono::seconds(61));
  const auto sent = host.send(Packet{});
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(icmp4_type(sent[0]), 11U);
  EXPECT_EQ(icmp4_code(sent[0]), 1U);
}

// V4-FRAG-010: the rules above hold for an error that comes a minute late, too.
TEST(IcmpSuppression, V4_FRAG_010_no_timeout_is_reported_about_groups_or_errors) {
  const struct {
    Packet fragment;
    Reason silence;
  } rows[] = {
      {udp4({.destination = "224.0.0.1", .flags_and_offset = 0x2000}), Reason::icmp4_destination_multicast},
      {udp4({.destination = "192.0.2.255", .flags_and_offset = 0x2000}), Reason::icmp4_destination_broadcast},
      {ipv4({.flags_and_offset = 0x2000}, icmpv4(3, 3, 0, counting(8))), Reason::icmp4_about_icmp_error},
      {ipv4({.flags_and_offset = 0x2000}, icmpv4(200, 0, 0, counting(8))), Reason::icmp4_about_icmp_of_unknown_type},
  };
  for (const auto& row : rows) {
    Host host;
    EXPECT_THAT(host.send(row.fragment), IsEmpty());
    host.wait(std::chrono::seconds(61));
    expect_suppressed(host.send(Packet{}), host, Reason::fragment_timeout, row.silence);
  }
}

// Problems with options are reported like all others, or not at all.
TEST(IcmpSuppression, ICMP4_SUP_004_and_005_problems_with_options) {
  const Packet bad_length = hex("07 02 00 00");
  const Packet unfinished_route = hex("83 07 04 c6336401 00");
  const struct {
    Ipv4Fields ip;
    Reason problem, silence;
  } rows[] = {
      {{.destination = "224.0.0.1", .options = bad_length},
       Reason::ipv4_option_length_invalid,
       Reason::icmp4_destination_multicast},
      {{.destination = "192.0.2.255", .options = bad_length},
       Reason::ipv4_option_length_invalid,
       Reason::icmp4_destination_broadcast},
      {{.destination = "192.0.2.255", .options = unfinished_route},
       Reason::ipv4_source_route_not_finished,
       Reason::icmp4_destination_broadcast},
  };
  for (const auto& row : rows) {
    Host host;
    expect_suppressed(host.send(udp4(row.ip)), host, row.problem, row.silence);
  }
  Host host;
  expect_suppressed(host.send(ipv4({.options = unfinished_route}, icmpv4(3, 3, 0, udp4()))), host,
                    Reason::ipv4_source_route_not_finished, Reason::icmp4_about_icmp_error);
}

// A source route says by way of whom the answer goes. Whoever writes one must not make the host send to groups, to
// reserved addresses or to itself (RFC 1122 3.2.1.3): V4-OPT-017, ROB-003.
TEST(IcmpSuppression, ICMP4_SUP_009_nothing_goes_by_way_of_what_is_no_single_host) {
  const auto destinations = [](const Packet& hop) {
    Host host({"icmp4.error_rate=0", "udp.echo=on"});
    const Packet route = hex("83 07 08") + hop + hex("00");
    std::set<std::string> all;
    for (const Packet& packet : {echo4({.options = route}), udp4({.options = route}), udp4({.options = route}, 7)})
      for (const Packet& answer : host.send(packet)) all.insert(destination_of(answer));
    all.erase("192.0.2.1");  // straight back does no harm
    return all;
  };
  for (const char* hop : {"e0000001", "efffffff", "f0000001", "ffffffff", "c00002ff", "c0000200", "7f000001",
                          "00000000", "00000001", "c0000202"})
    EXPECT_THAT(destinations(hex(hop)), IsEmpty()) << hop;
  EXPECT_THAT(destinations(hex("c6336401")), testing::ElementsAre("198.51.100.1"));
}

// Whoever has no address yet is answered by broadcast (RFC 950 I), and no broadcast goes from hop to hop.
TEST(IcmpSuppression, V4_OPT_017_a_broadcast_has_no_source_route) {
  Host host;
  for (const char* option : {"83", "89"}) {
    const Packet route = hex(option) + hex("07 08 c6336401 00");
    const Packet request = ipv4({.source = "0.0.0.0", .destination = "255.255.255.255", .options = route},
                                icmpv4(17, 0, 0x00050001, Packet(4)));
    const Packet answer = host.answer(request);
    ASSERT_EQ(answer.size(), 32U) << "a header without options";
    EXPECT_EQ(destination_of(answer), "255.255.255.255");
    EXPECT_EQ(icmp4_type(answer), 18U);
  }
  EXPECT_EQ(host.count(Reason::icmp4_mask_request_for_us), 2U);
}

// ---- sources that may send to us all the same ----

TEST(IcmpSuppression, ICMP4_SUP_009_no_error_to_who_asks_without_an_address) {
  Host host;
  const auto sent = host.send(ipv4({.source = "0.0.0.0", .options = hex("07 04 03 00")}, icmpv4(10, 0, 0)));
  expect_suppressed(sent, host, Reason::ipv4_route_pointer_invalid, Reason::icmp4_source_not_single_host);
}

// The source became ours while the datagram waited.
TEST(IcmpSuppression, ICMP4_SUP_009_no_error_to_an_address_that_has_become_ours) {
  NodeConfig config = node_with({{"192.0.2.2/24"}, {"198.51.100.2/24"}}, {"acd.enable=on"});
  config.interfaces[1].link_address = mac_address(own_mac);
  Host host(config);
  const Packet first = udp4({.source = "198.51.100.2", .flags_and_offset = 0x2000});
  host.receive({framed(first)}, InterfaceId{1});
  for (const SentPacket& sent : host.run_for(std::chrono::seconds(61))) EXPECT_NE(sent.type(), 0x400U + 11);
  expect_suppressed({}, host, Reason::fragment_timeout, Reason::icmp4_source_own);
}

TEST(IcmpSuppression, ROB_006_no_error_to_an_address_that_has_become_ours) {
  Host host(own_addresses::autoconfiguring_host());
  host.run_for(std::chrono::seconds(10));
  const Ipv6Fields ip{.source = own_addresses::eui64_global, .next_header = 44};
  host.receive({framed(ipv6(ip, hex("11 00 0001 00000001") + counting(16)))});
  host.receive({framed(router_messages::router_advertisement({.options = router_messages::prefix_option()}))});
  for (const SentPacket& sent : host.run_for(std::chrono::seconds(61))) EXPECT_NE(sent.type(), 0x600U + 3);
  expect_suppressed({}, host, Reason::fragment_timeout, Reason::icmp6_source_own);
}

}  // namespace
}  // namespace tunstack::test::icmp_suppression_packets_test
