// When no ICMPv6 error may be sent about fragments, at once or when their time is over.
#include "tests/conformance/node/interfaces.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test::icmpv6_suppression_of_fragments_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr Ipv6Fields udp_ip{.next_header = 17};
Packet udp_payload() { return udp(udp_ip, 40000, 33434, counting(72)); }
Packet message(unsigned type) { return icmpv6({}, type, 0, 0, counting(72)); }

/// Two octets too few for a fragment that others follow (RFC 8200 4.5).
Packet odd(const Ipv6Fields& ip, const Packet& payload, std::size_t begin = 0) {
  return fragment6(ip, payload, begin, begin + 22);
}
Packet first_half(const Ipv6Fields& ip, const Packet& payload) { return fragment6(ip, payload, 0, 40); }

/// What a fresh host says about packets when they come, and a minute later.
struct Said {
  std::vector<Packet> at_once, later;
};
Said said_about(Host& host, const std::vector<Packet>& packets) {
  Said said;
  for (const Packet& packet : packets)
    for (const Packet& answer : host.send(packet)) said.at_once.push_back(answer);
  host.wait(61s);
  said.later = host.send(Packet{});
  EXPECT_THAT(host.send(echo6()), SizeIs(1)) << "a plain echo";
  return said;
}
Said said_about(const std::vector<Packet>& packets) {
  Host host;
  return said_about(host, packets);
}

void expect_nothing(const std::vector<Packet>& packets) {
  const Said said = said_about(packets);
  EXPECT_THAT(said.at_once, IsEmpty());
  EXPECT_THAT(said.later, IsEmpty());
}

// ---- wrong fragments ----

TEST(Icmpv6SuppressionOfFragments, ICMP6_SUP_001_first_fragments_of_errors) {
  for (const unsigned type : {1U, 2U, 3U, 4U, 77U, 127U, 137U}) {
    SCOPED_TRACE(type);
    expect_nothing({odd({}, message(type))});
    expect_nothing({first_half({}, message(type))});
    expect_nothing({chained_icmp({fragment_header(0, true), destination_options()}, type, counting(8))});
  }
}

// ICMP6-SUP-007: the same fragments of what is no error
TEST(Icmpv6SuppressionOfFragments, ICMP6_SUP_007_first_fragments_of_others) {
  for (const unsigned type : {128U, 129U, 160U, 200U}) {
    const Said said = said_about({odd({}, message(type)), first_half({}, message(type))});
    ASSERT_THAT(said.at_once, SizeIs(1)) << type;
    EXPECT_EQ(part(said.at_once[0], 40, 8), hex("04 00") + part(said.at_once[0], 42, 2) + hex("00000004"));
    ASSERT_THAT(said.later, SizeIs(1)) << type;
    EXPECT_EQ(part(said.later[0], 40, 2), hex("03 01"));
    EXPECT_EQ(be32(said.later[0], 44), 0U) << "ICMP6-ERR-002: unused";
    EXPECT_EQ(from(said.later[0], 48), first_half({}, message(type)));
  }
}

// V6-FRAG-015: ICMPv6 has no ban on errors about later fragments; what they are fragments of they do not say.
TEST(Icmpv6SuppressionOfFragments, V6_FRAG_015_later_fragments) {
  Host host;
  const Packet error = host.answer(odd(udp_ip, udp_payload(), 40));
  EXPECT_EQ(part(error, 40, 2), hex("04 00"));
  EXPECT_EQ(from(error, 48), odd(udp_ip, udp_payload(), 40));
  expect_nothing({fragment6(udp_ip, udp_payload(), 40, 80)});
  expect_nothing({fragment6({.next_header = 200}, udp_payload(), 40, 80)});
  Packet with_option = chained({.next_header = 17},
                               {destination_options(hex("9e04 00000000")), fragment_header(40, false)}, counting(40));
  EXPECT_EQ(icmp6_code(host.answer(with_option)), 2U) << "headers before are looked at in each";
}

// ---- time is over ----

