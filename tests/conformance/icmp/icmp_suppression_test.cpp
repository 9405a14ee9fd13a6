// When no error may be sent. Packets where they reach the rule today; else the tables themselves.
#include <map>

#include "protocols/icmp/suppression.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test::icmp_suppression_test {
namespace {

using icmp::InvokingPacket;
using testing::IsEmpty;
using testing::SizeIs;

/// One row of what a table must say. No reason: an error is allowed.
struct Row {
  InvokingPacket packet;
  MaybeReason expected;
  std::string why;
};

std::string name(MaybeReason reason) { return reason ? std::string(info(*reason).name) : "none"; }

void expect_ipv4(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    EXPECT_EQ(name(first_broken<icmp::ipv4_suppression>(row.packet)), name(row.expected)) << row.why;
}

void expect_ipv6(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    EXPECT_EQ(name(first_broken<icmp::ipv6_suppression>(row.packet)), name(row.expected)) << row.why;
}

/// What a test is about; all the rest is an ordinary UDP datagram for this host.
InvokingPacket with(const auto& change) {
  InvokingPacket packet;
  change(packet);
  return packet;
}
InvokingPacket from(AddressKind source) {
  return with([=](InvokingPacket& p) { p.source = source; });
}
InvokingPacket to(AddressKind destination) {
  return with([=](InvokingPacket& p) { p.destination = destination; });
}
InvokingPacket at_offset(std::size_t offset) {
  return with([=](InvokingPacket& p) { p.fragment_offset = offset; });
}
InvokingPacket in_group_frame() {
  return with([](InvokingPacket& p) { p.link_layer_group = true; });
}
InvokingPacket icmp_of(std::optional<std::uint8_t> type) { return {.is_icmp = true, .icmp_type = type}; }
Row type_row(unsigned type, MaybeReason expected) {
  return {icmp_of(static_cast<std::uint8_t>(type)), expected, "type " + std::to_string(type)};
}

Packet unknown4(Ipv4Fields ip = {}) {
  ip.protocol = 99;
  return ipv4(ip, counting(16));
}

Packet unknown6(Ipv6Fields ip = {}) {
  ip.next_header = 200;
  return ipv6(ip, counting(16));
}

/// Nothing leaves, and both reasons are counted: that of the problem, and that of the silence.
void expect_suppressed(const std::vector<Packet>& sent, const Host& host, Reason problem, Reason silence) {
  EXPECT_THAT(sent, IsEmpty());
  EXPECT_EQ(host.count(problem), 1U) << info(problem).name;
  EXPECT_EQ(host.count(silence), 1U) << info(silence).name;
}

// ---- about ICMP ----

TEST(IcmpSuppression, ICMP4_SUP_001_no_error_about_an_error) {
  std::vector<Row> rows;
  for (const unsigned type : {3U, 4U, 5U, 11U, 12U, 31U, 32U, 40U})
    rows.push_back(type_row(type, Reason::icmp4_about_icmp_error));
  rows.push_back({{.is_icmp = false, .icmp_type = 3}, {}, "a UDP datagram whose first octet is 3"});
  expect_ipv4(rows);
}

TEST(IcmpSuppression, ICMP4_SUP_002_queries_may_cause_errors) {
  std::vector<Row> rows;
  for (const unsigned type : {0U, 8U, 9U, 10U, 13U, 14U, 15U, 16U, 17U, 18U, 42U, 43U})
    rows.push_back(type_row(type, {}));
  expect_ipv4(rows);
}

// The unassigned and reserved types of the registry: 1, 2, 7, 19-29, 44-252, 255.
TEST(IcmpSuppression, ICMP4_SUP_003_unknown_and_missing_types_count_as_errors) {
  std::vector<Row> rows{{icmp_of(std::nullopt), Reason::icmp4_about_icmp_of_unknown_type, "no type octet"},
                        {{.is_icmp = false, .icmp_type = std::nullopt}, {}, "UDP without payload"},
                        {{.is_icmp = false, .icmp_type = 200}, {}, "UDP whose first octet is 200"}};
  const auto add = [&](unsigned first, unsigned last) {
    for (unsigned type = first; type <= last; ++type)
      rows.push_back(type_row(type, Reason::icmp4_about_icmp_of_unknown_type));
  };
  add(1, 2);
  add(7, 7);
  add(19, 29);
  add(44, 252);
  add(255, 255);
  expect_ipv4(rows);
}

TEST(IcmpSuppression, ICMP6_SUP_001_no_error_about_an_error_known_or_not) {
  std::vector<Row> rows{{icmp_of(std::nullopt), Reason::icmp6_about_icmp_error, "no type octet"},
                        {{.is_icmp = false, .icmp_type = 1}, {}, "a UDP datagram whose first octet is 1"}};
  for (unsigned type = 0; type <= 127; ++type) rows.push_back(type_row(type, Reason::icmp6_about_icmp_error));
  expect_ipv6(rows);
}

TEST(IcmpSuppression, ICMP6_SUP_002_no_error_about_a_redirect) {
  expect_ipv6({type_row(137, Reason::icmp6_about_redirect),
               {{.is_icmp = false, .icmp_type = 137}, {}, "a UDP datagram whose first octet is 137"}});
}

TEST(IcmpSuppression, ICMP6_SUP_007_informational_messages_may_cause_errors) {
  std::vector<Row> rows;
  for (unsigned type = 128; type <= 255; ++type)
    if (type != 137) rows.push_back(type_row(type, {}));
  expect_ipv6(rows);
}

// ICMP4-SUP-001, ICMP6-SUP-001: messages of every type arrive at a host that answers all it can, and queries alone are
// answered, by their replies; no error leaves about any of them.
TEST(IcmpSuppression, ICMP4_SUP_001_no_message_of_any_type_is_answered_by_an_error) {
  using Types = std::map<unsigned, unsigned>;
  Host host({"icmp4.error_rate=0", "icmp6.error_rate=0", "icmp4.info_reply=on", "probe.enable=on"});
  Types answered4, answered6;
  for (unsigned type = 0; type <= 255; ++type) {
    for (const Packet& answer : host.send(ipv4({}, icmpv4(type, 0, 0, udp4())))) answered4[type] = icmp4_type(answer);
    for (const Packet& answer : host.send(ipv6({}, icmpv6({}, type, 0, 0, udp6()))))
      answered6[type] = icmp6_type(answer);
  }
  EXPECT_EQ(answered4, (Types{{8, 0}, {13, 14}, {15, 16}, {17, 18}, {42, 43}}));
  EXPECT_EQ(answered6, (Types{{128, 129}, {160, 161}}));
}

TEST(IcmpSuppression, ICMP4_SUP_003_an_icmp_packet_without_type_octet_is_silent) {
  Host host;
  EXPECT_SILENT(host, ipv4({}, {}), Reason::icmp4_too_short);
  EXPECT_SILENT(host, ipv4({}, icmpv4(200, 0, 0)), Reason::icmp4_type_unknown);
  EXPECT_SILENT(host, ipv6({}, {}), Reason::icmp6_too_short);
}

// ---- destinations ----

TEST(IcmpSuppression, ICMP4_SUP_004_multicast_destination) {
  expect_ipv4({{to(AddressKind::joined_group), Reason::icmp4_destination_multicast, "a joined group"},
               {to(AddressKind::multicast), Reason::icmp4_destination_multicast, "another group"},
               {to(AddressKind::own), {}, "an own address"},
               {to(AddressKind::own_elsewhere), {}, "one of another interface"},
               {to(AddressKind::unicast), {}, "in transit"}});
  for (const Packet& packet : {udp4({.destination = "224.0.0.1"}), udp4({.destination = "224.0.0.1", .ttl = 1})}) {
    Host host;
    expect_suppressed(host.send(packet), host, Reason::udp4_port_closed, Reason::icmp4_destination_multicast);
  }
  Host host;
  expect_suppressed(host.send(unknown4({.destination = "224.0.0.1"})), host, Reason::ipv4_protocol_unsupported,
                    Reason::icmp4_destination_multicast);
  EXPECT_SILENT(host, udp4({.destination = "239.1.2.3", .ttl = 1}), Reason::ipv4_destination_not_ours);
}

TEST(IcmpSuppression, ICMP4_SUP_005_broadcast_destination) {
  expect_ipv4({{to(AddressKind::limited_broadcast), Reason::icmp4_destination_broadcast, "255.255.255.255"},
               {to(AddressKind::directed_broadcast), Reason::icmp4_destination_broadcast, "of a connected prefix"},
               {to(AddressKind::zero_broadcast), Reason::icmp4_destination_broadcast, "its obsolete form"},
               {to(AddressKind::unspecified), Reason::icmp4_destination_broadcast, "0.0.0.0"}});
  for (const char* broadcast : {"255.255.255.255", "192.0.2.255"}) {
    Host host;
    expect_suppressed(host.send(udp4({.destination = broadcast})), host, Reason::udp4_port_closed,
                      Reason::icmp4_destination_broadcast);
  }
  for (const char* broadcast : {"0.0.0.0", "192.0.2.0"}) {
    Host host({"ip4.zero_broadcast=on"});
    expect_suppressed(host.send(unknown4({.destination = broadcast})), host, Reason::ipv4_protocol_unsupported,
                      Reason::icmp4_destination_broadcast);
  }
}

// The broadcast address of a prefix is that of its own length: .127 and .128 of a /25.
TEST(IcmpSuppression, ICMP4_SUP_005_neighbours_of_a_broadcast_address_are_no_broadcast) {
  NodeConfig config = host_config();
  config.interfaces[0].addresses = {*parse_prefix("192.0.2.126/25"), *parse_prefix("192.0.2.254/32")};
  Host host(config);
  expect_suppressed(host.send(udp4({.destination = "192.0.2.127"})), host, Reason::udp4_port_closed,
                    Reason::icmp4_destination_broadcast);
  EXPECT_THAT(host.send(udp4({.destination = "192.0.2.126"})), SizeIs(1));
  EXPECT_THAT(host.send(udp4({.destination = "192.0.2.254"})), SizeIs(1)) << "a /32 has no broadcast address";
  EXPECT_THAT(host.send(udp4({.destination = "192.0.2.255"})), IsEmpty());
  EXPECT_EQ(host.count(Reason::ipv4_destination_not_ours), 1U) << "an address like any other here";
}

TEST(IcmpSuppression, ICMP6_SUP_003_multicast_destination) {
  expect_ipv6({{to(AddressKind::joined_group), Reason::icmp6_destination_multicast, "a joined group"},
               {to(AddressKind::multicast), Reason::icmp6_destination_multicast, "another group"},
               {to(AddressKind::multicast_too_narrow), Reason::icmp6_destination_multicast, "ff01::1"},
               {to(AddressKind::own), {}, "an own address"},
               {to(AddressKind::own_elsewhere), {}, "one of another interface"},
               {to(AddressKind::unicast), {}, "in transit"}});
  for (const char* group : {"ff02::1", "ff02::1:ff00:2"}) {
    Host host;
    expect_suppressed(host.send(udp6({.destination = group})), host, Reason::udp6_port_closed,
                      Reason::icmp6_destination_multicast);
  }
  Host host;
  expect_suppressed(host.send(unknown6({.source = "fe80::1", .destination = "ff02::1"})), host,
                    Reason::ipv6_next_header_unrecognized, Reason::icmp6_destination_multicast);
}

// ---- link-layer groups ----

// A unicast datagram in a broadcast frame is refused before any error; a group address has its own row.
TEST(IcmpSuppression, ICMP4_SUP_006_link_layer_broadcast) {
  expect_ipv4({{in_group_frame(), Reason::icmp4_link_layer_group, "to an own address"}});
  Host host;
  EXPECT_THAT(host.send_in_group_frame(udp4()), IsEmpty());
  EXPECT_EQ(host.count(Reason::ipv4_unicast_in_link_layer_group), 1U);
  EXPECT_THAT(host.send_in_group_frame(udp4({.destination = "192.0.2.255"})), IsEmpty());
  EXPECT_THAT(host.send(udp4()), SizeIs(1)) << "the same datagram in a frame of its own";
}

TEST(IcmpSuppression, ICMP6_SUP_004_link_layer_multicast) {
  expect_ipv6({{in_group_frame(), Reason::icmp6_link_layer_group, "to an own address"}});
  Host host;
  expect_suppressed(host.send_in_group_frame(udp6()), host, Reason::udp6_port_closed, Reason::icmp6_link_layer_group);
  EXPECT_THAT(host.send_in_group_frame(unknown6()), IsEmpty());
  EXPECT_THAT(host.send(udp6()), SizeIs(1)) << "the same datagram in a frame of its own";
}

// ---- fragments ----

// ICMP4-SUP-007, ICMP4-SUP-008
TEST(IcmpSuppression, ICMP4_SUP_007_fragments_but_the_first) {
  expect_ipv4({{at_offset(8), Reason::icmp4_not_first_fragment, "the smallest offset"},
               {at_offset(65528), Reason::icmp4_not_first_fragment, "the greatest offset"},
               {at_offset(0), {}, "ICMP4-SUP-008: the first fragment"}});
}

// The fields of a first fragment and of a later one, as the table is asked about them.
TEST(IcmpSuppression, ICMP4_SUP_008_more_fragments_alone_is_no_reason) {
  const auto asked = [](unsigned flags_and_offset) {
    const Packet packet = udp4({.flags_and_offset = flags_and_offset});
    const Ipv4Arrival arrival{*Ipv4View::parse(packet), AddressKind::unicast, AddressKind::own};
    return name(first_broken<icmp::ipv4_suppression>(icmp::invoking_packet(arrival, Problem::port_unreachable)));
  };
  EXPECT_EQ(asked(0x2000), "none") << "MF, offset 0";
  EXPECT_EQ(asked(0x4000), "none") << "DF";
  EXPECT_EQ(asked(0x2001), "icmp4_not_first_fragment");
  EXPECT_EQ(asked(0x0001), "icmp4_not_first_fragment") << "the last one";
  EXPECT_EQ(asked(0x1fff), "icmp4_not_first_fragment");
}

// ---- sources ----

TEST(IcmpSuppression, ICMP4_SUP_009_source_that_is_no_single_host) {
  const auto refused = Reason::icmp4_source_not_single_host;
  expect_ipv4({{from(AddressKind::unspecified), refused, "0.0.0.0"},
               {from(AddressKind::this_network), refused, "0/8"},
               {from(AddressKind::loopback), refused, "127/8"},
               {from(AddressKind::multicast), refused, "224/4"},
               {from(AddressKind::joined_group), refused, "224.0.0.1"},
               {from(AddressKind::reserved), refused, "240/4"},
               {from(AddressKind::limited_broadcast), refused, "255.255.255.255"},
               {from(AddressKind::directed_broadcast), refused, "the broadcast of a connected prefix"},
               {from(AddressKind::zero_broadcast), refused, "its obsolete form"},
               {from(AddressKind::own), Reason::icmp4_source_own, "an own address"},
               {from(AddressKind::own_elsewhere), Reason::icmp4_source_own, "of another interface"},
               {from(AddressKind::unicast), {}, "somebody else"}});
}

TEST(IcmpSuppression, ICMP4_SUP_009_no_error_to_such_a_source) {
  Host host({"icmp4.error_rate=0"});
  for (const char* source :
       {"0.0.0.0", "0.1.2.3", "0.255.255.255", "127.0.0.1", "127.255.255.255", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.254", "255.255.255.255", "192.0.2.255", "192.0.2.0", "192.0.2.2"}) {
    EXPECT_THAT(host.send(udp4({.source = source})), IsEmpty()) << source;
    EXPECT_THAT(host.send(unknown4({.source = source})), IsEmpty()) << source;
    EXPECT_THAT(host.send(udp4({.source = source, .destination = "198.51.100.1", .ttl = 1})), IsEmpty()) << source;
  }
  for (const char* source : {"1.0.0.0", "223.255.255.255", "192.0.2.254", "192.0.2.3"})
    EXPECT_THAT(host.send(udp4({.source = source})), SizeIs(1)) << source;
}

// Just outside of each range, and broadcast addresses of other people's prefixes.
TEST(IcmpSuppression, ICMP4_SUP_009_neighbours_of_the_ranges_get_their_error) {
  Host host({"icmp4.error_rate=0"});
  for (const char* source : {"1.0.0.0", "126.255.255.255", "128.0.0.0", "223.255.255.255", "192.0.2.254", "192.0.2.1",
                             "192.0.3.0", "192.0.1.255", "10.255.255.255"}) {
    EXPECT_THAT(host.send(udp4({.source = source})), SizeIs(1)) << source;
    EXPECT_THAT(host.send(unknown4({.source = source})), SizeIs(1)) << source;
  }
}

TEST(IcmpSuppression, ICMP6_SUP_005_source_that_is_no_single_node) {
  const auto refused = Reason::icmp6_source_not_single_node;
  expect_ipv6({{from(AddressKind::unspecified), refused, "::"},
               {from(AddressKind::multicast), refused, "ff02::5"},
               {from(AddressKind::joined_group), refused, "ff02::1"},
               {from(AddressKind::multicast_too_narrow), refused, "ff01::1"},
               {from(AddressKind::subnet_router), refused, "an anycast address"},
               {from(AddressKind::own_anycast), refused, "one of a router"},
               {from(AddressKind::anycast_elsewhere), refused, "on another link"},
               {from(AddressKind::proxied), {}, "somebody whom a router answers for"},
               {from(AddressKind::loopback), refused, "::1"},
               {from(AddressKind::own), Reason::icmp6_source_own, "an own address"},
               {from(AddressKind::own_elsewhere), Reason::icmp6_source_own, "of another interface"},
               {from(AddressKind::unicast), {}, "somebody else"}});
}

TEST(IcmpSuppression, ICMP6_SUP_005_no_error_to_such_a_source) {
  Host host({"icmp6.error_rate=0"});
  for (const char* source : {"::", "::1", "ff02::5", "ff02::1", "ff01::1", "ff0e::1", "2001:db8::2", "fe80::2"}) {
    EXPECT_THAT(host.send(udp6({.source = source})), IsEmpty()) << source;
    EXPECT_THAT(host.send(unknown6({.source = source})), IsEmpty()) << source;
  }
  for (const char* source : {"2001:db8::1", "2001:db8:1::", "fe80::1", "fc00::1", "fdff::1", "feff::1", "1::"})
    EXPECT_THAT(host.send(udp6({.source = source})), SizeIs(1)) << source;
}

// RFC 4291 2.6.1: the prefix followed by zeros means all routers of the link.
TEST(IcmpSuppression, ICMP6_SUP_005_no_error_to_the_subnet_router_anycast_address) {
  Host host;
  EXPECT_THAT(host.send(udp6({.source = "2001:db8::"})), IsEmpty());
  EXPECT_THAT(host.send(unknown6({.source = "2001:db8::"})), IsEmpty());
  EXPECT_EQ(host.count(Reason::udp6_port_closed), 1U);
  EXPECT_EQ(host.count(Reason::ipv6_next_header_unrecognized), 1U);
  EXPECT_THAT(host.send(udp6({.source = "2001:db8::3"})), SizeIs(1));
}

// ---- invalid packets, order of the rules ----

TEST(IcmpSuppression, ICMP4_SUP_010_no_error_about_a_packet_that_is_not_valid) {
  Packet bad_header = udp4({.ttl = 1});
  bad_header[10] ^= 1;
  Packet bad_udp4 = udp4();
  bad_udp4[27] ^= 1;
  Packet bad_udp6 = udp6();
  bad_udp6[47] ^= 1;
  Packet too_long = unknown4();
  set_be16(too_long, 2, 37);
  mend_header_checksum(too_long);
  Host host;
  EXPECT_SILENT(host, bad_header, Reason::ipv4_header_checksum_wrong);
  EXPECT_SILENT(host, bad_udp4, Reason::udp_checksum_wrong);
  EXPECT_SILENT(host, bad_udp6, Reason::udp_checksum_wrong);
  EXPECT_SILENT(host, too_long, Reason::ipv4_truncated);
}

// What keeps path MTU discovery alive, and options that ask to be reported from groups, in ICMPv6 alone.
TEST(IcmpSuppression, ICMP6_SUP_003_the_exceptions_for_packet_too_big_and_unrecognized_option) {
  for (const Problem problem : {Problem::packet_too_big, Problem::unrecognized_option}) {
    InvokingPacket to_group = to(AddressKind::joined_group);
    to_group.problem = problem;
    InvokingPacket in_group_frame;
    in_group_frame.link_layer_group = true;
    in_group_frame.problem = problem;
    expect_ipv6({{to_group, {}, "ICMP6-SUP-003"}, {in_group_frame, {}, "ICMP6-SUP-004"}});
    expect_ipv4({{to_group, Reason::icmp4_destination_multicast, "no exception in IPv4"},
                 {in_group_frame, Reason::icmp4_link_layer_group, "no exception in IPv4"}});
  }
}

// ICMP4-SUP-011, ICMP6-SUP-008: who asks for the error, and with what option, makes no difference.
TEST(IcmpSuppression, ICMP4_SUP_011_suppression_wins) {
  expect_ipv4({{to(AddressKind::joined_group), Reason::icmp4_destination_multicast, "the first fragment, to a group"}});
  for (const Problem problem : {Problem::port_unreachable, Problem::protocol_unreachable}) {
    InvokingPacket packet = to(AddressKind::joined_group);
    packet.problem = problem;
    expect_ipv4({{packet, Reason::icmp4_destination_multicast, "any problem"}});
    expect_ipv6({{packet, Reason::icmp6_destination_multicast, "any problem"}});
  }
  Host host({"icmp4.error_rate=0", "icmp6.error_rate=0", "icmp4.echo_broadcast=on", "tcp.closed=port"});
  EXPECT_THAT(host.send(udp4({.destination = "224.0.0.1"})), IsEmpty());
  EXPECT_THAT(host.send(udp6({.destination = "ff02::1"})), IsEmpty());
}

// ICMP4-SUP-011, ICMP6-SUP-008: suppression comes before the limit, so errors that are never sent use nothing up.
TEST(IcmpSuppression, ICMP6_SUP_008_suppressed_errors_do_not_use_up_the_limit) {
  Host host;
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(host.send(udp4({.destination = "192.0.2.255"})), IsEmpty());
    EXPECT_THAT(host.send(udp6({.destination = "ff02::1"})), IsEmpty());
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(host.send(udp4()), SizeIs(1)) << i;
    EXPECT_THAT(host.send(udp6()), SizeIs(1)) << i;
  }
}

TEST(IcmpSuppression, ICMP6_SUP_008_the_limit_wins_over_every_problem) {
  Host host;
  for (int i = 0; i < 10; ++i) EXPECT_THAT(host.send(udp6()), SizeIs(1)) << i;
  EXPECT_SILENT(host, udp6(), Reason::icmp6_error_rate_of_destination);
  EXPECT_SILENT(host, unknown6(), Reason::icmp6_error_rate_of_destination);
}

}  // namespace
}  // namespace tunstack::test::icmp_suppression_test
