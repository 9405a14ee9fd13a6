// Echo requests over IPv4.
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::icmpv4_echo_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(Icmpv4Echo, ICMP4_ECHO_001_one_reply_with_the_same_identifier_sequence_and_data) {
  Host host;
  const Packet request = echo4({}, counting(56), 0xbeef0007);
  const Packet reply = host.answer(request);
  EXPECT_EQ(source_of(reply), "192.0.2.2");
  EXPECT_EQ(destination_of(reply), "192.0.2.1");
  EXPECT_EQ(icmp4_type(reply), 0U);
  EXPECT_EQ(icmp4_code(reply), 0U);
  EXPECT_EQ(from(reply, 24), from(request, 24));
  EXPECT_EQ(host.count(Reason::icmp4_echo_request_for_us), 1U);
}

TEST(Icmpv4Echo, ICMP4_ECHO_002_all_data_is_returned_up_to_the_mtu) {
  for (const std::size_t size : {0U, 1U, 55U, 1471U, 1472U}) {
    Host host;
    const Packet request = echo4({}, counting(size));
    EXPECT_EQ(from(host.answer(request), 24), from(request, 24)) << size << " octets";
  }
}

TEST(Icmpv4Echo, ICMP4_ECHO_002_all_data_is_returned_on_the_largest_link) {
  NodeConfig config = host_config();
  config.interfaces[0].mtu = 65535;
  Host host(config);
  for (const std::size_t size : {1473U, 8999U, 65506U, 65507U}) {
    const Packet request = echo4({}, counting(size));
    EXPECT_EQ(from(host.answer(request), 24), from(request, 24)) << size << " octets";
  }
}

TEST(Icmpv4Echo, ICMP4_ECHO_003_each_of_several_addresses_answers_for_itself) {
  Host host(node_with({{"192.0.2.2/24", "192.0.2.3/24", "198.51.100.2/24"}}));
  for (const std::string_view own : {"192.0.2.2", "192.0.2.3", "198.51.100.2"})
    EXPECT_EQ(source_of(host.answer(echo4({.destination = own}))), own);
}

TEST(Icmpv4Echo, ICMP4_ECHO_004_groups_get_no_reply) {
  Host host;
  for (const std::string_view group : {"192.0.2.255", "255.255.255.255", "224.0.0.1"})
    EXPECT_SILENT(host, echo4({.destination = group}), Reason::icmp4_echo_to_group);
}

TEST(Icmpv4Echo, ICMP4_ECHO_004_groups_are_answered_from_the_unicast_address_by_option) {
  Host host({"icmp4.echo_broadcast=on"});
  for (const std::string_view group : {"192.0.2.255", "255.255.255.255", "224.0.0.1"}) {
    const Packet request = echo4({.destination = group});
    const Packet reply = host.answer(request);
    EXPECT_EQ(source_of(reply), "192.0.2.2") << group;
    EXPECT_EQ(from(reply, 24), from(request, 24));
  }
  EXPECT_SILENT(host, echo4({.destination = "224.0.0.2"}), Reason::ipv4_destination_not_ours);
}

TEST(Icmpv4Echo, ICMP4_ECHO_005_switched_off) {
  Host host({"icmp4.echo=off"});
  EXPECT_THAT(host.send(echo4()), IsEmpty());
  EXPECT_EQ(host.count(Reason::icmp4_echo_off), 1U);
  EXPECT_THAT(host.send(udp4()), SizeIs(1)) << "all else goes on";
}

TEST(Icmpv4Echo, ICMP4_ECHO_005_the_families_have_a_switch_each) {
  Host only4({"icmp6.echo=off"});
  EXPECT_THAT(only4.send(echo4()), SizeIs(1));
  Host only6({"icmp4.echo=off"});
  EXPECT_THAT(only6.send(echo6()), SizeIs(1));
}

TEST(Icmpv4Echo, ICMP4_ECHO_006_tos_is_copied_but_for_ecn) {
  Host host;
  for (unsigned tos = 0; tos < 256; ++tos) EXPECT_EQ(host.answer(echo4({.tos = tos}))[1], tos & 0xfc);
}

TEST(Icmpv4Echo, ICMP4_ECHO_007_the_code_is_copied) {
  Host host;
  for (const unsigned code : {0U, 5U, 255U}) {
    const Packet request = ipv4({}, icmpv4(8, code, 0x00010002, counting(8)));
    const Packet reply = host.answer(request);
    EXPECT_EQ(icmp4_type(reply), 0U);
    EXPECT_EQ(icmp4_code(reply), code);
    EXPECT_EQ(from(reply, 24), from(request, 24));
  }
}

TEST(Icmpv4Echo, ICMP4_ECHO_007_requests_with_a_code_are_ignored_by_option) {
  Host host({"icmp4.echo_code=drop"});
  for (const unsigned code : {1U, 5U, 255U})
    EXPECT_SILENT(host, ipv4({}, icmpv4(8, code, 0, counting(8))), Reason::icmp4_echo_code_not_0);
}

TEST(Icmpv4Echo, ICMP4_ECHO_008_no_reply_to_a_source_that_is_no_unicast_address) {
  Host host({"icmp4.echo_broadcast=on", "ip4.zero_broadcast=on"});
  for (const std::string_view source :
       {"0.0.0.0", "192.0.2.255", "255.255.255.255", "224.0.0.1", "224.0.0.9", "127.0.0.1", "240.0.0.1"})
    for (const std::string_view destination : {"192.0.2.2", "192.0.2.255", "224.0.0.1"})
      EXPECT_THAT(host.send(echo4({.source = source, .destination = destination})), IsEmpty()) << source;
  for (const std::string_view destination : {"192.0.2.2", "192.0.2.255", "224.0.0.1"})
    EXPECT_THAT(host.send(echo4({.destination = destination})), SizeIs(1)) << destination;
}

// ICMP4-ECHO-010: the order; the delay is measured elsewhere
TEST(Icmpv4Echo, ICMP4_ECHO_010_replies_keep_the_order_of_requests) {
  std::vector<Packet> requests;
  for (std::uint32_t sequence = 0; sequence < 1000; ++sequence) requests.push_back(echo4({}, counting(8), sequence));
  Host host;
  const auto sent = send_on(host, 0, requests);
  ASSERT_THAT(sent, SizeIs(1000));
  for (std::uint32_t sequence = 0; sequence < 1000; ++sequence) EXPECT_EQ(be32(sent[sequence].packet, 24), sequence);
}

// ICMP4-ECHO-011: without fragmentation
TEST(Icmpv4Echo, ICMP4_ECHO_011_df_is_set_by_option_and_never_copied) {
  Host host;
  Host with_df({"icmp4.echo_df=on"});
  for (const unsigned flags : {0U, 0x4000U}) {
    EXPECT_EQ(be16(host.answer(echo4({.flags_and_offset = flags})), 6), 0U);
    EXPECT_EQ(be16(with_df.answer(echo4({.flags_and_offset = flags})), 6), 0x4000U);
  }
}

}  // namespace
}  // namespace tunstack::test::icmpv4_echo_test
