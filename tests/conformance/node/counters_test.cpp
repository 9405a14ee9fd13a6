// Counters: each packet counts its reason once and no other; ICMP by type and code.
#include "tests/conformance/node/counted.hpp"

namespace tunstack::test::counters_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// ---- STAT-001 ----

TEST(Counters, STAT_001_drops_of_version_length_and_header_checksum) {
  const Packet request = echo4();
  expect_drops({
      {{}, {Reason::empty_read}},
      {with_octet(request, 0, 0x55), {Reason::ip_version_unknown}},
      {part(request, 0, 19), {Reason::ipv4_shorter_than_header}},
      {with_octet(request, 0, 0x44), {Reason::ipv4_header_length_below_5}},
      {with_octet(with_octet(request, 2, 0), 3, 19), {Reason::ipv4_header_beyond_total_length}},
      {part(request, 0, request.size() - 1), {Reason::ipv4_truncated}},
      {with_octet(request, 10, request[10] ^ 1U), {Reason::ipv4_header_checksum_wrong}},
      {part(echo6(), 0, 39), {Reason::ipv6_shorter_than_header}},
      {part(echo6(), 0, 60), {Reason::ipv6_truncated}},
  });
}

TEST(Counters, STAT_001_drops_of_sources) {
  expect_drops({
      {echo4({.source = "192.0.2.2"}), {Reason::ipv4_source_is_own}},
      {echo4({.source = "224.0.0.1"}), {Reason::ipv4_source_multicast}},
      {echo4({.source = "255.255.255.255"}), {Reason::ipv4_source_broadcast}},
      {echo4({.source = "192.0.2.255"}), {Reason::ipv4_source_broadcast}},
      {echo4({.source = "240.0.0.1"}), {Reason::ipv4_source_reserved}},
      {echo4({.source = "127.0.0.1"}), {Reason::ipv4_source_loopback}},
      {echo4({.source = "0.0.0.0"}), {Reason::ipv4_source_this_network}},
      {echo6({.source = "2001:db8::2"}), {Reason::ipv6_source_is_own}},
      {echo6({.source = "ff02::1"}), {Reason::ipv6_source_multicast}},
      {echo6({.source = "::1"}), {Reason::ipv6_source_loopback}},
      {echo6({.source = "::ffff:192.0.2.1"}), {Reason::ipv6_source_embeds_ipv4}},
      {echo6({.source = "::"}), {Reason::ipv6_source_unspecified}},
  });
}

TEST(Counters, STAT_001_drops_of_destinations) {
  expect_drops({
      {echo4({.destination = "127.0.0.1"}), {Reason::ipv4_destination_loopback}},
      {echo4({.destination = "192.0.2.0"}), {Reason::ipv4_destination_zero_broadcast}},
      {echo4({.destination = "198.51.100.1"}), {Reason::ipv4_destination_not_ours}},
      {echo6({.destination = "::"}), {Reason::ipv6_destination_unspecified}},
      {echo6({.destination = "::1"}), {Reason::ipv6_destination_loopback}},
      {echo6({.destination = "::ffff:192.0.2.2"}), {Reason::ipv6_destination_embeds_ipv4}},
      {echo6({.destination = "ff01::1"}), {Reason::ipv6_destination_scope_too_narrow}},
      {echo6({.destination = "ff02::77"}), {Reason::ipv6_group_not_joined}},
      {echo6({.destination = "2001:db8::77"}), {Reason::ipv6_destination_not_ours}},
      {ipv6({.next_header = 59}, {}), {Reason::ipv6_no_next_header}},
  });
}

