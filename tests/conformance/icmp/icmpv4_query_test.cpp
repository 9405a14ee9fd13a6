// Timestamp, address mask and information requests.
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::icmpv4_query_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr std::uint32_t noon = 43'200'000;  // ms since midnight

/// A default host that starts at a time of day.
NodeConfig started_at(Duration time, std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = node_with({{"192.0.2.2/24"}}, settings);
  config.time_of_day_at_start = time;
  return config;
}

/// 20 octets: identifier 7, sequence 9, originate, and two times that are not set yet.
Packet timestamp_message(std::uint32_t originate = 0x01020304, unsigned code = 0) {
  Packet times(12);
  set_be32(times, 0, originate);
  return icmpv4(13, code, 0x00070009, times);
}

Packet timestamp(const Ipv4Fields& ip = {}) { return ipv4(ip, timestamp_message()); }

Packet mask_request(const Ipv4Fields& ip = {}) { return ipv4(ip, icmpv4(17, 0, 0x00070009, Packet(4))); }

Packet information_request(const Ipv4Fields& ip = {}) { return ipv4(ip, icmpv4(15, 0, 0x00070009)); }

// ---- timestamps ----

TEST(Icmpv4Timestamp, ICMP4_TS_001_a_reply_of_20_octets_with_the_time_of_day) {
  Host host(started_at(12h));
  host.wait(1234567us);
  const Packet reply = host.answer(timestamp({.tos = 0xb9, .ttl = 3, .flags_and_offset = 0x4000}));
  EXPECT_EQ(source_of(reply), "192.0.2.2");
  EXPECT_EQ(destination_of(reply), "192.0.2.1");
  EXPECT_EQ(reply.at(1), 0xb8) << "the TOS but for ECN";
  EXPECT_EQ(reply.at(8), 64) << "the TTL of a packet of its own";
  const Packet message = from(reply, 20);
  EXPECT_EQ(part(message, 0, 2), hex("0e 00"));
  EXPECT_EQ(part(message, 4, 8), hex("0007 0009 01020304")) << "identifier, sequence and originate are copied";
  EXPECT_EQ(from(message, 12), hex("029332d2 029332d2")) << "43201234 ms since midnight";
  EXPECT_EQ(host.count(Reason::icmp4_timestamp_request_for_us), 1U);
}

// A start and a time since then are not cut each for itself: that told of a millisecond that was over.
TEST(Icmpv4Timestamp, ICMP4_TS_001_parts_of_a_millisecond_add_up) {
  Host host(started_at(12h + 600us));
  host.wait(400us);
  EXPECT_EQ(be32(host.answer(timestamp()), 32), noon + 1);
  host.wait(999us);
  EXPECT_EQ(be32(host.answer(timestamp()), 32), noon + 1);
  host.wait(1us);
  EXPECT_EQ(be32(host.answer(timestamp()), 32), noon + 2);
}

TEST(Icmpv4Timestamp, ICMP4_TS_001_switched_off) {
  Host host({"icmp4.timestamp=off"});
  EXPECT_SILENT(host, timestamp(), Reason::icmp4_timestamp_off);
  NodeConfig hardened = host_config();
  hardened.options = options_of(Profile::hardened);
  hardened.options.own.reports_ipv6_groups = false;
  Host hardened_host(hardened);
  EXPECT_THAT(hardened_host.send(timestamp()), IsEmpty());
}

std::uint32_t time_told_by(Host& host) {
  const Packet reply = host.answer(timestamp());
  EXPECT_EQ(be32(reply, 32), be32(reply, 36)) << "answered at once";
  return be32(reply, 32);
}

TEST(Icmpv4Timestamp, ICMP4_TS_002_a_second_later) {
  Host host(started_at(12h));
  EXPECT_EQ(time_told_by(host), noon);
  host.wait(1s);
  EXPECT_EQ(time_told_by(host), noon + 1000);
}

// Twice as often as RFC 1122 3.2.2.8 asks for: 30 times a second.
TEST(Icmpv4Timestamp, ICMP4_TS_002_the_time_goes_on_all_the_time) {
  Host host(started_at(12h));
  std::uint32_t last = time_told_by(host);
  for (int i = 0; i < 300; ++i) {
    host.wait(33333us);
    const std::uint32_t now = time_told_by(host);
    EXPECT_GE(now, last + 33);
    EXPECT_LE(now, last + 34);
    last = now;
  }
}