// ICMP6-SUP-003, ICMP6-SUP-005
TEST(Icmpv6SuppressionOfFragments, ICMP6_SUP_003_no_timeout_is_reported_about_groups_or_to_no_single_node) {
  for (const Ipv6Fields& ip :
       {Ipv6Fields{.destination = "ff02::1", .next_header = 17}, Ipv6Fields{.source = "2001:db8::", .next_header = 17},
        Ipv6Fields{.source = "::", .next_header = 17}}) {
    Host host;
    const Said said = said_about(host, {first_half(ip, udp_payload())});
    EXPECT_THAT(said.at_once, IsEmpty());
    EXPECT_THAT(said.later, IsEmpty()) << ip.source << " " << ip.destination;
  }
  EXPECT_THAT(said_about({first_half(udp_ip, udp_payload())}).later, SizeIs(1)) << "but about others";
}

TEST(Icmpv6SuppressionOfFragments, ICMP6_SUP_004_no_timeout_is_reported_about_frames_to_groups) {
  Host host;
  EXPECT_THAT(host.send_in_group_frame(first_half(udp_ip, udp_payload())), IsEmpty());
  host.wait(61s);
  EXPECT_THAT(host.send(Packet{}), IsEmpty());
  EXPECT_EQ(host.count(Reason::icmp6_link_layer_group), 1U);
}

TEST(Icmpv6SuppressionOfFragments, ICMP6_SUP_008_the_limit_wins_over_timeouts) {
  Host host;
  for (std::uint32_t i = 0; i < 20; ++i)
    EXPECT_THAT(host.send(chained(udp_ip, {fragment_header(0, true, i)}, part(udp_payload(), 0, 40))), IsEmpty());
  host.wait(61s);
  for (int i = 0; i < 4; ++i) EXPECT_THAT(host.send(udp6()).size(), testing::Le(11U));
  EXPECT_EQ(host.count(Reason::fragment_timeout), 20U);
  EXPECT_EQ(host.count(Reason::icmp6_error_rate_of_destination), 14U) << "20 timeouts and 4 closed ports, 10 errors";
}

// ---- put together ----

// What is known of the whole packet decides: here an error, there a group.
TEST(Icmpv6SuppressionOfFragments, ICMP6_SUP_006_packets_that_were_put_together) {
  const auto in_fragments = [](const Ipv6Fields& ip, const Chain& chain, const Packet& payload) {
    const Packet whole = chained(ip, chain, payload);
    Ipv6Fields outer = ip;
    outer.next_header = whole.at(6);
    return fragments6(outer, from(whole, 40), 48);
  };
  const Chain faulty{destination_options(hex("9e04 00000000"))};
  expect_nothing(in_fragments({}, faulty, message(1)));
  expect_nothing(in_fragments({}, faulty, message(137)));
  expect_nothing(in_fragments({}, {routing(0, 1)}, message(3)));
  expect_nothing(in_fragments({.destination = "ff02::1"}, {routing(0, 1)}, message(128)));
  const Said said = said_about(in_fragments({}, faulty, message(128)));
  ASSERT_THAT(said.at_once, SizeIs(1));
  EXPECT_EQ(part(said.at_once[0], 40, 2), hex("04 02"));
  EXPECT_EQ(be32(said.at_once[0], 44), 42U) << "within the whole packet";
  EXPECT_EQ(from(said.at_once[0], 48), chained({}, faulty, message(128)));
}

TEST(Icmpv6SuppressionOfFragments, ICMP6_SUP_004_a_packet_put_together_from_frames_to_groups) {
  Host host;
  for (const Packet& fragment : fragments6(udp_ip, udp_payload(), 40))
    EXPECT_THAT(host.send_in_group_frame(fragment), IsEmpty());
  EXPECT_EQ(host.count(Reason::udp6_port_closed), 1U);
  EXPECT_EQ(host.count(Reason::icmp6_link_layer_group), 1U);
}

}  // namespace
}  // namespace tunstack::test::icmpv6_suppression_of_fragments_test