TEST(Counters, STAT_001_drops_of_icmp_messages) {
  const Packet bad4 = with_octet(echo4(), 22, echo4()[22] ^ 1U);
  const Packet bad6 = with_octet(echo6(), 42, echo6()[42] ^ 1U);
  expect_drops({
      {ipv4({}, counting(7)), {Reason::icmp4_too_short}},
      {bad4, {Reason::icmp4_checksum_wrong}},
      {ipv4({}, icmpv4(200, 0, 0)), {Reason::icmp4_type_unknown}},
      {ipv4({}, icmpv4(4, 0, 0, udp4())), {Reason::icmp4_source_quench}},
      {ipv4({}, icmpv4(0, 0, 1)), {Reason::icmp4_reply_unsolicited}},
      {ipv4({}, icmpv4(3, 3, 0, udp4())), {Reason::icmp4_error_about_foreign_packet}},
      {echo4({.destination = "192.0.2.255"}), {Reason::icmp4_echo_to_group}},
      {ipv6({}, counting(3)), {Reason::icmp6_too_short}},
      {bad6, {Reason::icmp6_checksum_wrong}},
      {ipv6({}, icmpv6({}, 200, 0, 0)), {Reason::icmp6_type_unknown}},
      {ipv6({}, icmpv6({}, 129, 0, 1)), {Reason::icmp6_reply_unsolicited}},
      {ipv6({}, icmpv6({}, 1, 4, 0, udp6())), {Reason::icmp6_error_about_foreign_packet}},
  });
  expect_drops({{echo4(), {Reason::icmp4_echo_off}}, {echo6(), {Reason::icmp6_echo_off}}},
               {"icmp4.echo=off", "icmp6.echo=off"});
}

TEST(Counters, STAT_001_drops_of_udp_and_tcp) {
  expect_drops({
      {ipv4({.protocol = 17}, counting(7)), {Reason::udp_too_short}},
      {with_octet(udp4(), 25, 7), {Reason::udp_length_invalid}},
      {with_octet(udp4(), 27, udp4()[27] ^ 1U), {Reason::udp_checksum_wrong}},
      {with_octet(with_octet(udp6(), 46, 0), 47, 0), {Reason::udp6_checksum_zero}},
      {ipv4({.protocol = 6}, counting(19)), {Reason::tcp_too_short}},
      {with_octet(tcp4(), 32, 0x40), {Reason::tcp_data_offset_invalid}},
      {with_octet(tcp6(), 57, tcp6()[57] ^ 1U), {Reason::tcp_checksum_wrong}},
      {tcp4({.destination = "192.0.2.255"}), {Reason::tcp_to_group}},
      {tcp6({.destination = "ff02::1"}), {Reason::tcp_to_group}},
      {tcp4({}, {.flags = 0x04}), {Reason::tcp_reset_unanswered}},
  });
  expect_drops({{tcp4(), {Reason::tcp_closed_ports_silent}}}, {"tcp.closed=drop"});
}

TEST(Counters, STAT_001_a_suppressed_error_counts_the_problem_and_the_silence) {
  expect_drops({
      {udp4({.destination = "224.0.0.1"}), {Reason::udp4_port_closed, Reason::icmp4_destination_multicast}},
      {udp4({.destination = "192.0.2.255"}), {Reason::udp4_port_closed, Reason::icmp4_destination_broadcast}},
      {ipv4({.destination = "255.255.255.255", .protocol = 99}, counting(8)),
       {Reason::ipv4_protocol_unsupported, Reason::icmp4_destination_broadcast}},
      {udp6({.destination = "ff02::1"}), {Reason::udp6_port_closed, Reason::icmp6_destination_multicast}},
      {ipv6({.destination = "ff02::1", .next_header = 200}, counting(8)),
       {Reason::ipv6_next_header_unrecognized, Reason::icmp6_destination_multicast}},
  });
  expect_drops({{udp6(), {Reason::udp6_port_closed, Reason::icmp6_unreachable_off}}}, {"icmp6.unreach=off"});
}

