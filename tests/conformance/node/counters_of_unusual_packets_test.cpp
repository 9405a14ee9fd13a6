// Counters for options, fragments, queries other than echo, errors received and UDP services.
#include "tests/conformance/node/counted.hpp"
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::counters_of_unusual_packets_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// Each packet alone, at a fresh host: one answer, and its reason counted once.
void expect_answers(const std::vector<CountedRow>& rows, std::initializer_list<std::string_view> settings = {}) {
  for (const CountedRow& row : rows) {
    Host host(settings);
    EXPECT_THAT(host.send(row.packet), SizeIs(1)) << info(row.reasons.front()).name;
    EXPECT_EQ(counted(host), once_each(row.reasons));
    EXPECT_EQ(host.node().counters().packets_out, 1U);
  }
}

/// Packets one after the other at a fresh host, which leaves them unanswered.
void expect_counts(const std::vector<Packet>& packets, const Counts& expected,
                   std::initializer_list<std::string_view> settings = {}) {
  Host host(settings);
  for (const Packet& packet : packets) EXPECT_THAT(host.send(packet), IsEmpty());
  EXPECT_EQ(counted(host), expected);
  EXPECT_EQ(host.node().counters().packets_in, packets.size());
}

Packet message4(unsigned type, const Packet& data = {}, const Ipv4Fields& ip = {}) {
  return ipv4(ip, icmpv4(type, 0, 0x00050001, data));
}

Packet echo_with(const Packet& options) { return echo4({.options = options}); }

// ---- options ----

TEST(CountersOfOptions, STAT_001_errors_about_options) {
  expect_answers({
      {echo_with(hex("07 02 00 00")), {Reason::ipv4_option_length_invalid}},
      {echo_with(hex("07 07 03 00000000 00")), {Reason::ipv4_route_pointer_invalid}},
      {echo_with(hex("44 0c 04 00 00000000 00000000")), {Reason::ipv4_timestamp_pointer_invalid}},
      {echo_with(hex("44 0c 05 02 00000000 00000000")), {Reason::ipv4_timestamp_flag_unknown}},
      {echo_with(hex("44 08 09 f0 00000000")), {Reason::ipv4_timestamp_overflow}},
      {echo_with(hex("83 03 04 89 03 04 00 00")), {Reason::ipv4_second_source_route}},
      {echo_with(hex("83 07 04 c6336401 00")), {Reason::ipv4_source_route_not_finished}},
  });
  expect_answers({{echo4(), {Reason::ipv4_required_option_missing}}}, {"ip4.require_option=148"});
}

TEST(CountersOfOptions, STAT_001_source_routes_that_are_not_accepted) {
  expect_drops({{echo_with(hex("83 07 08 c6336401 00")), {Reason::ipv4_source_route_refused}}},
               {"ip4.source_route=drop"});
}

// ---- fragments ----

Packet fragment(unsigned flags_and_offset, const Packet& data, unsigned tos = 0) {
  return ipv4({.protocol = 17, .tos = tos, .flags_and_offset = flags_and_offset}, data);
}

TEST(CountersOfFragments, STAT_001_fragments_that_join_no_datagram) {
  expect_drops({
      {fragment(0x2000, counting(16)), {Reason::fragment_of_datagram}},
      {fragment(0x2000, {}), {Reason::fragment_without_data}},
      {fragment(0x2000, counting(20)), {Reason::fragment_length_not_multiple_of_8}},
      {fragment(8189, counting(1400)), {Reason::fragment_beyond_largest_datagram}},
  });
  expect_drops({{fragment(0x2000 + 64, counting(80)), {Reason::fragment_beyond_largest_datagram}}},
               {"ip4.frag.largest=576"});
}

TEST(CountersOfFragments, STAT_001_fragments_that_do_not_go_together) {
  const Packet first = fragment(0x2000, counting(16));
  const Packet overlapping = fragment(0x2001, Packet(16, 0xff));
  expect_counts({first, first}, {{"fragment_of_datagram", 2}, {"fragment_duplicate", 1}});
  expect_counts({first, overlapping}, {{"fragment_of_datagram", 2}, {"fragment_overlaps", 1}});
  expect_counts({first, overlapping, fragment(2, counting(4))},
                {{"fragment_of_datagram", 3}, {"fragment_overlaps", 1}, {"fragment_of_refused_datagram", 1}});
  expect_counts({fragment(2, counting(8)), fragment(0x2003, counting(8))},
                {{"fragment_of_datagram", 2}, {"fragment_contradicts_end", 1}});
  expect_counts({fragment(0x2000, counting(16), 3), fragment(2, counting(8), 0)},
                {{"fragment_of_datagram", 2}, {"fragment_ecn_mixed", 1}});
}