TEST(Icmpv4Timestamp, ICMP4_TS_002_wraps_to_0_at_midnight) {
  Host host(started_at(24h - 1ms));
  EXPECT_EQ(time_told_by(host), 86'399'999U);
  host.wait(999us);
  EXPECT_EQ(time_told_by(host), 86'399'999U) << "a part of a millisecond before midnight";
  host.wait(1us);
  EXPECT_EQ(time_told_by(host), 0U);
  host.wait(24h - 1ms);
  EXPECT_EQ(time_told_by(host), 86'399'999U) << "a day later";
  host.wait(1ms + 24h * 30 + 5ms);
  EXPECT_EQ(time_told_by(host), 5U) << "a month later";
}

TEST(Icmpv4Timestamp, ICMP4_TS_003_times_that_are_not_standard) {
  Host host(started_at(12h, {"icmp4.timestamp_nonstd=on"}));
  EXPECT_EQ(time_told_by(host), 0x80000000U + noon);
  for (const std::uint32_t originate : {0U, 0x80000001U, 0xffffffffU, 86'400'000U}) {
    Host standard(started_at(12h));
    const Packet reply = standard.answer(ipv4({}, timestamp_message(originate)));
    EXPECT_EQ(be32(reply, 28), originate) << "copied unchanged";
    EXPECT_EQ(be32(reply, 32), noon) << "ours is standard all the same";
  }
}

// ICMP4-TS-004 and, for what the option says of echo, ICMP4-ECHO-004
TEST(Icmpv4Timestamp, ICMP4_TS_004_groups_get_no_reply) {
  Host host;
  for (const std::string_view group : {"192.0.2.255", "255.255.255.255", "224.0.0.1"})
    EXPECT_SILENT(host, timestamp({.destination = group}), Reason::icmp4_timestamp_to_group);
}

// ICMP4-TS-004, ICMP4-ECHO-004
TEST(Icmpv4Timestamp, ICMP4_ECHO_004_groups_are_answered_from_the_unicast_address_by_option) {
  Host host({"icmp4.echo_broadcast=on"});
  for (const std::string_view group : {"192.0.2.255", "255.255.255.255", "224.0.0.1"}) {
    const Packet reply = host.answer(timestamp({.destination = group}));
    EXPECT_EQ(source_of(reply), "192.0.2.2") << group;
    EXPECT_EQ(icmp4_type(reply), 14U);
  }
}

TEST(Icmpv4Timestamp, ICMP4_TS_005_from_the_address_that_was_asked) {
  Host host(node_with({{"192.0.2.2/24", "192.0.2.3/24", "198.51.100.2/24"}}));
  for (const std::string_view own : {"192.0.2.2", "192.0.2.3", "198.51.100.2"})
    EXPECT_EQ(source_of(host.answer(timestamp({.destination = own}))), own);
}

// Record route with one of two places taken, and a timestamp option with addresses (RFC 791 3.1).
TEST(Icmpv4Timestamp, ICMP4_TS_005_options_that_log_the_way_are_brought_up_to_date) {
  Host host(started_at(12h));
  const Packet routed = host.answer(timestamp({.options = hex("07 0b 08 0a000001 00000000 00")}));
  EXPECT_EQ(part(routed, 20, 12), hex("07 0b 0c 0a000001 c0000202 00"));
  EXPECT_EQ(routed.at(32), 14);
  const Packet timed = host.answer(timestamp({.options = hex("44 0c 05 01 00000000 00000000")}));
  EXPECT_EQ(part(timed, 20, 12), hex("44 0c 0d 01 c0000202 02932e00"));
}

TEST(Icmpv4Timestamp, ICMP4_TS_005_a_source_route_is_reversed) {
  Host host;
  const Packet reply = host.answer(timestamp({.options = hex("83 0b 0c 0a000001 0a000002 00")}));
  EXPECT_EQ(destination_of(reply), "10.0.0.2") << "the last hop is the first back";
  EXPECT_EQ(part(reply, 20, 12), hex("83 0b 04 0a000001 c0000201 00"));
  EXPECT_EQ(reply.at(32), 14);
}

TEST(Icmpv4Timestamp, ICMP4_TS_006_shorter_than_20_octets) {
  Host host;
  for (std::size_t data = 0; data < 12; ++data)
    EXPECT_SILENT(host, ipv4({}, icmpv4(13, 0, 0x00070009, counting(data))), Reason::icmp4_timestamp_too_short);
}