TEST(Counters, STAT_001_what_a_limit_refused_counts_the_limit_too) {
  Host host({"icmp4.error_burst=1", "icmp6.error_burst=1", "icmp4.reply_rate=1", "icmp6.reply_rate=1"});
  for (const Packet& packet : {udp4(), udp6(), echo4(), echo6()}) {
    EXPECT_THAT(host.send(packet), SizeIs(1));
    EXPECT_THAT(host.send(packet), IsEmpty());
  }
  EXPECT_EQ(counted(host), (Counts{{"udp4_port_closed", 2},
                                   {"icmp4_error_rate_of_destination", 1},
                                   {"udp6_port_closed", 2},
                                   {"icmp6_error_rate_of_destination", 1},
                                   {"icmp4_echo_request_for_us", 2},
                                   {"icmp4_reply_rate_exceeded", 1},
                                   {"icmp6_echo_request_for_us", 2},
                                   {"icmp6_reply_rate_exceeded", 1}}));
  EXPECT_EQ(host.node().counters().packets_in, 8U);
  EXPECT_EQ(host.node().counters().packets_out, 4U);
}

TEST(Counters, STAT_001_an_answer_counts_its_reason_only) {
  const CountedRow rows[] = {
      {echo4(), {Reason::icmp4_echo_request_for_us}},
      {echo6(), {Reason::icmp6_echo_request_for_us}},
      {udp4(), {Reason::udp4_port_closed}},
      {udp6(), {Reason::udp6_port_closed}},
      {tcp4(), {Reason::tcp_port_closed}},
      {with_header_octet(echo4(), 9, 99), {Reason::ipv4_protocol_unsupported}},
      {with_octet(echo6(), 6, 200), {Reason::ipv6_next_header_unrecognized}},
  };
  for (const CountedRow& row : rows) {
    Host host;
    EXPECT_THAT(host.send(row.packet), SizeIs(1));
    EXPECT_EQ(counted(host), once_each(row.reasons));
    EXPECT_EQ(host.node().counters().packets_out, 1U);
  }
}

/// Keeps what an observer is told.
class Listener final : public Observer {
 public:
  void decided(const Decision& decision) override {
    reasons.emplace_back(info(reason_of(decision.verdict)).name);
    withheld.emplace_back(decision.withheld ? info(*decision.withheld).name : "");
    const Bytes answer = decision.sent.empty() ? Bytes{} : decision.sent[0].bytes;
    answers.emplace_back(answer.begin(), answer.end());
  }
  std::vector<std::string> reasons, withheld;
  std::vector<Packet> answers;
};

TEST(Counters, STAT_001_an_observer_is_told_what_was_counted) {
  Host host;
  Listener listener;
  host.observe(listener);
  const Packet reply = host.answer(echo4());
  host.send(udp4({.destination = "224.0.0.1"}));
  host.send(Packet{});
  host.stop_observing(listener);
  host.send(echo4());
  EXPECT_THAT(listener.reasons, testing::ElementsAre("icmp4_echo_request_for_us", "udp4_port_closed", "empty_read"));
  EXPECT_THAT(listener.withheld, testing::ElementsAre("", "icmp4_destination_multicast", ""));
  EXPECT_THAT(listener.answers, testing::ElementsAre(reply, Packet{}, Packet{}));
}

// ---- STAT-002 ----

/// All counts of one family and direction that are not 0, by "type/code".
Counts by_type(const IcmpCounters& counters, auto direction) {
  Counts counts;
  for (unsigned type = 0; type <= 255; ++type)
    for (unsigned code = 0; code <= 16; ++code)
      if (const auto count = (counters.*direction)(static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code)))
        counts[std::to_string(type) + "/" + std::to_string(code)] = count;
  return counts;
}

TEST(Counters, STAT_002_three_pings) {
  Host host;
  for (int i = 0; i < 3; ++i) {
    host.answer(echo4());
    host.answer(echo6());
  }
  const Counters& counters = host.node().counters();
  EXPECT_EQ(by_type(counters.icmp4, &IcmpCounters::in), (Counts{{"8/0", 3}}));
  EXPECT_EQ(by_type(counters.icmp4, &IcmpCounters::out), (Counts{{"0/0", 3}}));
  EXPECT_EQ(by_type(counters.icmp6, &IcmpCounters::in), (Counts{{"128/0", 3}}));
  EXPECT_EQ(by_type(counters.icmp6, &IcmpCounters::out), (Counts{{"129/0", 3}}));
}

