// Echo requests over IPv6.
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::icmpv6_echo_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

unsigned traffic_class(const Packet& packet) { return be16(packet, 0) >> 4 & 0xffU; }
std::uint32_t flow_label(const Packet& packet) { return be32(packet, 0) & 0xfffff; }

TEST(Icmpv6Echo, ICMP6_ECHO_001_one_reply_with_the_same_identifier_sequence_and_data) {
  Host host;
  const Packet request = echo6({}, counting(56), 0xbeef0007);
  const Packet reply = host.answer(request);
  EXPECT_EQ(source_of(reply), "2001:db8::2");
  EXPECT_EQ(destination_of(reply), "2001:db8::1");
  EXPECT_EQ(icmp6_type(reply), 129U);
  EXPECT_EQ(icmp6_code(reply), 0U);
  EXPECT_EQ(from(reply, 44), from(request, 44));
  EXPECT_EQ(host.count(Reason::icmp6_echo_request_for_us), 1U);
}

TEST(Icmpv6Echo, ICMP6_ECHO_001_switched_off) {
  Host host({"icmp6.echo=off"});
  EXPECT_SILENT(host, echo6(), Reason::icmp6_echo_off);
  EXPECT_THAT(host.send(udp6()), SizeIs(1)) << "all else goes on";
}

// ICMP6-ECHO-002, V6-RX-017: without fragments
TEST(Icmpv6Echo, ICMP6_ECHO_002_all_data_is_returned_up_to_the_mtu) {
  for (const std::size_t size : {0U, 1U, 55U, 1232U, 1233U, 1452U}) {
    Host host;
    const Packet request = echo6({}, counting(size));
    EXPECT_EQ(from(host.answer(request), 44), from(request, 44)) << size << " octets";
  }
}

TEST(Icmpv6Echo, ICMP6_ECHO_002_all_data_is_returned_on_the_largest_link) {
  NodeConfig config = host_config();
  config.interfaces[0].mtu = 65535;
  Host host(config);
  for (const std::size_t size : {1453U, 8999U, 65486U, 65487U}) {
    const Packet request = echo6({}, counting(size));
    EXPECT_EQ(from(host.answer(request), 44), from(request, 44)) << size << " octets";
  }
}

TEST(Icmpv6Echo, ICMP6_ECHO_003_each_of_several_addresses_answers_for_itself) {
  Host host(node_with({{"2001:db8::2/64", "2001:db8::3/64", "2001:db8:f::2/64"}}));
  for (const std::string_view own : {"2001:db8::2", "2001:db8::3", "2001:db8:f::2"})
    EXPECT_EQ(source_of(host.answer(echo6({.destination = own}))), own);
}

TEST(Icmpv6Echo, ICMP6_ECHO_004_groups_are_answered_from_a_unicast_address) {
  Host host;
  for (const std::string_view group : {"ff02::1", "ff02::1:ff00:2"}) {
    const Packet request = echo6({.source = "fe80::1", .destination = group});
    const Packet reply = host.answer(request);
    EXPECT_EQ(source_of(reply), "fe80::2") << group;
    EXPECT_EQ(destination_of(reply), "fe80::1") << group;
    EXPECT_EQ(from(reply, 44), from(request, 44));
    EXPECT_EQ(source_of(host.answer(echo6({.destination = group}))), "2001:db8::2") << group;
  }
}

TEST(Icmpv6Echo, ICMP6_ECHO_004_groups_get_no_reply_by_option) {
  Host host({"icmp6.echo_multicast=off"});
  for (const std::string_view group : {"ff02::1", "ff02::1:ff00:2"})
    EXPECT_SILENT(host, echo6({.source = "fe80::1", .destination = group}), Reason::icmp6_echo_to_group);
  EXPECT_THAT(host.send(echo6()), SizeIs(1)) << "a unicast request";
}

TEST(Icmpv6Echo, ICMP6_ECHO_005_no_reply_to_a_source_that_is_no_unicast_address) {
  Host host;
  for (const std::string_view destination : {"2001:db8::2", "ff02::1"}) {
    EXPECT_SILENT(host, echo6({.source = "::", .destination = destination}), Reason::ipv6_source_unspecified);
    EXPECT_SILENT(host, echo6({.source = "ff02::1", .destination = destination}), Reason::ipv6_source_multicast);
  }
}

TEST(Icmpv6Echo, ICMP6_ECHO_006_any_code_is_answered_with_code_0) {
  Host host;
  for (const std::string_view destination : {"2001:db8::2", "ff02::1"})
    for (const unsigned code : {1U, 9U, 255U}) {
      const Ipv6Fields ip{.destination = destination};
      const Packet request = ipv6(ip, icmpv6(ip, 128, code, 0x00010002, counting(8)));
      const Packet reply = host.answer(request);
      EXPECT_EQ(icmp6_type(reply), 129U);
      EXPECT_EQ(icmp6_code(reply), 0U);
      EXPECT_EQ(from(reply, 44), from(request, 44));
    }
}

TEST(Icmpv6Echo, ICMP6_ECHO_007_traffic_class_is_copied_but_for_ecn) {
  Host host;
  for (unsigned value = 0; value < 256; ++value)
    EXPECT_EQ(traffic_class(host.answer(echo6({.traffic_class = value}))), value & 0xfc);
}

TEST(Icmpv6Echo, ICMP6_ECHO_007_the_flow_label_is_0_or_reflected_by_option) {
  Host host;
  Host mirror({"icmp6.reflect_flowlabel=on"});
  for (const unsigned label : {0U, 1U, 0x81234U, 0xfffffU}) {
    const Packet request = echo6({.traffic_class = 0xff, .flow_label = label});
    EXPECT_EQ(flow_label(host.answer(request)), 0U);
    EXPECT_EQ(flow_label(mirror.answer(request)), label);
    EXPECT_EQ(traffic_class(mirror.answer(request)), 0xfcU);
  }
}

TEST(Icmpv6Echo, ICMP6_ECHO_008_a_link_local_address_answers_for_itself) {
  Host host;
  for (const std::string_view peer : {"fe80::1", "2001:db8::1"}) {
    const Packet reply = host.answer(echo6({.source = peer, .destination = "fe80::2"}));
    EXPECT_EQ(source_of(reply), "fe80::2");
    EXPECT_EQ(destination_of(reply), peer);
  }
}

}  // namespace
}  // namespace tunstack::test::icmpv6_echo_test
