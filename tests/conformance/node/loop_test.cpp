// What hosts say to each other, and to themselves, comes to an end.
#include "tests/support/host.hpp"

namespace tunstack::test::loop_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::vector<Packet> something_of_each_kind() {
  const Ipv4Fields tcp_4{.protocol = 6};
  const Ipv6Fields tcp_6{.next_header = 6};
  return {echo4(),
          echo6(),
          udp4(),
          udp6(),
          ipv4({.protocol = 99}, counting(16)),
          ipv6({.next_header = 200}, counting(16)),
          ipv4(tcp_4, tcp(tcp_4, {})),
          ipv6(tcp_6, tcp(tcp_6, {})),
          ipv4(tcp_4, tcp(tcp_4, {.acknowledgment = 7, .flags = 0x10})),
          udp4({.destination = "192.0.2.255"}),
          echo6({.source = "fe80::1", .destination = "ff02::1"}),
          echo4({.options = hex("07 0b 04 00000000 00000000 00")}),
          echo4({.options = hex("44 0c 05 01 00000000 00000000")}),
          echo4({}, counting(3000)),
          udp4({.options = hex("07 02 00 00")}),
          udp4({.options = hex("83 07 04 c6336401 00")}),
          ipv4({}, icmpv4(13, 0, 0x00050001, counting(12))),
          ipv4({}, icmpv4(15, 0, 0x00050001)),
          ipv4({}, icmpv4(17, 0, 0x00050001, Packet(4))),
          ipv4({}, icmpv4(42, 0, 0x00050101, hex("20000000 0008 0302 00000001"))),
          ipv6({}, icmpv6({}, 160, 0, 0x00050101, hex("20000000 0008 0302 00000001"))),
          udp4({}, 7)};
}

/// What `host` sends in answer to all of `packets`.
std::vector<Packet> answers(Host& host, const std::vector<Packet>& packets) {
  std::vector<Packet> all;
  for (const Packet& packet : packets)
    for (const Packet& answer : host.send(packet)) all.push_back(answer);
  return all;
}

/// Answers everything that can be answered.
const std::initializer_list<std::string_view> talkative = {"icmp4.error_rate=0",  "icmp6.error_rate=0",
                                                           "icmp4.info_reply=on", "probe.enable=on",
                                                           "icmp.extensions=on",  "udp.echo=on"};

TEST(Loops, ROB_006_what_a_host_sends_comes_back_to_it) {
  Host host(talkative);
  const auto sent = answers(host, something_of_each_kind());
  EXPECT_GE(sent.size(), 21U);
  EXPECT_THAT(answers(host, sent), IsEmpty());
}

// Two hosts that hear all of each other fall silent: errors, replies and resets beget nothing, and what the echo
// service sends back begets one error, which begets nothing.
TEST(Loops, ROB_006_two_hosts_do_not_keep_each_other_talking) {
  NodeConfig peer_config = host_config();
  peer_config.interfaces[0].addresses = {*parse_prefix("192.0.2.1/24"), *parse_prefix("2001:db8::1/64"),
                                         *parse_prefix("fe80::1/64")};
  for (const std::string_view setting : talkative) ASSERT_FALSE(set_option(peer_config.options, setting));
  Host host(talkative);
  Host peer(peer_config);
  const auto sent = answers(host, something_of_each_kind());
  EXPECT_GE(sent.size(), 21U);
  const auto objected = answers(peer, sent);
  ASSERT_THAT(objected, SizeIs(1));
  EXPECT_EQ(icmp4_type(objected[0]), 3U);
  EXPECT_EQ(icmp4_code(objected[0]), 3U);
  EXPECT_THAT(answers(host, objected), IsEmpty());
  EXPECT_EQ(peer.count(Reason::ipv4_destination_not_ours) + peer.count(Reason::ipv6_destination_not_ours), 0U)
      << "all of it was meant for the peer";
}

// Services that answer whatever comes would answer each other for ever.
TEST(Loops, ROB_006_the_echo_service_does_not_talk_to_another_one) {
  Host host({"udp.echo=on"});
  for (const unsigned port : {0U, 7U, 13U, 17U, 19U, 37U}) {
    const Ipv4Fields ip4{.protocol = 17};
    const Ipv6Fields ip6{.next_header = 17};
    EXPECT_SILENT(host, ipv4(ip4, udp(ip4, port, 7, counting(4))), Reason::udp_echo_from_service);
    EXPECT_SILENT(host, ipv6(ip6, udp(ip6, port, 7, counting(4))), Reason::udp_echo_from_service);
  }
}

}  // namespace
}  // namespace tunstack::test::loop_test