TEST(Icmpv4Timestamp, ICMP4_TS_006_octets_beyond_the_20th_are_not_returned) {
  for (const std::size_t data : {12U, 13U, 32U, 1400U}) {
    Host host;
    const Packet reply = host.answer(ipv4({}, icmpv4(13, 0, 0x00070009, counting(data))));
    EXPECT_THAT(reply, SizeIs(40)) << data;
    EXPECT_EQ(be16(reply, 2), 40U);
    EXPECT_EQ(be32(reply, 28), 0x00010203U);
  }
}

TEST(Icmpv4Timestamp, ICMP4_TS_007_a_code_that_is_not_0) {
  Host host;
  for (const unsigned code : {1U, 2U, 128U, 255U})
    EXPECT_SILENT(host, ipv4({}, timestamp_message(1, code)), Reason::icmp4_timestamp_code_not_0);
}

// ---- address masks ----

TEST(Icmpv4AddressMask, ICMP4_MASK_001_the_agent_is_on_in_the_lab_and_off_when_hardened) {
  Host lab;
  EXPECT_EQ(icmp4_type(lab.answer(mask_request())), 18U);
  Host off({"icmp4.mask_agent=off"});
  EXPECT_SILENT(off, mask_request(), Reason::icmp4_mask_agent_off);
  NodeConfig config = host_config();
  config.options = options_of(Profile::hardened);
  config.options.own.reports_ipv6_groups = false;
  Host hardened(config);
  EXPECT_SILENT(hardened, mask_request(), Reason::icmp4_mask_agent_off);
}

TEST(Icmpv4AddressMask, ICMP4_MASK_002_the_whole_reply) {
  Host host;
  const Packet reply = host.answer(mask_request({.tos = 0x48}));
  EXPECT_EQ(source_of(reply), "192.0.2.2");
  EXPECT_EQ(destination_of(reply), "192.0.2.1");
  EXPECT_EQ(reply.at(1), 0x48) << "TOS";
  EXPECT_THAT(reply, SizeIs(32));
  EXPECT_EQ(part(reply, 20, 2), hex("12 00"));
  EXPECT_EQ(from(reply, 24), hex("0007 0009 ffffff00"));
  EXPECT_EQ(host.count(Reason::icmp4_mask_request_for_us), 1U);
}

struct MaskCase {
  std::string_view prefix;
  std::string_view peer;
  std::uint32_t mask;
};

TEST(Icmpv4AddressMask, ICMP4_MASK_002_every_length_of_mask) {
  for (const MaskCase& c :
       {MaskCase{"10.0.0.2/8", "10.0.0.1", 0xff000000}, MaskCase{"10.0.0.2/16", "10.0.0.1", 0xffff0000},
        MaskCase{"10.0.0.2/26", "10.0.0.1", 0xffffffc0}, MaskCase{"10.0.0.2/30", "10.0.0.1", 0xfffffffc},
        MaskCase{"10.0.0.2/31", "10.0.0.3", 0xfffffffe}, MaskCase{"10.0.0.2/32", "10.0.0.1", 0xffffffff},
        MaskCase{"128.0.0.2/1", "192.0.2.1", 0x80000000}, MaskCase{"10.0.0.2/24", "203.0.113.1", 0xffffff00}}) {
    Host host(node_with({{c.prefix}}));
    const std::string_view own = c.prefix.substr(0, c.prefix.find('/'));
    EXPECT_EQ(be32(host.answer(mask_request({.source = c.peer, .destination = own})), 28), c.mask) << c.prefix;
  }
}

TEST(Icmpv4AddressMask, ICMP4_MASK_002_of_the_interface_that_the_request_came_by) {
  const NodeConfig config = node_with({{"192.0.2.2/24"}, {"198.51.100.2/26"}});
  for (const std::string_view destination : {"255.255.255.255", "192.0.2.2"}) {
    Host host(config);
    const auto first = send_on(host, 0, {mask_request({.source = "0.0.0.0", .destination = destination})});
    const auto second = send_on(host, 1, {mask_request({.source = "0.0.0.0", .destination = destination})});
    ASSERT_THAT(first, SizeIs(1));
    ASSERT_THAT(second, SizeIs(1));
    EXPECT_EQ(be32(first[0].packet, 28), 0xffffff00U) << destination;
    EXPECT_EQ(be32(second[0].packet, 28), 0xffffffc0U) << destination;
    EXPECT_EQ(second[0].interface, InterfaceId{1});
  }
}