TEST(CountersOfFragments, STAT_001_datagrams_that_made_room) {
  Packet other = fragment(0x2000, counting(16));
  set_be16(other, 4, 0x4321);
  mend_header_checksum(other);
  const Counts expected = {{"fragment_of_datagram", 2}, {"fragment_datagram_evicted", 1}};
  expect_counts({fragment(0x2000, counting(16)), other}, expected, {"ip4.frag.datagrams=1"});
  expect_counts({fragment(0x2000, counting(16)), other}, expected, {"ip4.frag.datagrams_of_source=1"});
}

TEST(CountersOfFragments, STAT_001_time_is_over) {
  Host host;
  EXPECT_THAT(host.send(fragment(0x2000, counting(16))), IsEmpty());
  host.wait(std::chrono::seconds(61));
  EXPECT_THAT(host.send(fragment(2, counting(8))), SizeIs(1)) << "the error about the first";
  host.wait(std::chrono::seconds(61));
  EXPECT_THAT(host.send({}), IsEmpty());
  EXPECT_EQ(counted(host), (Counts{{"fragment_of_datagram", 2},
                                   {"fragment_timeout", 1},
                                   {"fragment_timeout_without_first", 1},
                                   {"empty_read", 1}}));
  EXPECT_EQ(host.node().counters().packets_in, 3U) << "what was held and given up came in once";
  EXPECT_EQ(host.node().counters().packets_out, 1U);
}

// STAT-002: one message in, although in two packets; one out, although in three
TEST(CountersOfFragments, STAT_002_a_message_in_fragments_counts_once) {
  const Packet message = icmpv4(8, 0, 0x00050001, counting(2960));
  Host host;
  EXPECT_THAT(host.send(ipv4({.flags_and_offset = 0x2000}, part(message, 0, 1480))), IsEmpty());
  EXPECT_EQ(host.node().counters().icmp4.in(8, 0), 0U) << "no message yet";
  EXPECT_THAT(host.send(ipv4({.flags_and_offset = 185}, from(message, 1480))), SizeIs(3));
  EXPECT_EQ(host.node().counters().icmp4.in(8, 0), 1U);
  EXPECT_EQ(host.node().counters().icmp4.out(0, 0), 1U);
  EXPECT_EQ(host.node().counters().packets_in, 2U);
  EXPECT_EQ(host.node().counters().packets_out, 3U);
  EXPECT_EQ(counted(host), (Counts{{"fragment_of_datagram", 2}, {"icmp4_echo_request_for_us", 1}}));
}

// ---- queries ----

TEST(CountersOfQueries, STAT_001_requests_that_are_answered) {
  expect_answers({{message4(13, counting(12)), {Reason::icmp4_timestamp_request_for_us}},
                  {message4(15), {Reason::icmp4_information_request_for_us}},
                  {message4(17, counting(4)), {Reason::icmp4_mask_request_for_us}}},
                 {"icmp4.info_reply=on"});
}

TEST(CountersOfQueries, STAT_001_requests_that_are_not) {
  expect_drops({
      {message4(13, counting(12), {.destination = "192.0.2.255"}), {Reason::icmp4_timestamp_to_group}},
      {message4(13, counting(11)), {Reason::icmp4_timestamp_too_short}},
      {ipv4({}, icmpv4(13, 1, 0, counting(12))), {Reason::icmp4_timestamp_code_not_0}},
      {message4(15), {Reason::icmp4_information_off}},
      {message4(17, counting(3)), {Reason::icmp4_mask_message_too_short}},
  });
  expect_drops({{message4(13, counting(12)), {Reason::icmp4_timestamp_off}},
                {message4(17, counting(4)), {Reason::icmp4_mask_agent_off}}},
               {"icmp4.timestamp=off", "icmp4.mask_agent=off"});
  Host host(node_with({{"192.0.2.2/24", "198.51.100.2/25"}}));
  EXPECT_THAT(host.send(message4(17, counting(4), {.source = "0.0.0.0", .destination = "255.255.255.255"})), IsEmpty());
  EXPECT_EQ(counted(host), once_each({Reason::icmp4_mask_ambiguous}));
}

TEST(CountersOfQueries, STAT_001_messages_that_are_not_handled_yet) {
  expect_drops({{message4(40, counting(20)), {Reason::icmp4_type_not_handled}},
                {message4(5, counting(20)), {Reason::icmp4_redirect_too_short}},
                {message4(10, counting(20)), {Reason::irdp_solicitation_to_host}}});
  for (const unsigned type : {6U, 30U, 39U})
    expect_drops({{message4(type, counting(20)), {Reason::icmp4_type_deprecated}}});
}

// ---- extended echo ----

/// RFC 8335 2: about the interface of index 1 of this node.
constexpr std::uint32_t about_local = 0x00050101;
Packet probe4(const Ipv4Fields& ip = {}) {
  return ipv4(ip, icmpv4(42, 0, about_local, hex("20000000 0008 0302 00000001")));
}
Packet probe6(const Ipv6Fields& ip = {}) {
  return ipv6(ip, icmpv6(ip, 160, 0, about_local, hex("20000000 0008 0302 00000001")));
}

