// Source routes at their end: taken or refused, and turned round for the way back (RFC 1122 3.2.1.8(c)).
#include "tests/conformance/ipv4/ipv4_options.hpp"

namespace tunstack::test::ipv4_source_route_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct Route {
  std::string_view sent;
  std::string_view first_hop;
  std::string_view returned;
};

void expect_turned_round(std::initializer_list<Route> routes) {
  for (const std::uint8_t type : {std::uint8_t{131}, std::uint8_t{137}})
    for (const Route& route : routes) {
      SCOPED_TRACE(std::to_string(type) + ": " + std::string(route.sent));
      Host host;
      const Packet reply = host.answer(echo_with(Packet{type} + hex(route.sent)));
      EXPECT_EQ(destination_of(reply), route.first_hop);
      EXPECT_EQ(source_of(reply), "192.0.2.2");
      EXPECT_EQ(payload_of(reply).at(0), 0);
      EXPECT_EQ(options_of(reply), route.returned.empty() ? Packet{} : padded(Packet{type} + hex(route.returned)));
    }
}

/// Whether the transport checksum is right for who gets the packet in the end: a source route changes the destination
/// on the way, and no router mends the sum.
bool is_intact_at(const Packet& packet, std::string_view last) {
  Packet arrived = packet;
  const IpAddress address = parse_address(last).value();
  address.ipv4().store(arrived, 16);
  mend_header_checksum(arrived);
  return checksums_are_right(arrived);
}

Packet only(const std::vector<Packet>& packets) {
  EXPECT_THAT(packets, SizeIs(1));
  return packets.empty() ? Packet{} : packets[0];
}

// ---- the end of a route ----

TEST(Ipv4SourceRoute, V4_OPT_016_a_route_that_ends_here_is_delivered) {
  Host host;
  for (const char* option : {"83 07 08 0a000001", "89 07 08 0a000001", "83 07 ff 0a000001", "83 03 04", "89 03 04"}) {
    const Packet request = echo_with(hex(option));
    const Packet reply = host.answer(request);
    EXPECT_EQ(payload_of(reply).at(0), 0) << option;
    EXPECT_EQ(from(payload_of(reply), 4), from(payload_of(request), 4)) << option;
  }
}

TEST(Ipv4SourceRoute, V4_OPT_017_the_route_is_turned_round) {
  expect_turned_round(
      {{"03 04", "192.0.2.1", ""},
       {"07 08 0a000001", "10.0.0.1", "07 04 c0000201"},
       {"0b 0c 0a000001 0a000002", "10.0.0.2", "0b 04 0a000001 c0000201"},
       {"0f 10 0a000001 0a000002 0a000003", "10.0.0.3", "0f 04 0a000002 0a000001 c0000201"},
       {"0b ff 0a000001 0a000002", "10.0.0.2", "0b 04 0a000001 c0000201"},
       {"27 28 0a000001 0a000002 0a000003 0a000004 0a000005 0a000006 0a000007 0a000008 0a000009", "10.0.0.9",
        "27 04 0a000008 0a000007 0a000006 0a000005 0a000004 0a000003 0a000002 0a000001 c0000201"}});
}

// Octets that are no whole address, at the end of the option, are no hop.
TEST(Ipv4SourceRoute, V4_OPT_017_part_of_an_address_is_no_hop) {
  expect_turned_round({{"05 06 0a00", "192.0.2.1", ""}, {"09 0a 0a000001 0a00", "10.0.0.1", "07 04 c0000201"}});
}

TEST(Ipv4SourceRoute, V4_OPT_018_a_route_that_begins_with_the_sender) {
  expect_turned_round({{"07 08 c0000201", "192.0.2.1", ""},
                       {"0b 0c c0000201 0a000001", "10.0.0.1", "07 04 c0000201"},
                       {"0f 10 c0000201 0a000001 0a000002", "10.0.0.2", "0b 04 0a000001 c0000201"},
                       {"27 28 c0000201 0a000001 0a000002 0a000003 0a000004 0a000005 0a000006 0a000007 0a000008",
                        "10.0.0.8", "23 04 0a000007 0a000006 0a000005 0a000004 0a000003 0a000002 0a000001 c0000201"}});
}

TEST(Ipv4SourceRoute, V4_OPT_017_with_a_record_of_the_way) {
  Host host;
  const Packet reply = host.answer(echo_with(hex("01 07 0b 08 0a000009 00000000 83 0b 0c 0a000001 0a000002 00")));
  EXPECT_EQ(destination_of(reply), "10.0.0.2");
  EXPECT_EQ(options_of(reply), hex("07 0b 0c 0a000009 c0000202 83 0b 04 0a000001 c0000201 0000"));
}