// RFC 950 I speaks of broadcasts alone; nothing of groups is said to be answered.
TEST(Icmpv4AddressMask, ICMP4_MASK_002_to_groups) {
  Host host;
  for (const std::string_view source : {"192.0.2.1", "0.0.0.0"}) {
    EXPECT_SILENT(host, mask_request({.source = source, .destination = "224.0.0.1"}),
                  Reason::icmp4_mask_request_to_multicast);
    for (const std::string_view broadcast : {"255.255.255.255", "192.0.2.255"})
      EXPECT_THAT(host.send(mask_request({.source = source, .destination = broadcast})), SizeIs(1)) << broadcast;
  }
}

TEST(Icmpv4AddressMask, ICMP4_MASK_002_shorter_than_12_octets) {
  Host host;
  for (std::size_t data = 0; data < 4; ++data)
    EXPECT_SILENT(host, ipv4({}, icmpv4(17, 0, 0, counting(data))), Reason::icmp4_mask_message_too_short);
  EXPECT_THAT(host.answer(ipv4({}, icmpv4(17, 0, 0, counting(40)))), SizeIs(32)) << "the rest is not returned";
}

// RFC 950 I: who does not know its own address, or its network, hears the answer by broadcast alone.
TEST(Icmpv4AddressMask, ICMP4_MASK_003_who_has_no_address_is_answered_by_broadcast) {
  for (const std::string_view source : {"0.0.0.0", "0.0.0.5", "0.255.255.255"})
    for (const std::string_view destination : {"255.255.255.255", "192.0.2.255", "192.0.2.2"}) {
      Host host;
      const Packet reply = host.answer(mask_request({.source = source, .destination = destination}));
      EXPECT_EQ(destination_of(reply), "255.255.255.255") << source << " to " << destination;
      EXPECT_EQ(source_of(reply), "192.0.2.2");
      EXPECT_EQ(from(reply, 24), hex("0007 0009 ffffff00"));
    }
}

TEST(Icmpv4AddressMask, ICMP4_MASK_003_only_mask_requests_may_come_without_an_address) {
  Host host({"icmp4.echo_broadcast=on", "icmp4.info_reply=on"});
  EXPECT_SILENT(host, timestamp({.source = "0.0.0.0"}), Reason::ipv4_source_this_network);
  EXPECT_SILENT(host, information_request({.source = "0.0.0.0"}), Reason::ipv4_source_this_network);
  EXPECT_SILENT(host, mask_request({.source = "0.0.0.0", .flags_and_offset = 0x2000}),
                Reason::ipv4_source_this_network);
  EXPECT_SILENT(host, mask_request({.source = "0.0.0.0", .protocol = 17}), Reason::ipv4_source_this_network);
}

// The first hop of a route would not hear the broadcast: who has no address gets no route either.
TEST(Icmpv4AddressMask, ICMP4_MASK_003_by_broadcast_whatever_the_options_say) {
  Host host;
  const Packet reply = host.answer(mask_request({.source = "0.0.0.0", .options = hex("83 07 08 0a000001 00")}));
  EXPECT_EQ(destination_of(reply), "255.255.255.255");
}

// A rule for routers (RFC 1812 4.3.3.9) that hosts are not worse off with.
TEST(Icmpv4AddressMask, ICMP4_MASK_004_no_reply_where_it_is_not_clear_which_mask_is_meant) {
  Host host(node_with({{"192.0.2.2/24", "198.51.100.2/25"}}));
  EXPECT_SILENT(host, mask_request({.source = "0.0.0.0"}), Reason::icmp4_mask_ambiguous);
  EXPECT_SILENT(host, mask_request({.source = "203.0.113.1"}), Reason::icmp4_mask_ambiguous);
  EXPECT_EQ(be32(host.answer(mask_request({.source = "192.0.2.9"})), 28), 0xffffff00U);
  EXPECT_EQ(be32(host.answer(mask_request({.source = "198.51.100.9"})), 28), 0xffffff80U);
  EXPECT_THAT(host.send(mask_request({.source = "198.51.100.129"})), IsEmpty()) << "just outside of the /25";
}