TEST(CountersOfExtendedEcho, STAT_001_requests) {
  expect_drops({{probe4(), {Reason::extended_echo_off}}, {probe6(), {Reason::extended_echo_off}}});
  expect_answers(
      {{probe4(), {Reason::extended_echo_request_for_us}}, {probe6(), {Reason::extended_echo_request_for_us}}},
      {"probe.enable=on"});
  expect_drops({{probe4({.destination = "192.0.2.255"}), {Reason::extended_echo_to_group}},
                {probe6({.destination = "ff02::1"}), {Reason::extended_echo_to_group}}},
               {"probe.enable=on"});
  expect_drops({{probe4(), {Reason::extended_echo_source_not_allowed}}},
               {"probe.enable=on", "probe.allow_sources=198.51.100.0/24"});
  expect_drops({{probe4(), {Reason::extended_echo_locality_not_allowed}}},
               {"probe.enable=on", "probe.allow_local=remote"});
  expect_drops({{probe4(), {Reason::extended_echo_kind_not_allowed}}},
               {"probe.enable=on", "probe.allow_kinds=name,address"});
}

TEST(CountersOfExtendedEcho, STAT_001_too_many_requests) {
  Host host({"probe.enable=on"});
  for (int i = 0; i < 20; ++i) EXPECT_THAT(host.send(probe4()), SizeIs(1)) << i;
  EXPECT_THAT(host.send(probe4()), IsEmpty());
  EXPECT_EQ(counted(host), (Counts{{"extended_echo_request_for_us", 21}, {"extended_echo_rate_exceeded", 1}}));
}

// ---- errors received ----

TEST(CountersOfErrorsReceived, STAT_001_errors_that_are_not_believed) {
  const Ipv4Fields ours{.source = "192.0.2.2", .destination = "192.0.2.1"};
  expect_drops({
      {ipv4({}, icmpv4(3, 3, 0, part(udp4(ours), 0, 27))), {Reason::icmp4_error_quote_cut_short}},
      {ipv4({}, icmpv4(11, 0, 0, udp4())), {Reason::icmp4_error_about_foreign_packet}},
      {ipv4({}, icmpv4(12, 0, 0, udp4(ours))), {Reason::icmp4_error_about_packet_not_sent}},
  });
}

struct Reported {
  unsigned type, code, rest;
  Reason reason;
};

TEST(CountersOfErrorsReceived, STAT_001_errors_about_a_packet_that_was_sent) {
  for (const auto& [type, code, rest, reason] :
       {Reported{3, 1, 0, Reason::icmp4_error_about_our_packet},
        Reported{11, 0, 0, Reason::icmp4_error_about_our_packet},
        Reported{12, 0, 0, Reason::icmp4_error_about_our_packet}, Reported{3, 4, 1300, Reason::path_mtu_lowered},
        Reported{3, 4, 67, Reason::path_mtu_below_minimum},
        Reported{3, 4, 1428, Reason::path_mtu_not_below_size_sent}}) {
    Host host;
    const Packet sent = host.answer(echo4({}, counting(1400)));
    EXPECT_THAT(host.send(ipv4({}, icmpv4(type, code, rest, sent))), IsEmpty());
    EXPECT_EQ(counted(host), once_each({Reason::icmp4_echo_request_for_us, reason})) << type << '/' << code;
    EXPECT_EQ(host.node().counters().icmp4.in(static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code)), 1U);
  }
}

// ---- UDP services ----

Packet udp4_from(unsigned port, unsigned to_port, Ipv4Fields ip = {}) {
  ip.protocol = 17;
  return ipv4(ip, udp(ip, port, to_port, counting(4)));
}

TEST(CountersOfUdpServices, STAT_001_echo_and_discard) {
  expect_answers({{udp4({}, 7), {Reason::udp_echo_for_us}}, {udp6({}, 7), {Reason::udp_echo_for_us}}}, {"udp.echo=on"});
  expect_drops({{udp4({.destination = "192.0.2.255"}, 7), {Reason::udp_echo_to_group}},
                {udp6({.destination = "ff02::1"}, 7), {Reason::udp_echo_to_group}},
                {udp4_from(19, 7), {Reason::udp_echo_from_service}}},
               {"udp.echo=on"});
  expect_drops({{udp4({}, 9), {Reason::udp_discard_for_us}},
                {udp6({}, 9), {Reason::udp_discard_for_us}},
                {udp4({.destination = "192.0.2.255"}, 9), {Reason::udp_discard_for_us}}},
               {"udp.discard=on"});
  expect_answers({{udp4({}, 7), {Reason::udp4_port_closed}}, {udp4({}, 9), {Reason::udp4_port_closed}}});
}

}  // namespace
}  // namespace tunstack::test::counters_of_unusual_packets_test