// V4-OPT-017, V4-OPT-023: one source route only.
TEST(Ipv4SourceRoute, V4_OPT_017_a_second_source_route_is_an_error) {
  Host host({"icmp4.error_rate=0"});
  expect_pointer(host, echo_with(hex("83 07 08 0a000001 01 89 07 08 0a000002")), 28);
  expect_pointer(host, echo_with(hex("83 07 08 0a000001 83 07 08 0a000001")), 27);
  expect_pointer(host, echo_with(hex("89 03 04 01 01 83 03 04")), 25);
  EXPECT_EQ(host.count(Reason::ipv4_second_source_route), 3U);
}

TEST(Ipv4SourceRoute, V4_OPT_007_pointers_that_are_wrong) {
  Host host({"icmp4.error_rate=0"});
  for (const char* type : {"83", "89"})
    for (const char* rest : {"07 00 0a000001", "07 01 0a000001", "07 03 0a000001", "03 03", "07 05 0a000001",
                             "07 06 0a000001", "07 07 0a000001", "0b 09 0a000001 0a000002", "04 04 0a"}) {
      SCOPED_TRACE(rest);
      expect_pointer(host, echo_with(hex(type) + hex(rest)), 22);
    }
  EXPECT_EQ(host.count(Reason::ipv4_route_pointer_invalid), 18U);
}

// ---- routes that go on from here ----

// V4-OPT-019, ICMP4-DU-006: a host does not forward.
TEST(Ipv4SourceRoute, V4_OPT_019_a_route_that_goes_on_has_failed) {
  Host host({"icmp4.error_rate=0"});
  for (const char* option : {"83 07 04 0a000001", "89 07 04 0a000001", "83 0b 04 0a000001 0a000002",
                             "83 07 04 c0000202", "83 0b 06 0a000001 0a000002"}) {
    const Packet request = echo_with(hex(option));
    const Packet error = host.answer(request);
    EXPECT_EQ(options_of(error), Packet{}) << option;
    EXPECT_EQ(part(error, 20, 2), hex("03 05")) << option;
    EXPECT_EQ(be32(error, 24), 0U);
    EXPECT_EQ(from(error, 28), request) << option;
    EXPECT_EQ(source_of(error), "192.0.2.2");
    EXPECT_EQ(destination_of(error), "192.0.2.1");
  }
  EXPECT_EQ(host.count(Reason::ipv4_source_route_not_finished), 5U);
}

// The error goes back by the part of the route that was passed.
TEST(Ipv4SourceRoute, ICMP4_DU_006_the_error_takes_the_way_back) {
  Host host;
  const Packet request = echo_with(hex("89 0f 0c 0a000001 0a000002 0a000003"));
  const Packet error = host.answer(request);
  EXPECT_EQ(destination_of(error), "10.0.0.2");
  EXPECT_EQ(options_of(error), hex("89 0b 04 0a000001 c0000201 00"));
  EXPECT_EQ(part(payload_of(error), 0, 2), hex("03 05"));
  EXPECT_EQ(from(payload_of(error), 8), request);
}

TEST(Ipv4SourceRoute, V4_OPT_019_no_error_about_an_icmp_error) {
  const auto reason = Reason::ipv4_source_route_not_finished;
  const Packet unfinished = hex("83 07 04 0a000001 00");
  Host host;
  EXPECT_SILENT(host, ipv4({.options = unfinished}, icmpv4(3, 1, 0, udp4())), reason);
  EXPECT_SILENT(host, ipv4({.options = unfinished}, icmpv4(11, 0, 0, udp4())), reason);
  EXPECT_SILENT(host, echo4({.destination = "192.0.2.255", .options = unfinished}), reason);
  EXPECT_SILENT(host, echo4({.flags_and_offset = 1, .options = unfinished}), reason);
}

// D-11: with ip4.source_route=drop even a route that ends here is refused, without a word.
TEST(Ipv4SourceRoute, V4_OPT_016_routes_may_be_refused) {
  Host host({"ip4.source_route=drop"});
  for (const char* option : {"83 07 08 0a000001", "89 07 08 0a000001", "83 07 04 0a000001", "83 03 04"})
    EXPECT_SILENT(host, echo_with(hex(option)), Reason::ipv4_source_route_refused);
  expect_echoed(host, hex("07 07 04 00000000"), hex("07 07 08 c0000202"));
}

// ---- other answers than echo replies ----

const Packet routed_and_recorded = hex("83 0b 0c 0a000001 0a000002 07 07 04 00000000 44 08 05 00 00000000 0000");