// ICMP4-MASK-005, ICMP4-MASK-007: routers' rules; no node here learns a mask or announces one.
TEST(Icmpv4AddressMask, ICMP4_MASK_005_a_reply_changes_nothing) {
  Host host;
  for (const std::string_view destination : {"192.0.2.2", "255.255.255.255"})
    EXPECT_SILENT(host, ipv4({.destination = destination}, icmpv4(18, 0, 0, hex("ff000000"))),
                  Reason::icmp4_reply_unsolicited);
  EXPECT_EQ(be32(host.answer(mask_request()), 28), 0xffffff00U);
}

// ---- information ----

TEST(Icmpv4Information, ICMP4_INFO_001_not_answered_by_default) {
  Host host;
  EXPECT_SILENT(host, information_request(), Reason::icmp4_information_off);
  EXPECT_SILENT(host, information_request({.destination = "192.0.2.255"}), Reason::icmp4_information_off);
}

TEST(Icmpv4Information, ICMP4_INFO_001_answered_by_option) {
  Host host({"icmp4.info_reply=on"});
  const Packet reply = host.answer(information_request());
  EXPECT_THAT(reply, SizeIs(28));
  EXPECT_EQ(part(reply, 20, 2), hex("10 00"));
  EXPECT_EQ(from(reply, 24), hex("0007 0009"));
  EXPECT_EQ(source_of(reply), "192.0.2.2");
  EXPECT_EQ(destination_of(reply), "192.0.2.1");
  EXPECT_THAT(host.answer(ipv4({}, icmpv4(15, 0, 1, counting(20)))), SizeIs(28)) << "what follows is not returned";
}

TEST(Icmpv4Information, ICMP4_INFO_002_obsolete_types_are_never_answered) {
  Host host({"icmp4.info_reply=on", "icmp4.echo_broadcast=on", "probe.enable=on"});
  for (const unsigned type : {6U, 30U, 31U, 32U, 33U, 34U, 35U, 36U, 37U, 38U, 39U})
    EXPECT_SILENT(host, ipv4({}, icmpv4(type, 0, 0x00070009, counting(32))), Reason::icmp4_type_deprecated);
}

// ---- limits and loops ----

// ICMP4-RATE-004, ICMP4-RATE-002: one bucket for the replies to all queries
TEST(Icmpv4Query, ICMP4_RATE_004_replies_to_queries_are_limited_together) {
  Host host({"icmp4.reply_rate=100", "icmp4.info_reply=on"});
  std::size_t replies = 0;
  for (int i = 0; i < 5000; ++i) {
    const Packet packets[] = {timestamp(), mask_request(), information_request(), echo4()};
    replies += host.send(packets[i % 4]).size();
    host.wait(1ms);
  }
  EXPECT_NEAR(static_cast<double>(replies), 500, 25);
  EXPECT_EQ(host.count(Reason::icmp4_reply_rate_exceeded), 5000 - replies);
}

TEST(Icmpv4Query, ICMP4_RATE_002_without_a_limit_every_query_is_answered) {
  Host host({"icmp4.reply_rate=0", "icmp4.info_reply=on"});
  for (int i = 0; i < 500; ++i)
    for (const Packet& query : {timestamp(), mask_request(), information_request()})
      EXPECT_THAT(host.send(query), SizeIs(1));
}

TEST(Icmpv4Query, ROB_003_no_reply_is_larger_than_its_query) {
  Host host({"icmp4.info_reply=on"});
  for (const Packet& query : {timestamp(), mask_request(), information_request()})
    EXPECT_LE(host.answer(query).size(), query.size());
}

// ROB-006: what a host answers is no query to any other.
TEST(Icmpv4Query, ROB_006_replies_beget_nothing) {
  Host host({"icmp4.info_reply=on", "icmp4.echo_broadcast=on"});
  Host peer(node_with({{"192.0.2.1/24"}}, {"icmp4.info_reply=on", "icmp4.echo_broadcast=on"}));
  for (const Packet& query :
       {timestamp(), mask_request(), mask_request({.source = "0.0.0.0"}), information_request()}) {
    const Packet reply = host.answer(query);
    EXPECT_THAT(peer.send(reply), IsEmpty());
    EXPECT_THAT(host.send(reply), IsEmpty()) << "its own, sent back to it";
  }
  EXPECT_EQ(peer.count(Reason::icmp4_reply_unsolicited), 4U);
}

}  // namespace
}  // namespace tunstack::test::icmpv4_query_test