TEST(Counters, STAT_002_errors_that_left_and_none_that_did_not) {
  Host host({"icmp4.error_burst=2", "icmp6.error_burst=2"});
  host.answer(udp4());
  host.answer(ipv4({.protocol = 99}, {}));
  host.answer(udp6());
  host.answer(ipv6({.next_header = 200}, {}));
  EXPECT_THAT(host.send(udp4()), IsEmpty()) << "limited";
  EXPECT_THAT(host.send(udp6()), IsEmpty()) << "limited";
  EXPECT_THAT(host.send(udp4({.destination = "224.0.0.1"})), IsEmpty()) << "suppressed";
  host.answer(tcp4());
  const Counters& counters = host.node().counters();
  EXPECT_EQ(by_type(counters.icmp4, &IcmpCounters::out), (Counts{{"3/2", 1}, {"3/3", 1}}));
  EXPECT_EQ(by_type(counters.icmp6, &IcmpCounters::out), (Counts{{"1/4", 1}, {"4/1", 1}}));
  EXPECT_EQ(by_type(counters.icmp4, &IcmpCounters::in), Counts{}) << "UDP and TCP are no ICMP";
  EXPECT_EQ(by_type(counters.icmp6, &IcmpCounters::in), Counts{}) << "UDP and TCP are no ICMP";
}

TEST(Counters, STAT_002_errors_received_by_type_and_code) {
  Host host;
  for (const unsigned code : {0U, 3U, 15U, 16U, 255U}) {
    host.send(ipv4({}, icmpv4(3, code, 0, udp4())));
    host.send(ipv6({}, icmpv6({}, 1, code, 0, udp6())));
  }
  host.send(ipv4({}, icmpv4(255, 1, 0)));
  const Counters& counters = host.node().counters();
  EXPECT_EQ(by_type(counters.icmp4, &IcmpCounters::in),
            (Counts{{"3/0", 1}, {"3/3", 1}, {"3/15", 1}, {"3/16", 2}, {"255/1", 1}}));
  EXPECT_EQ(by_type(counters.icmp6, &IcmpCounters::in), (Counts{{"1/0", 1}, {"1/3", 1}, {"1/15", 1}, {"1/16", 2}}))
      << "codes from 16 on together";
}

// RFC 4293: a message counts once it is delivered; what IP discards is no ICMP message received.
TEST(Counters, STAT_002_what_ip_discards_is_no_message_received) {
  const struct {
    Packet packet;
    const char* what;
  } rows[] = {
      {with_octet(echo4(), 10, echo4()[10] ^ 1U), "wrong header checksum"},
      {echo4({.source = "127.0.0.1"}), "source not allowed"},
      {echo4({.destination = "198.51.100.1"}), "for others"},
      {echo4({.destination = "127.0.0.1"}), "destination not allowed"},
      {echo6({.source = "ff02::1"}), "source not allowed"},
      {echo6({.destination = "2001:db8::77"}), "for others"},
      {echo6({.destination = "ff02::77"}), "a group not joined"},
  };
  for (const auto& row : rows) {
    Host host;
    EXPECT_THAT(host.send(row.packet), IsEmpty()) << row.what;
    EXPECT_EQ(by_type(host.node().counters().icmp4, &IcmpCounters::in), Counts{}) << row.what;
    EXPECT_EQ(by_type(host.node().counters().icmp6, &IcmpCounters::in), Counts{}) << row.what;
  }
}

// The first octets of a later fragment are data, not type and code.
TEST(Counters, STAT_002_a_later_fragment_has_no_type) {
  Host host;
  EXPECT_THAT(host.send(echo4({.flags_and_offset = 0x0064})), IsEmpty());
  EXPECT_EQ(by_type(host.node().counters().icmp4, &IcmpCounters::in), Counts{});
}

}  // namespace
}  // namespace tunstack::test::counters_test