TEST(Ipv4SourceRoute, V4_OPT_017_ICMP4_ERR_010_an_error_takes_the_way_back_and_records_nothing) {
  Host host;
  const Packet request = udp4({.options = routed_and_recorded});
  const Packet error = host.answer(request);
  EXPECT_EQ(destination_of(error), "10.0.0.2");
  EXPECT_EQ(options_of(error), hex("83 0b 04 0a000001 c0000201 00"));
  EXPECT_EQ(part(payload_of(error), 0, 2), hex("03 03"));
  EXPECT_EQ(from(payload_of(error), 8), request);
}

TEST(Ipv4SourceRoute, ICMP4_ERR_001_an_error_with_a_source_route_is_no_longer_than_576_octets) {
  Host host;
  const Packet route = hex("83 27 28") + Packet(36, 10) + hex("00");
  const Packet request = udp4({.options = route}, 33434, counting(1000));
  const Packet error = host.answer(request);
  EXPECT_EQ(error.size(), 576U);
  EXPECT_EQ(header_size_of(error), 60U);
  EXPECT_EQ(from(payload_of(error), 8), part(request, 0, 576 - 60 - 8));
}

// An error about the source route itself would get lost in it (RFC 1812 4.3.2.6).
TEST(Ipv4SourceRoute, V4_OPT_007_ICMP4_ERR_010_an_error_about_the_route_goes_straight_back) {
  Host host;
  expect_pointer(host, echo_with(hex("83 0b 09 0a000001 0a000002")), 22);
}

Packet tcp_with(const Packet& options) {
  const Ipv4Fields ip{.protocol = 6, .options = padded(options)};
  return ipv4(ip, tcp(ip, {}));
}

TEST(Ipv4SourceRoute, V4_OPT_017_a_reset_takes_the_way_back_and_records_nothing) {
  Host host;
  const Packet reset = only(host.send(tcp_with(routed_and_recorded)));
  EXPECT_EQ(destination_of(reset), "10.0.0.2");
  EXPECT_EQ(options_of(reset), hex("83 0b 04 0a000001 c0000201 00"));
  EXPECT_EQ(payload_of(reset).at(13), 0x14) << "RST and ACK";
  EXPECT_EQ(options_of(only(host.send(tcp_with(hex("07 07 04 00000000"))))), Packet{});
}

TEST(Ipv4SourceRoute, V4_OPT_017_a_reset_is_intact_at_the_end_of_the_way) {
  Host host;
  EXPECT_TRUE(is_intact_at(only(host.send(tcp_with(hex("07 07 04 00000000")))), "192.0.2.1"));
  for (const char* option : {"83 07 08 0a000001", "89 0b 0c 0a000001 0a000002"})
    EXPECT_TRUE(is_intact_at(only(host.send(tcp_with(hex(option)))), "192.0.2.1")) << option;
}

TEST(Ipv4SourceRoute, V4_OPT_017_a_udp_service_answers_by_the_way_back) {
  Host host({"udp.echo=on"});
  const Packet answer = only(host.send(udp4({.options = routed_and_recorded}, 7)));
  EXPECT_EQ(destination_of(answer), "10.0.0.2");
  EXPECT_EQ(options_of(answer), hex("83 0b 04 0a000001 c0000201 00"));
  EXPECT_EQ(from(payload_of(answer), 8), counting(16));
  EXPECT_TRUE(is_intact_at(answer, "192.0.2.1")) << "UDP checksum";
}

// V4-TX-003, V4-TX-004: what an option says changes nothing in the rest of the header.
TEST(Ipv4SourceRoute, V4_TX_003_the_source_is_the_address_asked) {
  Host host({"icmp4.error_rate=0"});
  for (const Packet& request : {echo_with(routed_and_recorded), udp4({.options = routed_and_recorded}),
                                tcp_with(routed_and_recorded), echo_with(hex("83 07 04 0a000001"))}) {
    const Packet answer = only(host.send(request));
    ASSERT_GE(answer.size(), 20U);
    EXPECT_EQ(source_of(answer), "192.0.2.2");
    EXPECT_EQ(be16(answer, 6), 0) << "V4-TX-004: flags and offset";
    EXPECT_EQ(answer.at(8), 64);
  }
}

TEST(Ipv4SourceRoute, V4_OPT_016_a_group_is_no_end_of_a_route_that_is_answered) {
  Host host;
  EXPECT_THAT(host.send(udp4({.destination = "192.0.2.255", .options = routed_and_recorded})), IsEmpty());
  EXPECT_EQ(host.count(Reason::icmp4_destination_broadcast), 1U);
}

}  // namespace
}  // namespace tunstack::test::ipv4_source_route_test
